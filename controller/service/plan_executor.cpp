#include "service/plan_executor.h"

#include "plan/backend_keys.h"
#include "plan/certificate_swap.h"
#include "service/log.h"
#include "service/runtime_commands.h"

namespace balancer::service {

std::vector<plan::ServerKey> registeringIn(const plan::HaproxyConfig &config, const plan::SlotHealths &healths)
{
    std::vector<plan::ServerKey> registering;
    for (const auto &[name, balancer] : config.balancers) {
        for (const auto &server : balancer->check.servers) {
            plan::ServerKey key(balancer->check.name, server.name);
            const auto known = healths.find(key);
            const bool registers = known == healths.end() || known->second == plan::SlotHealth::Registering;
            if (server.address && registers)
                registering.push_back(std::move(key));
        }
    }
    return registering;
}

namespace {

Result<void> checkShown(const std::vector<plan::CertificateFile> &files, const std::vector<std::string> &shown)
{
    for (std::size_t i = 0; i < files.size(); ++i) {
        const auto fingerprint = plan::parseFingerprintShown(shown.at(i));
        if (fingerprint != files[i].certificate->fingerprint)
            return fail(ErrorCode::Refused, "read back: " + files[i].file + " holds the certificate " + fingerprint +
                                                " instead of " + files[i].certificate->fingerprint);
    }
    return {};
}

/// The replies about lists begin at number `first`.
Result<void> checkPinned(const std::vector<plan::PinnedCertificates> &pinned, const std::vector<std::string> &replies,
                         std::size_t first)
{
    for (std::size_t i = 0; i < pinned.size(); ++i) {
        if (plan::parsePinsShown(replies.at(first + i)) != pinned[i].hashes)
            return fail(ErrorCode::Refused,
                        "read back: " + pinned[i].file + " does not hold the certificates it should");
    }
    return {};
}

} // namespace

PlanExecutor::PlanExecutor(ports::HaproxyProcess &process, ports::RuntimeApi &runtime, HealthWatcher &watcher)
    : m_process(process), m_runtime(runtime), m_watcher(watcher)
{
}

QCoro::Task<Result<std::vector<plan::ServerKey>>> PlanExecutor::apply(plan::Plan plan, plan::HaproxyConfig desired)
{
    if (std::holds_alternative<plan::NoChange>(plan))
        co_return std::vector<plan::ServerKey>();
    if (const auto *planned = std::get_if<plan::Reload>(&plan)) {
        auto registering = co_await reload(planned->reason, std::move(desired), textsOf(planned->farewell));
        co_return registering;
    }

    const auto &runtimeChange = std::get<plan::RuntimeChange>(plan);
    auto changed = co_await change(runtimeChange, desired);
    if (!changed) {
        qCWarning(lcService).noquote() << "runtime change failed, once more:"
                                       << QString::fromStdString(changed.error().message);
        co_await clearSwaps(runtimeChange);
        changed = co_await change(runtimeChange, desired);
    }
    if (changed) {
        auto registering = runtimeChange.registering;
        co_return registering;
    }
    auto registering = co_await reload(changed.error().message, std::move(desired));
    co_return registering;
}

QCoro::Task<Result<void>> PlanExecutor::change(const plan::RuntimeChange &change, const plan::HaproxyConfig &desired)
{
    // Commands and the question what came of them go together: one conversation with HAProxy a change.
    auto texts = textsOf(change.commands);
    for (const auto &name : change.balancers) {
        const auto &balancer = desired.balancers.at(name);
        texts.push_back(showState(balancer->check.name));
        for (const auto &backend : balancer->backends)
            texts.push_back(showState(backend.name));
    }
    const auto firstShown = texts.size();
    for (const auto &file : change.certificates)
        texts.push_back(plan::showCertificate(file.file));
    const auto firstPins = texts.size();
    for (const auto &pinned : change.pinned)
        texts.push_back(plan::showPins(pinned.file));
    auto replies = co_await m_runtime.send(std::move(texts));
    if (!replies)
        co_return fail(replies.error());
    if (const auto judged = judgeReplies(change.commands, *replies); !judged)
        co_return judged;
    if (const auto found = checkPinned(change.pinned, *replies, firstPins); !found)
        co_return found;
    replies->resize(firstPins);
    const std::vector<std::string> shown(replies->begin() + static_cast<std::ptrdiff_t>(firstShown), replies->end());
    if (const auto found = checkShown(change.certificates, shown); !found)
        co_return found;
    replies->resize(firstShown);
    const auto states = mergeStates(*replies, change.commands.size());
    if (!states)
        co_return fail(states.error());
    for (const auto &name : change.balancers) {
        const auto found = plan::differences(*desired.balancers.at(name), *states);
        if (!found.empty())
            co_return fail(ErrorCode::Refused, "read back: " + found.front());
    }
    co_return Result<void>();
}

/// HAProxy takes no other certificate while one waits to be committed. Nothing may wait, which is as good.
QCoro::Task<void> PlanExecutor::clearSwaps(plan::RuntimeChange change)
{
    std::vector<std::string> texts;
    for (const auto &file : change.certificates)
        texts.push_back(plan::abortCommand(file).text);
    if (texts.empty())
        co_return;
    const auto replies = co_await m_runtime.send(std::move(texts));
    if (!replies)
        qCDebug(lcService).noquote() << "cannot clear what is left of a swap:"
                                     << QString::fromStdString(replies.error().message);
}

QCoro::Task<Result<std::vector<plan::ServerKey>>> PlanExecutor::reload(std::string reason, plan::HaproxyConfig desired,
                                                                       std::vector<std::string> farewell)
{
    qCInfo(lcService).noquote() << "reload:" << QString::fromStdString(reason);
    const auto states = co_await fetchServerStates(m_runtime, std::vector<std::string>());
    const auto healths = states ? plan::healthsOf(desired, *states) : m_watcher.healths();
    auto registering = registeringIn(desired, healths);
    const auto started = co_await m_process.startGeneration(std::move(desired), healths, std::move(farewell));
    if (!started)
        co_return fail(started.error());
    m_watcher.remember(healths);
    co_return registering;
}

} // namespace balancer::service
