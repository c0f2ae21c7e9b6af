#include "adapters/haproxy/leaving_connection.h"

#include "plan/stats.h"
#include "ports/pause.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace balancer::adapters::haproxy {

namespace {

using namespace std::chrono_literals;
using Replies = std::vector<std::string>;

// A generation without traffic goes at once. Connections to a stats socket may be idle for 10 s (HAProxy's default).
constexpr auto kFirstPause = 2ms;
constexpr auto kLongestPause = 500ms;

int numberIn(const std::string &text)
{
    int number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

/// Whether the connection that asks is all that keeps the generation alive. Each listener and connection is a job.
bool isDone(const std::string &info)
{
    auto values = plan::parseInfo(info);
    return values["Stopping"] == "1" && numberIn(values["Jobs"]) - numberIn(values["Unstoppable Jobs"]) <= 1;
}

} // namespace

QCoro::Task<Result<Replies>> LeavingConnection::exchange(std::shared_ptr<LeavingConnection> self, Replies commands,
                                                         std::chrono::milliseconds deadline)
{
    const QDeadlineTimer timer(deadline);
    while (self->m_busy && !timer.hasExpired())
        co_await ports::pause(2ms);
    if (self->m_busy)
        co_return fail(ErrorCode::Timeout, "the leaving HAProxy did not answer in time");
    auto replies = co_await converse(self, std::move(commands), timer);
    co_return replies;
}

QCoro::Task<Result<Replies>> LeavingConnection::converse(std::shared_ptr<LeavingConnection> self, Replies commands,
                                                         QDeadlineTimer deadline)
{
    const auto connection = self->m_connection;
    if (!connection)
        co_return fail(ErrorCode::Unavailable, "the leaving HAProxy can no longer be asked");
    self->m_busy = true;
    const auto left = std::max(1ms, std::chrono::milliseconds(deadline.remainingTime()));
    auto replies = co_await RuntimeConnection::exchange(connection, std::move(commands), left);
    self->m_busy = false;
    // There will be no other one.
    if (!replies)
        self->close();
    co_return replies;
}

void LeavingConnection::close()
{
    m_next.stop();
    m_connection.reset();
}

void LeavingConnection::guard(std::shared_ptr<LeavingConnection> self)
{
    self->m_next.setSingleShot(true);
    self->m_next.setInterval(kFirstPause);
    // Between two questions nothing waits that would outlive the connection.
    QObject::connect(&self->m_next, &QTimer::timeout, &self->m_next,
                     [weak = std::weak_ptr<LeavingConnection>(self)] { askWhetherDone(weak.lock()); });
    askWhetherDone(std::move(self));
}

QCoro::Task<void> LeavingConnection::askWhetherDone(std::shared_ptr<LeavingConnection> self)
{
    std::vector<std::string> question(1, "show info");
    const auto reply = co_await exchange(self, std::move(question), 5000ms);
    if (reply && isDone(reply->front()))
        self->close();
    if (!self->isOpen())
        co_return;
    self->m_next.start();
    const auto longer = self->m_next.intervalAsDuration() * 2;
    self->m_next.setInterval(std::min(longer, std::chrono::milliseconds(kLongestPause)));
}

} // namespace balancer::adapters::haproxy
