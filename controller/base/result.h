#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace balancer {

/// Why something failed, to branch on. The first groups are what a caller of the API can be told, in ELB's words;
/// `api::errorToWire` holds their text form and HTTP status, and nothing else does.
enum class ErrorCode {
    // The request itself.
    ValidationError,
    MissingParameter,
    InvalidParameterValue,
    MissingAction,
    InvalidAction,
    MalformedRequest,
    RequestTooLarge,

    // Who asks.
    MissingAuthenticationToken,
    IncompleteSignature,
    InvalidClientTokenId,
    SignatureDoesNotMatch,
    RequestExpired,
    AccessDenied,
    Throttling, ///< too many failures; trying again later may help

    // What ELB's rules say.
    LoadBalancerNotFound,
    DuplicateLoadBalancerName,
    TooManyLoadBalancers,
    DuplicateListener,
    ListenerNotFound,
    CertificateNotFound,
    InvalidInstance,
    InvalidConfigurationRequest,
    InvalidScheme,
    UnsupportedProtocol,
    DuplicateTagKeys,
    TooManyTags,
    DuplicatePolicyName,
    PolicyNotFound,
    PolicyTypeNotFound,
    TooManyPolicies,
    LoadBalancerAttributeNotFound,
    SubnetNotFound,
    InvalidSubnet,
    InvalidSecurityGroup,
    OperationNotPermitted,

    // What IAM's rules say of access keys and server certificates.
    EntityAlreadyExists,
    NoSuchEntity,
    DeleteConflict,
    MalformedCertificate,
    KeyPairMismatch,
    LimitExceeded,

    // The world behind us.
    NotFound,     ///< A thing asked for inside the program does not exist.
    Conflict,     ///< Someone else saved first; nothing was written.
    Unavailable,  ///< The other side cannot be reached or used now; trying again may help.
    Timeout,      ///< A deadline passed; whether the other side acted is unknown.
    Refused,      ///< The other side understood and said no.
    Untrusted,    ///< The other side is not the one we know: its certificate is another one.
    Corrupt,      ///< Stored or received data is not what it must be.
    InvalidInput, ///< A file or option given by the operator is wrong.
    Internal,     ///< Our own mistake.
};

/// The enumerator's own name, for logs and tests.
std::string_view nameOf(ErrorCode code);

/// The code of that name which a caller of the API can be told; nothing for any other name.
std::optional<ErrorCode> apiCodeNamed(std::string_view name);

/// A code to branch on and one sentence for people, without a full stop at the end.
struct Error
{
    ErrorCode code = ErrorCode::Internal;
    std::string message;

    bool operator==(const Error &) const = default;
};

/// A value, or why there is none. Must be looked at.
template <typename T>
class [[nodiscard]] Result : public tl::expected<T, Error>
{
public:
    using tl::expected<T, Error>::expected;
};

inline tl::unexpected<Error> fail(Error error)
{
    return tl::unexpected<Error>(std::move(error));
}

inline tl::unexpected<Error> fail(ErrorCode code, std::string message)
{
    return tl::unexpected<Error>(Error{code, std::move(message)});
}

/// The same code, with what this layer knows in front: "registering i-42 with web: connection refused".
Error inContext(std::string_view context, Error error);

} // namespace balancer
