#pragma once

#include "plan/plan.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Another certificate in a file that HAProxy has read, by commands: no connection notices.
namespace balancer::plan {

/// HAProxy takes no longer payload with a command (tune.bufsize), and says nothing then.
constexpr std::size_t kMaxPayload = 15000;

/// Why commands cannot turn one into the other; nothing when they can, or need not. Both are of the same listener.
std::optional<std::string> swapObstacle(const CertificateFile &running, const CertificateFile &desired,
                                        const Capabilities &capabilities);

/// Whether what HAProxy shows is another one. The name it has here does not count.
bool needsSwap(const Certificate &running, const Certificate &desired);

std::vector<Command> swapCommands(const CertificateFile &desired);
/// What clears the way after one of those failed.
Command abortCommand(const CertificateFile &file);

/// Asks what is in a file, and reads the SHA-1 fingerprint in the answer; empty when there is none.
std::string showCertificate(std::string_view file);
std::string parseFingerprintShown(std::string_view reply);

} // namespace balancer::plan
