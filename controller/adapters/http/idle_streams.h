#pragma once

#include "adapters/http/destination.h"
#include "adapters/http/stream.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <list>
#include <map>
#include <memory>

namespace balancer::adapters::http {

/// Connections between two requests: a few for each destination, and not for long. Lives on the client's thread.
/// Private to this folder.
class IdleStreams
{
public:
    explicit IdleStreams(asio::io_context &loop) : m_loop(loop) {}

    /// The one kept last that the other side has not closed, or none.
    std::shared_ptr<Stream> take(const Destination &destination);
    void keep(const Destination &destination, std::shared_ptr<Stream> stream);
    void clear() { m_kept.clear(); }

private:
    struct Kept
    {
        Kept(asio::io_context &loop, std::shared_ptr<Stream> keptStream) : stream(std::move(keptStream)), expiry(loop)
        {
        }

        std::shared_ptr<Stream> stream;
        asio::steady_timer expiry;
    };

    void drop(const Destination &destination, const Stream *stream);

    asio::io_context &m_loop;
    std::map<Destination, std::list<Kept>> m_kept;
};

} // namespace balancer::adapters::http
