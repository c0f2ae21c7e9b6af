#include "adapters/haproxy/haproxy_binary.h"
#include "adapters/network/instance_probe.h"
#include "base/text.h"
#include "controller/base/readable.h"
#include "support/builders.h"
#include "support/haproxy_bench.h"

#include <QCoro/QCoroTask>
#include <QFile>
#include <QHostAddress>
#include <QProcess>
#include <QSslCertificate>
#include <QTcpServer>
#include <QTcpSocket>

#include <functional>

using namespace balancer;
using namespace balancer::tests;
using namespace std::chrono_literals;
using adapters::network::InstanceProbe;

namespace {

constexpr std::chrono::milliseconds kNever = 3600s; // the test program would be killed before

/// Says to whoever connects what a test wants said.
class Instance
{
public:
    using Answer = std::function<void(QTcpSocket &socket, const QByteArray &request)>;

    explicit Instance(Answer answer) : m_answer(std::move(answer))
    {
        if (!m_server.listen(QHostAddress::LocalHost))
            qFatal("cannot listen");
        QObject::connect(&m_server, &QTcpServer::newConnection, &m_server, [this] {
            auto *socket = m_server.nextPendingConnection();
            QObject::connect(socket, &QTcpSocket::readyRead, socket, [this, socket] {
                const auto request = socket->readAll();
                m_requests.push_back(request.toStdString());
                m_answer(*socket, request);
            });
        });
    }

    std::uint16_t port() const { return m_server.serverPort(); }
    const std::vector<std::string> &requests() const { return m_requests; }

private:
    Answer m_answer;
    std::vector<std::string> m_requests;
    QTcpServer m_server;
};

Instance::Answer saying(const QByteArray &text)
{
    return [text](QTcpSocket &socket, const QByteArray &) {
        socket.write(text);
        socket.disconnectFromHost();
    };
}

void stayingSilent(QTcpSocket &, const QByteArray &) {}

} // namespace

class InstanceProbeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void connectsForTcp();
    void failsAtOnceWhenNobodyListens_data();
    void failsAtOnceWhenNobodyListens();
    void asksAsElbDoes_data();
    void asksAsElbDoes();
    void judgesTheStatus_data();
    void judgesTheStatus();
    void givesUpInTime_data();
    void givesUpInTime();
    void doesNotWaitForTheBody();
    void usesAConnectionOfItsOwnForEachCheck();
    void asksOverTlsWithoutVerifying_data();
    void asksOverTlsWithoutVerifying();
    void getsNoCertificateWhereThereIsNone();

private:
    Result<void> check(const std::string &target, std::uint16_t port, std::chrono::milliseconds timeout = 5s)
    {
        const auto parsed = model::parseTarget(target).value();
        return QCoro::waitFor(m_probe.check(parsed, Endpoint{address("127.0.0.1"), port}, timeout));
    }

    InstanceProbe m_probe;
};

void InstanceProbeTest::connectsForTcp()
{
    const Listening silent;
    QCOMPARE(describe(check("TCP:80", silent.port())), std::string());
}

void InstanceProbeTest::failsAtOnceWhenNobodyListens_data()
{
    QTest::addColumn<std::string>("target");
    for (const auto *target : {"TCP:80", "SSL:80", "HTTP:80/", "HTTPS:80/"})
        QTest::newRow(target) << std::string(target);
}

void InstanceProbeTest::failsAtOnceWhenNobodyListens()
{
    QFETCH(std::string, target);
    const auto port = freePort();
    const auto checked = check(target, port, kNever);
    QVERIFY(!checked);
    QCOMPARE(checked.error().code, ErrorCode::Refused);
    const auto where = "127.0.0.1:" + std::to_string(port);
    QVERIFY2(checked.error().message.find(where) != std::string::npos, checked.error().message.c_str());
}

void InstanceProbeTest::asksAsElbDoes_data()
{
    QTest::addColumn<std::string>("path");
    for (const auto *path : {"/", "/ping?a=b&c=%20", "/a//b", "/%2F%41", "/{x}|y", "/$HOME", "/a;b=c"})
        QTest::newRow(path) << std::string(path);
}

void InstanceProbeTest::asksAsElbDoes()
{
    QFETCH(std::string, path);
    const Instance instance(saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    QCOMPARE(describe(check("HTTP:80" + path, instance.port())), std::string());
    const auto &request = instance.requests().at(0);
    // As HAProxy's own check asks: the path goes out as it was given.
    QVERIFY2(request.starts_with("GET " + path + " HTTP/1.1\r\n"), request.c_str());
    QVERIFY(toLower(request).find("\r\nhost: 127.0.0.1:" + std::to_string(instance.port()) + "\r\n") !=
            std::string::npos);
    QVERIFY(request.find("\r\nUser-Agent: ELB-HealthChecker/1.0\r\n") != std::string::npos);
}

void InstanceProbeTest::judgesTheStatus_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<bool>("well");
    const auto row = [](const char *answer, bool well) {
        QTest::newRow(answer) << QByteArray("HTTP/1.1 ") + answer + "\r\nContent-Length: 0\r\n\r\n" << well;
    };
    row("200 OK", true);
    row("201 Created", false);
    row("204 No Content", false);
    row("301 Moved\r\nLocation: /", false);
    row("401 Unauthorized\r\nWWW-Authenticate: Basic", false);
    row("404 Not Found", false);
    row("503 Unavailable", false);
    QTest::newRow("no HTTP") << QByteArray("hello\r\n\r\n") << false;
    QTest::newRow("nothing") << QByteArray() << false;
}

