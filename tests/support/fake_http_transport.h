#pragma once

#include "ports/http_transport.h"

#include <QCoro/QCoroFuture>
#include <QPromise>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace balancer::tests {

/// An answer that a test gives when it likes; copies are the same one.
template <typename T>
class LaterAnswer
{
public:
    LaterAnswer() { m_promise->start(); }

    bool isGiven() const { return m_promise->future().isFinished(); }
    void give(Result<T> value) const
    {
        if (isGiven())
            return;
        m_promise->addResult(std::move(value));
        m_promise->finish();
    }
    QFuture<Result<T>> future() const { return m_promise->future(); }

private:
    std::shared_ptr<QPromise<Result<T>>> m_promise = std::make_shared<QPromise<Result<T>>>();
};

/// The node's end of a body that goes on.
class FakeStream
{
public:
    explicit FakeStream(int status = 200, ports::HttpHeaders headers = {{"Content-Type", "text/event-stream"}})
        : m_status(status), m_headers(std::move(headers))
    {
    }

    void write(std::string bytes) { add(std::move(bytes)); }
    void end() { add(std::string()); }
    void fail(ErrorCode code, std::string message) { add(balancer::fail(code, std::move(message))); }
    /// False once the reader has been destroyed.
    bool isOpen() const { return m_isOpen; }
    /// What the newest read was given.
    std::chrono::milliseconds patience() const { return m_patience; }

private:
    friend class FakeBodyReader;

    void add(Result<std::string> piece)
    {
        if (m_reader)
            std::exchange(m_reader, std::nullopt)->give(std::move(piece));
        else
            m_waiting.push_back(std::move(piece));
    }

    int m_status;
    ports::HttpHeaders m_headers;
    bool m_isOpen = true;
    std::chrono::milliseconds m_patience{};
    std::deque<Result<std::string>> m_waiting;
    std::optional<LaterAnswer<std::string>> m_reader;
};

class FakeBodyReader : public ports::HttpBodyReader
{
public:
    explicit FakeBodyReader(std::shared_ptr<FakeStream> stream) : m_stream(std::move(stream)) {}
    ~FakeBodyReader() override
    {
        m_stream->m_isOpen = false;
        m_stream->add(fail(ErrorCode::Unavailable, "the reader has gone"));
    }

    int status() const override { return m_stream->m_status; }
    const ports::HttpHeaders &headers() const override { return m_stream->m_headers; }
    QCoro::Task<Result<std::string>> read(std::chrono::milliseconds patience) override
    {
        m_stream->m_patience = patience;
        LaterAnswer<std::string> answer;
        if (m_stream->m_waiting.empty()) {
            m_stream->m_reader = answer;
        } else {
            answer.give(std::move(m_stream->m_waiting.front()));
            m_stream->m_waiting.pop_front();
        }
        return wait(answer.future());
    }

private:
    static QCoro::Task<Result<std::string>> wait(QFuture<Result<std::string>> future)
    {
        const auto piece = co_await future;
        co_return piece;
    }

    std::shared_ptr<FakeStream> m_stream;
};

/// Remembers what is sent; each is answered when the test says so, and what is left at the end with Unavailable.
class FakeHttpTransport : public ports::HttpTransport
{
public:
    template <typename T>
    struct Sent
    {
        ports::HttpTarget target;
        ports::HttpRequest request;
        std::chrono::milliseconds deadline{};
        LaterAnswer<T> answer;
    };

    FakeHttpTransport() = default;
    ~FakeHttpTransport() override
    {
        for (const auto &sent : m_exchanges)
            sent.answer.give(fail(ErrorCode::Unavailable, "the test is over"));
        for (const auto &sent : m_openings)
            sent.answer.give(fail(ErrorCode::Unavailable, "the test is over"));
    }
    FakeHttpTransport(const FakeHttpTransport &) = delete;
    FakeHttpTransport &operator=(const FakeHttpTransport &) = delete;

    QCoro::Task<Result<ports::HttpResponse>> exchange(ports::HttpTarget target, ports::HttpRequest request,
                                                      std::chrono::milliseconds deadline) override
    {
        m_exchanges.push_back({std::move(target), std::move(request), deadline, {}});
        const auto future = m_exchanges.back().answer.future();
        const auto answer = co_await future;
        co_return answer;
    }

    QCoro::Task<Result<std::unique_ptr<ports::HttpBodyReader>>>
    open(ports::HttpTarget target, ports::HttpRequest request, std::chrono::milliseconds deadline) override
    {
        m_openings.push_back({std::move(target), std::move(request), deadline, {}});
        const auto future = m_openings.back().answer.future();
        const auto stream = co_await future;
        if (!stream)
            co_return fail(stream.error());
        co_return std::unique_ptr<ports::HttpBodyReader>(std::make_unique<FakeBodyReader>(*stream));
    }

    QCoro::Task<Result<std::string>> fetchFingerprint(ports::HttpTarget, std::chrono::milliseconds) override
    {
        co_return fail(ErrorCode::Unavailable, "there is no certificate here");
    }

    using Exchange = Sent<ports::HttpResponse>;
    using Opening = Sent<std::shared_ptr<FakeStream>>;
    /// All so far, oldest first.
    const std::deque<Exchange> &exchanges() const { return m_exchanges; }
    const std::deque<Opening> &openings() const { return m_openings; }

private:
    std::deque<Exchange> m_exchanges;
    std::deque<Opening> m_openings;
};

} // namespace balancer::tests
