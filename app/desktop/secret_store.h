#pragma once

#include "base/result.h"

#include <QCoro/QCoroTask>
#include <QString>

namespace balancer::desktop {

/// Where the secrets of access keys are kept; nowhere else. `key` is NodeEntry::id.
class SecretStore
{
public:
    virtual ~SecretStore() = default;

    /// NotFound: none is kept for it. Unavailable: the store cannot be used now, or the user refused to unlock it.
    virtual QCoro::Task<Result<QString>> load(QString key) = 0;
    /// Unavailable: it is not kept.
    virtual QCoro::Task<Result<void>> save(QString key, QString secret) = 0;
    /// Removing one that is not there is no error.
    virtual QCoro::Task<Result<void>> remove(QString key) = 0;
};

} // namespace balancer::desktop
