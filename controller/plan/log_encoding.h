#pragma once

#include <optional>
#include <string>
#include <string_view>

/// How bytes are kept apart from the text around them in logs.
namespace balancer::plan {

/// RFC 4648 with padding, as HAProxy's converter writes it.
std::string encodeBase64(std::string_view bytes);
/// Nothing for text that is not what encodeBase64 writes.
std::optional<std::string> decodeBase64(std::string_view text);

/// As HAProxy prints requests: bytes beyond printable ASCII, blanks, '"' and '#' as "#XX".
std::string encodeHashed(std::string_view bytes);
/// A '#' that begins no code stands for itself.
std::string decodeHashed(std::string_view text);

/// For a place between double quotes in an access log: bytes beyond printable ASCII, '"' and '\' as "\xXX", so that
/// a line stays one line and ends its quotes where it should.
std::string escapeQuoted(std::string_view bytes);

} // namespace balancer::plan
