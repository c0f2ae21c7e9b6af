#include "model/listener.h"

#include <map>

namespace balancer::model {

namespace {

std::string quoted(Protocol protocol)
{
    return std::string(renderProtocol(protocol));
}

} // namespace

Result<void> checkListener(const Listener &listener)
{
    if (isHttpLayer(listener.protocol) != isHttpLayer(listener.instanceProtocol))
        return fail(ErrorCode::InvalidConfigurationRequest,
                    "Protocol " + quoted(listener.protocol) + " and InstanceProtocol " +
                        quoted(listener.instanceProtocol) +
                        " must be of the same layer: HTTP with HTTPS, or TCP with SSL");
    if (isSecure(listener.protocol) && listener.certificateId.empty())
        return fail(ErrorCode::InvalidConfigurationRequest,
                    "SSL Certificate is required for protocol " + quoted(listener.protocol));
    if (!isSecure(listener.protocol) && !listener.certificateId.empty())
        return fail(ErrorCode::InvalidConfigurationRequest,
                    "SSL Certificate is not allowed for protocol " + quoted(listener.protocol));
    return {};
}

Result<void> checkListenersTogether(const std::vector<Listener> &listeners)
{
    std::map<std::uint16_t, bool> secureByPort;
    for (const auto &listener : listeners) {
        const bool secure = isSecure(listener.instanceProtocol);
        const auto [known, added] = secureByPort.emplace(listener.instancePort, secure);
        if (!added && known->second != secure)
            return fail(ErrorCode::InvalidConfigurationRequest,
                        "All listeners with InstancePort " + std::to_string(listener.instancePort) +
                            " must use either a secure (HTTPS, SSL) or a plain (HTTP, TCP) InstanceProtocol");
    }
    return {};
}

} // namespace balancer::model