void InstanceProbeTest::judgesTheStatus()
{
    QFETCH(QByteArray, answer);
    QFETCH(bool, well);
    const Instance instance(saying(answer));
    const auto checked = check("HTTP:80/", instance.port(), kNever);
    QCOMPARE(checked.has_value(), well);
    if (!well)
        QCOMPARE(checked.error().code, ErrorCode::Refused);
}

void InstanceProbeTest::givesUpInTime_data()
{
    QTest::addColumn<std::string>("target");
    for (const auto *target : {"SSL:80", "HTTP:80/", "HTTPS:80/"})
        QTest::newRow(target) << std::string(target);
}

void InstanceProbeTest::givesUpInTime()
{
    QFETCH(std::string, target);
    const Instance instance(stayingSilent);
    QVERIFY(!check(target, instance.port(), 50ms));
}

void InstanceProbeTest::doesNotWaitForTheBody()
{
    const Instance instance([](QTcpSocket &socket, const QByteArray &) {
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\nmore to come");
    });
    QCOMPARE(describe(check("HTTP:80/", instance.port(), kNever)), std::string());
}

void InstanceProbeTest::usesAConnectionOfItsOwnForEachCheck()
{
    int connections = 0;
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    connect(&server, &QTcpServer::newConnection, this, [&] {
        ++connections;
        auto *socket = server.nextPendingConnection();
        connect(socket, &QTcpSocket::readyRead, socket, [socket] {
            socket->readAll();
            socket->write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"); // and stays open
        });
    });
    for (int i = 0; i < 3; ++i)
        QCOMPARE(describe(check("HTTP:80/", server.serverPort())), std::string());
    QCOMPARE(connections, 3);
}

void InstanceProbeTest::asksOverTlsWithoutVerifying_data()
{
    QTest::addColumn<std::string>("target");
    QTest::addColumn<bool>("well");
    QTest::newRow("a handshake") << std::string("SSL:443") << true;
    QTest::newRow("a page") << std::string("HTTPS:443/well") << true;
    QTest::newRow("a page that is missing") << std::string("HTTPS:443/other") << false;
    QTest::newRow("without TLS") << std::string("HTTP:443/well") << false;
}

void InstanceProbeTest::asksOverTlsWithoutVerifying()
{
    QFETCH(std::string, target);
    QFETCH(bool, well);
    const Scratch scratch;
    const auto pem = QString::fromStdString(scratch.path("instance.pem"));
    const QStringList selfSigned{QStringLiteral("req"),
                                 QStringLiteral("-x509"),
                                 QStringLiteral("-newkey"),
                                 QStringLiteral("rsa:2048"),
                                 QStringLiteral("-nodes"),
                                 QStringLiteral("-subj"),
                                 QStringLiteral("/CN=nobody.invalid"),
                                 QStringLiteral("-keyout"),
                                 pem + QStringLiteral(".key"),
                                 QStringLiteral("-out"),
                                 pem};
    QCOMPARE(QProcess::execute(QStringLiteral("openssl"), selfSigned), 0);
    const auto port = freePort();
    scratch.write("haproxy.cfg", "frontend f\n    mode http\n    timeout client 5s\n    bind 127.0.0.1:" +
                                     std::to_string(port) + " ssl crt " + scratch.path("instance.pem") +
                                     "\n    http-request return status 200 if { path /well }\n"
                                     "    http-request return status 404\n");
    const QStringList arguments{QStringLiteral("-D"), QStringLiteral("-f"),
                                QString::fromStdString(scratch.path("haproxy.cfg"))};
    const auto haproxy = adapters::haproxy::HaproxyBinary::find(QStringLiteral("haproxy")).value();
    QCOMPARE(describe(QCoro::waitFor(haproxy.run(arguments, 10s))), std::string());
    const auto checked = check(target, port);
    QVERIFY2(checked.has_value() == well, describe(checked).c_str());

    const auto shown = QCoro::waitFor(m_probe.certificatesOf(Endpoint{address("127.0.0.1"), port}, false, 5s));
    QFile file(pem);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const auto certificates = QSslCertificate::fromData(file.readAll());
    QVERIFY2(shown, describe(shown).c_str());
    QCOMPARE(shown->size(), std::size_t(1));
    QCOMPARE(shown->front(), certificates.front().toDer().toStdString());
}

void InstanceProbeTest::getsNoCertificateWhereThereIsNone()
{
    const Instance plain(saying("HTTP/1.1 400 Bad Request\r\n\r\n"));
    const Endpoint spoken{address("127.0.0.1"), plain.port()};
    const auto refused = QCoro::waitFor(m_probe.certificatesOf(spoken, true, kNever));
    QVERIFY(!refused);
    QVERIFY(plain.requests().front().starts_with("PROXY UNKNOWN\r\n"));
    const Listening silent;
    const Endpoint heard{address("127.0.0.1"), silent.port()};
    QVERIFY(!QCoro::waitFor(m_probe.certificatesOf(heard, false, 100ms)));
    const Endpoint nobody{address("127.0.0.1"), freePort()};
    QVERIFY(!QCoro::waitFor(m_probe.certificatesOf(nobody, false, kNever)));
}

QTEST_GUILESS_MAIN(InstanceProbeTest)
#include "tst_instance_probe.moc"
