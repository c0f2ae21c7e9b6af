#pragma once

#include "desktop/secret_store.h"

#include <QMap>

#include <optional>

namespace balancer::tests {

/// Keeps secrets as long as a test lasts.
class FakeSecretStore : public desktop::SecretStore
{
public:
    QMap<QString, QString> secrets;
    std::optional<Error> broken;

    QCoro::Task<Result<QString>> load(QString key) override
    {
        if (broken)
            co_return fail(*broken);
        if (!secrets.contains(key))
            co_return fail(ErrorCode::NotFound, "none is kept");
        co_return secrets.value(key);
    }

    QCoro::Task<Result<void>> save(QString key, QString secret) override
    {
        if (broken)
            co_return fail(*broken);
        secrets.insert(key, secret);
        co_return Result<void>();
    }

    QCoro::Task<Result<void>> remove(QString key) override
    {
        if (broken)
            co_return fail(*broken);
        secrets.remove(key);
        co_return Result<void>();
    }
};

} // namespace balancer::tests
