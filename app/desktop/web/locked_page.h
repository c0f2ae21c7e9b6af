#pragma once

#include "desktop/web/web_tab.h"

#include <QWebEngineCertificateError>
#include <QWebEnginePage>
#include <QWebEngineUrlRequestInterceptor>

namespace balancer::desktop {

/// Whether the two share scheme, host and port, as browsers compare origins.
bool isSameOrigin(const QUrl &a, const QUrl &b);

/// Whatever the page asks for, from another origin it gets nothing.
class OriginLock : public QWebEngineUrlRequestInterceptor
{
public:
    explicit OriginLock(QUrl page) : m_page(std::move(page)) {}

    void interceptRequest(QWebEngineUrlRequestInfo &info) override;

    /// Whether somebody has signed in or out on the page itself.
    bool hasOwnSession() const { return m_hasOwnSession; }

private:
    QUrl m_page;
    bool m_hasOwnSession = false;
};

/// A page that stays with its node. A link that leads elsewhere opens in the user's browser.
class LockedPage : public QWebEnginePage
{
public:
    /// `node` is as the user knows it, `page` where it is loaded from. An error of a certificate is passed over for the
    /// pinned one, and for no other.
    LockedPage(QWebEngineProfile *profile, WebTarget node, QUrl page);

protected:
    bool acceptNavigationRequest(const QUrl &url, NavigationType type, bool isMainFrame) override;

private:
    void judge(QWebEngineCertificateError error) const;
    void openOutside(QUrl url) const;

    WebTarget m_node;
    QUrl m_page;
};

} // namespace balancer::desktop
