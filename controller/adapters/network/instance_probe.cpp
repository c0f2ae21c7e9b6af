#include "adapters/network/instance_probe.h"

#include "model/protocol.h"

#include <QCoro/QCoroFuture>
#include <QDeadlineTimer>
#include <QNetworkProxy>
#include <QPromise>
#include <QSslConfiguration>
#include <QSslSocket>
#include <QTimer>

#include <algorithm>
#include <memory>

namespace balancer::adapters::network {

namespace {

Error refused(const Endpoint &endpoint, const QString &reason)
{
    return Error{ErrorCode::Refused, endpoint.text() + ": " + reason.toStdString()};
}

std::chrono::milliseconds left(const QDeadlineTimer &deadline)
{
    return std::max(std::chrono::milliseconds(0), std::chrono::milliseconds(deadline.remainingTime()));
}

/// Finishes when the first of these signals comes, or when `timeout` has passed. To be called before what may cause
/// them: an error can come at once.
template <typename Sender, typename... Signals>
QFuture<void> firstOf(Sender &sender, std::chrono::milliseconds timeout, Signals... signals)
{
    const auto promise = std::make_shared<QPromise<void>>();
    promise->start();
    auto future = promise->future();
    const auto finish = [promise] {
        if (!promise->future().isFinished())
            promise->finish();
    };
    (QObject::connect(&sender, signals, &sender, finish), ...);
    // Ends with the sender, so that no timer outlives a quick check.
    QTimer::singleShot(timeout, &sender, finish);
    return future;
}

QSslConfiguration unverified()
{
    auto configuration = QSslConfiguration::defaultConfiguration();
    configuration.setPeerVerifyMode(QSslSocket::VerifyNone);
    return configuration;
}

QCoro::Task<Result<void>> connectTo(QSslSocket &socket, Endpoint endpoint, bool secure, QDeadlineTimer deadline)
{
    socket.setProxy(QNetworkProxy::NoProxy);
    socket.setSslConfiguration(unverified());
    const auto host = QString::fromStdString(endpoint.address.text());
    const auto ready = secure ? &QSslSocket::encrypted : &QSslSocket::connected;
    auto decided = firstOf(socket, left(deadline), ready, &QSslSocket::errorOccurred);
    if (secure)
        socket.connectToHostEncrypted(host, endpoint.port);
    else
        socket.connectToHost(host, endpoint.port);
    co_await decided;
    if (socket.state() == QSslSocket::ConnectedState && (!secure || socket.isEncrypted()))
        co_return Result<void>();
    const bool late = socket.error() == QSslSocket::UnknownSocketError;
    co_return fail(refused(endpoint, late ? QStringLiteral("no connection in time") : socket.errorString()));
}

QCoro::Task<Result<void>> secure(QSslSocket &socket, Endpoint endpoint, bool proxyLine, QDeadlineTimer deadline)
{
    if (proxyLine) {
        socket.write("PROXY UNKNOWN\r\n");
        socket.flush();
    }
    auto decided = firstOf(socket, left(deadline), &QSslSocket::encrypted, &QSslSocket::errorOccurred);
    socket.startClientEncryption();
    co_await decided;
    if (socket.isEncrypted())
        co_return Result<void>();
    const bool late = socket.error() == QSslSocket::UnknownSocketError;
    co_return fail(refused(endpoint, late ? QStringLiteral("no handshake in time") : socket.errorString()));
}

/// As HAProxy's own check asks, so that both find the same: the path goes out as the operator gave it.
QByteArray requestFor(const std::string &path, const Endpoint &endpoint)
{
    return QByteArray::fromStdString(
        "GET " + path + " HTTP/1.1\r\nHost: " + endpoint.text() +
        "\r\nUser-Agent: ELB-HealthChecker/1.0\r\nAccept: */*\r\nConnection: close\r\n\r\n");
}

/// The status decides; what follows it is not read.
QCoro::Task<Result<void>> get(QSslSocket &socket, std::string path, Endpoint endpoint, QDeadlineTimer deadline)
{
    constexpr qint64 kLongestLine = 8192;
    socket.setReadBufferSize(kLongestLine);
    socket.write(requestFor(path, endpoint));
    while (!socket.canReadLine()) {
        if (deadline.hasExpired())
            co_return fail(refused(endpoint, QStringLiteral("did not answer in time")));
        if (socket.state() != QSslSocket::ConnectedState || socket.bytesAvailable() >= kLongestLine)
            co_return fail(refused(endpoint, QStringLiteral("did not answer in HTTP")));
        auto more = firstOf(socket, left(deadline), &QSslSocket::readyRead, &QSslSocket::disconnected);
        co_await more;
    }
    const auto line = socket.readLine().simplified();
    const auto words = line.split(' ');
    if (!line.startsWith("HTTP/1.") || words.size() < 2)
        co_return fail(refused(endpoint, QStringLiteral("did not answer in HTTP")));
    if (words[1] != "200")
        co_return fail(refused(endpoint, QStringLiteral("answered with status ") + QString::fromLatin1(words[1])));
    co_return Result<void>();
}

} // namespace

void InstanceProbe::endWhenStopped(QSslSocket &socket)
{
    const auto giveUp = [&socket] {
        socket.abort(); // silent while still connecting
        Q_EMIT socket.errorOccurred(QSslSocket::OperationError);
    };
    connect(this, &InstanceProbe::stopped, &socket, giveUp);
}

QCoro::Task<Result<void>> InstanceProbe::check(model::HealthCheckTarget target, Endpoint endpoint,
                                               std::chrono::milliseconds timeout)
{
    const QDeadlineTimer deadline(timeout);
    QSslSocket socket; // speaks plain TCP as well
    endWhenStopped(socket);
    auto result = co_await connectTo(socket, endpoint, model::isSecure(target.protocol), deadline);
    if (result && model::isHttpLayer(target.protocol))
        result = co_await get(socket, target.path, endpoint, deadline);
    socket.abort();
    co_return result;
}

QCoro::Task<Result<std::vector<std::string>>> InstanceProbe::certificatesOf(Endpoint endpoint, bool proxyLine,
                                                                            std::chrono::milliseconds timeout)
{
    const QDeadlineTimer deadline(timeout);
    QSslSocket socket;
    endWhenStopped(socket);
    const auto connected = co_await connectTo(socket, endpoint, false, deadline);
    if (!connected)
        co_return fail(connected.error());
    const auto secured = co_await secure(socket, endpoint, proxyLine, deadline);
    if (!secured)
        co_return fail(secured.error());
    std::vector<std::string> certificates;
    for (const auto &certificate : socket.peerCertificateChain())
        certificates.push_back(certificate.toDer().toStdString());
    socket.abort();
    co_return certificates;
}

} // namespace balancer::adapters::network
