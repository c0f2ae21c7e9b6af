#include "adapters/http/body_writer.h"

#include "adapters/http/connection.h"

#include <boost/asio/post.hpp>

#include <QtCore/QMetaObject>

#include <utility>

namespace balancer::adapters::http {

BodyWriter::BodyWriter(std::weak_ptr<asio::io_context> loop, std::weak_ptr<Connection> connection,
                       std::shared_ptr<Backlog> backlog, std::size_t maxBacklogBytes)
    : m_loop(std::move(loop)), m_connection(std::move(connection)), m_backlog(std::move(backlog)),
      m_maxBacklogBytes(maxBacklogBytes)
{
}

BodyWriter::~BodyWriter()
{
    flush();
    onItsThread([](Connection &connection) { connection.endBody(); });
}

bool BodyWriter::write(std::string piece)
{
    if (!m_backlog->isOpen)
        return false;
    if (m_backlog->waiting + piece.size() > m_maxBacklogBytes) {
        m_backlog->isOpen = false;
        onItsThread([](Connection &connection) { connection.abandon(); });
        return false;
    }
    m_backlog->waiting += piece.size();
    if (m_joined.empty())
        QMetaObject::invokeMethod(
            &m_turn, [this] { flush(); }, Qt::QueuedConnection);
    m_joined += piece;
    return true;
}

void BodyWriter::flush()
{
    if (m_joined.empty())
        return;
    onItsThread([piece = std::exchange(m_joined, {})](Connection &connection) { connection.continueBody(piece); });
}

template <typename Action>
void BodyWriter::onItsThread(Action action)
{
    const auto running = m_loop.lock();
    if (!running)
        return;
    // The connection is locked on its own thread only, so that its last reference is dropped there.
    asio::post(*running, [weak = m_connection, action = std::move(action)] {
        if (const auto connection = weak.lock())
            action(*connection);
    });
}

} // namespace balancer::adapters::http
