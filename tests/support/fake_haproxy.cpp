#include "support/fake_haproxy.h"

#include "plan/render.h"
#include "ports/pause.h"

#include <QCoro/QCoroFuture>

#include <algorithm>

namespace balancer::tests {

namespace {

QCoro::Task<void> nextTurn()
{
    return ports::pause(std::chrono::milliseconds(0));
}

bool isQuestion(const std::string &command)
{
    return command.starts_with("show ") || command == "help";
}

} // namespace

std::shared_ptr<QPromise<void>> Gate::started()
{
    auto promise = std::make_shared<QPromise<void>>();
    promise->start();
    return promise;
}

void Gate::open()
{
    if (const auto closed = std::exchange(m_closed, nullptr))
        closed->finish();
}

QCoro::Task<void> Gate::pass()
{
    while (m_closed) {
        auto future = m_closed->future();
        ++m_waiting;
        co_await future;
        --m_waiting;
    }
}

QCoro::Task<Result<std::string>> FakeHaproxy::probe()
{
    co_return std::string("2.6.12");
}

QCoro::Task<Result<std::optional<ports::RunningGeneration>>> FakeHaproxy::adopt()
{
    co_await nextTurn();
    auto left = m_left;
    co_return left;
}

QCoro::Task<Result<void>> FakeHaproxy::startGeneration(plan::HaproxyConfig config, plan::SlotHealths healths,
                                                       std::vector<std::string> farewell)
{
    co_await nextTurn();
    co_await m_gate.pass();
    m_started.push_back(config);
    m_startedWith.push_back(healths);
    if (!m_startErrors.empty()) {
        const auto error = m_startErrors.front();
        m_startErrors.erase(m_startErrors.begin());
        co_return fail(error);
    }
    if (m_running && m_running->hasSessions()) {
        for (const auto &command : farewell)
            m_running->answer(command);
        m_leaving.emplace(m_number, std::move(m_running));
    }
    ++m_number;
    m_changes.insert(m_changes.end(), farewell.begin(), farewell.end());
    m_running = std::make_unique<SimulatedHaproxy>(std::move(config), healths);
    co_return Result<void>();
}

Result<void> FakeHaproxy::saveConfig(const plan::HaproxyConfig &config)
{
    m_saved.push_back(config);
    return {};
}

Result<void> FakeHaproxy::checkBindable(const std::vector<plan::Bind> &binds) const
{
    for (const auto &bind : binds) {
        if (m_taken.contains(bind.port))
            return fail(ErrorCode::InvalidConfigurationRequest,
                        "Cannot listen on " + bind.text() + ": it is used by nginx, process 42");
    }
    return {};
}

std::vector<int> FakeHaproxy::leavingGenerations() const
{
    std::vector<int> numbers;
    for (const auto &[number, haproxy] : m_leaving)
        numbers.push_back(number);
    return numbers;
}

QCoro::Task<Result<std::vector<std::string>>> FakeHaproxy::sendToLeaving(int generation,
                                                                         std::vector<std::string> commands)
{
    co_await nextTurn();
    const auto leaving = m_leaving.find(generation);
    if (leaving == m_leaving.end())
        co_return fail(ErrorCode::Unavailable, "it has gone");
    std::vector<std::string> replies;
    for (const auto &command : commands)
        replies.push_back(leaving->second->answer(command));
    co_return replies;
}

QCoro::Task<Result<void>> FakeHaproxy::stopAll()
{
    m_running.reset();
    co_return Result<void>();
}

std::string FakeHaproxy::answer(const std::string &command)
{
    if (!isQuestion(command))
        m_changes.push_back(command);
    for (auto &substitute : m_substitutes) {
        if (substitute.times > 0 && command.starts_with(substitute.beginning)) {
            --substitute.times;
            return substitute.reply;
        }
    }
    return m_running->answer(command);
}

QCoro::Task<Result<std::vector<std::string>>> FakeHaproxy::send(std::vector<std::string> commands)
{
    co_await nextTurn();
    co_await m_gate.pass();
    if (const auto error = std::exchange(m_sendError, std::nullopt))
        co_return fail(*error);
    if (!m_running)
        co_return fail(ErrorCode::Unavailable, "HAProxy is not running");
    std::vector<std::string> replies;
    for (const auto &command : commands)
        replies.push_back(answer(command));
    co_return replies;
}

void FakeHaproxy::runAlready(const plan::HaproxyConfig &config, const plan::SlotHealths &healths)
{
    m_running = std::make_unique<SimulatedHaproxy>(config, healths);
    m_left = ports::RunningGeneration{++m_number, plan::renderConfig(config, plan::GenerationFacts())};
}

void FakeHaproxy::die()
{
    m_running.reset();
    Q_EMIT died();
}

void FakeHaproxy::answerInstead(std::string beginning, std::string reply, int times)
{
    m_substitutes.push_back(Substitute{std::move(beginning), std::move(reply), times});
}

QCoro::Task<Result<void>> FakeHealthProbe::check(model::HealthCheckTarget target, Endpoint endpoint,
                                                 std::chrono::milliseconds)
{
    m_checks.push_back(model::renderTarget(target) + " " + endpoint.text());
    co_await nextTurn();
    co_await m_gate.pass();
    if (m_failing.contains(endpoint.text()))
        co_return fail(ErrorCode::Refused, endpoint.text() + ": connection refused");
    co_return Result<void>();
}

void FakeHealthProbe::setFailing(const std::string &endpoint, bool failing)
{
    if (failing)
        m_failing.insert(endpoint);
    else
        m_failing.erase(endpoint);
}

void FakeHealthLog::log(plan::HealthEvent::Kind kind, const std::string &backend, const std::string &server)
{
    plan::HealthEvent event;
    event.kind = kind;
    event.backend = backend;
    event.server = server;
    Q_EMIT eventLogged(event);
}

QCoro::Task<Result<IpAddress>> FakeResolver::resolve(std::string name)
{
    co_await nextTurn();
    const auto known = m_names.find(name);
    if (known == m_names.end())
        co_return fail(ErrorCode::NotFound, "there is no host " + name);
    const auto address = known->second;
    co_return address;
}

void FakeResolver::know(const std::string &name, const std::string &address)
{
    m_names.insert_or_assign(name, IpAddress::parse(address).value());
}

} // namespace balancer::tests
