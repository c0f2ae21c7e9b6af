#include "adapters/network/host_resolver.h"

#include <QCoreApplication>
#include <QCoro/QCoroFuture>
#include <QHostInfo>
#include <QPromise>
#include <QTimer>

#include <memory>

namespace balancer::adapters::network {

namespace {

constexpr std::chrono::seconds kDeadline{5};

/// One look-up with its deadline; whichever comes first answers.
QFuture<QHostInfo> lookUp(const QString &name)
{
    const auto promise = std::make_shared<QPromise<QHostInfo>>();
    promise->start();
    auto future = promise->future();
    const auto finish = [promise](const QHostInfo &info) {
        if (promise->future().isFinished())
            return;
        promise->addResult(info);
        promise->finish();
    };
    QHostInfo::lookupHost(name, QCoreApplication::instance(), finish);
    QTimer::singleShot(kDeadline, QCoreApplication::instance(), [finish] { finish(QHostInfo()); });
    return future;
}

} // namespace

QCoro::Task<Result<IpAddress>> HostResolver::resolve(std::string name)
{
    auto future = lookUp(QString::fromStdString(name));
    const auto info = co_await future;
    for (const auto &address : info.addresses()) {
        if (const auto parsed = IpAddress::parse(address.toString().toStdString()))
            co_return *parsed;
    }
    if (info.error() == QHostInfo::HostNotFound)
        co_return fail(ErrorCode::NotFound, "there is no host " + name);
    co_return fail(ErrorCode::Unavailable, "cannot look up " + name);
}

} // namespace balancer::adapters::network
