#include "wire/read_forms.h"

#include "wire/read_tables.h"

#include <array>
#include <type_traits>
#include <utility>
#include <variant>

namespace balancer::wire {

namespace {

template <typename T>
Result<T> readData(const Node &node)
{
    T value;
    if (const auto ok = read(value, node, Path{}, Reading::Data); !ok)
        return fail(ErrorCode::Corrupt, "the node's answer cannot be read: " + ok.error().message);
    return value;
}

template <typename T>
Result<model::Event> readEventOf(const Node &data)
{
    auto value = readData<T>(data);
    if (!value)
        return fail(value.error());
    return model::Event(std::move(*value));
}

struct EventKind
{
    std::string_view name;
    Result<model::Event> (*read)(const Node &data);
    Node (*describe)(SchemaSet &set, Direction direction);
};

template <typename... Kinds>
constexpr auto kindsOf(const std::variant<Kinds...> *)
{
    return std::array{EventKind{Table<Kinds>::kEvent, &readEventOf<Kinds>, &schemaFor<Kinds>}...};
}

constexpr auto kEventKinds = kindsOf(static_cast<const model::Event *>(nullptr));

} // namespace

Result<Revision> Leaf<Revision>::parse(std::string_view text)
{
    const auto number = Leaf<std::int64_t>::parse(text);
    if (!number)
        return fail(number.error());
    return Revision{*number};
}

template <typename T>
Node writeRead(const T &value)
{
    return write(value);
}

template <typename T>
Result<T> readRead(const Node &node)
{
    return readData<T>(node);
}

template <typename T>
Node describeRead(SchemaSet &set)
{
    return schemaFor<T>(set, std::is_same_v<T, model::SignIn> ? Direction::Request : Direction::Answer);
}

std::vector<EventDescription> describeEvents(SchemaSet &set)
{
    std::vector<EventDescription> events;
    for (const auto &kind : kEventKinds)
        events.push_back(EventDescription{kind.name, kind.describe(set, Direction::Answer)});
    return events;
}

std::string_view eventName(const model::Event &event)
{
    return kEventKinds[event.index()].name;
}

Node writeEvent(const model::Event &event)
{
    return std::visit([](const auto &kind) { return write(kind); }, event);
}

Result<model::Event> readEvent(std::string_view name, const Node &data)
{
    for (const auto &kind : kEventKinds) {
        if (kind.name == name)
            return kind.read(data);
    }
    return fail(ErrorCode::NotFound, "there is no event '" + std::string(name) + "'");
}

template Node writeRead(const model::LoadBalancerList &);
template Node writeRead(const model::LoadBalancerDetail &);
template Node writeRead(const model::NodeStatus &);
template Node writeRead(const model::HistoryPage &);
template Node writeRead(const model::PlanPreview &);
template Node writeRead(const model::Session &);
template Node writeRead(const model::SignIn &);

template Result<model::LoadBalancerList> readRead(const Node &);
template Result<model::LoadBalancerDetail> readRead(const Node &);
template Result<model::NodeStatus> readRead(const Node &);
template Result<model::HistoryPage> readRead(const Node &);
template Result<model::PlanPreview> readRead(const Node &);
template Result<model::Session> readRead(const Node &);
template Result<model::SignIn> readRead(const Node &);

template Node describeRead<model::LoadBalancerList>(SchemaSet &);
template Node describeRead<model::LoadBalancerDetail>(SchemaSet &);
template Node describeRead<model::NodeStatus>(SchemaSet &);
template Node describeRead<model::HistoryPage>(SchemaSet &);
template Node describeRead<model::PlanPreview>(SchemaSet &);
template Node describeRead<model::Session>(SchemaSet &);
template Node describeRead<model::SignIn>(SchemaSet &);

} // namespace balancer::wire
