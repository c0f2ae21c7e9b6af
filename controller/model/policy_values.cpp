#include "model/policy_values.h"

#include "base/text.h"
#include "model/ciphers.h"
#include "model/public_key.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace balancer::model {

namespace {

constexpr std::size_t kMaxPolicyName = 128;
constexpr std::size_t kMaxCookieName = 256;

bool isPolicyName(std::string_view text)
{
    return !text.empty() && text.size() <= kMaxPolicyName &&
           std::ranges::all_of(text, [](char c) { return isAlphanumeric(c) || c == '-'; });
}

tl::unexpected<Error> invalid(std::string sentence)
{
    return fail(ErrorCode::InvalidConfigurationRequest, std::move(sentence));
}

/// A token (RFC 6265) that HAProxy's configuration carries as it is: without what begins a comment, a quotation, a
/// variable or an expression there, and not like a flag.
Result<void> checkCookieName(std::string_view value)
{
    const bool readable =
        std::ranges::all_of(value, [](char c) { return isAlphanumeric(c) || isOneOf(c, "!&*+-.^_`|~"); });
    if (value.empty() || value.size() > kMaxCookieName || !readable || value.starts_with('-'))
        return invalid("CookieName must be 1 to 256 letters, digits or ! & * + - . ^ _ ` | ~ and not begin with '-'");
    if (value == "AWSELB" || value == "AWSELBCORS")
        return invalid("CookieName must not be " + std::string(value) + ": that is the load balancer's own cookie");
    return {};
}

Result<void> checkPublicKey(std::string_view value)
{
    if (const auto key = parsePublicKey(value); !key)
        return fail(key.error());
    return {};
}

Result<void> checkReference(std::string_view value)
{
    const auto *policy = findPredefinedPolicy(value);
    if (!policy || policy->type != kSslNegotiationType)
        return invalid("There is no predefined security policy with name " + std::string(value));
    return {};
}

/// Attributes of type String have each a rule of their own.
struct StringRule
{
    std::string_view attribute;
    Result<void> (*check)(std::string_view value);
};

constexpr std::array kStringRules = {
    StringRule{"CookieName", checkCookieName},
    StringRule{"PublicKey", checkPublicKey},
    StringRule{kReferenceAttribute, checkReference},
};

} // namespace

Result<void> checkPolicyName(std::string_view name)
{
    if (isPolicyName(name))
        return {};
    return fail(ErrorCode::ValidationError,
                "1 validation error detected: Value '" + std::string(name) +
                    "' at 'policyName' failed to satisfy constraint: Member must be 1 to 128 letters, digits or -");
}

Result<void> checkAttributeValue(const PolicyAttributeType &attribute, std::string_view value)
{
    const auto isNot = [&](std::string_view kind) {
        return invalid("Value '" + std::string(value) + "' of attribute " + attribute.name + " is not " +
                       std::string(kind));
    };
    if (attribute.type == "Boolean" && !parseBoolean(value))
        return isNot("true or false");
    if (attribute.type == "Long" && !parseCount(value))
        return isNot("a whole number from 0");
    if (attribute.type == "PolicyName" && !isPolicyName(value))
        return isNot("the name of a policy");

    const auto rule = std::ranges::find(kStringRules, attribute.name, &StringRule::attribute);
    return rule == kStringRules.end() ? Result<void>() : rule->check(value);
}

std::optional<bool> parseBoolean(std::string_view text)
{
    const auto lower = toLower(text);
    if (lower != "true" && lower != "false")
        return std::nullopt;
    return lower == "true";
}

std::optional<std::int64_t> parseCount(std::string_view text)
{
    std::int64_t count = 0;
    const auto *end = text.data() + text.size();
    const auto [stopped, problem] = std::from_chars(text.data(), end, count);
    if (problem != std::errc() || stopped != end || text.starts_with('-'))
        return std::nullopt;
    return count;
}

} // namespace balancer::model
