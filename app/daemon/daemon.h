#pragma once

#include "daemon/config.h"
#include "daemon/data_directory.h"
#include "daemon/node_paths.h"

#include <QCoro/QCoroTask>
#include <QObject>

#include <memory>
#include <string>

namespace balancer::daemon {

/// The headless node: builds everything real, in the order in which each needs the one before, and hands it in.
class Daemon : public QObject
{
    Q_OBJECT

public:
    Daemon(Settings settings, NodePaths paths);
    ~Daemon() override; ///< HAProxy goes on

    /// Takes the data directory, opens the store, takes over or starts HAProxy, and serves the API. The error is one
    /// sentence for the operator; nothing of what was stored is lost or overwritten then.
    QCoro::Task<Result<void>> start();

    /// Ends what start began; with `traffic` HAProxy too. `stopped` follows.
    void stop(bool traffic);

    bool isStopping() const { return m_stopping; }

Q_SIGNALS:
    void stopped();

private:
    struct Parts;

    QCoro::Task<Result<void>> openStore();
    QCoro::Task<Result<void>> openHaproxy();
    QCoro::Task<Result<void>> startService();
    QCoro::Task<Result<void>> end(bool traffic);
    void buildReadSide();
    Result<void> makeDirectories() const;
    void writeNames();

    Settings m_settings;
    NodePaths m_paths;
    std::size_t m_descriptorLimit = 0;
    bool m_stopping = false;
    std::unique_ptr<Parts> m_parts;
};

} // namespace balancer::daemon
