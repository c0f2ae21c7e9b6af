#pragma once

#include "api/request_router.h"
#include "support/builders.h"
#include "support/fake_haproxy.h"

#include "fake_key_verbs.h"
#include "fake_reads.h"
#include "fake_verbs.h"
#include "signing.h"

#include <QCoro/QCoroTask>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace balancer::tests {

/// AWS's examples are signed then; time passes when a test says so.
class SigningClock final : public ports::Clock
{
public:
    model::Timestamp now() const override { return m_now; }
    void advance(std::chrono::milliseconds duration) { m_now += duration; }

private:
    model::Timestamp m_now = kThen;
};

/// A client of a stream, as far as the node sees it. Lives on when the writer has gone.
struct StreamReader
{
    std::string received;
    bool reads = true; ///< false: it has gone, or leaves too much waiting
    bool ended = false;
};

class FakeBodyWriter final : public ports::HttpBodyWriter
{
public:
    explicit FakeBodyWriter(std::shared_ptr<StreamReader> reader) : m_reader(std::move(reader)) {}
    ~FakeBodyWriter() override { m_reader->ended = true; }

    bool write(std::string piece) override
    {
        if (m_reader->reads)
            m_reader->received += piece;
        return m_reader->reads;
    }

private:
    std::shared_ptr<StreamReader> m_reader;
};

/// Takes the body over as the server does.
inline std::shared_ptr<StreamReader> follow(const ports::HttpResponse &response)
{
    auto reader = std::make_shared<StreamReader>();
    reader->received = response.body;
    response.continueBody(std::make_unique<FakeBodyWriter>(reader));
    return reader;
}

/// The router with fakes for all that it asks. The service's own user is 990.
class RouterBench
{
public:
    explicit RouterBench(api::RouterSettings settings = {}) : m_settings(std::move(settings))
    {
        m_settings.authentication.ownUserId = 990;
        m_settings.endpoint = [] { return std::string("http://127.0.0.1:9999"); };
        const auto readiness = [this]() -> Result<void> {
            if (notReady.empty())
                return {};
            return fail(ErrorCode::Unavailable, notReady);
        };
        const auto findKey = [this](std::string_view id) -> std::optional<model::AccessKey> {
            auto key = findExampleKey(id);
            if (!key || id != changedKey)
                return key;
            if (isDeleted)
                return std::nullopt;
            change(*key);
            return key;
        };
        const api::RouterSources sources{verbs, keys, reads, events, traffic};
        m_router = std::make_unique<api::RequestRouter>(sources, findKey, clock, readiness, m_settings);
    }

    ~RouterBench()
    {
        m_router->closeStreams();
        QCoro::waitFor(traffic.finish());
    }

    ports::HttpResponse handle(ports::HttpRequest request)
    {
        return QCoro::waitFor(m_router->handle(std::move(request)));
    }
    api::RequestRouter &router() { return *m_router; }

    SigningClock clock;
    FakeVerbs verbs;
    FakeKeyVerbs keys;
    FakeReads reads;
    FakeHaproxy haproxy;
    service::DesiredStateCache desired;
    service::EventLog events{"e", api::renderServerSentEvent, service::EventLimits{100, 100000}};
    service::TrafficMeter traffic{desired, haproxy, haproxy, clock, std::chrono::milliseconds(1)};
    std::string notReady;   ///< why the node is not ready
    std::string changedKey; ///< an access key that `change` alters
    std::function<void(model::AccessKey &)> change;
    bool isDeleted = false; ///< instead

private:
    api::RouterSettings m_settings;
    std::unique_ptr<api::RequestRouter> m_router;
};

inline std::string headerOf(const ports::HttpResponse &response, std::string_view name)
{
    return std::string(ports::findHeader(response.headers, name).value_or(""));
}

inline ports::HttpRequest unsignedRequest(const std::string &method, const std::string &target,
                                          const std::string &body = {})
{
    ports::HttpRequest request;
    request.method = method;
    request.target = target;
    request.headers = {{"Host", "elb.example.com"}};
    request.body = body;
    request.peer.address = "127.0.0.1";
    return request;
}

inline ports::HttpRequest fromUser(std::uint32_t userId, ports::HttpRequest request)
{
    request.peer.address.clear();
    request.peer.userId = userId;
    return request;
}

} // namespace balancer::tests
