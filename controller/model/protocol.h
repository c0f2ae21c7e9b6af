#pragma once

#include "base/result.h"

#include <string_view>

namespace balancer::model {

enum class Protocol { Http, Https, Tcp, Ssl };

/// Any case, as clients send it (Terraform lower, Ansible upper). UnsupportedProtocol for anything else.
Result<Protocol> parseProtocol(std::string_view text);
/// Upper case, as ELB stores and returns it.
std::string_view renderProtocol(Protocol protocol);

/// HTTP and HTTPS: requests are understood, not only bytes passed on (OSI layer 7).
bool isHttpLayer(Protocol protocol);
/// HTTPS and SSL: the connection is encrypted.
bool isSecure(Protocol protocol);

} // namespace balancer::model
