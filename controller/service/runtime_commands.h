#pragma once

#include "plan/adoption.h"
#include "plan/plan.h"
#include "plan/servers_state.h"
#include "ports/haproxy.h"

#include <string>
#include <vector>

namespace balancer::service {

/// The commands as they are sent, secrets included: not for showing.
std::vector<std::string> textsOf(const std::vector<plan::Command> &commands);
/// The first reply that is not a success for its command; further replies are not looked at.
Result<void> judgeReplies(const std::vector<plan::Command> &commands, const std::vector<std::string> &replies);
/// Asks for the state of a backend's servers.
std::string showState(const std::string &backend);
/// What the replies to showState say, from the reply number `first` on.
Result<plan::ServerStates> mergeStates(const std::vector<std::string> &replies, std::size_t first);

/// Sends the commands in order and judges every reply; the first that is not a success is the error. Nothing is sent
/// for no commands.
QCoro::Task<Result<void>> sendCommands(ports::RuntimeApi &runtime, std::vector<plan::Command> commands);

/// What HAProxy shows of these certificates.
QCoro::Task<Result<plan::ShownFingerprints>> fetchFingerprints(ports::RuntimeApi &runtime,
                                                               std::vector<plan::CertificateFile> files);

/// What HAProxy has in these lists.
QCoro::Task<Result<plan::ShownPins>> fetchPins(ports::RuntimeApi &runtime, std::vector<std::string> files);

/// The state of these backends' servers, or of all when `backends` is empty.
QCoro::Task<Result<plan::ServerStates>> fetchServerStates(ports::RuntimeApi &runtime,
                                                          std::vector<std::string> backends);

} // namespace balancer::service
