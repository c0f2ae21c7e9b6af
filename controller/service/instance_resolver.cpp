#include "service/instance_resolver.h"

namespace balancer::service {

QCoro::Task<Result<model::InstanceAddress>> resolveInstance(ports::HostResolver &resolver, InstanceId id,
                                                            std::optional<std::string> registered)
{
    // Clients look for the first sentence.
    const std::string notFound = "Could not find EC2 instance ID. '" + id.text() + "' ";
    const auto hint = model::parseAddressHint(registered ? *registered : id.text());
    if (!hint)
        co_return fail(ErrorCode::InvalidInstance,
                       notFound + "is neither an address nor registered with one: use SetInstanceAddress");
    if (const auto address = IpAddress::parse(hint->host))
        co_return model::InstanceAddress{*address, hint->port};
    const auto looked = co_await resolver.resolve(hint->host);
    if (!looked)
        co_return fail(ErrorCode::InvalidInstance, notFound + "has no address: " + looked.error().message);
    co_return model::InstanceAddress{*looked, hint->port};
}

} // namespace balancer::service
