#include "service/runtime_commands.h"

#include "plan/backend_keys.h"
#include "plan/certificate_swap.h"

namespace balancer::service {

std::vector<std::string> textsOf(const std::vector<plan::Command> &commands)
{
    std::vector<std::string> texts;
    texts.reserve(commands.size());
    for (const auto &command : commands)
        texts.push_back(command.sent());
    return texts;
}

Result<void> judgeReplies(const std::vector<plan::Command> &commands, const std::vector<std::string> &replies)
{
    for (std::size_t i = 0; i < commands.size(); ++i) {
        if (const auto judged = plan::judgeReply(commands[i], replies.at(i)); !judged)
            return judged;
    }
    return {};
}

std::string showState(const std::string &backend)
{
    return "show servers state " + backend;
}

Result<plan::ServerStates> mergeStates(const std::vector<std::string> &replies, std::size_t first)
{
    plan::ServerStates all;
    for (std::size_t i = first; i < replies.size(); ++i) {
        auto states = plan::parseServersState(replies[i]);
        if (!states)
            return fail(states.error());
        all.merge(*states);
    }
    return all;
}

QCoro::Task<Result<plan::ShownFingerprints>> fetchFingerprints(ports::RuntimeApi &runtime,
                                                               std::vector<plan::CertificateFile> files)
{
    plan::ShownFingerprints shown;
    std::vector<std::string> commands;
    for (const auto &file : files)
        commands.push_back(plan::showCertificate(file.file));
    if (commands.empty())
        co_return shown;
    const auto replies = co_await runtime.send(std::move(commands));
    if (!replies)
        co_return fail(replies.error());
    for (std::size_t i = 0; i < files.size(); ++i)
        shown.emplace(files[i].file, plan::parseFingerprintShown(replies->at(i)));
    co_return shown;
}

QCoro::Task<Result<plan::ShownPins>> fetchPins(ports::RuntimeApi &runtime, std::vector<std::string> files)
{
    plan::ShownPins shown;
    std::vector<std::string> commands;
    for (const auto &file : files)
        commands.push_back(plan::showPins(file));
    if (commands.empty())
        co_return shown;
    const auto replies = co_await runtime.send(std::move(commands));
    if (!replies)
        co_return fail(replies.error());
    for (std::size_t i = 0; i < files.size(); ++i)
        shown.emplace(files[i], plan::parsePinsShown(replies->at(i)));
    co_return shown;
}

QCoro::Task<Result<void>> sendCommands(ports::RuntimeApi &runtime, std::vector<plan::Command> commands)
{
    if (commands.empty())
        co_return Result<void>();
    const auto replies = co_await runtime.send(textsOf(commands));
    if (!replies)
        co_return fail(replies.error());
    co_return judgeReplies(commands, *replies);
}

QCoro::Task<Result<plan::ServerStates>> fetchServerStates(ports::RuntimeApi &runtime, std::vector<std::string> backends)
{
    std::vector<std::string> commands;
    for (const auto &backend : backends)
        commands.push_back(showState(backend));
    if (commands.empty())
        commands.emplace_back("show servers state");
    const auto replies = co_await runtime.send(std::move(commands));
    if (!replies)
        co_return fail(replies.error());
    co_return mergeStates(*replies, 0);
}

} // namespace balancer::service
