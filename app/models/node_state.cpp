#include "models/node_state.h"

#include "models/row_merge.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <utility>
#include <variant>

namespace balancer::models {

namespace {

using model::InstanceView;
using InstanceRows = std::vector<std::unique_ptr<InstanceView>>;

const InstanceId &idOf(const std::unique_ptr<InstanceView> &instance)
{
    return instance->health.id;
}

const LoadBalancerName &nameOf(const std::unique_ptr<LoadBalancerState> &loadBalancer)
{
    return loadBalancer->view.name;
}

/// Where the key is, or where it belongs.
template <typename Rows, typename Key, typename KeyOf>
int placeOf(const Rows &rows, const Key &key, KeyOf keyOf)
{
    return static_cast<int>(std::ranges::lower_bound(rows, key, std::ranges::less{}, keyOf) - rows.begin());
}

template <typename Rows, typename Key, typename KeyOf>
int findRow(const Rows &rows, const Key &key, KeyOf keyOf)
{
    const int row = placeOf(rows, key, keyOf);
    return row < static_cast<int>(rows.size()) && keyOf(rows[static_cast<std::size_t>(row)]) == key ? row : -1;
}

template <typename Rows>
void insertRows(Rows &rows, int row, Rows added)
{
    rows.insert(rows.begin() + row, std::make_move_iterator(added.begin()), std::make_move_iterator(added.end()));
}

template <typename Rows>
void eraseRows(Rows &rows, int row, int count)
{
    rows.erase(rows.begin() + row, rows.begin() + row + count);
}

/// What is listed, by its key; each key once, whatever the node told.
template <typename T, typename KeyOf>
std::vector<const T *> sortedBy(const std::vector<T> &list, KeyOf keyOf)
{
    std::vector<const T *> sorted;
    for (const auto &entry : list)
        sorted.push_back(&entry);
    std::ranges::stable_sort(sorted, std::ranges::less{}, keyOf);
    const auto repeated = std::ranges::unique(sorted, std::ranges::equal_to{}, keyOf);
    sorted.erase(repeated.begin(), repeated.end());
    return sorted;
}

std::vector<const InstanceView *> sortedById(const std::vector<InstanceView> &instances)
{
    return sortedBy(instances, [](const auto *instance) -> const InstanceId & { return instance->health.id; });
}

std::vector<const model::LoadBalancerDetail *> sortedByName(const model::LoadBalancerList &list)
{
    return sortedBy(list.loadBalancers,
                    [](const auto *detail) -> const LoadBalancerName & { return detail->loadBalancer.name; });
}

InstanceRows copied(std::span<const InstanceView *const> instances)
{
    InstanceRows rows;
    rows.reserve(instances.size());
    for (const auto *instance : instances)
        rows.push_back(std::make_unique<InstanceView>(*instance));
    return rows;
}

int countInService(const InstanceRows &rows)
{
    return static_cast<int>(std::ranges::count_if(rows, [](const auto &row) { return isInService(*row); }));
}

std::unique_ptr<LoadBalancerState> makeState(const model::LoadBalancerDetail &detail)
{
    auto state = std::make_unique<LoadBalancerState>();
    state->view = detail.loadBalancer;
    state->instances = copied(sortedById(detail.instances));
    state->inService = countInService(state->instances);
    return state;
}

} // namespace

bool isInService(const InstanceView &instance)
{
    return instance.health.state == "InService";
}

int LoadBalancerState::rowOf(const InstanceId &id) const
{
    return findRow(instances, id, idOf);
}

NodeState::NodeState(QObject *parent) : QObject(parent) {}

NodeState::~NodeState() = default;

int NodeState::rowOf(const LoadBalancerName &name) const
{
    return findRow(m_loadBalancers, name, nameOf);
}

const LoadBalancerState *NodeState::find(const LoadBalancerName &name) const
{
    const int row = rowOf(name);
    return row < 0 ? nullptr : &loadBalancer(row);
}

// ------------------------------------------------------------------------------------------- snapshots

struct NodeState::InstanceMerge
{
    NodeState &state;
    int loadBalancer;
    std::vector<const InstanceView *> wanted;

