#include "controller/base/readable.h"
#include "model/instance.h"

using namespace balancer;

class InstanceTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsAddressHints_data();
    void readsAddressHints();
    void writesAddressesSoThatTheyAreReadAgain();
};

void InstanceTest::readsAddressHints_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<std::string>("host"); // empty: none
    QTest::addColumn<int>("port");
    const auto row = [](const std::string &text, const char *host, int port) {
        QTest::newRow(text.empty() ? "nothing" : text.c_str()) << text << std::string(host) << port;
    };
    row("10.0.0.5", "10.0.0.5", 0);
    row("10.0.0.5:8080", "10.0.0.5", 8080);
    row("fd00::5", "fd00::5", 0);
    row("[fd00::5]", "fd00::5", 0);
    row("[fd00::5]:80", "fd00::5", 80);
    row("web1.corp", "web1.corp", 0);
    row("web1.corp:8080", "web1.corp", 8080);
    row("a_b.corp", "a_b.corp", 0);
    row("", "", 0);
    row("i-0abc", "", 0);
    row("web1", "", 0);
    row("web1:80", "", 0);
    row("web1.corp:", "", 0);
    row("web1.corp:0", "", 0);
    row("web1.corp:65536", "", 0);
    row("web1..corp", "", 0);
    row(".corp", "", 0);
    row("-web.corp", "", 0);
    row("web.corp-", "", 0);
    row("10.0.0.256", "", 0);
    row("10.0.0.5:0", "", 0);
    row("[10.0.0.5]", "", 0);
    row("[fd00::5]80", "", 0);
    row("a.b/c", "", 0);
    row("a.b c", "", 0);
    row(std::string(64, 'a') + ".corp", "", 0);
    row(std::string(63, 'a') + ".corp", (std::string(63, 'a') + ".corp").c_str(), 0);
}

void InstanceTest::readsAddressHints()
{
    QFETCH(std::string, text);
    QFETCH(std::string, host);
    QFETCH(int, port);
    const auto hint = model::parseAddressHint(text);
    QCOMPARE(hint ? hint->host : std::string(), host);
    QCOMPARE(hint ? int(hint->port) : 0, port);
}

void InstanceTest::writesAddressesSoThatTheyAreReadAgain()
{
    for (const std::string text : {"10.0.0.5", "10.0.0.5:8080", "fd00::5", "[fd00::5]:80"}) {
        const auto hint = model::parseAddressHint(text).value();
        const model::InstanceAddress address{IpAddress::parse(hint.host).value(), hint.port};
        QCOMPARE(model::renderInstanceAddress(address), text);
    }
}

QTEST_GUILESS_MAIN(InstanceTest)
#include "tst_instance.moc"
