#pragma once

#include "api/signature.h"

namespace balancer::api {

/// Whether the request tries to say who it is from by Signature Version 2, right or wrong: in its query, or in the form
/// that is its body.
bool hasSignatureV2(const ports::HttpRequest &request);

/// Who signed the request by AWS Signature Version 2, as boto of 2014 and older tools do: HmacSHA256 only, over all
/// parameters, for the Query API only because no other body is signed.
///
/// IncompleteSignature: it lacks something, is of another kind, or names a parameter twice. RequestExpired: too old.
/// The other errors are those of verifySignature.
Result<model::Caller> verifySignatureV2(const ports::HttpRequest &request, const KeyLookup &findKey,
                                        model::Timestamp now, const SignatureSettings &settings = {});

} // namespace balancer::api
