#pragma once

#include "model/load_balancer.h"
#include "plan/haproxy_config.h"
#include "plan/servers_state.h"
#include "plan/slots.h"

#include <map>
#include <string>
#include <vector>

/// Taking over an HAProxy that an earlier life of this program has left running.
namespace balancer::plan {

/// Who has which slot in the HAProxy that runs. Its file may be a moment older than its run time, so the addresses
/// decide: a slot in use belongs to the registered instance that has its address, before all to the one that `written`
/// names. Where no address tells, `written` counts. A draining instance has the slot that `written` names if its
/// address is there still, and none else.
Slots slotsInUse(const model::LoadBalancer &balancer, const Slots &written, const ServerStates &states);

/// The fingerprint in each certificate file, as HAProxy shows it.
using ShownFingerprints = std::map<std::string, std::string>;

/// The hashes in each list of pinned certificates, as HAProxy has them, sorted.
using ShownPins = std::map<std::string, std::vector<std::string>>;

/// `desired`, with what HAProxy really has in each slot and shows as certificates: what is running, when both have the
/// same structure. A slot that was left half changed differs from the desired one, so that the change is made again.
BalancerConfig asReported(BalancerConfig desired, const ServerStates &states,
                          const ShownFingerprints &fingerprints = {}, const ShownPins &pins = {});

} // namespace balancer::plan
