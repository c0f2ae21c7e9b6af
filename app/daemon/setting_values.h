#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The text forms of single settings.
namespace balancer::daemon {

/// "500ms", "10s", "5m", "1h", "7d"; nothing for other texts and for more than a year.
std::optional<std::chrono::milliseconds> parseDuration(std::string_view text);
/// In the largest unit that says it without a fraction.
std::string renderDuration(std::chrono::milliseconds duration);

/// "25%", from 1% to 100%.
std::optional<int> parsePercent(std::string_view text);

/// The known word that `word` was probably meant to be; nothing when none is near.
std::optional<std::string_view> nearestWord(std::string_view word, const std::vector<std::string_view> &known);

// What a text may be. None of them allows control characters.
bool isPlainText(std::string_view text);    ///< anything else, not empty
bool isAbsolutePath(std::string_view text); ///< "/etc/passwd"
bool isProgram(std::string_view text);      ///< a name without '/', or an absolute path
bool isHostName(std::string_view text);     ///< "localhost", "a.example", "10.0.0.1", "fd00::1"
bool isDomainName(std::string_view text);   ///< lower case labels with dots between
bool isRegion(std::string_view text);       ///< "eu-west-1"
bool isAccountId(std::string_view text);    ///< 12 digits
bool isHttpUrl(std::string_view text);      ///< "http://…" or "https://…"
bool isMetricPrefix(std::string_view text); ///< words of letters, digits, '_' and '-' with dots between

} // namespace balancer::daemon
