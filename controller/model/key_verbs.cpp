#include "model/key_verbs.h"

namespace balancer::model {

Result<KeyStatus> parseKeyStatus(std::string_view text)
{
    for (const auto status : {KeyStatus::Active, KeyStatus::Inactive}) {
        if (renderKeyStatus(status) == text)
            return status;
    }
    return fail(ErrorCode::InvalidParameterValue,
                "'" + std::string(text) + "' is not a key's status: use Active or Inactive");
}

std::string_view renderKeyStatus(KeyStatus status)
{
    return status == KeyStatus::Active ? "Active" : "Inactive";
}

KeyMetadata metadataOf(const AccessKey &key)
{
    return KeyMetadata{key.id, key.enabled ? KeyStatus::Active : KeyStatus::Inactive, key.role, key.createdAt};
}

} // namespace balancer::model