    int count() const { return state.loadBalancer(loadBalancer).registered(); }
    int newCount() const { return static_cast<int>(wanted.size()); }
    std::strong_ordering compare(int row, int newRow) const
    {
        const auto &instances = state.loadBalancer(loadBalancer).instances;
        return idOf(instances[static_cast<std::size_t>(row)]) <=> wanted[static_cast<std::size_t>(newRow)]->health.id;
    }
    void insert(int row, int firstNew, int added)
    {
        const auto from =
            std::span(wanted).subspan(static_cast<std::size_t>(firstNew), static_cast<std::size_t>(added));
        state.insertInstances(loadBalancer, row, copied(from));
    }
    void remove(int row, int gone) { state.removeInstances(loadBalancer, row, gone); }
    void update(int row, int newRow)
    {
        state.setInstance(loadBalancer, row, *wanted[static_cast<std::size_t>(newRow)]);
    }
};

struct NodeState::LoadBalancerMerge
{
    NodeState &state;
    std::vector<const model::LoadBalancerDetail *> wanted;

    int count() const { return state.loadBalancerCount(); }
    int newCount() const { return static_cast<int>(wanted.size()); }
    const model::LoadBalancerDetail &at(int newRow) const { return *wanted[static_cast<std::size_t>(newRow)]; }
    std::strong_ordering compare(int row, int newRow) const
    {
        return state.loadBalancer(row).view.name <=> at(newRow).loadBalancer.name;
    }
    void insert(int row, int firstNew, int added)
    {
        Rows made;
        for (int i = firstNew; i < firstNew + added; ++i)
            made.push_back(makeState(at(i)));
        state.insertLoadBalancers(row, std::move(made));
    }
    void remove(int row, int gone) { state.removeLoadBalancers(row, gone); }
    void update(int row, int newRow)
    {
        state.setView(row, at(newRow).loadBalancer);
        mergeRows(InstanceMerge{state, row, sortedById(at(newRow).instances)});
    }
};

void NodeState::apply(const model::LoadBalancerList &snapshot)
{
    mergeRows(LoadBalancerMerge{*this, sortedByName(snapshot)});
}

void NodeState::clear()
{
    apply(model::LoadBalancerList());
    applyEvent(model::RevisionApplied());
}

// ---------------------------------------------------------------------------------------------- events

void NodeState::apply(const model::Event &event)
{
    std::visit([this](const auto &kind) { applyEvent(kind); }, event);
}

void NodeState::applyEvent(const model::LoadBalancerChanged &event)
{
    const int row = rowOf(event.loadBalancer.name);
    if (row >= 0)
        return setView(row, event.loadBalancer);
    model::LoadBalancerDetail detail;
    detail.loadBalancer = event.loadBalancer;
    Rows made;
    made.push_back(makeState(detail));
    insertLoadBalancers(placeOf(m_loadBalancers, event.loadBalancer.name, nameOf), std::move(made));
}

void NodeState::applyEvent(const model::LoadBalancerDeleted &event)
{
    const int row = rowOf(event.loadBalancer);
    if (row >= 0)
        removeLoadBalancers(row, 1);
}

void NodeState::applyEvent(const model::InstanceChanged &event)
{
    const int loadBalancer = rowOf(event.loadBalancer);
    if (loadBalancer < 0)
        return;
    const auto &instances = at(loadBalancer).instances;
    const int row = findRow(instances, event.instance.health.id, idOf);
    if (row >= 0)
        return setInstance(loadBalancer, row, event.instance);
    const std::array added{&event.instance};
    insertInstances(loadBalancer, placeOf(instances, event.instance.health.id, idOf), copied(added));
}

void NodeState::applyEvent(const model::InstanceDeregistered &event)
{
    const int loadBalancer = rowOf(event.loadBalancer);
    const int row = loadBalancer < 0 ? -1 : at(loadBalancer).rowOf(event.instance);
    if (row >= 0)
        removeInstances(loadBalancer, row, 1);
}

void NodeState::applyEvent(const model::RevisionApplied &event)
{
    if (std::exchange(m_applied, event) != event)
        Q_EMIT appliedChanged();
}

void NodeState::applyEvent(const model::RatesMeasured &event)
{
    RatesByRow rates(m_loadBalancers.size());
    for (const auto &rate : event.rates) {
        if (const int row = rowOf(rate.loadBalancer); row >= 0)
            rates[static_cast<std::size_t>(row)] = rate;
    }
    setRates(rates);
}

void NodeState::forgetRates()
{
    setRates(RatesByRow(m_loadBalancers.size()));
}

// ------------------------------------------------------------------------------------- single changes

void NodeState::insertLoadBalancers(int row, Rows added)
{
    const int last = row + static_cast<int>(added.size()) - 1;
    Q_EMIT loadBalancersAboutToBeInserted(row, last);
    insertRows(m_loadBalancers, row, std::move(added));
    Q_EMIT loadBalancersInserted(row, last);
}

void NodeState::removeLoadBalancers(int row, int count)
{
    Q_EMIT loadBalancersAboutToBeRemoved(row, row + count - 1);
    eraseRows(m_loadBalancers, row, count);
    Q_EMIT loadBalancersRemoved(row, row + count - 1);
}

void NodeState::setView(int row, const model::LoadBalancerView &view)
{
    if (at(row).view == view)
        return;
    at(row).view = view;
    Q_EMIT loadBalancerChanged(row);
}

void NodeState::insertInstances(int loadBalancer, int row, InstanceRows added)
{
    const int last = row + static_cast<int>(added.size()) - 1;
    Q_EMIT instancesAboutToBeInserted(loadBalancer, row, last);
    at(loadBalancer).inService += countInService(added);
    insertRows(at(loadBalancer).instances, row, std::move(added));
    Q_EMIT instancesInserted(loadBalancer, row, last);
    Q_EMIT instanceCountsChanged(loadBalancer);
}

void NodeState::removeInstances(int loadBalancer, int row, int count)
{
    Q_EMIT instancesAboutToBeRemoved(loadBalancer, row, row + count - 1);
    auto &state = at(loadBalancer);
    for (int i = row; i < row + count; ++i)
        state.inService -= isInService(*state.instances[static_cast<std::size_t>(i)]) ? 1 : 0;
    eraseRows(state.instances, row, count);
    Q_EMIT instancesRemoved(loadBalancer, row, row + count - 1);
    Q_EMIT instanceCountsChanged(loadBalancer);
}

void NodeState::setInstance(int loadBalancer, int row, const InstanceView &instance)
{
    auto &state = at(loadBalancer);
    auto &shown = *state.instances[static_cast<std::size_t>(row)];
    if (shown == instance)
        return;
    const int before = state.inService;
    state.inService += (isInService(instance) ? 1 : 0) - (isInService(shown) ? 1 : 0);
    shown = instance;
    const bool isCountChanged = state.inService != before;
    Q_EMIT instanceChanged(loadBalancer, row);
    if (isCountChanged)
        Q_EMIT instanceCountsChanged(loadBalancer);
}

void NodeState::setRates(const RatesByRow &rates)
{
    const int count = loadBalancerCount();
    const auto isSame = [&](int row) { return at(row).rate == rates[static_cast<std::size_t>(row)]; };
    for (int row = 0; row < count; ++row) {
        const int first = row;
        for (; row < count && !isSame(row); ++row)
            at(row).rate = rates[static_cast<std::size_t>(row)];
        if (row > first)
            Q_EMIT ratesChanged(first, row - 1);
    }
}

} // namespace balancer::models
