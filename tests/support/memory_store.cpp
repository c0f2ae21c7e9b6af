#include "support/memory_store.h"

#include <QCoro/QCoroTimer>

#include <utility>

namespace balancer::tests {

namespace {

QCoro::Task<> nextTurn()
{
    return QCoro::sleepFor(std::chrono::milliseconds(0));
}

Result<void> checkExpected(const ports::DesiredState &state, const ports::BalancerChange &change)
{
    const auto found = state.balancers.find(change.name);
    const auto stored = found == state.balancers.end() ? Revision() : found->second.revision;
    if (stored != change.expected)
        return fail(ErrorCode::Conflict,
                    "load balancer " + change.name.text() + " is at revision " + std::to_string(stored.number));
    return {};
}

Result<void> checkExpected(const ports::DesiredState &state, const ports::CertificateChange &change)
{
    const auto found = state.certificates.find(change.name);
    const auto stored = found == state.certificates.end() ? Revision() : found->second.revision;
    if (stored != change.expected)
        return fail(ErrorCode::Conflict,
                    "certificate " + change.name + " is at revision " + std::to_string(stored.number));
    return {};
}

void apply(ports::DesiredState &state, const ports::BalancerChange &change)
{
    state.balancers.erase(change.name);
    if (change.value)
        state.balancers.emplace(change.name, ports::StoredBalancer{*change.value, state.revision});
}

void apply(ports::DesiredState &state, const ports::AddressChange &change)
{
    if (change.address)
        state.addresses[change.instance] = *change.address;
    else
        state.addresses.erase(change.instance);
    state.zones.erase(change.instance);
    if (!change.zone.empty())
        state.zones.emplace(change.instance, change.zone);
}

void apply(ports::DesiredState &state, const ports::CertificateChange &change)
{
    state.certificates.erase(change.name);
    if (change.value)
        state.certificates.emplace(change.name, ports::StoredCertificate{*change.value, state.revision});
}

} // namespace

Result<void> MemoryStore::takeFailure()
{
    if (auto failure = std::exchange(m_nextFailure, std::nullopt))
        return fail(std::move(*failure));
    return {};
}

Result<Revision> MemoryStore::apply(const ports::Transaction &transaction)
{
    if (const auto allowed = takeFailure(); !allowed)
        return fail(allowed.error());
    for (const auto &change : transaction.balancers) {
        if (const auto checked = checkExpected(m_state, change); !checked)
            return fail(checked.error());
    }
    for (const auto &change : transaction.certificates) {
        if (const auto checked = checkExpected(m_state, change); !checked)
            return fail(checked.error());
    }
    ++m_state.revision.number;
    for (const auto &change : transaction.balancers)
        tests::apply(m_state, change);
    for (const auto &change : transaction.addresses)
        tests::apply(m_state, change);
    for (const auto &change : transaction.keys) {
        m_keys.erase(change.id);
        if (change.value)
            m_keys.emplace(change.id, *change.value);
    }
    for (const auto &change : transaction.certificates)
        tests::apply(m_state, change);
    m_saved.push_back(transaction);
    return m_state.revision;
}

QCoro::Task<Result<ports::DesiredState>> MemoryStore::load()
{
    const Result<ports::DesiredState> answer = m_state;
    co_await nextTurn();
    co_return answer;
}

QCoro::Task<Result<Revision>> MemoryStore::save(ports::Transaction transaction)
{
    const auto answer = apply(transaction);
    co_await nextTurn();
    co_return answer;
}

QCoro::Task<Result<std::vector<ports::RevisionRecord>>> MemoryStore::history(int count)
{
    std::vector<ports::RevisionRecord> answer;
    for (auto number = m_state.revision.number; number > 0 && std::cmp_less(answer.size(), count); --number)
        answer.push_back({Revision{number}, m_saved.at(static_cast<std::size_t>(number - 1)).audit});
    co_await nextTurn();
    co_return answer;
}

QCoro::Task<Result<std::vector<model::AccessKey>>> MemoryStore::loadKeys()
{
    std::vector<model::AccessKey> answer;
    for (const auto &[id, key] : m_keys)
        answer.push_back(key);
    co_await nextTurn();
    co_return answer;
}

QCoro::Task<Result<void>> MemoryStore::saveKey(model::AccessKey key)
{
    const auto answer = takeFailure();
    if (answer)
        m_keys[key.id] = key;
    co_await nextTurn();
    co_return answer;
}

} // namespace balancer::tests
