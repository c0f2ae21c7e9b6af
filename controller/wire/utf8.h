#pragma once

#include <string>
#include <string_view>

namespace balancer::wire {

/// UTF-8 without control characters (line ends and tabs are some), so that it fits every text form, a log line and a
/// comment in a configuration file.
bool isPlainText(std::string_view text);

/// The text with everything XML 1.0 cannot carry replaced by U+FFFD: wrong UTF-8, control characters but tab and line
/// ends, non-characters. Most texts come back as they are.
std::string legalText(std::string_view text);

/// The text with bytes that are not UTF-8 replaced by U+FFFD.
std::string validUtf8(std::string_view text);

} // namespace balancer::wire
