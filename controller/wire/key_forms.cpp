#include "wire/key_forms.h"

#include "base/text.h"
#include "wire/form_templates.h"
#include "wire/tables.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <tuple>

namespace balancer::wire {

namespace {

constexpr std::array<std::string_view, 2> kStatuses{"Active", "Inactive"};
constexpr std::array<std::string_view, 3> kRoles{"viewer", "operator", "admin"};

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

/// What was not given has no text.
template <typename T>
struct OptionalLeaf
{
    static constexpr LeafText kText = Leaf<T>::kText;
    static Result<std::optional<T>> parse(std::string_view text)
    {
        auto value = Leaf<T>::parse(text);
        if (!value)
            return fail(value.error());
        return std::optional<T>(std::move(*value));
    }
    static std::string render(const std::optional<T> &value) { return value ? Leaf<T>::render(*value) : std::string(); }
};

template <>
struct Leaf<std::optional<model::KeyStatus>> : OptionalLeaf<model::KeyStatus>
{
};
template <>
struct Leaf<std::optional<model::Role>> : OptionalLeaf<model::Role>
{
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
        optional("Status", &model::UpdateAccessKey::status).oneOf(kStatuses),
        optional("Role", &model::UpdateAccessKey::role).oneOf(kRoles),
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

template Result<model::CreateAccessKey> readRequest(const Node &);
template Result<model::ListAccessKeys> readRequest(const Node &);
template Result<model::UpdateAccessKey> readRequest(const Node &);
template Result<model::DeleteAccessKey> readRequest(const Node &);

template Result<model::CreateAccessKeyAnswer> readAnswer(const Node &);
template Result<model::ListAccessKeysAnswer> readAnswer(const Node &);

template Node writeForm(const model::CreateAccessKey &);
template Node writeForm(const model::ListAccessKeys &);
template Node writeForm(const model::UpdateAccessKey &);
template Node writeForm(const model::DeleteAccessKey &);
template Node writeForm(const model::CreateAccessKeyAnswer &);
template Node writeForm(const model::ListAccessKeysAnswer &);

template Node describeRequest<model::CreateAccessKey>(SchemaSet &);
template Node describeRequest<model::ListAccessKeys>(SchemaSet &);
template Node describeRequest<model::UpdateAccessKey>(SchemaSet &);
template Node describeRequest<model::DeleteAccessKey>(SchemaSet &);

template Node describeAnswer<model::CreateAccessKeyAnswer>(SchemaSet &);
template Node describeAnswer<model::ListAccessKeysAnswer>(SchemaSet &);

} // namespace balancer::wire
