#pragma once

#include "model/access.h"
#include "model/key_verbs.h"
#include "model/reads.h"
#include "model/verbs.h"

#include <QCoro/QCoroTask>

#include <variant>

namespace balancer::service {

/// What can be asked of a verb on access keys.
using AnyKeyRequest =
    std::variant<model::CreateAccessKey, model::ListAccessKeys, model::UpdateAccessKey, model::DeleteAccessKey>;

/// The verbs on access keys. Each answers after its change is durable and counts on this node. Whether the caller may
/// is checked before, by `api`.
///
/// NoSuchEntity: no key of that id. InvalidConfigurationRequest: no enabled admin key would be left. Conflict,
/// Unavailable, Internal: those of the store.
class KeyVerbs
{
public:
    virtual ~KeyVerbs() = default;

    template <typename Answer>
    using Task = QCoro::Task<Result<Answer>>;

    virtual Task<model::CreateAccessKeyAnswer> perform(model::CreateAccessKey request, model::Caller caller) = 0;
    virtual Task<model::ListAccessKeysAnswer> perform(model::ListAccessKeys request, model::Caller caller) = 0;
    virtual Task<model::EmptyAnswer> perform(model::UpdateAccessKey request, model::Caller caller) = 0;
    virtual Task<model::EmptyAnswer> perform(model::DeleteAccessKey request, model::Caller caller) = 0;

    /// The errors that the verb would have. Changes nothing; HAProxy never has anything to do.
    virtual Task<model::PlanPreview> preview(AnyKeyRequest request) = 0;
};

} // namespace balancer::service
