#pragma once

#include "adapters/haproxy/generation_files.h"
#include "adapters/haproxy/haproxy_binary.h"
#include "adapters/haproxy/leaving_connection.h"
#include "adapters/haproxy/process_handle.h"
#include "adapters/haproxy/runtime_socket.h"
#include "ports/haproxy.h"

#include <QStringList>

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace balancer::adapters::haproxy {

struct KeeperOptions
{
    std::string dataDirectory; ///< exists; each generation's files go below it
    std::string runDirectory;  ///< exists; sockets and pid files
    std::string logSocket;
    QStringList extraFiles;                          ///< hand-written files given to HAProxy as further -f
    std::size_t maxOldGenerations = 8;               ///< that may still be finishing when another one starts
    std::size_t oldGenerationMemory = 0;             ///< bytes they may hold together; 0: any
    std::chrono::milliseconds maxReloadDelay{10000}; ///< how long a start waits for that; then the oldest is ended
    std::chrono::milliseconds startDeadline{30000};  ///< for HAProxy to read its file
    std::chrono::milliseconds proofDeadline{10000};  ///< for a started generation to prove itself
    std::chrono::milliseconds commandDeadline{5000}; ///< for all replies to one batch of commands
};

/// Runs HAProxy without a master process: a new generation takes the listening sockets over from the one before and
/// proves itself; only then is the old one told to leave. So a generation that does not come up costs no request.
class GenerationKeeper : public ports::HaproxyProcess, public ports::RuntimeApi
{
    Q_OBJECT

public:
    GenerationKeeper(HaproxyBinary binary, KeeperOptions options);
    ~GenerationKeeper() override; ///< HAProxy goes on

    QCoro::Task<Result<std::string>> probe() override;
    QCoro::Task<Result<std::optional<ports::RunningGeneration>>> adopt() override;
    QCoro::Task<Result<void>> startGeneration(plan::HaproxyConfig config, plan::SlotHealths healths,
                                              std::vector<std::string> farewell) override;
    Result<void> saveConfig(const plan::HaproxyConfig &config) override;
    Result<void> checkBindable(const std::vector<plan::Bind> &binds) const override;
    QCoro::Task<Result<void>> stopAll() override;

    QCoro::Task<Result<std::vector<std::string>>> send(std::vector<std::string> commands) override;

    int currentGeneration() const override { return m_current ? m_current->number : 0; }
    std::vector<int> leavingGenerations() const override;
    QCoro::Task<Result<std::vector<std::string>>> sendToLeaving(int generation,
                                                                std::vector<std::string> commands) override;

private:
    struct Generation
    {
        int number = 0;
        std::unique_ptr<ProcessHandle> process;
        std::shared_ptr<RuntimeConnection> connection; ///< of the current one only
        std::shared_ptr<LeavingConnection> remaining;  ///< of one that leaves, if it was current in this life of ours
    };
    using GenerationPointer = std::unique_ptr<Generation>;

    /// Waits until old generations are few and small enough for one more.
    QCoro::Task<Result<void>> makeRoom();
    bool isCrowded() const;
    QCoro::Task<Result<GenerationPointer>> launch(int number);
    QCoro::Task<Result<void>> prove(const Generation &generation, const plan::HaproxyConfig &config);
    QCoro::Task<Result<void>> waitForSocket(const Generation &generation);
    QCoro::Task<Result<void>> proveFrontends(int number, const plan::HaproxyConfig &config);
    QCoro::Task<Result<void>> proveListeners(const Generation &generation, const plan::HaproxyConfig &config);
    /// Whether the process is that generation and not on its way out.
    QCoro::Task<bool> identifies(int number, qint64 pid);
    QCoro::Task<Result<void>> retire(GenerationPointer generation, qint64 successor);
    /// By which the current generation can still be asked when it is told to leave; null when it does not answer.
    QCoro::Task<std::shared_ptr<LeavingConnection>> lastConnection();
    QCoro::Task<Result<void>> end(ProcessHandle &process, int signal, std::chrono::milliseconds deadline);
    /// Ends what a failed launch has left running: it would take connections from the generation that goes on.
    QCoro::Task<Result<void>> endLeftover(int number);

    void setCurrent(GenerationPointer generation);
    void keepLeaving(GenerationPointer generation);
    QCoro::Task<Result<std::string>> ask(int number, std::string command);

    HaproxyBinary m_binary;
    KeeperOptions m_options;
    GenerationFiles m_files;
    int m_lastNumber = 0;
    GenerationPointer m_current;
    std::vector<GenerationPointer> m_leaving;
    std::vector<int> m_dead; ///< numbers of generations that ended unasked
};

} // namespace balancer::adapters::haproxy
