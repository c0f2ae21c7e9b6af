#include "controller/base/readable.h"
#include "model/listener.h"

using namespace balancer;
using model::Listener;
using model::Protocol;

class ListenerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsProtocolsInAnyCase();
    void refusesUnknownProtocols();
    void matchesLayersAndCertificates_data();
    void matchesLayersAndCertificates();
    void wantsOneKindOfProtocolOnAnInstancePort_data();
    void wantsOneKindOfProtocolOnAnInstancePort();
};

void ListenerTest::readsProtocolsInAnyCase()
{
    QVERIFY(model::parseProtocol("http") == Protocol::Http);
    QVERIFY(model::parseProtocol("HTTPS") == Protocol::Https);
    QVERIFY(model::parseProtocol("Tcp") == Protocol::Tcp);
    QVERIFY(model::parseProtocol("sSL") == Protocol::Ssl);
    QCOMPARE(std::string(model::renderProtocol(Protocol::Ssl)), std::string("SSL"));
}

void ListenerTest::refusesUnknownProtocols()
{
    for (const auto *text : {"", "UDP", "HTTP2", "HTTP ", "TLS"})
        QCOMPARE(model::parseProtocol(text).error().code, ErrorCode::UnsupportedProtocol);
}

void ListenerTest::matchesLayersAndCertificates_data()
{
    QTest::addColumn<int>("front");
    QTest::addColumn<int>("back");
    QTest::addColumn<bool>("certificate");
    QTest::addColumn<std::string>("message"); // empty: allowed
    constexpr std::array kAll = {Protocol::Http, Protocol::Https, Protocol::Tcp, Protocol::Ssl};
    for (const auto front : kAll) {
        for (const auto back : kAll) {
            for (const bool certificate : {false, true}) {
                const auto frontName = std::string(model::renderProtocol(front));
                const auto backName = std::string(model::renderProtocol(back));
                const bool sameLayer = (front == Protocol::Http || front == Protocol::Https) ==
                                       (back == Protocol::Http || back == Protocol::Https);
                const bool secure = front == Protocol::Https || front == Protocol::Ssl;
                std::string message;
                if (!sameLayer)
                    message = "Protocol " + frontName + " and InstanceProtocol " + backName +
                              " must be of the same layer: HTTP with HTTPS, or TCP with SSL";
                else if (secure && !certificate)
                    message = "SSL Certificate is required for protocol " + frontName;
                else if (!secure && certificate)
                    message = "SSL Certificate is not allowed for protocol " + frontName;
                const auto name = frontName + " to " + backName + (certificate ? " with certificate" : "");
                QTest::newRow(name.c_str()) << int(front) << int(back) << certificate << message;
            }
        }
    }
}

void ListenerTest::matchesLayersAndCertificates()
{
    QFETCH(int, front);
    QFETCH(int, back);
    QFETCH(bool, certificate);
    QFETCH(std::string, message);
    const Listener listener{static_cast<Protocol>(front), 443, static_cast<Protocol>(back), 80,
                            certificate ? "arn:aws:iam::0:server-certificate/x" : ""};
    const auto expected = message.empty() ? message : "InvalidConfigurationRequest: " + message;
    QCOMPARE(tests::describe(model::checkListener(listener)), expected);
}

void ListenerTest::wantsOneKindOfProtocolOnAnInstancePort_data()
{
    QTest::addColumn<int>("second");
    QTest::addColumn<int>("port");
    QTest::addColumn<bool>("allowed");
    QTest::newRow("both plain") << int(Protocol::Tcp) << 8080 << true;
    QTest::newRow("plain and HTTPS") << int(Protocol::Https) << 8080 << false;
    QTest::newRow("plain and SSL") << int(Protocol::Ssl) << 8080 << false;
    QTest::newRow("on another port") << int(Protocol::Ssl) << 8443 << true;
}

void ListenerTest::wantsOneKindOfProtocolOnAnInstancePort()
{
    QFETCH(int, second);
    QFETCH(int, port);
    QFETCH(bool, allowed);
    const std::vector<Listener> listeners{
        {Protocol::Http, 80, Protocol::Http, 8080, {}},
        {Protocol::Tcp, 81, static_cast<Protocol>(second), static_cast<std::uint16_t>(port), {}}};
    const auto result = model::checkListenersTogether(listeners);
    QCOMPARE(result.has_value(), allowed);
    if (!allowed)
        QCOMPARE(result.error().code, ErrorCode::InvalidConfigurationRequest);
}

QTEST_GUILESS_MAIN(ListenerTest)
#include "tst_listener.moc"
