#include "desktop_launcher.h"

#include "cli/options.h"
#include "desktop/module.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string_view>

namespace balancer {

namespace {

int refuse(const std::string &sentence)
{
    std::cerr << "elastic-haproxy: " << sentence << '\n';
    return cli::Failed;
}

bool isSet(const char *variable)
{
    const char *value = std::getenv(variable);
    return value && *value;
}

/// QT_QPA_PLATFORM names a platform of its own: a remote display, or none at all.
bool hasDisplay()
{
    return isSet("WAYLAND_DISPLAY") || isSet("DISPLAY") || isSet("QT_QPA_PLATFORM");
}

std::filesystem::path modulePath()
{
    const auto program = std::filesystem::canonical("/proc/self/exe");
    return (program.parent_path() / kDesktopModule).lexically_normal();
}

} // namespace

int runDesktop(int argc, char **argv, const std::string &localSocket, const std::string &theme)
{
    if (!hasDisplay())
        return refuse("there is no display to open a window on (neither WAYLAND_DISPLAY nor DISPLAY is set); "
                      "--daemon runs a node, --help lists what works without a display");

    const auto path = modulePath();
    if (!std::filesystem::exists(path))
        return refuse("the desktop window is not installed: there is no " + path.string() +
                      "; install the package elastic-haproxy-desktop, or build with -DBALANCER_DESKTOP=ON");
    // Never closed: libraries that the module brings cannot be unloaded.
    void *module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!module)
        return refuse(std::string("the desktop window cannot be loaded: ") + dlerror());
    // The way POSIX itself turns the address into a function.
    ElasticHaproxyDesktop run = nullptr;
    *reinterpret_cast<void **>(&run) = dlsym(module, kDesktopSymbol);
    if (!run)
        return refuse(path.string() + " is not the desktop window of this program");
    const ElasticHaproxyDesktopStart start{BALANCER_VERSION, localSocket.c_str(), theme.c_str()};
    return run(argc, argv, &start);
}

} // namespace balancer
