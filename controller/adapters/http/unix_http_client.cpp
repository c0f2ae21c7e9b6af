#include "adapters/http/unix_http_client.h"

#include "adapters/http/http_text.h"
#include "adapters/http/sockets.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <optional>
#include <string_view>
#include <thread>

namespace balancer::adapters::http {

namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

using namespace std::chrono_literals;

using boost::system::error_code;
using Clock = std::chrono::steady_clock;
using ResponseParser = beast::http::response_parser<beast::http::string_body>;

constexpr std::uint32_t kMaxHeaderBytes = 64 * 1024;
constexpr auto kConnectPause = 10ms;

/// Turns the bytes of an answer into the answer; passes over interim ones (1xx).
class AnswerReader
{
public:
    explicit AnswerReader(bool isHead) : m_isHead(isHead) { begin(); }

    void take(std::string_view bytes, error_code &error)
    {
        m_bytes.append(bytes);
        while (hasEnoughToParse() && !m_parser->is_done()) {
            const auto used = m_parser->put(asio::buffer(m_bytes), error);
            m_bytes.erase(0, used);
            if (error)
                break;
            if (m_parser->is_done() && m_parser->get().result_int() < 200)
                begin();
        }
        if (error == beast::http::error::need_more)
            error = {};
    }

    /// The other side will send no more, which completes some answers.
    void takeEnd(error_code &error)
    {
        if (m_parser->got_some())
            m_parser->put_eof(error);
        else
            error = beast::http::error::end_of_stream;
    }

    bool isComplete() const { return m_parser->is_done(); }

    ports::HttpResponse answer()
    {
        auto message = m_parser->release();
        ports::HttpResponse response;
        response.status = static_cast<int>(message.result_int());
        for (const auto &field : message)
            response.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
        response.body = std::move(message.body());
        return response;
    }

private:
    bool hasEnoughToParse() const
    {
        const bool isInChunks = m_parser->is_header_done() && m_parser->chunked();
        return m_bytes.size() >= (isInChunks ? kLastChunkBytes : 1);
    }

    void begin()
    {
        m_parser.emplace();
        m_parser->eager(true);
        m_parser->header_limit(kMaxHeaderBytes);
        m_parser->body_limit(UnixHttpClient::kMaxAnswerBytes);
        m_parser->skip(m_isHead);
    }

    bool m_isHead;
    std::string m_bytes; // not yet understood
    std::optional<ResponseParser> m_parser;
};

/// One exchange on its own socket, which never blocks for longer than the time left.
class Exchange
{
public:
    Exchange(const std::string &path, std::chrono::milliseconds patience)
        : m_path(path), m_patience(patience), m_end(Clock::now() + patience)
    {
    }

    Result<void> connect();
    Result<void> send(std::string_view bytes);
    Result<ports::HttpResponse> receive(bool isHead);

private:
    int millisecondsLeft() const;
    Result<void> await(short events);
    Error expired() const;
    Error unreachable(int code) const { return systemError("cannot reach " + m_path, code); }

    const std::string &m_path;
    std::chrono::milliseconds m_patience;
    Clock::time_point m_end;
    UniqueFd m_socket;
};

Result<void> Exchange::connect()
{
    const auto address = unixAddress(m_path);
    if (!address)
        return fail(address.error());
    m_socket = UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (m_socket.get() < 0)
        return fail(unreachable(errno));
    // EAGAIN means that the other side's queue is full, which poll cannot wait for.
    while (::connect(m_socket.get(), reinterpret_cast<const sockaddr *>(&*address), sizeof *address) != 0) {
        if (errno != EAGAIN && errno != EINTR)
            return fail(unreachable(errno));
        if (millisecondsLeft() == 0)
            return fail(expired());
        std::this_thread::sleep_for(kConnectPause);
    }
    return {};
}

Result<void> Exchange::send(std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto sent = ::send(m_socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(sent));
            continue;
        }
        if (errno == EPIPE || errno == ECONNRESET)
            return {}; // it may have refused the request halfway; its answer says why
        if (errno != EAGAIN && errno != EINTR)
            return fail(unreachable(errno));
        const auto ready = await(POLLOUT);
        if (!ready)
            return ready;
    }
    return {};
}

Result<ports::HttpResponse> Exchange::receive(bool isHead)
{
    AnswerReader reader(isHead);
    std::array<char, 16 * 1024> bytes;
    while (!reader.isComplete()) {
        error_code error;
        const auto size = ::recv(m_socket.get(), bytes.data(), bytes.size(), 0);
        if (size > 0) {
            reader.take({bytes.data(), static_cast<std::size_t>(size)}, error);
            if (error)
                return fail(ErrorCode::Corrupt, m_path + " sent no proper HTTP answer: " + error.message());
        } else if (size == 0 || errno == ECONNRESET) {
            reader.takeEnd(error);
            if (error)
                return fail(ErrorCode::Unavailable, m_path + " closed the connection before its answer was complete");
        } else if (errno != EAGAIN && errno != EINTR) {
            return fail(unreachable(errno));
        } else if (const auto ready = await(POLLIN); !ready) {
            return fail(ready.error());
        }
    }
    return reader.answer();
}

int Exchange::millisecondsLeft() const
{
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(m_end - Clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max()));
}

Result<void> Exchange::await(short events)
{
    const int left = millisecondsLeft();
    pollfd descriptor{m_socket.get(), events, 0};
    if (left == 0 || poll(&descriptor, 1, left) == 0)
        return fail(expired());
    return {};
}

Error Exchange::expired() const
{
    return {ErrorCode::Timeout, m_path + " did not answer within " + std::to_string(m_patience.count()) + " ms"};
}

} // namespace

Result<ports::HttpResponse> UnixHttpClient::exchange(const std::string &socketPath, const ports::HttpRequest &request,
                                                     std::chrono::milliseconds deadline)
{
    const auto head = renderRequestHead(request);
    if (!head)
        return fail(head.error());

    Exchange exchange(socketPath, deadline);
    const auto connected = exchange.connect();
    if (!connected)
        return fail(connected.error());
    const auto sent = exchange.send(*head + request.body);
    if (!sent)
        return fail(sent.error());
    return exchange.receive(request.method == "HEAD");
}

} // namespace balancer::adapters::http
