#include "model/public_key.h"

#include "base/text.h"

#include <algorithm>
#include <cstdint>
#include <optional>

// SubjectPublicKeyInfo ::= SEQUENCE {           RFC 5280, 4.1
//     algorithm         SEQUENCE { OBJECT IDENTIFIER, parameters OPTIONAL },
//     subjectPublicKey  BIT STRING }            in DER, ITU-T X.690

namespace balancer::model {

namespace {

constexpr std::size_t kMaxText = 16384;
constexpr std::string_view kHead = "-----BEGIN PUBLIC KEY-----";
constexpr std::string_view kFoot = "-----END PUBLIC KEY-----";

enum Tag : unsigned char { kBitString = 0x03, kObjectIdentifier = 0x06, kSequence = 0x30 };

std::optional<std::string_view> withoutArmour(std::string_view text)
{
    text = trimmed(text);
    if (!text.starts_with(kHead))
        return text;
    if (!text.ends_with(kFoot) || text.size() < kHead.size() + kFoot.size())
        return std::nullopt;
    return text.substr(kHead.size(), text.size() - kHead.size() - kFoot.size());
}

std::string withoutBlanks(std::string_view text)
{
    std::string bare;
    std::ranges::copy_if(text, std::back_inserter(bare), [](char c) { return !isOneOf(c, " \t\r\n"); });
    return bare;
}

/// Strict: padded, and nothing hidden in the last digit's spare bits.
std::optional<std::string> decodeBase64(std::string_view text)
{
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const auto last = text.find_last_not_of('=');
    const auto digits = text.substr(0, last == std::string_view::npos ? 0 : last + 1);
    if (text.size() % 4 != 0 || text.size() - digits.size() > 2)
        return std::nullopt;

    std::string bytes;
    std::uint32_t held = 0;
    int bits = 0;
    for (const char c : digits) {
        const auto value = kDigits.find(c);
        if (value == std::string_view::npos)
            return std::nullopt;
        held = (held << 6) | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes.push_back(static_cast<char>((held >> bits) & 0xff));
        }
        held &= (1u << bits) - 1;
    }
    if (held != 0)
        return std::nullopt;
    return bytes;
}

/// Reads DER from the front; what does not fit is nothing.
class DerReader
{
public:
    explicit DerReader(std::string_view bytes) : m_rest(bytes) {}

    bool atEnd() const { return m_rest.empty(); }

    std::optional<std::string_view> take(unsigned char tag)
    {
        if (atEnd() || static_cast<unsigned char>(m_rest.front()) != tag)
            return std::nullopt;
        return takeAny();
    }

    std::optional<std::string_view> takeAny()
    {
        // A tag number above 30 would go on in a second byte; no key's parameters have one.
        if (!takeByte())
            return std::nullopt;
        const auto length = takeLength();
        if (!length || *length > m_rest.size())
            return std::nullopt;
        const auto content = m_rest.substr(0, *length);
        m_rest.remove_prefix(*length);
        return content;
    }

private:
    std::optional<unsigned char> takeByte()
    {
        if (atEnd())
            return std::nullopt;
        const auto byte = static_cast<unsigned char>(m_rest.front());
        m_rest.remove_prefix(1);
        return byte;
    }

    /// In the shortest form, as DER demands.
    std::optional<std::size_t> takeLength()
    {
        const auto first = takeByte();
        if (!first || *first < 0x80)
            return first ? std::optional<std::size_t>(*first) : std::nullopt;
        const int count = *first & 0x7f;
        if (count < 1 || count > 2)
            return std::nullopt;
        std::size_t length = 0;
        for (int i = 0; i < count; ++i) {
            const auto byte = takeByte();
            if (!byte)
                return std::nullopt;
            length = (length << 8) | *byte;
        }
        const std::size_t least = count == 1 ? 0x80 : 0x100;
        return length < least ? std::nullopt : std::optional(length);
    }

    std::string_view m_rest;
};

bool isAlgorithm(std::string_view bytes)
{
    DerReader reader(bytes);
    const auto identifier = reader.take(kObjectIdentifier);
    if (!identifier || identifier->empty())
        return false;
    return reader.atEnd() || (reader.takeAny() && reader.atEnd());
}

bool isSubjectPublicKeyInfo(std::string_view bytes)
{
    DerReader outer(bytes);
    const auto content = outer.take(kSequence);
    if (!content || !outer.atEnd())
        return false;
    DerReader inner(*content);
    const auto algorithm = inner.take(kSequence);
    const auto key = inner.take(kBitString);
    // The first byte counts the bits that are left over; keys are whole bytes.
    return algorithm && isAlgorithm(*algorithm) && key && key->size() > 1 && key->front() == 0 && inner.atEnd();
}

} // namespace

Result<std::string> parsePublicKey(std::string_view text)
{
    const auto body = text.size() > kMaxText ? std::nullopt : withoutArmour(text);
    auto bare = withoutBlanks(body.value_or(""));
    const auto bytes = decodeBase64(bare);
    if (!bytes || !isSubjectPublicKeyInfo(*bytes))
        return fail(ErrorCode::InvalidConfigurationRequest,
                    "PublicKey must be the base64 of a public key in DER (SubjectPublicKeyInfo)");
    return bare;
}

} // namespace balancer::model
