#pragma once

#include "model/access.h"
#include "model/verb_basics.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The verbs on access keys as values. Names and shapes are those of AWS IAM where it has one; the role is ours.
namespace balancer::model {

enum class KeyStatus { Active, Inactive };

/// InvalidParameterValue for anything but "Active" and "Inactive".
Result<KeyStatus> parseKeyStatus(std::string_view text);
std::string_view renderKeyStatus(KeyStatus status);

/// An access key without its secret.
struct KeyMetadata
{
    std::string id;
    KeyStatus status = KeyStatus::Active;
    Role role = Role::Viewer;
    Timestamp createdAt{};

    bool operator==(const KeyMetadata &) const = default;
};

KeyMetadata metadataOf(const AccessKey &key);

/// The key with its secret, which is told this once and never again.
struct NewAccessKey
{
    KeyMetadata metadata;
    std::string secret;

    bool operator==(const NewAccessKey &) const = default;
};

struct CreateAccessKeyAnswer
{
    NewAccessKey key;

    bool operator==(const CreateAccessKeyAnswer &) const = default;
};

struct CreateAccessKey
{
    static constexpr std::string_view kName = "CreateAccessKey";
    using Answer = CreateAccessKeyAnswer;

    Role role = Role::Viewer;

    bool operator==(const CreateAccessKey &) const = default;
};

struct ListAccessKeysAnswer
{
    std::vector<KeyMetadata> keys; ///< by id

    bool operator==(const ListAccessKeysAnswer &) const = default;
};

struct ListAccessKeys
{
    static constexpr std::string_view kName = "ListAccessKeys";
    using Answer = ListAccessKeysAnswer;

    bool operator==(const ListAccessKeys &) const = default;
};

/// What is not given stays as it is.
struct UpdateAccessKey
{
    static constexpr std::string_view kName = "UpdateAccessKey";
    using Answer = EmptyAnswer;

    std::string id;
    std::optional<KeyStatus> status;
    std::optional<Role> role;

    bool operator==(const UpdateAccessKey &) const = default;
};

struct DeleteAccessKey
{
    static constexpr std::string_view kName = "DeleteAccessKey";
    using Answer = EmptyAnswer;

    std::string id;

    bool operator==(const DeleteAccessKey &) const = default;
};

} // namespace balancer::model
