#include "wire/utf8.h"

#include <cstddef>
#include <cstdint>

namespace balancer::wire {

namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

/// One character of a text; `size` is 0 where the bytes are not UTF-8.
struct Character
{
    char32_t code = 0;
    std::size_t size = 0;
};

std::uint8_t byteAt(std::string_view text, std::size_t index)
{
    return static_cast<std::uint8_t>(text[index]);
}

std::size_t sizeFromFirstByte(std::uint8_t first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first < 0xe0)
        return 2;
    if (first >= 0xe0 && first < 0xf0)
        return 3;
    return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

bool isScalarValue(char32_t code, std::size_t size)
{
    const bool surrogate = code >= 0xd800 && code < 0xe000;
    const bool overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
    return !surrogate && !overlong && code <= 0x10ffff;
}

Character decodeAt(std::string_view text, std::size_t at)
{
    const auto first = byteAt(text, at);
    const auto size = sizeFromFirstByte(first);
    if (size == 0 || at + size > text.size())
        return {};
    if (size == 1)
        return {first, 1};
    char32_t code = first & (0x7fU >> size);
    for (std::size_t i = 1; i < size; ++i) {
        const auto next = byteAt(text, at + i);
        if ((next & 0xc0) != 0x80)
            return {};
        code = (code << 6) | (next & 0x3fU);
    }
    return isScalarValue(code, size) ? Character{code, size} : Character{};
}

bool isControl(char32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

bool isLegalInXml(char32_t code)
{
    return code == '\t' || code == '\n' || code == '\r' || (code >= 0x20 && code != 0xfffe && code != 0xffff);
}

template <typename Keep>
std::string replaced(std::string_view text, Keep keep)
{
    std::string kept;
    kept.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const auto character = decodeAt(text, at);
        if (character.size == 0 || !keep(character.code)) {
            kept += kReplacement;
            ++at;
            continue;
        }
        kept += text.substr(at, character.size);
        at += character.size;
    }
    return kept;
}

} // namespace

bool isPlainText(std::string_view text)
{
    for (std::size_t at = 0; at < text.size();) {
        const auto character = decodeAt(text, at);
        if (character.size == 0 || isControl(character.code) || !isLegalInXml(character.code))
            return false;
        at += character.size;
    }
    return true;
}

std::string legalText(std::string_view text)
{
    return replaced(text, isLegalInXml);
}

std::string validUtf8(std::string_view text)
{
    return replaced(text, [](char32_t) { return true; });
}

} // namespace balancer::wire
