#include "adapters/http/http_client.h"
#include "app/desktop/real_node.h"
#include "daemon/system_clock.h"
#include "desktop/pages/dashboard_page.h"

#include <QApplication>
#include <QCoro/QCoroTask>
#include <QWebEngineView>

#include <chrono>

using namespace balancer;
using namespace balancer::desktop;
using namespace balancer::tests;
using namespace std::chrono_literals;

namespace {

constexpr int kPatience = 30000; // milliseconds

} // namespace

/// The tab as the window shows it: a real daemon behind TLS, and the dashboard it serves.
class DashboardPageTest : public QObject
{
    Q_OBJECT

private:
    RealNode m_node{true};
    adapters::http::HttpClient m_transport;
    daemon::SystemClock m_clock;
    std::unique_ptr<Theme> m_theme;
    std::unique_ptr<models::NodeSession> m_session;
    std::unique_ptr<DashboardPage> m_page;

    QWebEnginePage *browser() const { return m_page->findChild<QWebEngineView *>()->page(); }
    /// What stands on the page; nothing before there is one.
    QString text() const
    {
        if (!m_page->findChild<QWebEngineView *>())
            return {};
        QString found;
        bool answered = false;
        browser()->runJavaScript(QStringLiteral("document.body.innerText"), [&](const QVariant &value) {
            found = value.toString();
            answered = true;
        });
        return QTest::qWaitFor([&answered] { return answered; }, kPatience) ? found : QString();
    }
    bool shows(const char *words) const { return text().contains(QLatin1String(words)); }
    /// Signed in and following the node's events.
    bool isLive() const { return shows("Live") && !shows("Your session has ended"); }

private Q_SLOTS:
    void initTestCase()
    {
        m_theme = std::make_unique<Theme>(QStringLiteral("light"));
        m_node.start();
        ports::HttpTarget target{m_node.url().toStdString(), {}};
        const auto fingerprint = QCoro::waitFor(m_transport.fetchFingerprint(target, 10s));
        QVERIFY(fingerprint);
        target.fingerprint = *fingerprint;
        const client::Credentials key{m_node.keyId().toStdString(), m_node.secret().toStdString()};
        m_session = std::make_unique<models::NodeSession>(
            m_transport, m_clock, models::NodeEntry{QStringLiteral("1"), QStringLiteral("Datacentre"), {target, key}});
        m_session->start();
        QTRY_VERIFY_WITH_TIMEOUT(m_session->status(), kPatience);
        if (!m_session->status()->dashboard)
            QSKIP("this build of the daemon serves no dashboard");
        m_page = std::make_unique<DashboardPage>(*m_session, *m_theme);
        m_page->resize(1200, 800);
        m_page->show();
    }
    void cleanupTestCase()
    {
        m_page.reset();
        m_session.reset();
    }

    void isSignedInByTheWindow() { QTRY_VERIFY_WITH_TIMEOUT(isLive(), kPatience); }

    /// A session of the node's lives in its memory. Nobody is to type a secret again because the daemon was restarted.
    void goesOnSignedInAfterTheDaemonWasRestarted()
    {
        browser()->runJavaScript(QStringLiteral("window.untouched = true"));
        m_node.kill();
        QTRY_VERIFY_WITH_TIMEOUT(shows("Reconnecting"), kPatience);
        m_node.start();
        QTRY_VERIFY_WITH_TIMEOUT(isLive(), kPatience);
        bool untouched = false;
        browser()->runJavaScript(QStringLiteral("window.untouched"),
                                 [&untouched](const QVariant &value) { untouched = value.toBool(); });
        QTRY_VERIFY_WITH_TIMEOUT(untouched, kPatience); // what was typed there would still be
    }
};

int main(int argc, char **argv)
{
    QCoreApplication::setAttribute(Qt::AA_ShareOpenGLContexts);
    // Mesa compiles as it draws, and deadlocks with the address sanitizer, which looks at its stacks.
    qputenv("QT_QUICK_BACKEND", "software");
    QApplication application(argc, argv);
    DashboardPageTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_dashboard_page.moc"
