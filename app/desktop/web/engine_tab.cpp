#include "desktop/web/locked_page.h"
#include "desktop/web/loopback_relay.h"
#include "desktop/web/web_tab.h"

#include <QNetworkCookie>
#include <QPointer>
#include <QRandomGenerator>
#include <QWebEngineCookieStore>
#include <QWebEngineProfile>
#include <QWebEngineSettings>
#include <QWebEngineView>

#include <memory>

#include <unistd.h>

namespace balancer::desktop {

namespace {

constexpr quint16 kHttpsPort = 443;

/// The dashboard listens there for another session.
constexpr auto kTellOfSession = "new BroadcastChannel('elastic-haproxy-session').postMessage('changed')";

QNetworkCookie cookieOf(const QByteArray &session, const QUrl &page)
{
    const auto separator = session.indexOf('=');
    QNetworkCookie cookie(session.left(separator), session.mid(separator + 1));
    cookie.setPath(QStringLiteral("/"));
    cookie.setHttpOnly(true);
    cookie.setSecure(page.scheme() == QLatin1String("https"));
    cookie.setSameSitePolicy(QNetworkCookie::SameSite::Strict);
    return cookie;
}

/// A name of this machine that nobody can have a certificate for, because nobody knows it.
QString secretHost()
{
    auto *random = QRandomGenerator::system();
    return QStringLiteral("n%1.n%2.localhost").arg(random->generate64(), 0, 16).arg(random->generate64(), 0, 16);
}

class EngineTab : public WebTab
{
public:
    explicit EngineTab(QWidget *parent) : m_view(new QWebEngineView(parent)) {}
    ~EngineTab() override
    {
        close();
        delete m_view;
    }

    QWidget *widget() override { return m_view; }

    void open(const WebTarget &target) override
    {
        close();
        m_from = addressOf(target);
        if (m_from.isEmpty()) {
            tellFailed(target);
            return;
        }
        // Without a name nothing of it reaches the disk.
        m_profile = std::make_unique<QWebEngineProfile>();
        m_lock = std::make_unique<OriginLock>(m_from);
        m_profile->setUrlRequestInterceptor(m_lock.get());
        m_page = std::make_unique<LockedPage>(m_profile.get(), target, m_from);
        m_page->setBackgroundColor(m_background);
        m_page->settings()->setAttribute(QWebEngineSettings::LocalContentCanAccessRemoteUrls, false);
        m_page->settings()->setAttribute(QWebEngineSettings::PluginsEnabled, false);
        m_view->setPage(m_page.get());
        QObject::connect(m_page.get(), &QWebEnginePage::loadFinished, m_view, [this, target](bool loaded) {
            if (!loaded)
                tellFailed(target);
            else if (onShown)
                onShown();
        });
        if (target.cookie.isEmpty()) {
            m_page->load(m_from);
            return;
        }
        followSession();
        setCookie(target.cookie);
    }

    void renewSession(const QByteArray &cookie) override
    {
        if (m_page && !m_lock->hasOwnSession())
            setCookie(cookie);
    }

    void setBackground(const QColor &color) override
    {
        m_background = color;
        if (m_page)
            m_page->setBackgroundColor(color);
    }

private:
    /// Each before what it needs.
    void close()
    {
        if (m_view)
            m_view->setPage(nullptr);
        m_page.reset();
        m_profile.reset();
        m_lock.reset();
        m_relay.reset();
    }

    /// Where the page is loaded from. Chromium asks us about a certificate only when it finds a fault with it, and
    /// finds none with what the system trusts for the host. So that only the pinned one passes, an encrypted page is
    /// loaded from a host that no certificate is for: over a port of this machine that leads to the node. Empty when no
    /// port is free.
    QUrl addressOf(const WebTarget &target)
    {
        QUrl page = target.page;
        if (page.scheme() != QLatin1String("https"))
            return page;
        m_relay = std::make_unique<LoopbackRelay>(page.host(), static_cast<quint16>(page.port(kHttpsPort)));
        if (!m_relay->listen())
            return {};
        page.setHost(secretHost());
        page.setPort(m_relay->port());
        return page;
    }

    void tellFailed(const WebTarget &target) const
    {
        if (onFailed)
            onFailed(QWebEngineView::tr("%1 cannot be shown").arg(target.page.toString()));
    }

    void setCookie(const QByteArray &session)
    {
        const auto cookie = cookieOf(session, m_from);
        m_session = cookie.value();
        m_profile->cookieStore()->setCookie(cookie, m_from);
    }

    /// Loads the page when its cookie is there, and tells it of each later one. The node takes a cookie away when the
    /// session behind it has ended.
    void followSession()
    {
        auto *store = m_profile->cookieStore();
        QObject::connect(store, &QWebEngineCookieStore::cookieAdded, m_page.get(),
                         [this](const QNetworkCookie &cookie) {
                             if (cookie.value() != m_session)
                                 return;
                             if (m_page->url().isEmpty())
                                 m_page->load(m_from);
                             else
                                 m_page->runJavaScript(QLatin1String(kTellOfSession));
                         });
        QObject::connect(store, &QWebEngineCookieStore::cookieRemoved, m_page.get(),
                         [this](const QNetworkCookie &cookie) {
                             if (cookie.value() == m_session && !m_lock->hasOwnSession() && onSessionEnded)
                                 onSessionEnded();
                         });
    }

    QPointer<QWebEngineView> m_view;
    QColor m_background = Qt::white;
    QUrl m_from;          ///< where the page is loaded from
    QByteArray m_session; ///< the cookie's value; a secret
    std::unique_ptr<LoopbackRelay> m_relay;
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
