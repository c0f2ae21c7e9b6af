#pragma once

#include "base/result.h"
#include "model/access.h"

#include <string>
#include <utility>

/// What both versions of signatures are refused with, in ELB's words.
namespace balancer::api {

inline tl::unexpected<Error> incomplete(std::string message)
{
    return fail(ErrorCode::IncompleteSignature, std::move(message));
}

inline tl::unexpected<Error> mismatch(std::string message)
{
    return fail(ErrorCode::SignatureDoesNotMatch, std::move(message));
}

inline tl::unexpected<Error> signatureDiffers()
{
    return mismatch("The request signature we calculated does not match the signature you provided. Check your AWS "
                    "Secret Access Key and signing method. Consult the service documentation for details.");
}

inline tl::unexpected<Error> unknownToken()
{
    return fail(ErrorCode::InvalidClientTokenId, "The security token included in the request is invalid.");
}

inline tl::unexpected<Error> expired()
{
    return fail(ErrorCode::RequestExpired, "Request has expired");
}

inline tl::unexpected<Error> keyDisabled(const model::AccessKey &key)
{
    return fail(ErrorCode::AccessDenied, "The access key " + key.id + " is disabled");
}

} // namespace balancer::api
