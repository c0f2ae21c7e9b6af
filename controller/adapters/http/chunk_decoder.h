#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace balancer::adapters::http {

/// Takes the chunks off a body, however it is cut into pieces; nothing of the content is held back. Extensions and
/// trailers are dropped. Private to this folder.
class ChunkDecoder
{
public:
    /// Takes from the front of `bytes` what belongs to the body, and appends the content to `content`. False: this is
    /// no chunked body; nothing more may be given to it.
    bool take(std::string_view &bytes, std::string &content);

    bool isComplete() const { return m_state == State::Complete; }

private:
    enum class State { Size, Extension, SizeEnd, Content, ContentReturn, ContentEnd, Trailers, Complete };

    bool takeOne(char c);
    bool takeSizeDigit(char c);
    bool takeTrailer(char c);
    void takeContent(std::string_view &bytes, std::string &content);

    State m_state = State::Size;
    std::uint64_t m_left = 0;   // of the chunk's content
    std::size_t m_digits = 0;   // of the chunk's size
    std::size_t m_overhead = 0; // bytes of this extension, or of all trailers
    std::string m_line;         // of the trailers, the one that is being taken
};

} // namespace balancer::adapters::http
