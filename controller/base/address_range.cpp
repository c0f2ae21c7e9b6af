#include "base/address_range.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <string>

namespace balancer {

namespace {

/// Whether every bit from `prefix` on is zero.
bool isCleanBehind(const unsigned char *bytes, unsigned bits, unsigned prefix)
{
    for (unsigned bit = prefix; bit < bits; ++bit) {
        if (bytes[bit / 8] & (0x80U >> (bit % 8)))
            return false;
    }
    return true;
}

} // namespace

bool isAddressRange(std::string_view text)
{
    // Else inet_pton would stop at a NUL.
    if (text.find_first_not_of("0123456789abcdefABCDEF:./") != std::string_view::npos)
        return false;
    const auto slash = text.find('/');
    const std::string address(text.substr(0, slash));
    const bool isV6 = address.find(':') != std::string::npos;
    std::array<unsigned char, 16> bytes{};
    if (inet_pton(isV6 ? AF_INET6 : AF_INET, address.c_str(), bytes.data()) != 1)
        return false;
    if (slash == std::string_view::npos)
        return true;
    const auto number = text.substr(slash + 1);
    unsigned prefix = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), prefix);
    const unsigned bits = isV6 ? 128 : 32;
    return error == std::errc() && end == number.data() + number.size() && prefix <= bits &&
           isCleanBehind(bytes.data(), bits, prefix);
}

} // namespace balancer
