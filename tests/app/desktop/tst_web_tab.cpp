#include "app/desktop/web_site.h"
#include "desktop/pages/dashboard_page.h"
#include "desktop/web/web_tab.h"

#include <QApplication>
#include <QDesktopServices>
#include <QLibrary>
#include <QTest>
#include <QWebEngineView>

#include <unistd.h>

using namespace balancer::desktop;
using namespace balancer::tests;

namespace {

constexpr int kPatience = 30000; // milliseconds
constexpr int kBigBody = 20'000'000;

/// A page that tells `path` when its script has run.
QByteArray pageWith(const QByteArray &script)
{
    return "<!doctype html><title>page</title><body><script>(async () => {" + script + "})()</script>";
}

} // namespace

/// The tab alone, before web servers that a node would not be: whatever they show and send, it stays with its node.
class WebTabTest : public QObject
{
    Q_OBJECT

public Q_SLOTS:
    void openOutside(const QUrl &url) { m_outside.push_back(url); }

private:
    Certificates m_certificates;
    MakeWebTab m_make = nullptr;
    std::unique_ptr<WebTab> m_tab;
    int m_shown = 0;
    QStringList m_failures;
    int m_ended = 0;
    QList<QUrl> m_outside;

    void open(const Site &site, const Certificates::Pair &pinned, const QByteArray &cookie = {})
    {
        m_tab->open(WebTarget{site.page(), pinned.fingerprint(), cookie});
    }

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_certificates.letBrowsersTrustTheAuthority());
        QLibrary library(moduleFolder() + u'/' + QLatin1String(kWebTabModule));
        m_make = reinterpret_cast<MakeWebTab>(library.resolve(kWebTabSymbol));
        QVERIFY2(m_make, qPrintable(library.errorString()));
        QDesktopServices::setUrlHandler(QStringLiteral("http"), this, "openOutside");
    }
    void cleanupTestCase() { QDesktopServices::unsetUrlHandler(QStringLiteral("http")); }
    void init()
    {
        m_shown = m_ended = 0;
        m_failures.clear();
        m_outside.clear();
        m_tab.reset(m_make(nullptr));
        m_tab->onShown = [this] { ++m_shown; };
        m_tab->onFailed = [this](const QString &sentence) { m_failures << sentence; };
        m_tab->onSessionEnded = [this] { ++m_ended; };
        m_tab->widget()->show();
    }
    void cleanup() { m_tab.reset(); }

    void showsThePageBehindThePinnedCertificate()
    {
        Site site(m_certificates.own());
        site.setAnswer("/", pageWith("await fetch('/ran')"));
        open(site, m_certificates.own());
        QTRY_COMPARE_WITH_TIMEOUT(m_shown, 1, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(site.wasAskedFor("/ran"), kPatience);
        QVERIFY(m_failures.isEmpty());
    }

    /// Whom the system trusts could sign a certificate for anybody between the window and its node.
    void refusesWhatOnlyTheSystemTrusts()
    {
        Site site(m_certificates.trusted());
        site.setAnswer("/", pageWith({}));
        QWebEngineView browser;
        bool loaded = false;
        connect(&browser, &QWebEngineView::loadFinished, &browser, [&loaded](bool ok) { loaded = ok; });
        browser.load(site.page());
        QTRY_VERIFY_WITH_TIMEOUT(loaded, kPatience); // the system does trust it
        const auto asked = site.timesAskedFor("/");

        open(site, m_certificates.own());
        QTRY_VERIFY_WITH_TIMEOUT(!m_failures.isEmpty(), kPatience);
        QVERIFY(m_failures.first().contains(site.address())); // the name the user knows, not that of the way there
        QCOMPARE(m_shown, 0);
        QCOMPARE(site.timesAskedFor("/"), asked);
    }

    void refusesAnotherCertificateThanThePinnedOne()
    {
        Site site(m_certificates.own());
        open(site, m_certificates.trusted());
        QTRY_VERIFY_WITH_TIMEOUT(!m_failures.isEmpty(), kPatience);
        QVERIFY(site.requests().empty());
    }

    void givesThePageNothingOfOtherOrigins()
    {
        Site other;
        const QByteArray there = other.address().toLatin1();
        const QByteArray script = "const settled = (url) => fetch(url, {mode: 'no-cors'}).catch(() => 0);"
                                  "for (const name of ['img', 'iframe', 'script']) {"
                                  "  const it = document.createElement(name); it.src = '" +
                                  there +
                                  "/' + name; document.body.append(it); }"
                                  "new EventSource('" +
                                  there + "/events');" + "await settled('" + there +
                                  "/fetch'); await settled('/own');"
                                  "setTimeout(() => settled('/done'), 500)";
        Site site;
        site.setAnswer("/", pageWith(script));
        QWebEngineView browser;
        browser.load(site.page());
        QTRY_VERIFY_WITH_TIMEOUT(other.wasAskedFor("/fetch") && other.wasAskedFor("/img") &&
                                     other.wasAskedFor("/iframe") && other.wasAskedFor("/script") &&
                                     other.wasAskedFor("/events"),
                                 kPatience); // any other browser asks
        QTRY_VERIFY_WITH_TIMEOUT(site.wasAskedFor("/done"), kPatience);
        browser.setPage(nullptr); // its event source would go on asking

        Site again; // encrypted, Chromium's own rules for mixed content would do
        again.setAnswer("/", pageWith(script));
        const auto asked = other.requests().size();
        open(again, m_certificates.own());
        QTRY_VERIFY_WITH_TIMEOUT(again.wasAskedFor("/done"), kPatience);
        QVERIFY(again.wasAskedFor("/own"));
        QCOMPARE(other.requests().size(), asked);
    }

    void staysWhereThePageLeadsElsewhere()
    {
        Site other;
        Site site;
        site.setAnswer("/", pageWith("location = '" + other.address().toLatin1() +
                                     "/stolen'; setTimeout(() => fetch('/done'), 500)"));
        open(site, m_certificates.own());
        QTRY_VERIFY_WITH_TIMEOUT(site.wasAskedFor("/done"), kPatience);
        QVERIFY(other.requests().empty());
        QVERIFY(m_outside.isEmpty());
    }

    void opensLinksElsewhereInTheUsersBrowser()
    {
        Site site;
        site.setAnswer("/", pageWith("document.body.innerHTML = '<a href=\"http://example.org/manual\">x</a>';"
                                     "document.querySelector('a').click()"));
        open(site, m_certificates.own());
        QTRY_COMPARE_WITH_TIMEOUT(m_outside, QList{QUrl(QStringLiteral("http://example.org/manual"))}, kPatience);
    }

    void bringsTheSessionWithTheFirstRequest()
    {
        Site site(m_certificates.own());
        site.setAnswer("/", pageWith({}));
        open(site, m_certificates.own(), "elastic-haproxy-session=one");
        QTRY_COMPARE_WITH_TIMEOUT(m_shown, 1, kPatience);
        QVERIFY(site.find("/")->head.contains("elastic-haproxy-session=one"));
        QVERIFY(!site.find("/")->head.contains("Referer"));
    }

    void bringsAnotherSessionWhenTheNodeEndedIt()
    {
        Site site(m_certificates.own());
        site.setAnswer("/",
                       pageWith("new BroadcastChannel('elastic-haproxy-session').onmessage = () => fetch('/again');"
                                "await fetch('/v1/session')"));
        site.setAnswer("/v1/session", {}, "Set-Cookie: elastic-haproxy-session=; Path=/; Max-Age=0\r\n");
        m_tab->onSessionEnded = [this] {
            ++m_ended;
            m_tab->renewSession("elastic-haproxy-session=two");
        };
        open(site, m_certificates.own(), "elastic-haproxy-session=one");
        QTRY_VERIFY_WITH_TIMEOUT(site.wasAskedFor("/again"), kPatience);
        QVERIFY(site.find("/again")->head.contains("elastic-haproxy-session=two"));
        QCOMPARE(m_ended, 1);
        QCOMPARE(m_shown, 1); // it was not loaded anew
    }

    /// Somebody who signed in or out on the page wants that, and no key of the window's.
    void leavesASessionAloneThatThePageOpened()
    {
        Site site(m_certificates.own());
        site.setAnswer("/", pageWith("await fetch('/v1/session', {method: 'DELETE'});"
                                     "setTimeout(() => fetch('/done'), 500)"));
        site.setAnswer("/v1/session", {}, "Set-Cookie: elastic-haproxy-session=; Path=/; Max-Age=0\r\n");
        open(site, m_certificates.own(), "elastic-haproxy-session=one");
        QTRY_VERIFY_WITH_TIMEOUT(site.wasAskedFor("/done"), kPatience);
        m_tab->renewSession("elastic-haproxy-session=two");
        QCOMPARE(m_ended, 0);
        QVERIFY(!site.find("/done")->head.contains("elastic-haproxy-session"));
    }

    void carriesMuch()
    {
        Site site(m_certificates.own());
        site.setAnswer("/", pageWith("const big = await (await fetch('/big')).arrayBuffer();"
                                     "await fetch('/got?' + big.byteLength)"));
        site.setAnswer("/big", QByteArray(kBigBody, 'x'));
        open(site, m_certificates.own());
        QTRY_VERIFY_WITH_TIMEOUT(site.wasAskedFor("/got?" + QByteArray::number(kBigBody)), kPatience);
    }

    void saysThatNobodyAnswers()
    {
        Site site(m_certificates.own());
        site.close();
        open(site, m_certificates.own());
        QTRY_VERIFY_WITH_TIMEOUT(!m_failures.isEmpty(), kPatience);
    }
};

int main(int argc, char **argv)
{
    QCoreApplication::setAttribute(Qt::AA_ShareOpenGLContexts);
    // Mesa compiles as it draws, and deadlocks with the address sanitizer, which looks at its stacks.
    qputenv("QT_QUICK_BACKEND", "software");
    if (geteuid() == 0)
        qputenv("QTWEBENGINE_DISABLE_SANDBOX", "1");
    QApplication application(argc, argv);
    WebTabTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_web_tab.moc"
