#include "adapters/http/http_client.h"

#include "adapters/http/answer.h"
#include "adapters/http/call.h"
#include "adapters/http/destination.h"
#include "adapters/http/http_text.h"
#include "adapters/http/idle_streams.h"
#include "adapters/http/threads.h"
#include "adapters/http/tls.h"

#include <QCoro/QCoroFuture>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <string>
#include <thread>
#include <unordered_set>
#include <utility>

namespace balancer::adapters::http {

namespace {

/// An answer whose head has come.
struct Opened
{
    int status = 0;
    ports::HttpHeaders headers;
    std::weak_ptr<Call> call;
};

Result<CallJob> makeJob(const ports::HttpTarget &target, const ports::HttpRequest &request, CallJob::Until until)
{
    auto destination = parseTarget(target);
    if (!destination)
        return fail(destination.error());
    const bool keepAlive = until == CallJob::Until::Body;
    auto head = renderRequestHead(request, destination->authority, keepAlive);
    if (!head)
        return fail(head.error());
    CallJob job;
    job.destination = std::move(*destination);
    job.bytes = std::move(*head) + request.body;
    job.until = until;
    job.isHead = request.method == "HEAD";
    job.isHarmless = job.isHead || request.method == "GET";
    return job;
}

ports::HttpResponse takeResponse(Call &call)
{
    ports::HttpResponse response;
    response.status = call.answer().status();
    response.headers = call.answer().headers();
    response.body = call.takeBody();
    return response;
}

/// Lives on the main loop's thread, and refers to what lives on the client's.
class BodyReader final : public ports::HttpBodyReader
{
public:
    BodyReader(std::weak_ptr<asio::io_context> loop, Opened opened)
        : m_loop(std::move(loop)), m_opened(std::move(opened))
    {
    }
    ~BodyReader() override
    {
        onItsThread([](Call &call) { call.close(); });
    }

    int status() const override { return m_opened.status; }
    const ports::HttpHeaders &headers() const override { return m_opened.headers; }

    QCoro::Task<Result<std::string>> read(std::chrono::milliseconds patience) override
    {
        const Answer<std::string> answer;
        const auto piece = answer.future();
        onItsThread([answer, patience](Call &call) { call.read(patience, answer); });
        return wait(piece);
    }

private:
    // Not a member that waits, for the reader may be gone when the piece comes.
    static QCoro::Task<Result<std::string>> wait(QFuture<Result<std::string>> piece) { co_return co_await piece; }

    template <typename Action>
    void onItsThread(Action action)
    {
        const auto loop = m_loop.lock();
        if (!loop)
            return;
        asio::post(*loop, [weak = m_opened.call, action = std::move(action)] {
            if (const auto call = weak.lock())
                action(*call);
        });
    }

    std::weak_ptr<asio::io_context> m_loop;
    Opened m_opened;
};

} // namespace

/// Everything but the constructor, the destructor and `start` runs on the client's own thread.
class HttpClient::Core : public Call::Owner
{
public:
    Core()
    {
        m_thread = startThread("http-client", [loop = m_loop.get()] { loop->run(); });
    }
    ~Core() override;

    std::weak_ptr<asio::io_context> loop() const { return m_loop; }
    void start(CallJob job, Call::Finished finished);

private:
    const TlsContext &tlsContext() const override { return *m_tls; }
    std::shared_ptr<Stream> takeIdle(const Destination &destination) override { return m_idle.take(destination); }
    void keepIdle(const Destination &destination, std::shared_ptr<Stream> stream) override
    {
        m_idle.keep(destination, std::move(stream));
    }
    void forget(const std::shared_ptr<Call> &call) override { m_calls.erase(call); }
    void endAll();

    const std::shared_ptr<const TlsContext> m_tls = clientContext();
    std::shared_ptr<asio::io_context> m_loop = std::make_shared<asio::io_context>(1);
    asio::executor_work_guard<asio::io_context::executor_type> m_work{m_loop->get_executor()};
    IdleStreams m_idle{*m_loop};
    std::unordered_set<std::shared_ptr<Call>> m_calls;
    std::thread m_thread;
};

HttpClient::Core::~Core()
{
    asio::post(*m_loop, [this] { endAll(); });
    m_thread.join();
}

void HttpClient::Core::start(CallJob job, Call::Finished finished)
{
    asio::post(*m_loop, [this, job = std::move(job), finished = std::move(finished)]() mutable {
        const auto call = std::make_shared<Call>(m_loop, *this, std::move(job), std::move(finished));
        m_calls.insert(call);
        call->start();
    });
}

void HttpClient::Core::endAll()
{
    const auto calls = m_calls;
    for (const auto &call : calls)
        call->close();
    m_idle.clear();
    m_loop->stop();
}

HttpClient::HttpClient() : m_core(std::make_unique<Core>()) {}

HttpClient::~HttpClient() = default;

// These members may wake up after the client is gone, so none touches it after its wait.

QCoro::Task<Result<ports::HttpResponse>> HttpClient::exchange(ports::HttpTarget target, ports::HttpRequest request,
                                                              std::chrono::milliseconds deadline)
{
    auto job = makeJob(target, request, CallJob::Until::Body);
    if (!job)
        co_return fail(job.error());
    job->deadline = deadline;
    const Answer<ports::HttpResponse> answer;
    m_core->start(std::move(*job), [answer](Call &call, const Result<void> &result) {
        answer.give(result ? Result<ports::HttpResponse>(takeResponse(call)) : fail(result.error()));
    });
    const auto response = answer.future();
    co_return co_await response;
}

QCoro::Task<Result<std::unique_ptr<ports::HttpBodyReader>>>
HttpClient::open(ports::HttpTarget target, ports::HttpRequest request, std::chrono::milliseconds deadline)
{
    auto job = makeJob(target, request, CallJob::Until::Head);
    if (!job)
        co_return fail(job.error());
    job->deadline = deadline;
    const Answer<Opened> answer;
    m_core->start(std::move(*job), [answer](Call &call, const Result<void> &result) {
        if (!result)
            return answer.give(fail(result.error()));
        answer.give(Opened{call.answer().status(), call.answer().headers(), call.weak_from_this()});
    });
    const auto head = answer.future();
    const auto loop = m_core->loop();
    auto opened = co_await head;
    if (!opened)
        co_return fail(opened.error());
    co_return std::make_unique<BodyReader>(loop, std::move(*opened));
}

QCoro::Task<Result<std::string>> HttpClient::fetchFingerprint(ports::HttpTarget target,
                                                              std::chrono::milliseconds deadline)
{
    auto destination = parseTarget(target);
    if (!destination)
        co_return fail(destination.error());
    if (!destination->isEncrypted)
        co_return fail(ErrorCode::InvalidInput, destination->name + " shows no certificate: it is not https");
    CallJob job;
    job.destination = std::move(*destination);
    job.until = CallJob::Until::Handshake;
    job.deadline = deadline;
    const Answer<std::string> answer;
    m_core->start(std::move(job), [answer](Call &call, const Result<void> &result) {
        answer.give(result ? Result<std::string>(call.fingerprint()) : fail(result.error()));
    });
    const auto fingerprint = answer.future();
    co_return co_await fingerprint;
}

} // namespace balancer::adapters::http
