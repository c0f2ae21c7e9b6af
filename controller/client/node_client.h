#pragma once

#include "base/result.h"
#include "client/access.h"
#include "client/backoff.h"
#include "client/event_stream.h"
#include "client/exchange.h"
#include "model/events.h"
#include "model/verbs.h"
#include "ports/clock.h"
#include "ports/http_transport.h"
#include "wire/read_forms.h"
#include "wire/verb_forms.h"

#include <QCoro/QCoroTask>
#include <QObject>
#include <QTimer>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace balancer::client {

enum class ConnectionState {
    Disconnected, ///< not started, or stopped
    Connecting,   ///< for the first time
    Live,         ///< what is shown is what the node has
    Unreachable,  ///< nobody answers, or the connection broke; tried again by itself
    Refused,      ///< the node does not know the key, or the key may not; tried again by itself, seldom
    Untrusted,    ///< the certificate is another one than the pinned one; nothing is sent until setAccess or retryNow
};

/// A number from 0 up to 1 by chance.
double anyChance();

struct NodeClientOptions
{
    std::chrono::milliseconds answerDeadline{15000};
    std::chrono::milliseconds eventPatience{35000}; ///< nothing at all on the event stream, not even a sign of life
    std::chrono::milliseconds firstRetry{250};      ///< doubles with each failure
    std::chrono::milliseconds lastRetry{15000};
    std::chrono::milliseconds refusedRetry{60000}; ///< while the node refuses the key
    bool rates = true;                             ///< also follow what load balancers carry
    std::function<double()> chance = &anyChance;   ///< spreads the attempts, see Backoff
};

/// One node's API from outside: verbs and reads as coroutines, what happens there as signals. The same for a node in
/// this machine and one across the world. Lives on the main loop's thread.
///
/// Once started it reads all load balancers, then follows the events from that moment, without a gap: signals
/// `snapshotArrived`, then `eventArrived` for each. After a broken connection it resumes where it was; when the node no
/// longer has what was missed, another snapshot comes. EventsLost is never passed on.
///
/// It may be destroyed at any time, also by who hears its signals: calls under way still get their answers.
class NodeClient : public QObject
{
    Q_OBJECT

public:
    /// Transport and clock outlive the client and its calls.
    NodeClient(ports::HttpTransport &transport, const ports::Clock &clock, NodeAccess access,
               NodeClientOptions options = {}, QObject *parent = nullptr);
    ~NodeClient() override;

    void start();
    /// Ends following; calls under way still get their answers.
    void stop();
    /// Another address, certificate or key: connects anew if started, and begins with a snapshot.
    void setAccess(NodeAccess access);
    /// Now, instead of at the end of the pause between two attempts.
    void retryNow();

    const NodeAccess &access() const { return m_access; }
    ConnectionState state() const { return m_state; }
    /// Why the state is not Live; an empty message when it is.
    const Error &reason() const { return m_reason; }
    /// When it is tried again by itself; nothing unless it waits for that.
    std::optional<model::Timestamp> nextAttempt() const { return m_nextAttempt; }

    /// One verb, as the API carries it out. The error has the node's code where it is one of ours, and its sentence;
    /// those of HttpTransport otherwise.
    template <typename Request>
    QCoro::Task<Result<typename Request::Answer>> perform(Request request);
    /// What the verb would do.
    template <typename Request>
    QCoro::Task<Result<model::PlanPreview>> preview(Request request);

    QCoro::Task<Result<model::NodeStatus>> fetchNode();
    QCoro::Task<Result<model::HistoryPage>> fetchHistory(int count);

    /// A browser's session for whom we are: the value of its cookie, which is a secret.
    struct BrowserSession
    {
        std::string cookie; ///< "name=value"
        model::Session session;
    };
    QCoro::Task<Result<BrowserSession>> openBrowserSession();

Q_SIGNALS:
    /// The state or its reason.
    void stateChanged(balancer::client::ConnectionState state);
    /// Everything there is; what was shown before is void.
    void snapshotArrived(const balancer::model::LoadBalancerList &list);
    void eventArrived(const balancer::model::Event &event);

private:
    /// One time of following, from its beginning to whatever ends it.
    class Run;

    Line line() const;
    QCoro::Task<Result<wire::Node>> act(std::string_view verb, bool dryRun, const wire::Node &form) const;

    void connectAnew();
    void attempt();
    void endAttempt();
    QCoro::Task<void> follow(Run run);
    QCoro::Task<Result<void>> takeSnapshot(Run run);
    QCoro::Task<Result<void>> openEvents(Run run);
    QCoro::Task<Result<void>> takeEvents(Run run);
    Result<void> takeEvent(const StreamEvent &arrived);
    void onLive();
    void onFailure(const Error &error);
    void setState(ConnectionState state, Error reason = Error());
    void waitFor(std::chrono::milliseconds pause);

    ports::HttpTransport &m_transport;
    const ports::Clock &m_clock;
    NodeAccess m_access;
    NodeClientOptions m_options;
    ConnectionState m_state = ConnectionState::Disconnected;
    Error m_reason;

    Backoff m_backoff;
    int m_runs = 0;         ///< the newest one's number
    bool m_isFresh = false; ///< no event has come since the snapshot
    std::string m_eventId;  ///< of the last event that was passed on; empty: begin with a snapshot
    std::optional<model::Timestamp> m_liveSince;
    std::optional<model::Timestamp> m_nextAttempt;
    std::unique_ptr<ports::HttpBodyReader> m_stream;
    QTimer m_retry;
};

template <typename Request>
QCoro::Task<Result<typename Request::Answer>> NodeClient::perform(Request request)
{
    using Answer = typename Request::Answer;
    const auto form = wire::writeForm(request);
    const auto answer = co_await act(Request::kName, false, form);
    if (!answer)
        co_return fail(answer.error());
    co_return wire::readAnswer<Answer>(*answer);
}

template <typename Request>
QCoro::Task<Result<model::PlanPreview>> NodeClient::preview(Request request)
{
    const auto form = wire::writeForm(request);
    const auto answer = co_await act(Request::kName, true, form);
    if (!answer)
        co_return fail(answer.error());
    co_return wire::readRead<model::PlanPreview>(*answer);
}

} // namespace balancer::client
