#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace balancer {

/// Case conversion of ASCII letters only; other bytes stay.
std::string toLower(std::string_view text);
std::string toUpper(std::string_view text);

/// ASCII letters and digits only, whatever the locale.
bool isAlphanumeric(char c);

/// One of the characters of `set`.
bool isOneOf(char c, std::string_view set);

/// The parts between `separator`, empty ones included; one empty part for an empty text.
std::vector<std::string_view> split(std::string_view text, char separator);

/// Without blanks, tabs and line ends on both sides.
std::string_view trimmed(std::string_view text);

/// FNV-1a, 64 bits: the same everywhere and in every version, which std::hash is not.
std::uint64_t hashOf(std::string_view text);

} // namespace balancer
