#pragma once

#include "daemon/config.h"
#include "daemon/toml_text.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace balancer::daemon {

/// One key of the file and the member it sets.
struct Setting
{
    std::string_view section;
    std::string_view key;
    std::string allowed;
    std::function<std::optional<Problem>(const TomlValue &, Settings &)> set;
    std::function<std::string(const Settings &)> render;
};

/// Every key there is, section by section. A section without keys, [store], is not in it.
const std::vector<Setting> &allSettings();

} // namespace balancer::daemon
