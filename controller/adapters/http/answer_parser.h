#pragma once

#include "adapters/http/chunk_decoder.h"
#include "ports/http.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace balancer::adapters::http {

/// Turns the bytes of a connection into one answer, however they are cut into pieces; passes over interim answers
/// (1xx). Private to this folder.
class AnswerParser
{
public:
    static constexpr std::size_t kMaxHeadBytes = 64 * 1024;

    /// The answer to a HEAD has no body, whatever it says. More than `maxBodyBytes` waiting to be taken are an error.
    AnswerParser(bool isToHead, std::size_t maxBodyBytes);

    /// False: this is no HTTP, or too much of it; `problem` says what is wrong, and nothing more may be given to it.
    bool take(std::string_view bytes);
    /// The other side will send no more, which completes some answers.
    void takeEnd();

    const std::string &problem() const { return m_problem; }
    bool hasBegun() const { return m_hasBegun; }
    bool hasHead() const { return m_hasHead; }
    bool isComplete() const { return m_isComplete; }
    /// Complete, and the connection is good for another request.
    bool leavesConnectionUsable() const { return m_isComplete && m_isKeptAlive && !m_hasLeftOver; }

    int status() const { return m_status; }
    const ports::HttpHeaders &headers() const { return m_headers; }
    /// What has come of the body since the last time.
    std::string takeBody();
    bool hasBody() const { return !m_body.empty(); }

private:
    class Head;
    enum class Framing { None, Length, Chunks, Close };

    bool takeHead(std::string_view &bytes);
    bool readHead(const std::string &text);
    bool decideFraming(const Head &head);
    bool takeBodyBytes(std::string_view &bytes);
    void takeLength(std::string_view &bytes);
    bool refuse(std::string_view problem);

    bool m_isToHead;
    std::size_t m_maxBodyBytes;
    std::size_t m_headBytes = 0;
    std::string m_waiting; // the beginning of a head
    bool m_hasBegun = false;
    bool m_hasHead = false;
    bool m_isComplete = false;
    bool m_isKeptAlive = false;
    bool m_hasLeftOver = false;
    int m_status = 0;
    ports::HttpHeaders m_headers;
    Framing m_framing = Framing::None;
    std::uint64_t m_left = 0; // of a body of known length
    ChunkDecoder m_chunks;
    std::string m_body;
    std::string m_problem;
};

} // namespace balancer::adapters::http
