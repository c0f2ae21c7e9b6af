#include "desktop/web/locked_page.h"

#include <QCryptographicHash>
#include <QDesktopServices>
#include <QSslCertificate>
#include <QWebEngineNewWindowRequest>

#include <utility>

namespace balancer::desktop {

namespace {

constexpr auto kSessionPath = "/v1/session";

} // namespace

bool isSameOrigin(const QUrl &a, const QUrl &b)
{
    return a.scheme() == b.scheme() && a.host() == b.host() && a.port() == b.port();
}

void OriginLock::interceptRequest(QWebEngineUrlRequestInfo &info)
{
    const QUrl url = info.requestUrl();
    const bool own = url.scheme() == QLatin1String("data") || url.scheme() == QLatin1String("blob");
    if (!own && !isSameOrigin(url, m_page))
        info.block(true);
    else if (url.path() == QLatin1String(kSessionPath) && info.requestMethod() != "GET")
        m_hasOwnSession = true;
}

LockedPage::LockedPage(QWebEngineProfile *profile, WebTarget node, QUrl page)
    : QWebEnginePage(profile), m_node(std::move(node)), m_page(std::move(page))
{
    connect(this, &QWebEnginePage::certificateError, this, &LockedPage::judge);
    connect(this, &QWebEnginePage::newWindowRequested, this,
            [this](const QWebEngineNewWindowRequest &request) { openOutside(request.requestedUrl()); });
}

bool LockedPage::acceptNavigationRequest(const QUrl &url, NavigationType type, bool isMainFrame)
{
    if (isSameOrigin(url, m_page) || url.scheme() == QLatin1String("data"))
        return true;
    if (isMainFrame && type == NavigationTypeLinkClicked)
        openOutside(url);
    return false;
}

void LockedPage::judge(QWebEngineCertificateError error) const
{
    const auto chain = error.certificateChain();
    const QString shown =
        chain.isEmpty() ? QString() : QString::fromLatin1(chain.first().digest(QCryptographicHash::Sha256).toHex());
    if (!shown.isEmpty() && shown == m_node.fingerprint)
        error.acceptCertificate();
    else
        error.rejectCertificate();
}

void LockedPage::openOutside(QUrl url) const
{
    if (isSameOrigin(url, m_page)) {
        url.setHost(m_node.page.host());
        url.setPort(m_node.page.port());
    }
    if (url.scheme() == QLatin1String("http") || url.scheme() == QLatin1String("https"))
        QDesktopServices::openUrl(url);
}

} // namespace balancer::desktop
