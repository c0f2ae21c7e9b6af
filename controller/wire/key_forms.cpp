#include "wire/key_forms.h"

#include "base/text.h"
#include "wire/tables.h"
#include "wire/verb_templates.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>

namespace balancer::wire {

namespace {

constexpr std::string_view kProgram = "elastic-haproxy keys ";

/// Ids that could mean anything else to a shell are none of ours.
std::string lineFor(std::string_view command, std::string_view id)
{
    const auto harmless = [](char c) { return isAlphanumeric(c); };
    if (id.empty() || !std::ranges::all_of(id, harmless))
        return {};
    return std::string(kProgram) + std::string(command) + " " + std::string(id);
}

} // namespace

template <>
struct Leaf<model::KeyStatus>
{
    static constexpr std::array kValues{model::KeyStatus::Active, model::KeyStatus::Inactive};
    static constexpr LeafText kText{Node::Kind::Text, false};
    static Result<model::KeyStatus> parse(std::string_view text) { return model::parseKeyStatus(text); }
    static std::string render(model::KeyStatus value) { return std::string(model::renderKeyStatus(value)); }
};

template <>
struct Table<model::KeyMetadata>
{
    static constexpr auto kFields = std::tuple{
        always("AccessKeyId", &model::KeyMetadata::id),
        required("Status", &model::KeyMetadata::status),
        required("Role", &model::KeyMetadata::role),
        required("CreateDate", &model::KeyMetadata::createdAt),
    };
};

template <>
struct Table<model::NewAccessKey>
{
    static constexpr auto kFields = std::tuple{
        flattened(&model::NewAccessKey::metadata),
        always("SecretAccessKey", &model::NewAccessKey::secret),
    };
};

template <>
struct Table<model::CreateAccessKey>
{
    static constexpr auto kFields = std::tuple{required("Role", &model::CreateAccessKey::role)};
};

template <>
struct Table<model::CreateAccessKeyAnswer>
{
    static constexpr auto kFields = std::tuple{always("AccessKey", &model::CreateAccessKeyAnswer::key)};
};

template <>
struct Table<model::ListAccessKeys>
{
    static constexpr std::tuple<> kFields{};
};

template <>
struct Table<model::ListAccessKeysAnswer>
{
    static constexpr auto kFields = std::tuple{optional("AccessKeyMetadata", &model::ListAccessKeysAnswer::keys)};
};

template <>
struct Table<model::UpdateAccessKey>
{
    static constexpr auto kFields = std::tuple{
        required("AccessKeyId", &model::UpdateAccessKey::id),
        optional("Status", &model::UpdateAccessKey::status),
        optional("Role", &model::UpdateAccessKey::role),
    };
};

template <>
struct Table<model::DeleteAccessKey>
{
    static constexpr auto kFields = std::tuple{required("AccessKeyId", &model::DeleteAccessKey::id)};
};

std::string renderKeyCommandLine(const model::CreateAccessKey &request)
{
    return std::string(kProgram) + "create --role " + std::string(model::renderRole(request.role));
}

std::string renderKeyCommandLine(const model::ListAccessKeys &)
{
    return std::string(kProgram) + "list";
}

std::string renderKeyCommandLine(const model::UpdateAccessKey &request)
{
    if (request.role || !request.status)
        return {};
    return lineFor(*request.status == model::KeyStatus::Active ? "enable" : "disable", request.id);
}

std::string renderKeyCommandLine(const model::DeleteAccessKey &request)
{
    return lineFor("delete", request.id);
}

template struct VerbForms<model::CreateAccessKey>;
template struct VerbForms<model::ListAccessKeys>;
template struct VerbForms<model::UpdateAccessKey>;
template struct VerbForms<model::DeleteAccessKey>;

} // namespace balancer::wire
