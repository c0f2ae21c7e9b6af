#include "adapters/http/answer_parser.h"

#include "adapters/http/http_text.h"
#include "base/text.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/parser.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace balancer::adapters::http {

namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

constexpr std::string_view kBeginning = "HTTP/1.";
constexpr std::string_view kHeadEnd = "\r\n\r\n";

} // namespace

/// Beast reads heads for us, and nothing of a body.
class AnswerParser::Head : public beast::http::response_parser<beast::http::empty_body>
{
public:
    Head()
    {
        header_limit(static_cast<std::uint32_t>(kMaxHeadBytes) + 1);
        body_limit(boost::none);
        skip(true);
    }
};

AnswerParser::AnswerParser(bool isToHead, std::size_t maxBodyBytes) : m_isToHead(isToHead), m_maxBodyBytes(maxBodyBytes)
{
}

bool AnswerParser::take(std::string_view bytes)
{
    m_hasBegun = m_hasBegun || !bytes.empty();
    while (!m_hasHead && !bytes.empty()) {
        if (!takeHead(bytes))
            return false;
    }
    if (m_hasHead && !m_isComplete && !takeBodyBytes(bytes))
        return false;
    m_hasLeftOver = m_hasLeftOver || !bytes.empty();
    return true;
}

/// Takes all of `bytes`, or what belongs to a head.
bool AnswerParser::takeHead(std::string_view &bytes)
{
    const auto before = m_waiting.size();
    m_waiting.append(bytes.substr(0, kMaxHeadBytes));
    if (!m_waiting.starts_with(kBeginning.substr(0, m_waiting.size())))
        return refuse("it does not begin as HTTP does");
    const auto lastLine = m_waiting.find(kHeadEnd, before - std::min(before, kHeadEnd.size() - 1));
    const auto size = lastLine == std::string::npos ? m_waiting.size() : lastLine + kHeadEnd.size();
    if (m_headBytes + size > kMaxHeadBytes)
        return refuse("its head is too long");
    bytes.remove_prefix(size - before);
    if (lastLine == std::string::npos)
        return true;
    m_headBytes += size;
    m_waiting.resize(size);
    return readHead(std::exchange(m_waiting, {}));
}

bool AnswerParser::readHead(const std::string &text)
{
    Head head;
    boost::system::error_code error;
    head.put(asio::buffer(text), error);
    if (error || !head.is_header_done())
        return refuse("its head is not well-formed");
    m_status = static_cast<int>(head.get().result_int());
    if (m_status == 101)
        return refuse("it changes to another protocol");
    if (m_status < 200)
        return true;
    for (const auto &field : head.get())
        m_headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    m_hasHead = true;
    return decideFraming(head);
}

bool AnswerParser::decideFraming(const Head &head)
{
    const auto coding = head.get().find(beast::http::field::transfer_encoding);
    const bool isCoded = coding != head.get().end();
    const auto length = head.content_length();
    m_isKeptAlive = head.get().keep_alive();
    if (m_isToHead || !mayHaveBody(m_status)) {
        m_framing = Framing::None;
    } else if (isCoded) {
        if (toLower(std::string_view(coding->value().data(), coding->value().size())) != "chunked")
            return refuse("its transfer coding is not chunked");
        m_framing = Framing::Chunks;
    } else {
        m_framing = length ? Framing::Length : Framing::Close;
        m_left = length.value_or(0);
        m_isKeptAlive = m_isKeptAlive && length;
    }
    m_isComplete = m_framing == Framing::None || (m_framing == Framing::Length && m_left == 0);
    return true;
}

bool AnswerParser::takeBodyBytes(std::string_view &bytes)
{
    if (m_framing == Framing::Length) {
        takeLength(bytes);
    } else if (m_framing == Framing::Close) {
        m_body.append(std::exchange(bytes, {}));
    } else {
        if (!m_chunks.take(bytes, m_body))
            return refuse("its chunks are not well-formed");
        m_isComplete = m_chunks.isComplete();
    }
    return m_body.size() <= m_maxBodyBytes || refuse("its body is too long");
}

void AnswerParser::takeLength(std::string_view &bytes)
{
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(m_left, bytes.size()));
    m_body.append(bytes.substr(0, size));
    bytes.remove_prefix(size);
    m_left -= size;
    m_isComplete = m_left == 0;
}

void AnswerParser::takeEnd()
{
    m_isKeptAlive = false;
    if (m_hasHead && m_framing == Framing::Close)
        m_isComplete = true;
}

std::string AnswerParser::takeBody()
{
    return std::exchange(m_body, {});
}

bool AnswerParser::refuse(std::string_view problem)
{
    m_problem = problem;
    return false;
}

} // namespace balancer::adapters::http
