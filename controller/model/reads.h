#pragma once

#include "base/ids.h"
#include "model/access.h"
#include "model/load_balancer.h"

#include <cstdint>
#include <string>
#include <vector>

/// What a node answers to those who only look: its resources as values. `wire` turns them into text and back.
namespace balancer::model {

/// An instance as it is now: registered, or draining, which its description says (describeDraining).
struct InstanceView
{
    InstanceHealth health; ///< its id too
    std::string address;   ///< "10.0.0.5" or "10.0.0.5:8080"; what it was last resolved to

    bool operator==(const InstanceView &) const = default;
};

/// A load balancer without its instances, which may be many and change often.
struct LoadBalancerView
{
    LoadBalancerName name;
    std::string dnsName;
    Revision revision; ///< that last changed it
    Timestamp createdAt{};
    Scheme scheme = Scheme::InternetFacing;
    std::vector<std::string> addresses; ///< where this node listens for it: "127.0.1.7"; "*" for every address
    std::vector<Listener> listeners;    ///< by port
    HealthCheck healthCheck;
    std::vector<std::string> availabilityZones;
    std::vector<std::string> subnets;
    std::vector<std::string> securityGroups;
    std::vector<Tag> tags;

    bool operator==(const LoadBalancerView &) const = default;
};

struct LoadBalancerDetail
{
    LoadBalancerView loadBalancer;
    std::vector<InstanceView> instances; ///< in order of registration; those that drain are among them

    bool operator==(const LoadBalancerDetail &) const = default;
};

/// GET /v1/load-balancers.
struct LoadBalancerList
{
    /// Events after this one tell what changed since: the `Last-Event-ID` to follow with.
    std::string eventId;
    std::vector<LoadBalancerDetail> loadBalancers; ///< by name

    bool operator==(const LoadBalancerList &) const = default;
};

/// GET /v1/node.
struct NodeStatus
{
    std::string node; ///< its name: `[cluster] node`, or the host's
    std::string version;
    std::string haproxyVersion;
    std::int64_t generation = 0; ///< of HAProxy: one more with each reload
    Revision revision;           ///< of the stored state
    Revision appliedRevision;    ///< that HAProxy runs
    Timestamp startedAt{};       ///< our process, not HAProxy's
    std::string region;
    std::string domain;
    std::vector<std::string> endpoints; ///< of the API: "http://127.0.0.1:9999", "https://10.0.0.5:9999"
    std::string fingerprint;            ///< of its certificate: SHA-256 as 64 lower-case digits; empty without TLS
    bool dashboard = false;             ///< whether /dashboard/ is served
    Caller caller;                      ///< who asked

    bool operator==(const NodeStatus &) const = default;
};

/// One verb of the history.
struct HistoryEntry
{
    Timestamp at{};
    std::string actor;  ///< an access key's id, or "uid:1000"
    std::string verb;   ///< "RegisterInstancesWithLoadBalancer"
    std::string target; ///< a load balancer's name, an instance id, or empty

    bool operator==(const HistoryEntry &) const = default;
};

/// What was saved as one revision.
struct HistoryRevision
{
    Revision revision;
    std::vector<HistoryEntry> changes;

    bool operator==(const HistoryRevision &) const = default;
};

/// GET /v1/revisions.
struct HistoryPage
{
    std::vector<HistoryRevision> revisions; ///< newest first

    bool operator==(const HistoryPage &) const = default;
};

/// How a change reaches HAProxy.
enum class PlanKind {
    NoChange,      ///< it has all of it already
    RuntimeChange, ///< by commands; nobody notices
    Reload,        ///< by a new generation; no connection is lost
};

/// InvalidParameterValue for anything but the enumerators' names.
Result<PlanKind> parsePlanKind(std::string_view text);
std::string_view renderPlanKind(PlanKind kind);

/// What a verb would do; the answer to `?dryRun=true`.
struct PlanPreview
{
    PlanKind kind = PlanKind::NoChange;
    std::string reason;                ///< of a reload: why commands do not do
    std::vector<std::string> commands; ///< of a runtime change, as HAProxy would get them
    std::vector<std::string> diff; ///< lines of HAProxy's file: "+ …" comes, "- …" goes, "  …" stands near, "@@" a gap
    std::string commandLine;       ///< what does the same in a shell: "aws elb …"; empty when nothing does yet

    bool operator==(const PlanPreview &) const = default;
};

/// POST /v1/session: who a browser is signed in as.
struct Session
{
    Caller caller;
    Timestamp expiresAt{}; ///< unless it is used before then, and at the latest 12 hours after its beginning

    bool operator==(const Session &) const = default;
};

/// The body of POST /v1/session from a browser; programs sign the request instead and send none.
struct SignIn
{
    std::string accessKeyId;
    std::string secretAccessKey;

    bool operator==(const SignIn &) const = default;
};

} // namespace balancer::model
