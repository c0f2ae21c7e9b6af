#include "wire/tables.h"
#include "wire/verb_templates.h"

namespace balancer::wire {

template <>
struct Table<model::CreateLbCookiePolicy>
{
    static constexpr auto kFields = std::tuple{
        required("LoadBalancerName", &model::CreateLbCookiePolicy::name),
        required("PolicyName", &model::CreateLbCookiePolicy::policy),
        optional("CookieExpirationPeriod", &model::CreateLbCookiePolicy::expirationSeconds)
            .within(0, std::numeric_limits<std::int64_t>::max()),
    };
};

template <>
struct Table<model::CreateAppCookiePolicy>
{
    static constexpr auto kFields = std::tuple{
        required("LoadBalancerName", &model::CreateAppCookiePolicy::name),
        required("PolicyName", &model::CreateAppCookiePolicy::policy),
        required("CookieName", &model::CreateAppCookiePolicy::cookieName),
    };
};

template <>
struct Table<model::CreatePolicy>
{
    static constexpr auto kFields = std::tuple{
        required("LoadBalancerName", &model::CreatePolicy::name),
        required("PolicyName", &model::CreatePolicy::policy),
        required("PolicyTypeName", &model::CreatePolicy::type),
        optional("PolicyAttributes", &model::CreatePolicy::attributes),
    };
};

template <>
struct Table<model::DeletePolicy>
{
    static constexpr auto kFields = std::tuple{
        required("LoadBalancerName", &model::DeletePolicy::name),
        required("PolicyName", &model::DeletePolicy::policy),
    };
};

template <>
struct Table<model::DescribePolicies>
{
    static constexpr auto kFields = std::tuple{
        optional("LoadBalancerName", &model::DescribePolicies::name),
        optional("PolicyNames", &model::DescribePolicies::policies),
    };
};

namespace {

/// A policy as it is described: its attributes have another name there than in requests.
struct PolicyDescription
{
    std::string name;
    std::string type;
    std::vector<model::PolicyAttribute> attributes;
};

struct PolicyDescriptions
{
    std::vector<PolicyDescription> policies;
};

} // namespace

template <>
struct Table<PolicyDescription>
{
    static constexpr auto kFields = std::tuple{
        always("PolicyName", &PolicyDescription::name),
        required("PolicyTypeName", &PolicyDescription::type),
        optional("PolicyAttributeDescriptions", &PolicyDescription::attributes),
    };
};

template <>
struct Table<PolicyDescriptions>
{
    static constexpr auto kFields = std::tuple{optional("PolicyDescriptions", &PolicyDescriptions::policies)};
};

template <>
struct View<model::DescribePoliciesAnswer>
{
    static PolicyDescriptions of(const model::DescribePoliciesAnswer &answer)
    {
        PolicyDescriptions view;
        for (const auto &policy : answer.policies)
            view.policies.push_back({policy.name, policy.type, policy.attributes});
        return view;
    }

    static model::DescribePoliciesAnswer back(PolicyDescriptions view)
    {
        model::DescribePoliciesAnswer answer;
        for (auto &policy : view.policies)
            answer.policies.push_back({std::move(policy.name), std::move(policy.type), std::move(policy.attributes)});
        return answer;
    }
};

template <>
struct Leaf<model::Cardinality>
{
    static constexpr std::array kValues{model::Cardinality::One, model::Cardinality::ZeroOrOne,
                                        model::Cardinality::ZeroOrMore, model::Cardinality::OneOrMore};
    static constexpr LeafText kText{};
    static Result<model::Cardinality> parse(std::string_view text)
    {
        for (const auto value : kValues) {
            if (model::renderCardinality(value) == text)
                return value;
        }
        return fail(ErrorCode::ValidationError, "Member must be ONE, ZERO_OR_ONE, ZERO_OR_MORE or ONE_OR_MORE");
    }
    static std::string render(model::Cardinality value) { return std::string(model::renderCardinality(value)); }
};

template <>
struct Table<model::PolicyAttributeType>
{
    static constexpr auto kFields = std::tuple{
        always("AttributeName", &model::PolicyAttributeType::name),
        required("AttributeType", &model::PolicyAttributeType::type),
        optional("Description", &model::PolicyAttributeType::description),
        optional("DefaultValue", &model::PolicyAttributeType::defaultValue),
        required("Cardinality", &model::PolicyAttributeType::cardinality),
    };
};

template <>
struct Table<model::PolicyType>
{
    static constexpr auto kFields = std::tuple{
        always("PolicyTypeName", &model::PolicyType::name),
        required("Description", &model::PolicyType::description),
        optional("PolicyAttributeTypeDescriptions", &model::PolicyType::attributes),
    };
};

template <>
struct Table<model::DescribePolicyTypesAnswer>
{
    static constexpr auto kFields =
        std::tuple{optional("PolicyTypeDescriptions", &model::DescribePolicyTypesAnswer::types)};
};

template <>
struct Table<model::DescribePolicyTypes>
{
    static constexpr auto kFields = std::tuple{optional("PolicyTypeNames", &model::DescribePolicyTypes::types)};
};

template <>
struct Table<model::SetListenerPolicies>
{
    static constexpr auto kFields = std::tuple{
        required("LoadBalancerName", &model::SetListenerPolicies::name),
        required("LoadBalancerPort", &model::SetListenerPolicies::port),
        required("PolicyNames", &model::SetListenerPolicies::policies),
    };
};

template <>
struct Table<model::SetBackendPolicies>
{
    static constexpr auto kFields = std::tuple{
        required("LoadBalancerName", &model::SetBackendPolicies::name),
        required("InstancePort", &model::SetBackendPolicies::port),
        required("PolicyNames", &model::SetBackendPolicies::policies),
    };
};

template struct VerbForms<model::CreateLbCookiePolicy>;
template struct VerbForms<model::CreateAppCookiePolicy>;
template struct VerbForms<model::CreatePolicy>;
template struct VerbForms<model::DeletePolicy>;
template struct VerbForms<model::DescribePolicies>;
template struct VerbForms<model::DescribePolicyTypes>;
template struct VerbForms<model::SetListenerPolicies>;
template struct VerbForms<model::SetBackendPolicies>;

} // namespace balancer::wire
