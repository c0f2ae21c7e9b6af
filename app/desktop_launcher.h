#pragma once

#include <string>

namespace balancer {

/// Opens the window: loads the desktop module, so that the program itself needs no GUI library. Without a display, or
/// where the module is not installed, one sentence says so. The exit code of the program.
int runDesktop(int argc, char **argv, const std::string &localSocket, const std::string &theme);

} // namespace balancer
