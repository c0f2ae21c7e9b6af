#pragma once

#include "api/request_router.h"
#include "support/service_node.h"

#include "controller/api/fake_key_verbs.h"

#include <QXmlStreamReader>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace balancer::tests {

using Form = std::vector<std::pair<std::string, std::string>>;

/// A whole node in one process, from the API's router to a simulated HAProxy; the caller is an administrator.
class HostileNode
{
public:
    struct Answer
    {
        int status = 0;
        std::string code; ///< of an error
        std::string body;
        std::string flaw; ///< what is wrong with the answer itself
    };

    HostileNode()
    {
        constexpr std::uint32_t kOwnUser = 990;
        api::RouterSettings settings;
        settings.authentication.ownUserId = kOwnUser;
        const api::RouterSources sources{m_node.service(), m_keys, m_node.reads(), m_node.eventLog, *m_traffic};
        m_router = std::make_unique<api::RequestRouter>(
            sources, [](std::string_view) { return std::nullopt; }, m_node.clock, [] { return Result<void>(); },
            settings);
    }
    ~HostileNode() { QCoro::waitFor(m_traffic->finish()); }

    Answer ask(const Form &form)
    {
        ports::HttpRequest request;
        request.method = "POST";
        request.target = "/";
        request.headers = {{"Host", "localhost"}};
        request.peer.userId = 990;
        for (const auto &[name, value] : form)
            request.body += (request.body.empty() ? "" : "&") + encoded(name) + "=" + encoded(value);
        const auto response = QCoro::waitFor(m_router->handle(std::move(request)));
        return judged(response);
    }

    ServiceNode &node() { return m_node; }

private:
    static ServiceNode &started()
    {
        auto &node = ServiceNode::make();
        if (!node.start())
            qFatal("the node does not start");
        return node;
    }

    static std::string encoded(std::string_view text)
    {
        constexpr std::string_view kDigits = "0123456789ABCDEF";
        std::string made;
        for (const char c : text) {
            const auto byte = static_cast<unsigned char>(c);
            made += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
        }
        return made;
    }

    /// Every answer must be well-formed XML, and an error one of the sender's.
    static Answer judged(const ports::HttpResponse &response)
    {
        Answer answer{response.status, {}, response.body, {}};
        QXmlStreamReader reader(QByteArray::fromStdString(response.body));
        QString type;
        while (!reader.atEnd()) {
            if (reader.readNext() != QXmlStreamReader::StartElement)
                continue;
            if (reader.name() == u"Code")
                answer.code = reader.readElementText().toStdString();
            else if (reader.name() == u"Type")
                type = reader.readElementText();
        }
        if (reader.hasError())
            answer.flaw = "no XML: " + reader.errorString().toStdString();
        else if (response.status != 200 && (response.status < 400 || response.status > 499 || type != u"Sender"))
            answer.flaw = "status " + std::to_string(response.status);
        else if (response.status != 200 && answer.code.empty())
            answer.flaw = "an error without a code";
        return answer;
    }

    ServiceNode &m_node = started();
    FakeKeyVerbs m_keys;
    std::unique_ptr<service::TrafficMeter> m_traffic = std::make_unique<service::TrafficMeter>(
        m_node.cache, m_node.haproxy, m_node.haproxy, m_node.clock, std::chrono::milliseconds(1));
    std::unique_ptr<api::RequestRouter> m_router;
};

} // namespace balancer::tests
