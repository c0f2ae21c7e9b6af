#include "cli/keys_command.h"

#include "cli/exit_code.h"
#include "cli/table.h"
#include "wire/json_text.h"
#include "wire/key_forms.h"
#include "wire/leaves.h"

#include <CLI/CLI.hpp>

#include <iostream>

namespace balancer::cli {

namespace {

template <typename Answer>
void printJson(const Answer &answer)
{
    std::cout << wire::renderJson(wire::writeForm(answer)) << '\n';
}

TableRow rowFor(const model::KeyMetadata &key)
{
    return {key.id, std::string(model::renderRole(key.role)), std::string(model::renderKeyStatus(key.status)),
            wire::Leaf<model::Timestamp>::render(key.createdAt)};
}

} // namespace

void KeysCommand::addTo(CLI::App &app)
{
    auto *keys = app.add_subcommand("keys", "The access keys of a node: who may ask it for what");
    keys->require_subcommand(1);
    keys->fallthrough();
    addNodeOptions(*keys);
    keys->footer("Changes count at once, also for browsers that are signed in. The last enabled admin key stays.");

    auto *create =
        add(*keys, "create", "Make a key; its secret is printed this once and never again", &KeysCommand::create);
    create->add_option("--role", m_role, "viewer reads, operator changes load balancers, admin also keys and nodes")
        ->type_name("viewer|operator|admin")
        ->check(CLI::IsMember({"viewer", "operator", "admin"}))
        ->required();
    add(*keys, "list", "All keys, without their secrets", &KeysCommand::list);
    addOneFor(*keys, "disable", "Refuse a key until it is enabled again", &KeysCommand::disable);
    addOneFor(*keys, "enable", "Take a disabled key again", &KeysCommand::enable);
    addOneFor(*keys, "delete", "Forget a key for ever", &KeysCommand::remove);
}

CLI::App *KeysCommand::add(CLI::App &keys, const char *name, const char *help, Task task)
{
    auto *command = keys.add_subcommand(name, help);
    command->fallthrough();
    command->callback([this, task] { m_task = task; });
    return command;
}

void KeysCommand::addOneFor(CLI::App &keys, const char *name, const char *help, Task task)
{
    add(keys, name, help, task)->add_option("id", m_id, "The key's id")->type_name("ACCESS_KEY_ID")->required();
}

bool KeysCommand::isChosen() const
{
    return m_task != nullptr;
}

int KeysCommand::ask()
{
    return (this->*m_task)();
}

int KeysCommand::create()
{
    const auto role = model::parseRole(m_role);
    if (!role)
        return report(role.error());
    const auto made = perform(model::CreateAccessKey{*role});
    if (!made)
        return report(made.error());
    if (wantsJson()) {
        printJson(*made);
        return Done;
    }
    const auto &key = made->key;
    std::cout << renderTable({{"AccessKeyId", key.metadata.id},
                              {"SecretAccessKey", key.secret},
                              {"Role", std::string(model::renderRole(key.metadata.role))}},
                             isTerminal());
    if (isTerminal())
        std::cerr << "The secret is not shown again: keep it now.\n";
    return Done;
}

int KeysCommand::list()
{
    const auto listed = perform(model::ListAccessKeys());
    if (!listed)
        return report(listed.error());
    if (wantsJson()) {
        printJson(*listed);
        return Done;
    }
    std::vector<TableRow> rows = {{"AccessKeyId", "Role", "Status", "CreateDate"}};
    for (const auto &key : listed->keys)
        rows.push_back(rowFor(key));
    std::cout << renderTable(rows, isTerminal());
    return Done;
}

int KeysCommand::enable()
{
    return update(model::KeyStatus::Active);
}

int KeysCommand::disable()
{
    return update(model::KeyStatus::Inactive);
}

int KeysCommand::update(model::KeyStatus status)
{
    const auto updated = perform(model::UpdateAccessKey{m_id, status, {}});
    if (!updated)
        return report(updated.error());
    return confirm(status == model::KeyStatus::Active ? " is enabled." : " is disabled.");
}

int KeysCommand::remove()
{
    const auto deleted = perform(model::DeleteAccessKey{m_id});
    if (!deleted)
        return report(deleted.error());
    return confirm(" is deleted.");
}

int KeysCommand::confirm(const std::string &what) const
{
    std::cout << (wantsJson() ? "{}" : m_id + what) << '\n';
    return Done;
}

} // namespace balancer::cli
