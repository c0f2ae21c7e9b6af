#pragma once

#include "plan/plan.h"
#include "plan/servers_state.h"
#include "ports/haproxy.h"

#include <string>
#include <vector>

namespace balancer::service {

/// Sends the commands in order and judges every reply; the first that is not a success is the error. Nothing is sent
/// for no commands.
QCoro::Task<Result<void>> sendCommands(ports::RuntimeApi &runtime, std::vector<plan::Command> commands);

/// The state of these backends' servers, or of all when `backends` is empty.
QCoro::Task<Result<plan::ServerStates>> fetchServerStates(ports::RuntimeApi &runtime,
                                                          std::vector<std::string> backends);

} // namespace balancer::service
