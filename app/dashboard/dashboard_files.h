#pragma once

#include "api/static_files.h"

#include <span>

/// The dashboard as this build has it.
namespace balancer::dashboard {

/// Its files; without a dashboard, a page that says so.
std::span<const api::StaticFile> files();

/// Whether there is more than that page.
bool isBuilt();

} // namespace balancer::dashboard
