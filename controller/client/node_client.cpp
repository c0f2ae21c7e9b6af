#include "client/node_client.h"

#include "base/text.h"
#include "wire/json_text.h"

#include <QPointer>
#include <QRandomGenerator>

#include <utility>

namespace balancer::client {

namespace {

using ports::HttpRequest;

constexpr std::size_t kLongestProblem = 64 * 1024;
constexpr std::string_view kSessionCookie = "elastic-haproxy-session";

HttpRequest requestOf(std::string method, std::string target)
{
    HttpRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.headers.emplace_back("Accept", "application/json");
    return request;
}

template <typename T>
QCoro::Task<Result<T>> fetch(Line line, std::string target)
{
    const auto request = requestOf("GET", std::move(target));
    const auto answer = co_await ask(line, request);
    if (!answer)
        co_return fail(answer.error());
    co_return wire::readRead<T>(*answer);
}

QCoro::Task<Result<NodeClient::BrowserSession>> openSession(Line line)
{
    const auto request = requestOf("POST", "/v1/session");
    const auto response = co_await exchange(line, request);
    if (!response)
        co_return fail(response.error());
    auto cookie = findCookie(response->headers, kSessionCookie);
    const auto answer = wire::parseJson(response->body, kNodeJson);
    if (!cookie || !answer)
        co_return fail(ErrorCode::Corrupt, "the node's answer is no session");
    auto session = wire::readRead<model::Session>(*answer);
    if (!session)
        co_return fail(session.error());
    NodeClient::BrowserSession opened;
    opened.cookie = std::move(*cookie);
    opened.session = std::move(*session);
    co_return opened;
}

/// The error that an answer's body tells, which was expected to be a stream.
QCoro::Task<Result<void>> readProblem(ports::HttpBodyReader &reader, std::chrono::milliseconds patience,
                                      model::Timestamp now)
{
    ports::HttpResponse response;
    response.status = reader.status();
    response.headers = reader.headers();
    while (response.body.size() < kLongestProblem) {
        const auto piece = co_await reader.read(patience);
        if (!piece || piece->empty())
            break;
        response.body += *piece;
    }
    co_return fail(errorOf(response, now));
}

bool isEventStream(const ports::HttpHeaders &headers)
{
    const auto type = ports::findHeader(headers, "content-type");
    return type && toLower(trimmed(*type)).starts_with("text/event-stream");
}

Error eventsLost()
{
    return {ErrorCode::NotFound, "the node no longer has the events that were missed"};
}

} // namespace

double anyChance()
{
    return QRandomGenerator::global()->generateDouble();
}

/// Whether it is still this time that counts: not after stop, another attempt or the client's end.
class NodeClient::Run
{
public:
    explicit Run(NodeClient *client) : m_client(client), m_number(client->m_runs) {}

    bool isOver() const { return !m_client || m_client->m_runs != m_number; }

private:
    QPointer<NodeClient> m_client;
    int m_number;
};

NodeClient::NodeClient(ports::HttpTransport &transport, const ports::Clock &clock, NodeAccess access,
                       NodeClientOptions options, QObject *parent)
    : QObject(parent), m_transport(transport), m_clock(clock), m_access(std::move(access)),
      m_options(std::move(options)), m_backoff(m_options.firstRetry, m_options.lastRetry)
{
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, &NodeClient::attempt);
}

NodeClient::~NodeClient()
{
    endAttempt();
}

// ----------------------------------------------------------------------------------------------- calls

Line NodeClient::line() const
{
    return {m_transport, m_clock, m_access, m_options.answerDeadline};
}

QCoro::Task<Result<wire::Node>> NodeClient::act(std::string_view verb, bool dryRun, const wire::Node &form) const
{
    auto request = requestOf("POST", "/v1/actions/" + std::string(verb) + (dryRun ? "?dryRun=true" : ""));
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = wire::renderJson(form);
    return ask(line(), std::move(request));
}

QCoro::Task<Result<model::NodeStatus>> NodeClient::fetchNode()
{
    return fetch<model::NodeStatus>(line(), "/v1/node");
}

QCoro::Task<Result<model::HistoryPage>> NodeClient::fetchHistory(int count)
{
    return fetch<model::HistoryPage>(line(), "/v1/revisions?count=" + std::to_string(count));
}

QCoro::Task<Result<NodeClient::BrowserSession>> NodeClient::openBrowserSession()
{
    return openSession(line());
}

// ------------------------------------------------------------------------------------------- following

void NodeClient::start()
{
    if (m_state == ConnectionState::Disconnected)
        connectAnew();
}

void NodeClient::stop()
{
    endAttempt();
    setState(ConnectionState::Disconnected);
}

void NodeClient::setAccess(NodeAccess access)
{
    m_access = std::move(access);
    m_eventId.clear();
    if (m_state != ConnectionState::Disconnected)
        connectAnew();
}

void NodeClient::retryNow()
{
    if (m_nextAttempt || m_state == ConnectionState::Untrusted)
        attempt();
}

void NodeClient::connectAnew()
{
    m_backoff.reset();
    endAttempt();
    const Run before(this);
    setState(ConnectionState::Connecting);
    if (!before.isOver())
        attempt();
}

