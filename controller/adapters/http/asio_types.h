#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/system/error_code.hpp>

/// Asio's types as the server uses them. Private to this folder.
namespace balancer::adapters::http {

namespace asio = boost::asio;

using boost::system::error_code;
using Protocol = asio::generic::stream_protocol; // TCP and unix sockets alike
using Socket = Protocol::socket;

} // namespace balancer::adapters::http
