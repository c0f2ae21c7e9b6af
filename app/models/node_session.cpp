#include "models/node_session.h"

#include "models/texts.h"

#include <QPointer>

#include <utility>
#include <variant>

namespace balancer::models {

namespace {

using client::ConnectionState;

constexpr int kHistoryPage = 200;

/// Asks, and hands the answer over unless the session has gone or looks at another node by then. An error says
/// nothing new: the connection's state tells it.
template <typename T, typename Take>
QCoro::Task<void> take(QCoro::Task<Result<T>> asked, QPointer<NodeSession> session, QString address, Take handOver)
{
    const auto answer = co_await asked;
    if (answer && session && session->address() == address)
        handOver(*answer);
}

} // namespace

QString textOf(ConnectionState state)
{
    switch (state) {
    case ConnectionState::Disconnected:
        return NodeSession::tr("Disconnected");
    case ConnectionState::Connecting:
        return NodeSession::tr("Connecting");
    case ConnectionState::Live:
        return NodeSession::tr("Live");
    case ConnectionState::Unreachable:
        return NodeSession::tr("Unreachable");
    case ConnectionState::Refused:
        return NodeSession::tr("Refused");
    case ConnectionState::Untrusted:
        return NodeSession::tr("Not trusted");
    }
    return {};
}

NodeSession::NodeSession(ports::HttpTransport &transport, const ports::Clock &clock, NodeEntry entry,
                         client::NodeClientOptions options, QObject *parent)
    : QObject(parent), m_clock(clock), m_entry(std::move(entry)), m_loadBalancers(m_state),
      m_client(std::make_unique<client::NodeClient>(transport, clock, m_entry.access, std::move(options)))
{
    follow();
}

NodeSession::~NodeSession() = default;

void NodeSession::follow()
{
    connect(m_client.get(), &client::NodeClient::stateChanged, this, [this](ConnectionState state) {
        if (state == ConnectionState::Live)
            readOn();
        else
            m_state.forgetRates();
        Q_EMIT changed();
    });
    connect(m_client.get(), &client::NodeClient::snapshotArrived, this, [this](const model::LoadBalancerList &list) {
        m_state.apply(list);
        if (isLive())
            readOn();
    });
    connect(m_client.get(), &client::NodeClient::eventArrived, this, &NodeSession::apply);
}

void NodeSession::apply(const model::Event &event)
{
    m_state.apply(event);
    if (const auto *saved = std::get_if<model::RevisionSaved>(&event))
        m_history.apply(saved->revision);
    if (const auto *measured = std::get_if<model::RatesMeasured>(&event))
        m_traffic.add(*measured, m_clock.now());
}

/// What neither snapshot nor events tell, or may have told while nobody heard.
void NodeSession::readOn()
{
    const QPointer<NodeSession> self(this);
    const auto setStatus = [this](const model::NodeStatus &status) {
        m_status = status;
        // An event may have overtaken the answer.
        if (status.appliedRevision >= m_state.appliedRevision())
            m_state.apply(model::RevisionApplied{status.appliedRevision, status.generation});
        Q_EMIT statusChanged();
    };
    take(m_client->fetchNode(), self, address(), setStatus);
    const auto setHistory = [this](const model::HistoryPage &page) { m_history.apply(page); };
    take(m_client->fetchHistory(kHistoryPage), self, address(), setHistory);
}

void NodeSession::start()
{
    m_client->start();
}

void NodeSession::stop()
{
    m_client->stop();
}

void NodeSession::edit(const QString &name, client::NodeAccess access)
{
    const auto before = std::exchange(m_entry, NodeEntry{m_entry.id, name, access});
    if (before.access.target.url != access.target.url)
        forget();
    if (before.access != access)
        m_client->setAccess(std::move(access));
    if (before != m_entry)
        Q_EMIT changed();
}

void NodeSession::forget()
{
    m_state.clear();
    m_history.clear();
    m_traffic.clear();
    if (std::exchange(m_status, std::nullopt))
        Q_EMIT statusChanged();
}

QString NodeSession::address() const
{
    return text(m_entry.access.target.url);
}

ConnectionState NodeSession::connectionState() const
{
    return m_client->state();
}

QString NodeSession::stateText() const
{
    return textOf(connectionState());
}

QString NodeSession::reason() const
{
    return text(m_client->reason().message);
}

} // namespace balancer::models
