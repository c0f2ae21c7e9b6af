#include "adapters/network/instance_probe.h"

#include <QCoro/QCoroAbstractSocket>
#include <QCoro/QCoroFuture>
#include <QNetworkProxy>
#include <QNetworkReply>
#include <QPromise>
#include <QSslConfiguration>
#include <QSslSocket>
#include <QTcpSocket>
#include <QTimer>

#include <memory>

namespace balancer::adapters::network {

namespace {

Error refused(const Endpoint &endpoint, const QString &reason)
{
    return Error{ErrorCode::Refused, endpoint.text() + ": " + reason.toStdString()};
}

/// Finishes when the first of these signals comes, or when `timeout` has passed.
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

QCoro::Task<Result<void>> connectTcp(Endpoint endpoint, std::chrono::milliseconds timeout)
{
    QTcpSocket socket;
    socket.setProxy(QNetworkProxy::NoProxy);
    const auto host = QString::fromStdString(endpoint.address.text());
    socket.connectToHost(host, endpoint.port);
    auto coSocket = qCoro(socket);
    const bool connected = co_await coSocket.waitForConnected(timeout);
    if (!connected)
        co_return fail(refused(endpoint, socket.errorString()));
    socket.abort();
    co_return Result<void>();
}

QCoro::Task<Result<void>> shakeHands(Endpoint endpoint, std::chrono::milliseconds timeout)
{
    QSslSocket socket;
    socket.setProxy(QNetworkProxy::NoProxy);
    socket.setSslConfiguration(unverified());
    const auto host = QString::fromStdString(endpoint.address.text());
    socket.connectToHostEncrypted(host, endpoint.port);
    auto decided = firstOf(socket, timeout, &QSslSocket::encrypted, &QSslSocket::errorOccurred);
    co_await decided;
    if (!socket.isEncrypted())
        co_return fail(refused(endpoint, socket.errorString()));
    socket.abort();
    co_return Result<void>();
}

QNetworkRequest requestFor(const model::HealthCheckTarget &target, const Endpoint &endpoint,
                           std::chrono::milliseconds timeout)
{
    const auto scheme = target.protocol == model::Protocol::Https ? "https://" : "http://";
    const auto address = QByteArray::fromStdString(scheme + endpoint.text() + target.path);
    QNetworkRequest request(QUrl::fromEncoded(address, QUrl::TolerantMode));
    request.setRawHeader("User-Agent", "ELB-HealthChecker/1.0");
    request.setRawHeader("Host", QByteArray::fromStdString(endpoint.text()));
    request.setRawHeader("Accept", "*/*");
    request.setRawHeader("Accept-Encoding", "identity");
    request.setRawHeader("Connection", "close");
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    request.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    request.setAttribute(QNetworkRequest::CacheLoadControlAttribute, QNetworkRequest::AlwaysNetwork);
    request.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::AuthenticationReuseAttribute, QNetworkRequest::Manual);
    request.setTransferTimeout(static_cast<int>(timeout.count()));
    request.setSslConfiguration(unverified());
    return request;
}

QCoro::Task<Result<void>> get(QNetworkAccessManager &http, model::HealthCheckTarget target, Endpoint endpoint,
                              std::chrono::milliseconds timeout)
{
    constexpr int kOk = 200;
    const std::unique_ptr<QNetworkReply> reply(http.get(requestFor(target, endpoint, timeout)));
    // The status decides; a body that never ends must not.
    reply->setReadBufferSize(64 * 1024);
    auto decided = firstOf(*reply, timeout, &QNetworkReply::metaDataChanged, &QNetworkReply::finished);
    co_await decided;
    const auto status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    const auto reason = reply->errorString();
    reply->abort();
    if (status == kOk)
        co_return Result<void>();
    if (status != 0)
        co_return fail(refused(endpoint, QStringLiteral("answered with status %1").arg(status)));
    co_return fail(refused(endpoint, reason));
}

} // namespace

InstanceProbe::InstanceProbe()
{
    m_http.setProxy(QNetworkProxy::NoProxy);
}

QCoro::Task<Result<void>> InstanceProbe::check(model::HealthCheckTarget target, Endpoint endpoint,
                                               std::chrono::milliseconds timeout)
{
    Result<void> result;
    switch (target.protocol) {
    case model::Protocol::Tcp:
        result = co_await connectTcp(endpoint, timeout);
        break;
    case model::Protocol::Ssl:
        result = co_await shakeHands(endpoint, timeout);
        break;
    case model::Protocol::Http:
    case model::Protocol::Https:
        result = co_await get(m_http, target, endpoint, timeout);
        break;
    }
    co_return result;
}

} // namespace balancer::adapters::network
