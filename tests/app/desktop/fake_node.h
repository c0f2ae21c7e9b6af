#pragma once

#include "support/fake_http_transport.h"
#include "support/read_values.h"
#include "wire/envelope.h"
#include "wire/json_text.h"
#include "wire/read_forms.h"
#include "wire/verb_forms.h"

#include <QCoro/QCoroFuture>

#include <algorithm>
#include <functional>
#include <map>

namespace balancer::tests {

/// A transport with one node behind it that answers by itself, as a test has set it up.
class FakeNode : public ports::HttpTransport
{
public:
    model::LoadBalancerList list;
    model::NodeStatus status;
    model::HistoryPage history;
    model::PlanPreview plan;
    std::string certificate;                                ///< the fingerprint it shows over https
    std::optional<Error> broken;                            ///< nobody answers
    std::optional<std::pair<std::string, std::string>> key; ///< set: other keys are refused
    /// Set: the next verbs that are not previews are refused with this sentence.
    std::optional<std::string> verbRefusal;
    /// The same for previews.
    std::optional<std::string> previewRefusal;

    struct Call
    {
        std::string verb;
        std::string body;
        bool isPreview;
    };
    std::vector<Call> calls;
    /// What happens on the node when a verb is carried out.
    std::function<void(const Call &)> onVerb;

    FakeNode()
    {
        status.node = "n1";
        status.version = "0.1.0";
        status.haproxyVersion = "2.6.12";
        status.generation = 4;
        status.revision = status.appliedRevision = Revision{17};
        status.region = "local";
        status.caller = {"AKIDTEST", model::Role::Admin};
        list.eventId = "e-1";
        plan.kind = model::PlanKind::RuntimeChange;
        plan.commands = {"set server hc:web/s1 addr 10.0.0.5 port 80"};
        plan.diff = {"  backend b:web:80", "- server s1 127.0.0.1:1 disabled", "+ server s1 10.0.0.5:80"};
        plan.commandLine =
            "aws elb register-instances-with-load-balancer --load-balancer-name web --instances 10.0.0.5";
    }

    void tell(const model::Event &event)
    {
        const std::string id =
            std::holds_alternative<model::RatesMeasured>(event) ? "" : "e-" + std::to_string(++m_lastEvent);
        for (const auto &stream : m_streams)
            stream->write((id.empty() ? "" : "id: " + id + "\n") + "event: " + std::string(wire::eventName(event)) +
                          "\ndata: " + wire::renderJson(wire::writeEvent(event)) + "\n\n");
    }

    /// Cuts all event streams.
    void hangUp()
    {
        for (const auto &stream : m_streams)
            stream->fail(ErrorCode::Unavailable, "the connection was cut");
        m_streams.clear();
    }

    QCoro::Task<Result<ports::HttpResponse>> exchange(ports::HttpTarget target, ports::HttpRequest request,
                                                      std::chrono::milliseconds) override
    {
        co_await soon();
        if (const auto error = refusal(target))
            co_return fail(*error);
        co_return answer(request);
    }

    QCoro::Task<Result<std::unique_ptr<ports::HttpBodyReader>>>
    open(ports::HttpTarget target, ports::HttpRequest request, std::chrono::milliseconds) override
    {
        co_await soon();
        if (const auto error = refusal(target))
            co_return fail(*error);
        auto stream = std::make_shared<FakeStream>(knows(request) ? 200 : 403);
        if (knows(request)) {
            stream->write(": keep-alive\n\n");
            m_streams.push_back(stream);
        } else {
            stream->write(unknownKey().body);
            stream->end();
        }
        co_return std::unique_ptr<ports::HttpBodyReader>(std::make_unique<FakeBodyReader>(stream));
    }

    QCoro::Task<Result<std::string>> fetchFingerprint(ports::HttpTarget, std::chrono::milliseconds) override
    {
        co_await soon();
        if (broken)
            co_return fail(*broken);
        // Not the member itself: QCoro 0.8 would move it out.
        const std::string shown = certificate;
        co_return shown;
    }

private:
    /// Answers come later, as from the network.
    static QFuture<void> soon()
    {
        QPromise<void> promise;
        promise.start();
        promise.finish();
        return promise.future();
    }

    std::optional<Error> refusal(const ports::HttpTarget &target) const
    {
        if (broken)
            return broken;
        if (target.url.starts_with("https:") && target.fingerprint != certificate)
            return Error{ErrorCode::Untrusted, "the certificate is another one than the pinned one"};
        return std::nullopt;
    }

    bool knows(const ports::HttpRequest &request) const
    {
        if (!key)
            return true;
        const auto authorization = ports::findHeader(request.headers, "Authorization");
        return authorization && authorization->find("Credential=" + key->first + "/") != std::string_view::npos;
    }

    static ports::HttpResponse problem(const std::string &code, int status, const std::string &message)
    {
        ports::HttpResponse response;
        response.status = status;
        response.body = wire::renderJsonProblem({code, status, message, "r-1"});
        return response;
    }

    static ports::HttpResponse unknownKey()
    {
        return problem("InvalidClientTokenId", 403, "The security token included in the request is invalid");
    }

    template <typename T>
    static ports::HttpResponse read(const T &value)
    {
        ports::HttpResponse response;
        response.body = wire::renderJson(wire::writeRead(value));
        return response;
    }

    ports::HttpResponse answer(const ports::HttpRequest &request)
    {
        if (!knows(request))
            return unknownKey();
        const std::string path = request.target.substr(0, request.target.find('?'));
        if (path == "/v1/load-balancers")
            return read(list);
        if (path == "/v1/node")
            return read(status);
        if (path == "/v1/revisions")
            return read(history);
        constexpr std::string_view kActions = "/v1/actions/";
        if (path.starts_with(kActions))
            return perform(
                {path.substr(kActions.size()), request.body, request.target.find("dryRun=true") != std::string::npos});
        return problem("NotFound", 404, "There is no " + path);
    }

    ports::HttpResponse perform(const Call &call)
    {
        calls.push_back(call);
        if (call.isPreview)
            return previewRefusal ? problem("ValidationError", 400, *previewRefusal) : read(plan);
        if (verbRefusal)
            return problem("ValidationError", 400, *verbRefusal);
        if (onVerb)
            onVerb(call);
        ports::HttpResponse response;
        response.body = answers.contains(call.verb) ? answers.at(call.verb) : "{}";
        return response;
    }

public:
    /// The JSON of a verb's answer, where it has any.
    std::map<std::string, std::string> answers = {
        {"CreateLoadBalancer", R"({"DNSName": "web-1.local.elb.internal"})"},
        {"RegisterInstancesWithLoadBalancer", R"({"Instances": [{"InstanceId": "10.0.0.5"}]})"},
        {"DeregisterInstancesFromLoadBalancer", R"({"Instances": []})"},
        {"ConfigureHealthCheck",
         R"({"HealthCheck": {"Target": "TCP:80", "Interval": 30, "Timeout": 5, "UnhealthyThreshold": 2, "HealthyThreshold": 10}})"},
    };

private:
    int m_lastEvent = 1;
    std::vector<std::shared_ptr<FakeStream>> m_streams;
};

} // namespace balancer::tests
