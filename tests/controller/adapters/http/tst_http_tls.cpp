#include "adapters/http/http_client.h"
#include "adapters/http/http_server.h"

#include "byte_server.h"
#include "client.h"
#include "cutting_proxy.h"

#include <QCoro/QCoroTask>

#include <QtCore/QFile>
#include <QtCore/QTimer>
#include <QtTest/QTest>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace balancer;
using namespace balancer::adapters::http;
using namespace std::chrono_literals;

namespace {

// As `openssl x509 -fingerprint -sha256` says of tests/data/tls/node.pem and other.pem.
const std::string kNode = "2dce296ccc1c1ebe652088c06aef273ca2e3c81704f3417d75dbe8b74004db10";
const std::string kOther = "fefa39f8290df68dccc1e91ed4845ff823df0cce32437b26458e73132ba6bf7d";

const QByteArray kHalfAHello("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);

std::string dataFile(const char *name)
{
    QFile file(QStringLiteral(BALANCER_TEST_DATA "/tls/") + QString::fromLatin1(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string();
}

HttpServerOptions byTls(HttpLimits limits = {}, const char *certificate = "node.pem", const char *key = "node.key.pem")
{
    HttpServerOptions options;
    options.listenEncrypted = {Endpoint{IpAddress::parse("127.0.0.1").value(), 0}};
    options.identity = {dataFile(certificate), dataFile(key)};
    options.limits = limits;
    return options;
}

ports::HttpRequest get(std::string target = "/")
{
    ports::HttpRequest request;
    request.method = "GET";
    request.target = std::move(target);
    return request;
}

} // namespace

/// Both sides of TLS.
class HttpTlsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void exchangesARequestForItsAnswer();
    void looksUpTheHost();
    void namesTheHostUnlessItIsAnAddress();
    void passesLargeBodiesInBothDirections();
    void keepsTheConnectionForTheNextRequest();
    void streamsABody();
    void listensInTheClearAndByTls();

    void sendsNothingToAnotherCertificate_data();
    void sendsNothingToAnotherCertificate();
    void doesNotReuseAConnectionForAnotherFingerprint();
    void fetchesTheFingerprint();
    void fetchesNoFingerprintWhereThereIsNone();
    void saysWhenTheOtherSideSpeaksNoTls();

    void refusesAnIdentityThatIsNone_data();
    void refusesAnIdentityThatIsNone();
    void tellsWhoSpeaksPlainHttp();
    void refusesTlsWhereHttpIsSpoken();
    void dropsAClientThatDoesNotFinishTheHandshake_data();
    void dropsAClientThatDoesNotFinishTheHandshake();
    void dropsAClientThatDripsItsHandshake();
    void closesOnGarbageAfterTheHello();
    void turnsAwayConnectionsOverTheLimitWithoutAWord();
    void countsHandshakesAsConnections();
    void deliversARefusalToAClientThatGoesOnSending();
    void survivesConnectionsCutAnywhere_data();
    void survivesConnectionsCutAnywhere();
    void canBeDestroyedDuringAHandshake();

private:
    void serve(const HttpServerOptions &options, ports::HttpHandler handler);
    void serve(ports::HttpHandler handler, HttpLimits limits = {}) { serve(byTls(limits), std::move(handler)); }
    const Endpoint &endpoint() const { return m_server->encryptedEndpoints().front(); }
    ports::HttpTarget target(std::string fingerprint = kNode) const
    {
        return {"https://" + endpoint().text(), std::move(fingerprint)};
    }
    Result<ports::HttpResponse> exchange(const ports::HttpTarget &to, const ports::HttpRequest &request,
                                         std::chrono::milliseconds deadline = 30s)
    {
        return QCoro::waitFor(m_transport->exchange(to, request, deadline));
    }
    std::unique_ptr<Client> connectClient(const QByteArray &bytes = {}) const
    {
        auto client = std::make_unique<Client>(endpoint());
        client->send(bytes);
        return client;
    }

    std::unique_ptr<HttpServer> m_server;
    std::unique_ptr<HttpClient> m_transport;
};

void HttpTlsTest::init()
{
    m_transport = std::make_unique<HttpClient>();
}

void HttpTlsTest::cleanup()
{
    m_transport.reset();
    m_server.reset();
}

void HttpTlsTest::serve(const HttpServerOptions &options, ports::HttpHandler handler)
{
    auto server = HttpServer::open(options, std::move(handler));
    QVERIFY2(server, server ? "" : server.error().message.c_str());
    m_server = std::move(*server);
}

// ---- both sides well
// --------------------------------------------------------------------------------------------------

void HttpTlsTest::exchangesARequestForItsAnswer()
{
    ports::HttpPeer peer;
    serve([&](const ports::HttpRequest &request, const ports::HttpResponder &respond) {
        peer = request.peer;
        echo(request, respond);
    });
    const auto answer = exchange(target(), get("/a?b"));
    QVERIFY2(answer, answer ? "" : answer.error().message.c_str());
    QCOMPARE(answer->body, "GET /a?b ");
    const ports::HttpPeer expected{.address = "127.0.0.1", .userId = std::nullopt, .isEncrypted = true};
    QCOMPARE(peer, expected);
}

void HttpTlsTest::looksUpTheHost()
{
    serve(echo);
    const auto port = std::to_string(endpoint().port);
    const auto answer = exchange({"https://localhost:" + port, kNode}, get("/x"));
    QVERIFY2(answer, answer ? "" : answer.error().message.c_str());
    QCOMPARE(answer->body, "GET /x ");
}

void HttpTlsTest::namesTheHostUnlessItIsAnAddress()
{
    for (const auto *host : {"localhost", "127.0.0.1"}) {
        QByteArray hello;
        {
            ByteServer server({[&](ByteServer::Connection &connection) { hello = connection.readSome(); }});
            const auto port = server.authority().substr(server.authority().find(':'));
            QVERIFY(!exchange({"https://" + std::string(host) + port, kNode}, get()));
        }
        QVERIFY(!hello.isEmpty());
        QCOMPARE(hello.contains("localhost"), host == std::string("localhost"));
        QVERIFY(!hello.contains("127.0.0.1"));
    }
}

void HttpTlsTest::passesLargeBodiesInBothDirections()
{
    HttpLimits limits;
    limits.maxBodyBytes = 16 * 1024 * 1024;
    serve([](const ports::HttpRequest &request, const ports::HttpResponder &respond) { respond(text(request.body)); },
          limits);
    auto request = get();
    request.method = "POST";
    for (int i = 0; i < 10'000'000; ++i)
        request.body += char(i % 251);
    const auto answer = exchange(target(), request);
    QVERIFY2(answer, answer ? "" : answer.error().message.c_str());
    QVERIFY(answer->body == request.body);
}

void HttpTlsTest::keepsTheConnectionForTheNextRequest()
{
    HttpLimits limits;
    limits.maxConnections = 1; // a second one would be turned away
    serve(echo, limits);
    for (int i = 0; i < 10; ++i) {
        const auto answer = exchange(target(), get());
        QVERIFY2(answer, answer ? "" : answer.error().message.c_str());
    }
}

void HttpTlsTest::streamsABody()
{
    std::unique_ptr<ports::HttpBodyWriter> writer;
    serve([&](const ports::HttpRequest &, const ports::HttpResponder &respond) {
        auto response = text("begin");
        response.continueBody = [&](std::unique_ptr<ports::HttpBodyWriter> given) { writer = std::move(given); };
        respond(std::move(response));
    });
    auto reader = QCoro::waitFor(m_transport->open(target(), get(), 30s));
    QVERIFY2(reader, reader ? "" : reader.error().message.c_str());
    QCOMPARE(QCoro::waitFor((*reader)->read(30s)).value(), "begin");
    QTRY_VERIFY(writer);
    for (int i = 0; i < 50; ++i) {
        const auto piece = "piece " + std::to_string(i);
        QVERIFY(writer->write(piece));
        QCOMPARE(QCoro::waitFor((*reader)->read(30s)).value(), piece);
    }
    writer.reset();
    QCOMPARE(QCoro::waitFor((*reader)->read(30s)).value(), "");

    reader = QCoro::waitFor(m_transport->open(target(), get(), 30s));
    QVERIFY(reader);
    QTRY_VERIFY(writer);
    reader->reset();
    QTRY_VERIFY(!writer->write("anybody there?"));
}

void HttpTlsTest::listensInTheClearAndByTls()
{
    auto options = byTls();
    options.listen = {Endpoint{IpAddress::parse("127.0.0.1").value(), 0}};
    serve(options, echo);
    QCOMPARE(m_server->endpoints().size(), 1U);
    QCOMPARE(m_server->encryptedEndpoints().size(), 1U);
    const auto plain = exchange({"http://" + m_server->endpoints().front().text(), {}}, get("/plain"));
    QCOMPARE(plain.value().body, "GET /plain ");
    QCOMPARE(exchange(target(), get("/tls")).value().body, "GET /tls ");
}

// ---- trust ----------------------------------------------------------------------------------------------------------

void HttpTlsTest::sendsNothingToAnotherCertificate_data()
{
    QTest::addColumn<QByteArray>("fingerprint");
    QTest::newRow("of another") << QByteArray::fromStdString(kOther);
    QTest::newRow("of none") << QByteArray();
    QTest::newRow("in part") << QByteArray::fromStdString(kNode).left(63);
}

void HttpTlsTest::sendsNothingToAnotherCertificate()
{
    QFETCH(QByteArray, fingerprint);
    int calls = 0;
    serve([&](const ports::HttpRequest &, const ports::HttpResponder &respond) {
        ++calls;
        respond({});
    });
    const auto answer = exchange(target(fingerprint.toStdString()), get());
    QVERIFY(!answer);
    QCOMPARE(answer.error().code, ErrorCode::Untrusted);
    QVERIFY2(answer.error().message.find(kNode) != std::string::npos, answer.error().message.c_str());
    const auto opened = QCoro::waitFor(m_transport->open(target(fingerprint.toStdString()), get(), 30s));
    QVERIFY(!opened);
    QCOMPARE(opened.error().code, ErrorCode::Untrusted);
    // One that is trusted comes after them, so that they would have come before.
    QVERIFY(exchange(target(), get()));
    QCOMPARE(calls, 1);
}

void HttpTlsTest::doesNotReuseAConnectionForAnotherFingerprint()
{
    serve(echo);
    QVERIFY(exchange(target(), get()));
    QCOMPARE(exchange(target(kOther), get()).error().code, ErrorCode::Untrusted);
    QVERIFY(exchange(target(), get()));
}

void HttpTlsTest::fetchesTheFingerprint()
{
    int calls = 0;
    const auto count = [&](const ports::HttpRequest &, const ports::HttpResponder &respond) {
        ++calls;
        respond({});
    };
    serve(count);
    QCOMPARE(QCoro::waitFor(m_transport->fetchFingerprint(target("something else"), 30s)).value(), kNode);
    m_server.reset();
    serve(byTls({}, "other.pem", "other.key.pem"), count);
    QCOMPARE(QCoro::waitFor(m_transport->fetchFingerprint(target(""), 30s)).value(), kOther);
    QCOMPARE(calls, 0);
}

void HttpTlsTest::fetchesNoFingerprintWhereThereIsNone()
{
    const auto plain = QCoro::waitFor(m_transport->fetchFingerprint({"http://127.0.0.1:1", {}}, 30s));
    QVERIFY(!plain);
    QCOMPARE(plain.error().code, ErrorCode::InvalidInput);

    serve(echo);
    const auto to = target();
    m_server.reset();
    const auto gone = QCoro::waitFor(m_transport->fetchFingerprint(to, 30s));
    QVERIFY(!gone);
    QCOMPARE(gone.error().code, ErrorCode::Unavailable);

    ByteServer silent({[](ByteServer::Connection &connection) { connection.keep(); }});
    const auto late = QCoro::waitFor(m_transport->fetchFingerprint({"https://" + silent.authority(), {}}, 50ms));
    QVERIFY(!late);
    QCOMPARE(late.error().code, ErrorCode::Timeout);
}

void HttpTlsTest::saysWhenTheOtherSideSpeaksNoTls()
{
    ByteServer server({[](ByteServer::Connection &connection) {
        connection.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        connection.keep();
    }});
    const auto answer = exchange({"https://" + server.authority(), kNode}, get());
    QVERIFY(!answer);
    QCOMPARE(answer.error().code, ErrorCode::Unavailable);
    QVERIFY2(answer.error().message.starts_with("cannot reach https://" + server.authority() + " by TLS: "),
             answer.error().message.c_str());
}

// ---- the server's identity
// --------------------------------------------------------------------------------------------

void HttpTlsTest::refusesAnIdentityThatIsNone_data()
{
    QTest::addColumn<QByteArray>("certificate");
    QTest::addColumn<QByteArray>("key");
    const auto certificate = QByteArray::fromStdString(dataFile("node.pem"));
    const auto key = QByteArray::fromStdString(dataFile("node.key.pem"));
    QTest::newRow("nothing") << QByteArray() << QByteArray();
    QTest::newRow("no key") << certificate << QByteArray();
    QTest::newRow("no certificate") << QByteArray() << key;
    QTest::newRow("the key of another") << certificate << QByteArray::fromStdString(dataFile("other.key.pem"));
    QTest::newRow("half a certificate") << certificate.left(certificate.size() / 2) << key;
    QTest::newRow("garbage") << QByteArray("garbage") << QByteArray("garbage");
}

void HttpTlsTest::refusesAnIdentityThatIsNone()
{
    QFETCH(QByteArray, certificate);
    QFETCH(QByteArray, key);
    auto options = byTls();
    options.identity = {certificate.toStdString(), key.toStdString()};
    const auto server = HttpServer::open(options, echo);
    QVERIFY(!server);
    QCOMPARE(server.error().code, ErrorCode::InvalidInput);
    QVERIFY(server.error().message.starts_with("the certificate or its key cannot be used: "));
}

// ---- clients that misbehave
// -------------------------------------------------------------------------------------------

void HttpTlsTest::tellsWhoSpeaksPlainHttp()
{
    serve(echo);
    const auto client = connectClient(kGet);
    QTRY_VERIFY(client->wasRefusedWith(400));
    QVERIFY(client->received().endsWith("this port speaks HTTPS only\n"));
}

void HttpTlsTest::refusesTlsWhereHttpIsSpoken()
{
    auto options = onLoopback();
    serve(options, echo);
    const auto answer = exchange({"https://" + m_server->endpoints().front().text(), kNode}, get());
    QVERIFY(!answer);
    QCOMPARE(answer.error().code, ErrorCode::Unavailable);
}

void HttpTlsTest::dropsAClientThatDoesNotFinishTheHandshake_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("one byte") << QByteArray("\x16");
    QTest::newRow("half a hello") << kHalfAHello;
}

void HttpTlsTest::dropsAClientThatDoesNotFinishTheHandshake()
{
    QFETCH(QByteArray, bytes);
    HttpLimits limits;
    limits.requestTimeout = 50ms;
    serve(echo, limits);
    const auto client = connectClient(bytes);
    QTRY_VERIFY(client->isClosed());
    QCOMPARE(client->received(), QByteArray());
}

void HttpTlsTest::dropsAClientThatDripsItsHandshake()
{
    HttpLimits limits;
    limits.requestTimeout = 100ms;
    serve(echo, limits);
    const auto client = connectClient(kHalfAHello);
    QTimer drip;
    connect(&drip, &QTimer::timeout, client.get(), [&] { client->send("a"); });
    drip.start(5);
    QTRY_VERIFY(client->isClosed());
}

void HttpTlsTest::closesOnGarbageAfterTheHello()
{
    serve(echo);
    const auto client = connectClient("\x16\x03\x01" + QByteArray(1000, 'x'));
    QTRY_VERIFY(client->isClosed());
    QVERIFY(exchange(target(), get()));
}

void HttpTlsTest::turnsAwayConnectionsOverTheLimitWithoutAWord()
{
    HttpLimits limits;
    limits.maxConnections = 1;
    serve(echo, limits);
    QVERIFY(exchange(target(), get())); // and stays connected
    const auto second = connectClient(kHalfAHello);
    QTRY_VERIFY(second->isClosed());
    QCOMPARE(second->received(), QByteArray());
}

void HttpTlsTest::countsHandshakesAsConnections()
{
    HttpLimits limits;
    limits.maxConnections = 1;
    serve(echo, limits);
    auto first = connectClient(kHalfAHello);
    // Whether it has been accepted shows only when the next is turned away.
    std::unique_ptr<Client> second;
    QTRY_VERIFY((second = connectClient(kHalfAHello)) && QTest::qWaitFor([&] { return second->isClosed(); }, 100));
    first.reset();
    QTRY_VERIFY(exchange(target(), get()));
}

void HttpTlsTest::deliversARefusalToAClientThatGoesOnSending()
{
    serve(echo);
    auto request = get();
    request.method = "POST";
    request.body = std::string(4 * 1024 * 1024, 'x');
    const auto answer = exchange(target(), request);
    QVERIFY2(answer, answer ? "" : answer.error().message.c_str());
    QCOMPARE(answer->status, 413);
}

void HttpTlsTest::survivesConnectionsCutAnywhere_data()
{
    QTest::addColumn<bool>("isToServer");
    QTest::newRow("on the way to the server") << true;
    QTest::newRow("on the way to the client") << false;
}

/// Whatever part of the bytes passes: the client never takes it for an answer, and the server goes on.
void HttpTlsTest::survivesConnectionsCutAnywhere()
{
    QFETCH(bool, isToServer);
    serve(echo);
    qint64 total = 0;
    {
        const CuttingProxy whole(endpoint(), CuttingProxy::kNever, CuttingProxy::kNever);
        QVERIFY(exchange({"https://" + whole.authority(), kNode}, get()));
        total = isToServer ? whole.bytesToServer() : whole.bytesToClient();
    }
    total -= 10; // handshakes differ: the length of a signature does
    int answers = 0;
    for (qint64 passed = 0; passed < total; passed += 7) {
        const CuttingProxy proxy(endpoint(), isToServer ? passed : CuttingProxy::kNever,
                                 isToServer ? CuttingProxy::kNever : passed);
        const auto answer = exchange({"https://" + proxy.authority(), kNode}, get());
        if (answer) {
            QCOMPARE(answer->body, "GET / ");
            ++answers;
        } else {
            QCOMPARE(answer.error().code, ErrorCode::Unavailable);
        }
    }
    QCOMPARE(answers, 0);
    QVERIFY(exchange(target(), get()));
}

void HttpTlsTest::canBeDestroyedDuringAHandshake()
{
    serve(echo);
    const auto half = connectClient(kHalfAHello);
    const auto silent = connectClient();
    QVERIFY(exchange(target(), get())); // accepted after them
    m_server.reset();
    QTRY_VERIFY(half->isClosed() && silent->isClosed());
}

QTEST_GUILESS_MAIN(HttpTlsTest)
#include "tst_http_tls.moc"
