#pragma once

#include "base/result.h"
#include "model/access.h"
#include "ports/http.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace balancer::api {

/// The access key of that id, also a disabled one; nothing when there is none.
using KeyLookup = std::function<std::optional<model::AccessKey>(std::string_view id)>;

struct SignatureSettings
{
    /// Off: any region and service in the credential scope will do, because boto2 makes them up from the host's name.
    bool strictScope = false;
    std::vector<std::string> regions = {"local"}; ///< one of which a strict scope must name
    bool ignoreTokens = false;                    ///< a session token changes nothing, where we know none
    bool version2 = false;                        ///< take Signature Version 2 as well, of the Query API
    std::chrono::minutes clockSkew{5};

    bool operator==(const SignatureSettings &) const = default;
};

/// Who signed the request, by AWS Signature Version 4 in the Authorization header or in the query (a presigned URL), or
/// where the settings say so by Version 2, as signature_v2.h has it.
///
/// MissingAuthenticationToken: it is not signed. IncompleteSignature: the signature lacks something, or is of another
/// kind. InvalidClientTokenId: no such key, or a session token, which we never issue, unless the settings ignore it.
/// SignatureDoesNotMatch: wrong secret, changed on the way, not of now, or out of scope. RequestExpired: the presigned
/// URL is too old. AccessDenied: the key is disabled. MalformedRequest: the query cannot be decoded.
Result<model::Caller> verifySignature(const ports::HttpRequest &request, const KeyLookup &findKey, model::Timestamp now,
                                      const SignatureSettings &settings = {});

/// True when the request tries to say who it is from by a signature, right or wrong.
bool isSigned(const ports::HttpRequest &request);

} // namespace balancer::api
