#include "api/authenticator.h"

#include "api/crypto.h"
#include "api/session_cookie.h"

#include <utility>

namespace balancer::api {

namespace {

bool mayChangeSomething(const ports::HttpRequest &request)
{
    return request.method != "GET";
}

} // namespace

Authenticator::Authenticator(KeyLookup findKey, const ports::Clock &clock, SessionStore &sessions,
                             AuthenticatorSettings settings)
    : m_findKey(std::move(findKey)), m_clock(clock), m_sessions(sessions), m_settings(std::move(settings))
{
}

Result<model::Caller> Authenticator::identify(const ports::HttpRequest &request) const
{
    const auto userId = request.peer.userId;
    const auto name = "uid:" + std::to_string(userId.value_or(0));
    if (userId && (*userId == 0 || *userId == m_settings.ownUserId))
        return model::Caller{name, model::Role::Admin};
    if (userId && !isSigned(request))
        return fail(ErrorCode::AccessDenied, "User: " + name + " must sign with an access key");
    return verifySignature(request, m_findKey, m_clock.now(), m_settings.signature);
}

Result<model::Caller> Authenticator::identifyAlsoBySession(const ports::HttpRequest &request)
{
    const auto token = sessionCookieOf(request);
    if (!token || isSigned(request))
        return identify(request);
    if (mayChangeSomething(request) && !isSameOrigin(request))
        return fail(ErrorCode::AccessDenied, "A page of another origin may not do this with the browser's session");
    const auto session = m_sessions.use(*token);
    if (!session)
        return fail(ErrorCode::MissingAuthenticationToken, "The session has ended: sign in again");
    return session->caller;
}

Result<model::Caller> Authenticator::signIn(const model::SignIn &signIn) const
{
    const auto key = m_findKey(signIn.accessKeyId);
    // Hashes have one length, and without a key there is something to compare with too.
    const auto secret = key ? key->secret : std::string();
    const bool same = isSameSecret(sha256Hex(secret), sha256Hex(signIn.secretAccessKey));
    if (key && key->enabled && same && !secret.empty())
        return model::Caller{key->id, key->role};
    return fail(ErrorCode::InvalidClientTokenId, "The access key id or the secret access key is wrong");
}

Result<void> Authenticator::authorize(const model::Caller &caller, model::Role least, std::string_view action,
                                      std::string_view service) const
{
    if (caller.role >= least)
        return {};
    return fail(ErrorCode::AccessDenied, "User: arn:aws:iam::" + m_settings.accountId + ":user/" + caller.name +
                                             " is not authorized to perform: " + std::string(service) + ":" +
                                             std::string(action));
}

std::function<bool()> Authenticator::watch(const ports::HttpRequest &request, const model::Caller &caller) const
{
    const auto token = isSigned(request) ? std::nullopt : sessionCookieOf(request);
    if (token)
        return [this, token = *token] { return m_sessions.find(token).has_value(); };
    if (!m_findKey(caller.name))
        return [] { return true; };
    return [this, name = caller.name] {
        const auto key = m_findKey(name);
        return key && key->enabled;
    };
}

} // namespace balancer::api
