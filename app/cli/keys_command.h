#pragma once

#include "cli/node_command.h"
#include "model/key_verbs.h"

#include <string>

namespace balancer::cli {

/// `elastic-haproxy keys create|list|disable|enable|delete`: a node's access keys. Secrets are printed by `create` on
/// standard output and nowhere else.
class KeysCommand final : public NodeCommand
{
public:
    void addTo(CLI::App &app) override;
    bool isChosen() const override;

protected:
    int ask() override;

private:
    using Task = int (KeysCommand::*)();

    /// `task` is what is done when the command line names it.
    CLI::App *add(CLI::App &keys, const char *name, const char *help, Task task);
    void addOneFor(CLI::App &keys, const char *name, const char *help, Task task);
    int create();
    int list();
    int enable();
    int disable();
    int update(model::KeyStatus status);
    int remove();
    /// "AKIA… is disabled."; an empty structure as JSON.
    int confirm(const std::string &what) const;

    Task m_task = nullptr; ///< the one that the command line named
    std::string m_role;
    std::string m_id;
};

} // namespace balancer::cli
