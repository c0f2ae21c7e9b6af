#pragma once

#include "service/key_verbs.h"

#include <optional>
#include <utility>
#include <vector>

namespace balancer::tests {

/// Remembers what was asked and by whom.
class FakeKeyVerbs final : public service::KeyVerbs
{
public:
    std::vector<std::pair<service::AnyKeyRequest, model::Caller>> asked;
    std::vector<service::AnyKeyRequest> previewed;
    std::optional<Error> error; ///< fails with it

    Task<model::CreateAccessKeyAnswer> perform(model::CreateAccessKey request, model::Caller caller) override
    {
        model::CreateAccessKeyAnswer made;
        made.key.metadata.id = "AKIANEW";
        made.key.metadata.role = request.role;
        made.key.secret = "new secret";
        return answer(std::move(request), std::move(caller), std::move(made));
    }
    Task<model::ListAccessKeysAnswer> perform(model::ListAccessKeys request, model::Caller caller) override
    {
        return answer(std::move(request), std::move(caller), model::ListAccessKeysAnswer());
    }
    Task<model::EmptyAnswer> perform(model::UpdateAccessKey request, model::Caller caller) override
    {
        return answer(std::move(request), std::move(caller), model::EmptyAnswer());
    }
    Task<model::EmptyAnswer> perform(model::DeleteAccessKey request, model::Caller caller) override
    {
        return answer(std::move(request), std::move(caller), model::EmptyAnswer());
    }

    Task<model::PlanPreview> preview(service::AnyKeyRequest request) override
    {
        previewed.push_back(std::move(request));
        if (error)
            co_return fail(*error);
        co_return model::PlanPreview();
    }

private:
    template <typename Answer>
    Task<Answer> answer(service::AnyKeyRequest request, model::Caller caller, Answer value)
    {
        asked.emplace_back(std::move(request), std::move(caller));
        if (error)
            co_return fail(*error);
        co_return value;
    }
};

} // namespace balancer::tests
