#include "api/signature_v2.h"

#include "api/crypto.h"
#include "api/parameters.h"
#include "api/signature_errors.h"
#include "api/target.h"
#include "base/text.h"
#include "wire/signature_text.h"

#include <algorithm>
#include <utility>

namespace balancer::api {

namespace {

using ports::HttpRequest;
using wire::Parameters;

constexpr std::string_view kVersion = "SignatureVersion";
constexpr std::string_view kSignature = "Signature";
/// Old tools run on old machines: AWS believes their clocks for longer than those of Version 4.
constexpr std::chrono::minutes kWindow{15};
constexpr std::chrono::hours kLongestExpiry{24 * 7};

bool isQueryApi(const HttpRequest &request)
{
    const auto path = pathOf(request.target);
    return path.ends_with('/') && !path.starts_with("/v1/");
}

std::string_view valueOf(const Parameters &parameters, std::string_view name)
{
    return wire::findParameter(parameters, name).value_or("");
}

/// By name; a name twice would leave open which of the two was meant.
Result<Parameters> sorted(Parameters parameters)
{
    std::ranges::sort(parameters, {}, &wire::Parameter::name);
    const auto repeated = std::ranges::adjacent_find(parameters, {}, &wire::Parameter::name);
    if (repeated != parameters.end())
        return incomplete("Signature Version 2 allows no parameter twice: '" + repeated->name.substr(0, 128) + "'");
    return parameters;
}

Result<void> checkForm(const HttpRequest &request, const Parameters &parameters)
{
    if (!isQueryApi(request))
        return incomplete("Signature Version 2 is for the Query API only: sign with Signature Version 4");
    if (valueOf(parameters, kVersion) != "2")
        return incomplete("SignatureVersion must be 2");
    if (valueOf(parameters, "SignatureMethod") != "HmacSHA256")
        return incomplete("SignatureMethod must be HmacSHA256");
    for (const auto name : {std::string_view("AWSAccessKeyId"), kSignature}) {
        if (valueOf(parameters, name).empty())
            return incomplete("Signature Version 2 requires '" + std::string(name) + "' parameter");
    }
    return {};
}

Result<void> checkTime(const Parameters &parameters, model::Timestamp now)
{
    const auto timestamp = wire::findParameter(parameters, "Timestamp");
    const auto expires = wire::findParameter(parameters, "Expires");
    if (timestamp.has_value() == expires.has_value())
        return incomplete("Signature Version 2 requires either a 'Timestamp' or an 'Expires' parameter");
    const auto time = wire::parseExtendedTime(timestamp ? *timestamp : *expires);
    if (!time)
        return incomplete("Timestamp and Expires must be in ISO-8601 format, e.g. 2015-08-30T12:36:00Z");
    if (expires && *time > now + kLongestExpiry)
        return incomplete("Expires must be within seven days");
    if (timestamp && *time > now + kWindow)
        return mismatch("Signature not yet current: " + wire::renderBasicTime(*time) + " is still later than " +
                        wire::renderBasicTime(now + kWindow));
    if (now > (timestamp ? *time + kWindow : *time))
        return expired();
    return {};
}

std::string_view withoutPort(std::string_view host)
{
    const auto colon = host.rfind(':');
    const bool hasPort = colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos;
    return hasPort ? host.substr(0, colon) : host;
}

std::string canonicalParameters(const Parameters &sortedParameters)
{
    std::string text;
    for (const auto &[name, value] : sortedParameters) {
        if (name != kSignature)
            text += (text.empty() ? "" : "&") + wire::percentEncoded(name) + "=" + wire::percentEncoded(value);
    }
    return text;
}

/// Some clients sign the host's port with it and some do not.
Result<void> checkSignature(const HttpRequest &request, const Parameters &sortedParameters, std::string_view secret)
{
    const auto header = ports::findHeader(request.headers, "host");
    const auto host = toLower(trimmed(header.value_or("")));
    const auto rest = "\n" + std::string(pathOf(request.target)) + "\n" + canonicalParameters(sortedParameters);
    const auto given = valueOf(sortedParameters, kSignature);
    const auto isRight = [&](std::string_view name) {
        return isSameSecret(base64(hmacSha256(secret, request.method + "\n" + std::string(name) + rest)), given);
    };
    if (isRight(host) || isRight(withoutPort(host)))
        return {};
    return signatureDiffers();
}

} // namespace

bool hasSignatureV2(const HttpRequest &request)
{
    const auto query = wire::parseParameters(queryOf(request.target));
    if (query && wire::findParameter(*query, kVersion))
        return true;
    // Other bodies are not forms, and most have nothing like it in them.
    if (request.method != "POST" || !isQueryApi(request) || request.body.find(kVersion) == std::string::npos)
        return false;
    const auto form = wire::parseParameters(request.body);
    return form && wire::findParameter(*form, kVersion);
}

Result<model::Caller> verifySignatureV2(const HttpRequest &request, const KeyLookup &findKey, model::Timestamp now,
                                        const SignatureSettings &settings)
{
    auto all = parametersOf(request);
    if (!all)
        return fail(all.error());
    if (const auto ok = checkForm(request, *all); !ok)
        return fail(ok.error());
    const auto parameters = sorted(std::move(*all));
    if (!parameters)
        return fail(parameters.error());

    const auto key = findKey(valueOf(*parameters, "AWSAccessKeyId"));
    if (!key || (wire::findParameter(*parameters, "SecurityToken") && !settings.ignoreTokens))
        return unknownToken();
    if (const auto ok = checkTime(*parameters, now); !ok)
        return fail(ok.error());
    if (const auto ok = checkSignature(request, *parameters, key->secret); !ok)
        return fail(ok.error());
    if (!key->enabled)
        return keyDisabled(*key);
    return model::Caller{key->id, key->role};
}

} // namespace balancer::api
