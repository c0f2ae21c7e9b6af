#include "base/result.h"

namespace balancer {

std::string_view nameOf(ErrorCode code)
{
    switch (code) {
    case ErrorCode::ValidationError:
        return "ValidationError";
    case ErrorCode::MissingParameter:
        return "MissingParameter";
    case ErrorCode::InvalidParameterValue:
        return "InvalidParameterValue";
    case ErrorCode::MissingAction:
        return "MissingAction";
    case ErrorCode::InvalidAction:
        return "InvalidAction";
    case ErrorCode::MalformedRequest:
        return "MalformedRequest";
    case ErrorCode::RequestTooLarge:
        return "RequestTooLarge";
    case ErrorCode::MissingAuthenticationToken:
        return "MissingAuthenticationToken";
    case ErrorCode::IncompleteSignature:
        return "IncompleteSignature";
    case ErrorCode::InvalidClientTokenId:
        return "InvalidClientTokenId";
    case ErrorCode::SignatureDoesNotMatch:
        return "SignatureDoesNotMatch";
    case ErrorCode::RequestExpired:
        return "RequestExpired";
    case ErrorCode::AccessDenied:
        return "AccessDenied";
    case ErrorCode::NoSuchEntity:
        return "NoSuchEntity";
    case ErrorCode::Throttling:
        return "Throttling";
    case ErrorCode::LoadBalancerNotFound:
        return "LoadBalancerNotFound";
    case ErrorCode::DuplicateLoadBalancerName:
        return "DuplicateLoadBalancerName";
    case ErrorCode::TooManyLoadBalancers:
        return "TooManyLoadBalancers";
    case ErrorCode::DuplicateListener:
        return "DuplicateListener";
    case ErrorCode::ListenerNotFound:
        return "ListenerNotFound";
    case ErrorCode::CertificateNotFound:
        return "CertificateNotFound";
    case ErrorCode::InvalidInstance:
        return "InvalidInstance";
    case ErrorCode::InvalidConfigurationRequest:
        return "InvalidConfigurationRequest";
    case ErrorCode::InvalidScheme:
        return "InvalidScheme";
    case ErrorCode::UnsupportedProtocol:
        return "UnsupportedProtocol";
    case ErrorCode::DuplicateTagKeys:
        return "DuplicateTagKeys";
    case ErrorCode::TooManyTags:
        return "TooManyTags";
    case ErrorCode::NotFound:
        return "NotFound";
    case ErrorCode::Conflict:
        return "Conflict";
    case ErrorCode::Unavailable:
        return "Unavailable";
    case ErrorCode::Timeout:
        return "Timeout";
    case ErrorCode::Refused:
        return "Refused";
    case ErrorCode::Untrusted:
        return "Untrusted";
    case ErrorCode::Corrupt:
        return "Corrupt";
    case ErrorCode::InvalidInput:
        return "InvalidInput";
    case ErrorCode::Internal:
        return "Internal";
    }
    return "Internal";
}

std::optional<ErrorCode> apiCodeNamed(std::string_view name)
{
    constexpr auto kLast = static_cast<int>(ErrorCode::TooManyTags);
    for (int code = 0; code <= kLast; ++code) {
        if (nameOf(static_cast<ErrorCode>(code)) == name)
            return static_cast<ErrorCode>(code);
    }
    return std::nullopt;
}

Error inContext(std::string_view context, Error error)
{
    error.message = std::string(context) + ": " + error.message;
    return error;
}

} // namespace balancer
