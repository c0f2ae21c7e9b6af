#include "model/protocol.h"

#include "base/text.h"

#include <array>
#include <string>
#include <utility>

namespace balancer::model {

namespace {

constexpr std::array kProtocols = {
    std::pair{Protocol::Http, std::string_view("HTTP")},
    std::pair{Protocol::Https, std::string_view("HTTPS")},
    std::pair{Protocol::Tcp, std::string_view("TCP")},
    std::pair{Protocol::Ssl, std::string_view("SSL")},
};

} // namespace

Result<Protocol> parseProtocol(std::string_view text)
{
    const auto upper = toUpper(text);
    for (const auto &[protocol, name] : kProtocols) {
        if (name == upper)
            return protocol;
    }
    return fail(ErrorCode::UnsupportedProtocol,
                "'" + std::string(text) + "' is not a supported protocol: use HTTP, HTTPS, TCP or SSL");
}

std::string_view renderProtocol(Protocol protocol)
{
    for (const auto &[known, name] : kProtocols) {
        if (known == protocol)
            return name;
    }
    return "TCP";
}

bool isHttpLayer(Protocol protocol)
{
    return protocol == Protocol::Http || protocol == Protocol::Https;
}

bool isSecure(Protocol protocol)
{
    return protocol == Protocol::Https || protocol == Protocol::Ssl;
}

} // namespace balancer::model
