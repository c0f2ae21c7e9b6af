#pragma once

/// What the launcher and the desktop module agree on; plain C, for they are two files that may be of different builds.
extern "C" {

struct ElasticHaproxyDesktopStart
{
    const char *version;     ///< the launcher's; the module refuses another one
    const char *localSocket; ///< of this machine's node; empty: there is none to offer
    const char *theme;       ///< "light", "dark", or empty to follow the system
};

/// Runs the window until it is closed. The exit code of the program.
using ElasticHaproxyDesktop = int (*)(int argc, char **argv, const ElasticHaproxyDesktopStart *start);
}

namespace balancer {

/// What the module exports.
constexpr const char *kDesktopSymbol = "elasticHaproxyDesktop";
/// The file of the module, and where it lies as seen from the program.
constexpr const char *kDesktopModule = "../lib/elastic-haproxy/elastic-haproxy-desktop.so";

} // namespace balancer
