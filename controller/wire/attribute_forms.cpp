#include "wire/tables.h"
#include "wire/verb_templates.h"

#include <utility>

namespace balancer::wire {

namespace {

/// Tag verbs name their load balancer in a list of exactly one.
template <typename Item>
struct OneBalancer
{
    std::vector<LoadBalancerName> names;
    std::vector<Item> items;
};

using TagsForm = OneBalancer<model::Tag>;
using TagKeysForm = OneBalancer<std::string>;

} // namespace

template <>
struct Table<model::ZonesAnswer>
{
    static constexpr auto kFields = std::tuple{optional("AvailabilityZones", &model::ZonesAnswer::availabilityZones)};
};

template <>
struct Table<model::EnableZones>
{
    static constexpr auto kFields = std::tuple{
        required("LoadBalancerName", &model::EnableZones::name),
        required("AvailabilityZones", &model::EnableZones::zones),
    };
};

template <>
struct Table<model::DisableZones>
{
    static constexpr auto kFields = std::tuple{
        required("LoadBalancerName", &model::DisableZones::name),
        required("AvailabilityZones", &model::DisableZones::zones),
    };
};

template <>
struct Table<model::SubnetsAnswer>
{
    static constexpr auto kFields = std::tuple{optional("Subnets", &model::SubnetsAnswer::subnets)};
};

template <>
struct Table<model::AttachToSubnets>
{
    static constexpr auto kFields = std::tuple{
        required("LoadBalancerName", &model::AttachToSubnets::name),
        required("Subnets", &model::AttachToSubnets::subnets),
    };
};

template <>
struct Table<model::DetachFromSubnets>
{
    static constexpr auto kFields = std::tuple{
        required("LoadBalancerName", &model::DetachFromSubnets::name),
        required("Subnets", &model::DetachFromSubnets::subnets),
    };
};

template <>
struct Table<model::SecurityGroupsAnswer>
{
    static constexpr auto kFields = std::tuple{optional("SecurityGroups", &model::SecurityGroupsAnswer::groups)};
};

template <>
struct Table<model::ApplySecurityGroups>
{
    static constexpr auto kFields = std::tuple{
        required("LoadBalancerName", &model::ApplySecurityGroups::name),
        required("SecurityGroups", &model::ApplySecurityGroups::groups),
    };
};

template <>
struct Table<model::DescribeAttributes>
{
    static constexpr auto kFields = std::tuple{required("LoadBalancerName", &model::DescribeAttributes::name)};
};

template <>
struct Table<model::DescribeAttributesAnswer>
{
    static constexpr auto kFields =
        std::tuple{required("LoadBalancerAttributes", &model::DescribeAttributesAnswer::attributes)};
};

template <>
struct Table<model::ModifyAttributes>
{
    static constexpr auto kFields = std::tuple{
        required("LoadBalancerName", &model::ModifyAttributes::name),
        required("LoadBalancerAttributes", &model::ModifyAttributes::change),
    };
};

template <>
struct Table<model::ModifyAttributesAnswer>
{
    static constexpr auto kFields = std::tuple{
        always("LoadBalancerName", &model::ModifyAttributesAnswer::name),
        required("LoadBalancerAttributes", &model::ModifyAttributesAnswer::attributes),
    };
};

template <>
struct Table<TagsForm>
{
    static constexpr auto kFields = std::tuple{
        required("LoadBalancerNames", &TagsForm::names).counting(1, 1),
        required("Tags", &TagsForm::items).counting(1, kMaxItems),
    };
};

template <>
struct View<model::AddTags>
{
    static TagsForm of(const model::AddTags &request) { return {{request.name}, request.tags}; }
    static model::AddTags back(TagsForm form) { return {std::move(form.names.front()), std::move(form.items)}; }
};

template <>
struct Table<TagKeysForm>
{
    static constexpr auto kFields = std::tuple{
        required("LoadBalancerNames", &TagKeysForm::names).counting(1, 1),
        required("Tags", &TagKeysForm::items).counting(1, kMaxItems).eachIn("Key"),
    };
};

template <>
struct View<model::RemoveTags>
{
    static TagKeysForm of(const model::RemoveTags &request) { return {{request.name}, request.keys}; }
    static model::RemoveTags back(TagKeysForm form) { return {std::move(form.names.front()), std::move(form.items)}; }
};

template <>
struct Table<model::DescribeTags>
{
    static constexpr auto kFields =
        std::tuple{required("LoadBalancerNames", &model::DescribeTags::names).counting(1, 20)};
};

template <>
struct Table<model::TagDescription>
{
    static constexpr auto kFields = std::tuple{
        always("LoadBalancerName", &model::TagDescription::name),
        optional("Tags", &model::TagDescription::tags),
    };
};

template <>
struct Table<model::DescribeTagsAnswer>
{
    static constexpr auto kFields = std::tuple{optional("TagDescriptions", &model::DescribeTagsAnswer::descriptions)};
};

template <>
struct Table<model::AccountLimit>
{
    static constexpr auto kFields = std::tuple{
        always("Name", &model::AccountLimit::name),
        required("Max", &model::AccountLimit::most),
    };
};

template <>
struct Table<model::DescribeAccountLimitsAnswer>
{
    static constexpr auto kFields = std::tuple{
        optional("Limits", &model::DescribeAccountLimitsAnswer::limits),
        optional("NextMarker", &model::DescribeAccountLimitsAnswer::nextMarker),
    };
};

template <>
struct Table<model::DescribeAccountLimits>
{
    static constexpr auto kFields = std::tuple{
        optional("Marker", &model::DescribeAccountLimits::marker),
        optional("PageSize", &model::DescribeAccountLimits::pageSize).within(1, 400),
    };
};

template struct VerbForms<model::EnableZones>;
template struct VerbForms<model::DisableZones>;
template struct VerbForms<model::AttachToSubnets>;
template struct VerbForms<model::DetachFromSubnets>;
template struct VerbForms<model::ApplySecurityGroups>;
template struct VerbForms<model::DescribeAttributes>;
template struct VerbForms<model::ModifyAttributes>;
template struct VerbForms<model::AddTags>;
template struct VerbForms<model::RemoveTags>;
template struct VerbForms<model::DescribeTags>;
template struct VerbForms<model::DescribeAccountLimits>;

} // namespace balancer::wire
