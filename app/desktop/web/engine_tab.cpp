#include "desktop/web/web_tab.h"

#include <QCryptographicHash>
#include <QDesktopServices>
#include <QNetworkCookie>
#include <QPointer>
#include <QSslCertificate>
#include <QVBoxLayout>
#include <QWebEngineCertificateError>
#include <QWebEngineCookieStore>
#include <QWebEngineNewWindowRequest>
#include <QWebEnginePage>
#include <QWebEngineProfile>
#include <QWebEngineSettings>
#include <QWebEngineUrlRequestInterceptor>
#include <QWebEngineView>

#include <memory>

#include <unistd.h>

namespace balancer::desktop {

namespace {

bool isSameOrigin(const QUrl &a, const QUrl &b)
{
    return a.scheme() == b.scheme() && a.host() == b.host() && a.port() == b.port();
}

void openOutside(const QUrl &url)
{
    if (url.scheme() == QLatin1String("http") || url.scheme() == QLatin1String("https"))
        QDesktopServices::openUrl(url);
}

/// Whatever the page asks for, from another origin it gets nothing.
class OriginLock : public QWebEngineUrlRequestInterceptor
{
public:
    explicit OriginLock(QUrl page) : m_page(std::move(page)) {}

    void interceptRequest(QWebEngineUrlRequestInfo &info) override
    {
        const QUrl url = info.requestUrl();
        const bool own = url.scheme() == QLatin1String("data") || url.scheme() == QLatin1String("blob");
        if (!own && !isSameOrigin(url, m_page))
            info.block(true);
    }

private:
    QUrl m_page;
};

class LockedPage : public QWebEnginePage
{
public:
    LockedPage(QWebEngineProfile *profile, WebTarget target) : QWebEnginePage(profile), m_target(std::move(target))
    {
        connect(this, &QWebEnginePage::certificateError, this, &LockedPage::judge);
        connect(this, &QWebEnginePage::newWindowRequested, this,
                [](const QWebEngineNewWindowRequest &request) { openOutside(request.requestedUrl()); });
    }

protected:
    bool acceptNavigationRequest(const QUrl &url, NavigationType type, bool isMainFrame) override
    {
        if (isSameOrigin(url, m_target.page) || url.scheme() == QLatin1String("data"))
            return true;
        if (isMainFrame && type == NavigationTypeLinkClicked)
            openOutside(url);
        return false;
    }

private:
    void judge(QWebEngineCertificateError error)
    {
        const auto chain = error.certificateChain();
        const QString shown =
            chain.isEmpty() ? QString() : QString::fromLatin1(chain.first().digest(QCryptographicHash::Sha256).toHex());
        if (!shown.isEmpty() && shown == m_target.fingerprint)
            error.acceptCertificate();
        else
            error.rejectCertificate();
    }

    WebTarget m_target;
};

QNetworkCookie cookieOf(const WebTarget &target)
{
    const auto separator = target.cookie.indexOf('=');
    QNetworkCookie cookie(target.cookie.left(separator), target.cookie.mid(separator + 1));
    cookie.setPath(QStringLiteral("/"));
    cookie.setHttpOnly(true);
    cookie.setSecure(target.page.scheme() == QLatin1String("https"));
    cookie.setSameSitePolicy(QNetworkCookie::SameSite::Strict);
    return cookie;
}

class EngineTab : public WebTab
{
public:
    explicit EngineTab(QWidget *parent) : m_view(new QWebEngineView(parent)) {}
    ~EngineTab() override
    {
        // A page has to go before its profile.
        if (m_view)
            m_view->setPage(nullptr);
        m_page.reset();
        m_profile.reset();
        delete m_view;
    }

    QWidget *widget() override { return m_view; }

    void open(const WebTarget &target) override
    {
        m_view->setPage(nullptr);
        m_page.reset();
        // Without a name nothing of it reaches the disk.
        m_profile = std::make_unique<QWebEngineProfile>();
        m_lock = std::make_unique<OriginLock>(target.page);
        m_profile->setUrlRequestInterceptor(m_lock.get());
        m_page = std::make_unique<LockedPage>(m_profile.get(), target);
        m_page->setBackgroundColor(m_background);
        m_page->settings()->setAttribute(QWebEngineSettings::LocalContentCanAccessRemoteUrls, false);
        m_page->settings()->setAttribute(QWebEngineSettings::PluginsEnabled, false);
        m_view->setPage(m_page.get());
        QObject::connect(m_page.get(), &QWebEnginePage::loadFinished, m_view, [this, page = target.page](bool loaded) {
            if (loaded && onShown)
                onShown();
            else if (!loaded && onFailed)
                onFailed(QWebEngineView::tr("%1 cannot be shown").arg(page.toString()));
        });
        auto *store = m_profile->cookieStore();
        if (target.cookie.isEmpty()) {
            m_page->load(target.page);
            return;
        }
        // The cookie has to be there before the first request.
        QObject::connect(store, &QWebEngineCookieStore::cookieAdded, m_page.get(),
                         [this, page = target.page, done = false]() mutable {
                             if (!std::exchange(done, true))
                                 m_page->load(page);
                         });
        store->setCookie(cookieOf(target), target.page);
    }

    void setBackground(const QColor &color) override
    {
        m_background = color;
        if (m_page)
            m_page->setBackgroundColor(color);
    }

private:
    QPointer<QWebEngineView> m_view;
    QColor m_background = Qt::white;
    std::unique_ptr<OriginLock> m_lock;
    std::unique_ptr<QWebEngineProfile> m_profile;
    std::unique_ptr<LockedPage> m_page;
};

} // namespace

} // namespace balancer::desktop

extern "C" Q_DECL_EXPORT balancer::desktop::WebTab *elasticHaproxyWebTab(QWidget *parent)
{
    // Chromium refuses to sandbox what root runs.
    if (geteuid() == 0 && !qEnvironmentVariableIsSet("QTWEBENGINE_DISABLE_SANDBOX"))
        qputenv("QTWEBENGINE_DISABLE_SANDBOX", "1");
    return new balancer::desktop::EngineTab(parent);
}
