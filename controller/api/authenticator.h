#pragma once

#include "api/session_store.h"
#include "api/signature.h"
#include "ports/clock.h"
#include "ports/http.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace balancer::api {

struct AuthenticatorSettings
{
    SignatureSettings signature;
    std::uint32_t ownUserId = 0; ///< of the service; as good as root over the unix socket
    std::string accountId = "000000000000";
};

/// Who asks, and whether they may. Callers sign with Signature Version 4; over the unix socket root and the service's
/// own user need not, and are admins; browsers have the cookie of a session.
class Authenticator
{
public:
    Authenticator(KeyLookup findKey, const ports::Clock &clock, SessionStore &sessions, AuthenticatorSettings settings);

    /// By signature or unix socket alone. The errors are verifySignature's, or AccessDenied for other local users.
    Result<model::Caller> identify(const ports::HttpRequest &request) const;
    /// The same, or by a session. MissingAuthenticationToken: there is none (any more). AccessDenied: a page of
    /// another origin wants to change something.
    Result<model::Caller> identifyAlsoBySession(const ports::HttpRequest &request);

    /// The caller whose key that is. InvalidClientTokenId for an unknown or disabled key and for a wrong secret alike,
    /// after the same time.
    Result<model::Caller> signIn(const model::SignIn &signIn) const;

    /// AccessDenied unless the caller has `least` or more; `action` names what was asked, of which service.
    Result<void> authorize(const model::Caller &caller, model::Role least, std::string_view action,
                           std::string_view service = "elasticloadbalancing") const;

    /// Tells later whether what let this caller in still holds: his session, or his key.
    std::function<bool()> watch(const ports::HttpRequest &request, const model::Caller &caller) const;

private:
    const KeyLookup m_findKey;
    const ports::Clock &m_clock;
    SessionStore &m_sessions;
    const AuthenticatorSettings m_settings;
};

} // namespace balancer::api