void NodeClient::attempt()
{
    endAttempt();
    // A task starts when it is called and keeps its own frame alive: what fails it reports itself.
    follow(Run(this));
}

void NodeClient::endAttempt()
{
    ++m_runs;
    m_retry.stop();
    m_nextAttempt.reset();
    m_stream.reset();
}

QCoro::Task<void> NodeClient::follow(Run run)
{
    Result<void> done;
    if (m_eventId.empty())
        done = co_await takeSnapshot(run);
    if (done && !run.isOver())
        done = co_await openEvents(run);
    if (done && !run.isOver())
        done = co_await takeEvents(run);
    if (!done && !run.isOver())
        onFailure(done.error());
}

QCoro::Task<Result<void>> NodeClient::takeSnapshot(Run run)
{
    const auto list = co_await fetch<model::LoadBalancerList>(line(), "/v1/load-balancers");
    if (!list)
        co_return fail(list.error());
    if (run.isOver())
        co_return Result<void>();
    if (list->eventId.empty())
        co_return fail(ErrorCode::Corrupt, "the node's answer names no event to go on from");
    m_eventId = list->eventId;
    m_isFresh = true;
    Q_EMIT snapshotArrived(*list);
    co_return Result<void>();
}

QCoro::Task<Result<void>> NodeClient::openEvents(Run run)
{
    HttpRequest request;
    request.method = "GET";
    request.target = m_options.rates ? "/v1/events?rates=1" : "/v1/events";
    request.headers.emplace_back("Accept", "text/event-stream");
    request.headers.emplace_back("Last-Event-ID", m_eventId);
    const auto ready = prepared(std::move(request), m_access, m_clock.now());
    if (!ready)
        co_return fail(ready.error());
    auto opened = co_await m_transport.open(m_access.target, *ready, m_options.answerDeadline);
    if (run.isOver())
        co_return Result<void>();
    if (!opened)
        co_return fail(opened.error());
    m_stream = std::move(*opened);
    if (m_stream->status() != 200)
        co_return co_await readProblem(*m_stream, m_options.answerDeadline, m_clock.now());
    if (!isEventStream(m_stream->headers()))
        co_return fail(ErrorCode::Corrupt, "the node's answer is no stream of events");
    co_return Result<void>();
}

QCoro::Task<Result<void>> NodeClient::takeEvents(Run run)
{
    EventStreamParser parser;
    for (;;) {
        const auto bytes = co_await m_stream->read(m_options.eventPatience);
        if (run.isOver())
            co_return Result<void>();
        if (!bytes)
            co_return fail(bytes.error());
        if (bytes->empty())
            co_return fail(ErrorCode::Unavailable, "the node ended the connection");
        const auto events = parser.feed(*bytes);
        if (!events)
            co_return fail(events.error());
        for (const auto &event : *events) {
            const auto taken = takeEvent(event);
            if (!taken || run.isOver())
                co_return taken;
        }
        onLive();
        if (run.isOver())
            co_return Result<void>();
    }
}

Result<void> NodeClient::takeEvent(const StreamEvent &arrived)
{
    const auto data = wire::parseJson(arrived.data, kNodeJson);
    if (!data)
        return fail(ErrorCode::Corrupt, "the node's event cannot be read: " + data.error().message);
    const auto event = wire::readEvent(arrived.name, *data);
    if (!event && event.error().code != ErrorCode::NotFound)
        return fail(event.error());
    if (event && std::holds_alternative<model::EventsLost>(*event))
        return fail(eventsLost());
    if (!arrived.id.empty())
        m_eventId = arrived.id;
    if (!event)
        return {};
    m_isFresh = false;
    Q_EMIT eventArrived(*event);
    return {};
}

void NodeClient::onLive()
{
    if (m_state == ConnectionState::Live)
        return;
    m_liveSince = m_clock.now();
    setState(ConnectionState::Live);
}

void NodeClient::onFailure(const Error &error)
{
    m_stream.reset();
    // Without these it cannot go on from there, but with a snapshot it may.
    const bool lost = error.code == eventsLost().code;
    if (lost || error.code == ErrorCode::Corrupt || error.code == ErrorCode::InvalidInput)
        m_eventId.clear();
    if (lost && !m_isFresh)
        return attempt();

    // A connection that breaks as soon as it is made does not count as a success.
    if (m_liveSince && m_clock.now() - *m_liveSince >= m_options.lastRetry)
        m_backoff.reset();
    m_liveSince.reset();
    if (error.code == ErrorCode::Untrusted)
        return setState(ConnectionState::Untrusted, error);
    const bool refused = isRefusal(error.code);
    waitFor(refused ? m_options.refusedRetry : m_backoff.next(m_options.chance()));
    setState(refused ? ConnectionState::Refused : ConnectionState::Unreachable, error);
}

void NodeClient::waitFor(std::chrono::milliseconds pause)
{
    m_nextAttempt = m_clock.now() + pause;
    m_retry.start(pause);
}

void NodeClient::setState(ConnectionState state, Error reason)
{
    if (m_state == state && m_reason == reason)
        return;
    m_state = state;
    m_reason = std::move(reason);
    Q_EMIT stateChanged(state);
}

} // namespace balancer::client
