#include "api/error_wire.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace balancer::api {

namespace {

struct WireError
{
    ErrorCode code;
    std::string_view name;
    int status;
    std::string_view sentence = {}; ///< instead of the error's own
};

constexpr std::string_view kFailed = "The request processing has failed because of an internal error";
constexpr std::string_view kUnavailable = "The service is unavailable now: please try again";

constexpr std::array kWireErrors = {
    WireError{ErrorCode::ValidationError, "ValidationError", 400},
    WireError{ErrorCode::MissingParameter, "MissingParameter", 400},
    WireError{ErrorCode::InvalidParameterValue, "InvalidParameterValue", 400},
    WireError{ErrorCode::MissingAction, "MissingAction", 400},
    WireError{ErrorCode::InvalidAction, "InvalidAction", 400},
    WireError{ErrorCode::MalformedRequest, "MalformedQueryString", 404},
    WireError{ErrorCode::RequestTooLarge, "RequestTooLarge", 413},
    WireError{ErrorCode::MissingAuthenticationToken, "MissingAuthenticationToken", 403},
    WireError{ErrorCode::IncompleteSignature, "IncompleteSignature", 400},
    WireError{ErrorCode::InvalidClientTokenId, "InvalidClientTokenId", 403},
    WireError{ErrorCode::SignatureDoesNotMatch, "SignatureDoesNotMatch", 403},
    WireError{ErrorCode::RequestExpired, "RequestExpired", 400},
    WireError{ErrorCode::AccessDenied, "AccessDenied", 403},
    WireError{ErrorCode::NoSuchEntity, "NoSuchEntity", 404},
    WireError{ErrorCode::Throttling, "Throttling", 400},
    WireError{ErrorCode::LoadBalancerNotFound, "LoadBalancerNotFound", 400},
    WireError{ErrorCode::DuplicateLoadBalancerName, "DuplicateLoadBalancerName", 400},
    WireError{ErrorCode::TooManyLoadBalancers, "TooManyLoadBalancers", 400},
    WireError{ErrorCode::DuplicateListener, "DuplicateListener", 400},
    WireError{ErrorCode::ListenerNotFound, "ListenerNotFound", 400},
    WireError{ErrorCode::CertificateNotFound, "CertificateNotFound", 400},
    WireError{ErrorCode::InvalidInstance, "InvalidInstance", 400},
    WireError{ErrorCode::InvalidConfigurationRequest, "InvalidConfigurationRequest", 409},
    WireError{ErrorCode::InvalidScheme, "InvalidScheme", 400},
    WireError{ErrorCode::UnsupportedProtocol, "UnsupportedProtocol", 400},
    WireError{ErrorCode::DuplicateTagKeys, "DuplicateTagKeys", 400},
    WireError{ErrorCode::TooManyTags, "TooManyTags", 400},
    WireError{ErrorCode::NotFound, "InternalFailure", 500, kFailed},
    WireError{ErrorCode::Conflict, "InternalFailure", 500, kFailed},
    WireError{ErrorCode::Unavailable, "ServiceUnavailable", 503, kUnavailable},
    WireError{ErrorCode::Timeout, "InternalFailure", 500, kFailed},
    WireError{ErrorCode::Refused, "InternalFailure", 500, kFailed},
    WireError{ErrorCode::Untrusted, "InternalFailure", 500, kFailed},
    WireError{ErrorCode::Corrupt, "InternalFailure", 500, kFailed},
    WireError{ErrorCode::InvalidInput, "InternalFailure", 500, kFailed},
    WireError{ErrorCode::Internal, "InternalFailure", 500, kFailed},
};

} // namespace

wire::Problem errorToWire(const Error &error)
{
    const auto *entry = std::ranges::find(kWireErrors, error.code, &WireError::code);
    if (entry == kWireErrors.end())
        return wire::Problem{"InternalFailure", 500, std::string(kFailed), {}};
    const auto message = entry->sentence.empty() ? error.message : std::string(entry->sentence);
    return wire::Problem{std::string(entry->name), entry->status, message, {}};
}

} // namespace balancer::api
