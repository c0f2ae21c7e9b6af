#include "service/access_key_service.h"

#include "service/log.h"

#include <QCoro/QCoroFuture>

#include <algorithm>
#include <type_traits>
#include <utility>

namespace balancer::service {

namespace {

bool isEnabledAdmin(const model::AccessKey &key)
{
    return key.enabled && key.role == model::Role::Admin;
}

tl::unexpected<Error> noSuchKey(std::string_view id)
{
    return fail(ErrorCode::NoSuchEntity,
                "The Access Key with id " + std::string(id.substr(0, 128)) + " cannot be found.");
}

} // namespace

AccessKeyService::AccessKeyService(ChangeQueue &changes, ports::KeyStore &store, const ports::Clock &clock,
                                   KeyMaker makeKey)
    : m_changes(changes), m_store(store), m_clock(clock), m_makeKey(std::move(makeKey))
{
}

QCoro::Task<Result<void>> AccessKeyService::load()
{
    const auto stored = co_await m_store.loadKeys();
    if (!stored)
        co_return fail(stored.error());
    m_keys.clear();
    for (const auto &key : *stored)
        m_keys.emplace(key.id, key);
    Q_EMIT keysChanged();
    co_return Result<void>();
}

std::optional<model::AccessKey> AccessKeyService::find(std::string_view id) const
{
    const auto found = m_keys.find(id);
    return found == m_keys.end() ? std::nullopt : std::optional(found->second);
}

ports::AuditEntry AccessKeyService::audit(const model::Caller &caller, std::string_view verb, std::string target) const
{
    return ports::AuditEntry{m_clock.now(), caller.name, std::string(verb), std::move(target)};
}

// ------------------------------------------------------------------------------------------------ rules

Result<ports::KeyChange> AccessKeyService::changeFor(const model::UpdateAccessKey &request) const
{
    auto key = find(request.id);
    if (!key)
        return noSuchKey(request.id);
    if (request.status)
        key->enabled = *request.status == model::KeyStatus::Active;
    if (request.role)
        key->role = *request.role;
    return checked({request.id, *key});
}

Result<ports::KeyChange> AccessKeyService::changeFor(const model::DeleteAccessKey &request) const
{
    if (!find(request.id))
        return noSuchKey(request.id);
    return checked({request.id, std::nullopt});
}

Result<ports::KeyChange> AccessKeyService::checked(ports::KeyChange change) const
{
    const auto before = find(change.id);
    const bool takesOneAway = before && isEnabledAdmin(*before) && !(change.value && isEnabledAdmin(*change.value));
    const auto admins = std::ranges::count_if(m_keys, [](const auto &entry) { return isEnabledAdmin(entry.second); });
    if (takesOneAway && admins == 1)
        return fail(ErrorCode::InvalidConfigurationRequest,
                    change.id + " is the last enabled admin key: it cannot be disabled, deleted or given another role "
                                "before there is another one");
    return change;
}

// ------------------------------------------------------------------------------------------------ verbs

AccessKeyService::Task<model::CreateAccessKeyAnswer> AccessKeyService::perform(model::CreateAccessKey request,
                                                                               model::Caller caller)
{
    const auto turn = co_await m_turn.take();
    const auto key = m_makeKey(request.role, m_clock.now());
    if (!key)
        co_return fail(key.error());
    const ports::KeyChange change{key->id, *key};
    const auto saved = co_await save(change, audit(caller, "CreateAccessKey", key->id));
    if (!saved)
        co_return fail(saved.error());
    model::CreateAccessKeyAnswer answer;
    answer.key.metadata = model::metadataOf(*key);
    answer.key.secret = key->secret;
    co_return answer;
}

AccessKeyService::Task<model::ListAccessKeysAnswer> AccessKeyService::perform(model::ListAccessKeys, model::Caller)
{
    model::ListAccessKeysAnswer answer;
    for (const auto &[id, key] : m_keys)
        answer.keys.push_back(model::metadataOf(key));
    co_return answer;
}

AccessKeyService::Task<model::EmptyAnswer> AccessKeyService::perform(model::UpdateAccessKey request,
                                                                     model::Caller caller)
{
    auto entry = audit(caller, "UpdateAccessKey", request.id);
    return change(std::move(request), std::move(entry));
}

AccessKeyService::Task<model::EmptyAnswer> AccessKeyService::perform(model::DeleteAccessKey request,
                                                                     model::Caller caller)
{
    auto entry = audit(caller, "DeleteAccessKey", request.id);
    return change(std::move(request), std::move(entry));
}

AccessKeyService::Task<model::PlanPreview> AccessKeyService::preview(AnyKeyRequest request)
{
    const auto check = [this](const auto &asked) -> Result<void> {
        if constexpr (requires { changeFor(asked); }) {
            if (const auto change = changeFor(asked); !change)
                return fail(change.error());
        }
        return {};
    };
    if (const auto possible = std::visit(check, request); !possible)
        co_return fail(possible.error());
    co_return model::PlanPreview();
}

// ----------------------------------------------------------------------------------------------- saving

template <typename Request>
AccessKeyService::Task<model::EmptyAnswer> AccessKeyService::change(Request request, ports::AuditEntry audit)
{
    const auto turn = co_await m_turn.take();
    const auto wanted = changeFor(request);
    if (!wanted)
        co_return fail(wanted.error());
    if (wanted->value == find(wanted->id))
        co_return model::EmptyAnswer();
    const auto saved = co_await save(*wanted, std::move(audit));
    if (!saved)
        co_return fail(saved.error());
    co_return model::EmptyAnswer();
}

QCoro::Task<Result<void>> AccessKeyService::save(ports::KeyChange change, ports::AuditEntry audit)
{
    const auto edit = [change](Draft &draft) -> Result<void> {
        draft.changeKey(change);
        return {};
    };
    auto submitted = m_changes.submit(edit, std::move(audit));
    const auto saved = co_await submitted;
    if (saved) {
        apply(change);
        co_return Result<void>();
    }
    // It may have been written all the same, and then it counts.
    const auto loaded = co_await load();
    if (!loaded)
        qCWarning(lcService, "cannot load the access keys again: %s", loaded.error().message.c_str());
    co_return fail(saved.error());
}

void AccessKeyService::apply(const ports::KeyChange &change)
{
    m_keys.erase(change.id);
    if (change.value)
        m_keys.emplace(change.id, *change.value);
    Q_EMIT keysChanged();
}

} // namespace balancer::service
