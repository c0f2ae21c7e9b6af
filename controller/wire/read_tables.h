#pragma once

#include "model/events.h"
#include "model/reads.h"
#include "wire/tables.h"

/// The tables of what the read side answers.
namespace balancer::wire {

template <>
struct Leaf<Revision>
{
    static constexpr LeafText kText{Node::Kind::Number};
    static Result<Revision> parse(std::string_view text);
    static std::string render(Revision value) { return std::to_string(value.number); }
};

template <>
struct Leaf<model::PlanKind>
{
    static constexpr std::array kValues{model::PlanKind::NoChange, model::PlanKind::RuntimeChange,
                                        model::PlanKind::Reload};
    static constexpr LeafText kText{Node::Kind::Text, false};
    static Result<model::PlanKind> parse(std::string_view text) { return model::parsePlanKind(text); }
    static std::string render(model::PlanKind value) { return std::string(model::renderPlanKind(value)); }
};

template <>
struct Table<model::InstanceView>
{
    static constexpr auto kFields = std::tuple{
        flattened(&model::InstanceView::health),
        required("Address", &model::InstanceView::address),
    };
};

template <>
struct Table<model::LoadBalancerView>
{
    static constexpr auto kFields = std::tuple{
        always("LoadBalancerName", &model::LoadBalancerView::name),
        required("DNSName", &model::LoadBalancerView::dnsName),
        required("Revision", &model::LoadBalancerView::revision),
        required("CreatedTime", &model::LoadBalancerView::createdAt),
        required("Scheme", &model::LoadBalancerView::scheme),
        optional("Addresses", &model::LoadBalancerView::addresses),
        optional("Listeners", &model::LoadBalancerView::listeners),
        required("HealthCheck", &model::LoadBalancerView::healthCheck),
        optional("AvailabilityZones", &model::LoadBalancerView::availabilityZones),
        optional("Subnets", &model::LoadBalancerView::subnets),
        optional("SecurityGroups", &model::LoadBalancerView::securityGroups),
        optional("Tags", &model::LoadBalancerView::tags),
    };
};

template <>
struct Table<model::LoadBalancerDetail>
{
    static constexpr auto kFields = std::tuple{
        flattened(&model::LoadBalancerDetail::loadBalancer),
        optional("Instances", &model::LoadBalancerDetail::instances),
    };
};

template <>
struct Table<model::LoadBalancerList>
{
    static constexpr auto kFields = std::tuple{
        required("EventId", &model::LoadBalancerList::eventId),
        optional("LoadBalancers", &model::LoadBalancerList::loadBalancers),
    };
};

template <>
struct Table<model::Caller>
{
    static constexpr auto kFields = std::tuple{
        required("Name", &model::Caller::name),
        required("Role", &model::Caller::role),
    };
};

template <>
struct Table<model::NodeStatus>
{
    static constexpr auto kFields = std::tuple{
        required("Node", &model::NodeStatus::node),
        required("Version", &model::NodeStatus::version),
        required("HaproxyVersion", &model::NodeStatus::haproxyVersion),
        required("Generation", &model::NodeStatus::generation),
        required("Revision", &model::NodeStatus::revision),
        required("AppliedRevision", &model::NodeStatus::appliedRevision),
        required("StartedTime", &model::NodeStatus::startedAt),
        required("Region", &model::NodeStatus::region),
        required("Domain", &model::NodeStatus::domain),
        optional("Endpoints", &model::NodeStatus::endpoints),
        optional("Fingerprint", &model::NodeStatus::fingerprint),
        required("Dashboard", &model::NodeStatus::dashboard),
        required("Caller", &model::NodeStatus::caller),
    };
};

template <>
struct Table<model::HistoryEntry>
{
    static constexpr auto kFields = std::tuple{
        required("Time", &model::HistoryEntry::at),
        required("Actor", &model::HistoryEntry::actor),
        required("Verb", &model::HistoryEntry::verb),
        required("Target", &model::HistoryEntry::target),
    };
};

template <>
struct Table<model::HistoryRevision>
{
    static constexpr auto kFields = std::tuple{
        always("Revision", &model::HistoryRevision::revision),
        optional("Changes", &model::HistoryRevision::changes),
    };
};

template <>
struct Table<model::HistoryPage>
{
    static constexpr auto kFields = std::tuple{optional("Revisions", &model::HistoryPage::revisions)};
};

template <>
struct Table<model::PlanPreview>
{
    static constexpr auto kFields = std::tuple{
        always("Kind", &model::PlanPreview::kind),
        required("Reason", &model::PlanPreview::reason),
        optional("Commands", &model::PlanPreview::commands),
        optional("Diff", &model::PlanPreview::diff),
        required("CommandLine", &model::PlanPreview::commandLine),
    };
};

template <>
struct Table<model::Session>
{
    static constexpr auto kFields = std::tuple{
        required("Caller", &model::Session::caller),
        required("ExpiresTime", &model::Session::expiresAt),
    };
};

template <>
struct Table<model::SignIn>
{
    static constexpr auto kFields = std::tuple{
        required("AccessKeyId", &model::SignIn::accessKeyId),
        required("SecretAccessKey", &model::SignIn::secretAccessKey),
    };
};

template <>
struct Table<model::LoadBalancerChanged>
{
    static constexpr std::string_view kEvent = "load-balancer";
    static constexpr auto kFields = std::tuple{flattened(&model::LoadBalancerChanged::loadBalancer)};
};

template <>
struct Table<model::LoadBalancerDeleted>
{
    static constexpr std::string_view kEvent = "load-balancer-deleted";
    static constexpr auto kFields = std::tuple{always("LoadBalancerName", &model::LoadBalancerDeleted::loadBalancer)};
};

template <>
struct Table<model::InstanceChanged>
{
    static constexpr std::string_view kEvent = "instance";
    static constexpr auto kFields = std::tuple{
        always("LoadBalancerName", &model::InstanceChanged::loadBalancer),
        flattened(&model::InstanceChanged::instance),
    };
};

template <>
struct Table<model::InstanceDeregistered>
{
    static constexpr std::string_view kEvent = "instance-deregistered";
    static constexpr auto kFields = std::tuple{
        always("LoadBalancerName", &model::InstanceDeregistered::loadBalancer),
        always("InstanceId", &model::InstanceDeregistered::instance),
    };
};

template <>
struct Table<model::RevisionSaved>
{
    static constexpr std::string_view kEvent = "revision";
    static constexpr auto kFields = std::tuple{flattened(&model::RevisionSaved::revision)};
};

template <>
struct Table<model::RevisionApplied>
{
    static constexpr std::string_view kEvent = "applied";
    static constexpr auto kFields = std::tuple{
        always("Revision", &model::RevisionApplied::revision),
        required("Generation", &model::RevisionApplied::generation),
    };
};

template <>
struct Table<model::TrafficRate>
{
    static constexpr auto kFields = std::tuple{
        always("LoadBalancerName", &model::TrafficRate::loadBalancer),
        required("RequestsPerSecond", &model::TrafficRate::requestsPerSecond),
        required("ConnectionsPerSecond", &model::TrafficRate::connectionsPerSecond),
        required("BytesInPerSecond", &model::TrafficRate::bytesInPerSecond),
        required("BytesOutPerSecond", &model::TrafficRate::bytesOutPerSecond),
        required("Sessions", &model::TrafficRate::sessions),
    };
};

template <>
struct Table<model::RatesMeasured>
{
    static constexpr std::string_view kEvent = "rates";
    static constexpr auto kFields = std::tuple{optional("Rates", &model::RatesMeasured::rates)};
};

template <>
struct Table<model::EventsLost>
{
    static constexpr std::string_view kEvent = "reset";
    static constexpr std::tuple<> kFields{};
};

} // namespace balancer::wire
