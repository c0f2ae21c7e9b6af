#include "dashboard/dashboard_files.h"

#include <array>

namespace balancer::dashboard {

namespace {

constexpr std::array kFiles = {
    api::StaticFile{
        .path = api::kPageFile,
        .contentType = "text/html; charset=utf-8",
        .etag = "\"without\"",
        .body =
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Elastic HAProxy</title></head>"
            "<body><h1>This build has no dashboard</h1>"
            "<p>The node itself works: use its API, the aws CLI or the desktop window. To have the dashboard, build "
            "with Node.js and npm installed and with BALANCER_DASHBOARD=ON.</p></body></html>\n",
        .gzip = {},
    },
};

} // namespace

std::span<const api::StaticFile> files()
{
    return kFiles;
}

bool isBuilt()
{
    return false;
}

} // namespace balancer::dashboard
