#pragma once

#include "desktop/secret_store.h"

namespace balancer::desktop {

/// The system's keychain: Secret Service or KWallet. Asks again and again where it is locked, and never falls back to a
/// file.
class KeychainSecretStore : public SecretStore
{
public:
    explicit KeychainSecretStore(QString service = QStringLiteral("elastic-haproxy")) : m_service(std::move(service)) {}

    QCoro::Task<Result<QString>> load(QString key) override;
    QCoro::Task<Result<void>> save(QString key, QString secret) override;
    QCoro::Task<Result<void>> remove(QString key) override;

private:
    QString m_service;
};

} // namespace balancer::desktop
