#pragma once

#include <boost/asio/ssl/context.hpp>

#include <utility>

namespace balancer::adapters::http {

/// Apart from tls.h, so that few files see the library. Private to this folder.
class TlsContext
{
public:
    explicit TlsContext(boost::asio::ssl::context context) : m_context(std::move(context)) {}

    boost::asio::ssl::context &get() const { return m_context; }

private:
    mutable boost::asio::ssl::context m_context; // a stream takes settings from it and counts itself in
};

} // namespace balancer::adapters::http
