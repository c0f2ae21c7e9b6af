#include "service/runtime_commands.h"

namespace balancer::service {

QCoro::Task<Result<void>> sendCommands(ports::RuntimeApi &runtime, std::vector<plan::Command> commands)
{
    if (commands.empty())
        co_return Result<void>();
    std::vector<std::string> texts;
    texts.reserve(commands.size());
    for (const auto &command : commands)
        texts.push_back(command.text);
    const auto replies = co_await runtime.send(std::move(texts));
    if (!replies)
        co_return fail(replies.error());
    for (std::size_t i = 0; i < commands.size(); ++i) {
        if (const auto judged = plan::judgeReply(commands[i], (*replies)[i]); !judged)
            co_return judged;
    }
    co_return Result<void>();
}

QCoro::Task<Result<plan::ServerStates>> fetchServerStates(ports::RuntimeApi &runtime, std::vector<std::string> backends)
{
    std::vector<std::string> commands;
    for (const auto &backend : backends)
        commands.push_back("show servers state " + backend);
    if (commands.empty())
        commands.emplace_back("show servers state");
    const auto replies = co_await runtime.send(std::move(commands));
    if (!replies)
        co_return fail(replies.error());

    plan::ServerStates all;
    for (const auto &reply : *replies) {
        auto states = plan::parseServersState(reply);
        if (!states)
            co_return fail(states.error());
        all.merge(*states);
    }
    co_return all;
}

} // namespace balancer::service
