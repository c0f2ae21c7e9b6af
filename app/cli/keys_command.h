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
    CLI::App *addOneFor(const char *name, const char *help);
    int create();
    int list();
    int update(model::KeyStatus status);
    int remove();
    /// "AKIA… is disabled."; an empty structure as JSON.
    int confirm(const std::string &what) const;

    CLI::App *m_keys = nullptr;
    CLI::App *m_create = nullptr;
    CLI::App *m_list = nullptr;
    CLI::App *m_disable = nullptr;
    CLI::App *m_enable = nullptr;
    CLI::App *m_delete = nullptr;
    std::string m_role;
    std::string m_id;
};

} // namespace balancer::cli
