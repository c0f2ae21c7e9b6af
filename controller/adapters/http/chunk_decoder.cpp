#include "adapters/http/chunk_decoder.h"

#include <algorithm>

namespace balancer::adapters::http {

namespace {

constexpr std::size_t kMaxSizeDigits = 15; // so that a size cannot overflow
constexpr std::size_t kMaxOverhead = 16 * 1024;

/// The value of a hexadecimal digit, or -1.
int hexValue(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

} // namespace

bool ChunkDecoder::take(std::string_view &bytes, std::string &content)
{
    while (!bytes.empty() && m_state != State::Complete) {
        if (m_state == State::Content) {
            takeContent(bytes, content);
            continue;
        }
        const char c = bytes.front();
        bytes.remove_prefix(1);
        if (!takeOne(c))
            return false;
    }
    return true;
}

bool ChunkDecoder::takeOne(char c)
{
    switch (m_state) {
    case State::Size:
        return takeSizeDigit(c);
    case State::Extension:
        if (c == '\r')
            m_state = State::SizeEnd;
        return c != '\n' && ++m_overhead <= kMaxOverhead;
    case State::SizeEnd:
        m_state = m_left > 0 ? State::Content : State::Trailers;
        m_digits = 0;
        m_overhead = 0;
        return c == '\n';
    case State::ContentReturn:
        m_state = State::ContentEnd;
        return c == '\r';
    case State::ContentEnd:
        m_state = State::Size;
        return c == '\n';
    case State::Trailers:
        return takeTrailer(c);
    case State::Content:
    case State::Complete:
        break;
    }
    return false;
}

bool ChunkDecoder::takeSizeDigit(char c)
{
    const int value = hexValue(c);
    if (value >= 0) {
        m_left = m_left * 16 + static_cast<std::uint64_t>(value);
        return ++m_digits <= kMaxSizeDigits;
    }
    m_state = c == '\r' ? State::SizeEnd : State::Extension;
    return m_digits > 0 && (c == '\r' || c == ';' || c == ' ' || c == '\t');
}

bool ChunkDecoder::takeTrailer(char c)
{
    m_line += c;
    if (m_line == "\r\n")
        m_state = State::Complete;
    else if (m_line.ends_with("\r\n"))
        m_line.clear();
    return ++m_overhead <= kMaxOverhead;
}

void ChunkDecoder::takeContent(std::string_view &bytes, std::string &content)
{
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(m_left, bytes.size()));
    content.append(bytes.substr(0, size));
    bytes.remove_prefix(size);
    m_left -= size;
    if (m_left == 0)
        m_state = State::ContentReturn;
}

} // namespace balancer::adapters::http
