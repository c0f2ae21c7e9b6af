#pragma once

#include "model/listener.h"
#include "model/load_balancer.h"

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// What a listener of ELB's does, in HAProxy's directives: complete lines of a section without indentation. All that
/// belongs to one load balancer stands in its backends, so that load balancers can share a frontend.
namespace balancer::plan {

/// "30s"
std::string seconds(std::chrono::seconds duration);
std::string_view mode(bool http);
/// Whatever the text is, one word of HAProxy's configuration that means it.
std::string quotedWord(std::string_view text);

/// A frontend's own lines, for all load balancers that have a listener there. What they differ in is the widest: the
/// longest idle time-out; requests against the RFC are let in where the first lets them in.
std::vector<std::string> frontendDirectives(bool http, const std::vector<const model::LoadBalancer *> &balancers);

/// What refuses clients whose address is in none of `ranges`, by a reset or, `answered`, with 403. To stand right behind
/// the mode.
std::vector<std::string> sourceRules(const std::vector<std::string> &ranges, bool answered);

/// The lines of the backend behind one listener.
std::vector<std::string> backendDirectives(const model::LoadBalancer &balancer, const model::Listener &listener,
                                           std::string_view backend);

/// What stands behind the address of each of its servers.
std::string serverOptions(const model::LoadBalancer &balancer, const model::Listener &listener);

/// ELB's own error answers, by the name of the file that holds each; `errorSection` refers to them.
const std::map<std::string, std::string> &errorFiles();
/// The section that names them; `errorfiles elb` refers to it.
std::string renderErrorSection();
constexpr std::string_view kErrorSection = "elb";

} // namespace balancer::plan
