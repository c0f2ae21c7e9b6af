#include "model/policy.h"

#include "model/ciphers.h"
#include "model/policy_values.h"

#include <algorithm>
#include <set>

namespace balancer::model {

namespace {

using AttributeList = std::vector<PolicyAttribute>;

tl::unexpected<Error> invalid(std::string sentence)
{
    return fail(ErrorCode::InvalidConfigurationRequest, std::move(sentence));
}

Result<void> checkKnown(const PolicyType &type, const AttributeList &given)
{
    std::set<std::string_view> known;
    for (const auto &attribute : type.attributes)
        known.insert(attribute.name);
    for (const auto &attribute : given) {
        if (!known.contains(attribute.name))
            return invalid("Policy type " + type.name + " does not have the attribute '" + attribute.name + "'");
    }
    return {};
}

/// The values of one attribute in the order given, each once: naming one again says nothing new.
std::vector<std::string> valuesOf(const PolicyAttributeType &attribute, const AttributeList &given)
{
    std::vector<std::string> values;
    std::set<std::string_view> seen;
    const bool isList =
        attribute.cardinality == Cardinality::OneOrMore || attribute.cardinality == Cardinality::ZeroOrMore;
    for (const auto &[name, value] : given) {
        if (name == attribute.name && (seen.insert(value).second || !isList))
            values.push_back(value);
    }
    return values;
}

Result<void> checkCount(const PolicyAttributeType &attribute, std::size_t count)
{
    const auto cardinality = attribute.cardinality;
    const bool isRequired = cardinality == Cardinality::One || cardinality == Cardinality::OneOrMore;
    const bool isSingle = cardinality == Cardinality::One || cardinality == Cardinality::ZeroOrOne;
    if (count == 0 && isRequired)
        return invalid("Attribute " + attribute.name + " is required");
    if (count > 1 && isSingle)
        return invalid("Attribute " + attribute.name + " must be given only once");
    return {};
}

/// All attributes in the type's order, with the defaults of those that are not given.
Result<AttributeList> filledIn(const PolicyType &type, const AttributeList &given)
{
    if (const auto ok = checkKnown(type, given); !ok)
        return fail(ok.error());

    AttributeList all;
    for (const auto &attribute : type.attributes) {
        auto values = valuesOf(attribute, given);
        if (const auto ok = checkCount(attribute, values.size()); !ok)
            return fail(ok.error());
        for (const auto &value : values) {
            if (const auto ok = checkAttributeValue(attribute, value); !ok)
                return fail(ok.error());
        }
        if (values.empty() && !attribute.defaultValue.empty())
            values.push_back(attribute.defaultValue);
        for (auto &value : values)
            all.push_back({attribute.name, std::move(value)});
    }
    return all;
}

/// A reference stands alone, or with all that it stands for: what was stored may be given again.
Result<AttributeList> withReference(const AttributeList &filled, const AttributeList &given)
{
    const auto reference = std::ranges::find(filled, kReferenceAttribute, &PolicyAttribute::name);
    if (reference == filled.end())
        return filled;
    const auto &expanded = findPredefinedPolicy(reference->value)->attributes;
    if (given.size() > 1 && filled != expanded)
        return invalid(std::string(kReferenceAttribute) + " must be the only attribute");
    return expanded;
}

Result<AttributeList> attributesOf(const PolicyType &type, const AttributeList &given)
{
    if (type.name != kSslNegotiationType)
        return filledIn(type, given);
    if (given.empty())
        return findPredefinedPolicy(kDefaultSslPolicy)->attributes;
    const auto filled = filledIn(type, given);
    return filled ? withReference(*filled, given) : filled;
}

} // namespace

Result<Policy> makePolicy(std::string name, std::string_view type, const std::vector<PolicyAttribute> &attributes)
{
    if (const auto ok = checkPolicyName(name); !ok)
        return fail(ok.error());
    const auto known = findPolicyType(type);
    if (!known)
        return fail(known.error());
    auto complete = attributesOf(*known, attributes);
    if (!complete)
        return fail(complete.error());
    return Policy{std::move(name), known->name, std::move(*complete)};
}

} // namespace balancer::model
