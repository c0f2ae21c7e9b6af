#include "adapters/http/http_client.h"
#include "app/desktop/real_node.h"
#include "app/desktop/window_fixture.h"
#include "daemon/system_clock.h"
#include "desktop/keychain_secret_store.h"
#include "desktop/node_dialog.h"
#include "desktop/pages/node_page.h"
#include "desktop/pages/table.h"
#include "desktop/trust_dialog.h"
#include "desktop/verbs/listener_editor.h"
#include "desktop/verbs/verb_dialog.h"
#include "models/instance_model.h"

#include <QDir>
#include <QPlainTextEdit>
#include <QQuickWindow>
#include <QSpinBox>

#include <chrono>

using namespace balancer;
using namespace balancer::desktop;
using namespace balancer::tests;

namespace {

constexpr int kPatience = 30000; // milliseconds

QString text(const char *label)
{
    auto *found = visible<QLabel>(label);
    return found ? found->text() : QString();
}

bool isLive()
{
    return text("statusState") == models::textOf(client::ConnectionState::Live);
}

Table *balancers()
{
    return visible<Table>("loadBalancers");
}

Table *instances()
{
    return visible<Table>("instances");
}

QString stateOf(int row)
{
    return instances()->model()->index(row, models::InstanceModel::StateColumn).data().toString();
}

} // namespace

/// The window with real daemons, real HAProxies and a real keychain. The slots go on from each other.
class RealNodesTest : public QObject
{
    Q_OBJECT

private:
    RealNode m_local{false};
    RealNode m_remote{true};
    std::vector<std::unique_ptr<Backend>> m_backends;
    std::vector<std::unique_ptr<Visitors>> m_visitors;
    adapters::http::HttpClient m_transport;
    daemon::SystemClock m_clock;
    KeychainSecretStore m_secrets;
    std::unique_ptr<Theme> m_theme;
    std::unique_ptr<Nodes> m_nodes;
    std::unique_ptr<MainWindow> m_window;
    quint16 m_port = freePort();
    bool m_isBroken = false;

    void press(const char *keys) { pressKeys(m_window.get(), keys); }
    void openWindow()
    {
        m_nodes = std::make_unique<Nodes>(NodeRegistry(NodeRegistry::defaultFile()), m_secrets, m_transport, m_clock);
        m_window = std::make_unique<MainWindow>(*m_nodes, *m_theme);
        m_window->show();
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        m_nodes->load({});
    }
    void closeWindow()
    {
        m_window.reset();
        m_nodes.reset();
    }
    /// Fills what a dialog of a verb asks for first, and goes through with it.
    void carryOut()
    {
        if (QTest::currentTestFailed())
            return;
        click(visible<QPushButton>("preview"));
        QTRY_VERIFY_WITH_TIMEOUT(visible<QPushButton>("apply")->isEnabled(), kPatience);
        click(visible<QPushButton>("apply"));
        QTRY_VERIFY_WITH_TIMEOUT(!dialog<VerbDialog>(), kPatience);
    }
    void createLoadBalancer(const QString &name, quint16 port, quint16 instancePort)
    {
        press("Ctrl+N");
        QTRY_VERIFY(dialog<VerbDialog>());
        type(visible<QLineEdit>("loadBalancerName"), name);
        const auto ports = dialog<VerbDialog>()->findChildren<QSpinBox *>();
        ports[0]->setValue(port);
        ports[1]->setValue(instancePort);
        carryOut();
    }
    void registerInstances(const QStringList &ids)
    {
        press("Ctrl+R");
        QTRY_VERIFY(dialog<VerbDialog>());
        QTest::keyClicks(visible<QPlainTextEdit>("instanceIds"), ids.join(u' '));
        carryOut();
    }
    void selectBalancer(const QString &name)
    {
        m_window->findChild<NodePage *>()->showLoadBalancer(name);
        QTRY_VERIFY(text("dnsName").startsWith(name));
    }
    void save(const QString &name)
    {
        QDir().mkpath(QStringLiteral(SCREENSHOTS));
        QTest::qWait(300); // not a condition: lets the page settle for the eye
        QVERIFY(m_window->grab().save(QStringLiteral(SCREENSHOTS "/") + name));
    }

private Q_SLOTS:
    void initTestCase()
    {
        m_theme = std::make_unique<Theme>(QStringLiteral("light"));
        m_local.start();
        m_remote.start();
        for (int i = 0; i < 6; ++i)
            m_backends.push_back(std::make_unique<Backend>());
        openWindow();
    }
    void cleanupTestCase() { closeWindow(); }
    void init()
    {
        if (m_isBroken)
            QSKIP("an earlier step failed");
    }
    void cleanup() { m_isBroken = m_isBroken || QTest::currentTestFailed(); }

    void addsTheNodeOfThisMachineOverItsSocket()
    {
        press("Ctrl+Shift+N");
        QTRY_VERIFY(dialog<NodeDialog>());
        type(visible<QLineEdit>("address"), m_local.socket());
        type(visible<QLineEdit>("name"), QStringLiteral("This machine"));
        click(visible<QPushButton>("connect"));
        QTRY_VERIFY_WITH_TIMEOUT(isLive(), kPatience);
        QTRY_VERIFY(text("statusNode").contains(QStringLiteral("HAProxy 2.")));
    }

    void createsALoadBalancerAndSeesItsInstanceInService()
    {
        createLoadBalancer(QStringLiteral("shop"), m_port, m_backends[0]->serverPort());
        press("Ctrl+2");
        QTRY_COMPARE(balancers()->model()->rowCount(), 1);
        registerInstances({m_backends[0]->address()});
        QTRY_COMPARE_WITH_TIMEOUT(instances()->model()->rowCount(), 1, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(stateOf(0), QStringLiteral("InService"), kPatience);
    }

    void drainsAnInstance()
    {
        registerInstances({m_backends[1]->address()});
        QTRY_COMPARE_WITH_TIMEOUT(instances()->model()->rowCount(), 2, kPatience);
        instances()->selectRow(1);
        press("Ctrl+Shift+D");
        QTRY_VERIFY(dialog<VerbDialog>());
        carryOut();
        QTRY_COMPARE_WITH_TIMEOUT(instances()->model()->rowCount(), 1, kPatience);
    }

    void showsWhatWasDone()
    {
        press("Ctrl+3");
        auto *history = visible<Table>("history");
        QTRY_VERIFY_WITH_TIMEOUT(history->model()->rowCount() >= 4, kPatience);
        QCOMPARE(history->model()->index(0, models::HistoryModel::VerbColumn).data().toString(),
                 QStringLiteral("DeregisterInstancesFromLoadBalancer"));
    }

    void aRefusalOfTheNodeKeepsTheDialog()
    {
        press("Ctrl+N");
        QTRY_VERIFY(dialog<VerbDialog>());
        auto *field = visible<QLineEdit>("loadBalancerName");
        type(field, QStringLiteral("shop")); // there is one, with other settings
        click(visible<QPushButton>("preview"));
        QTRY_VERIFY_WITH_TIMEOUT(field->isEnabled(), kPatience);
        QVERIFY(dialog<VerbDialog>()->isVisible());
        QCOMPARE(field->text(), QStringLiteral("shop"));
        QVERIFY(!visible<QPushButton>("apply")->isEnabled());
        dialog<VerbDialog>()->reject();
        QTRY_VERIFY(!dialog<VerbDialog>());
    }

    void addsARemoteNodeByItsCertificate()
    {
        press("Ctrl+Shift+N");
        QTRY_VERIFY(dialog<NodeDialog>());
        type(visible<QLineEdit>("address"), m_remote.url());
        type(visible<QLineEdit>("name"), QStringLiteral("Datacentre"));
        type(visible<QLineEdit>("keyId"), m_remote.keyId());
        type(visible<QLineEdit>("secret"), m_remote.secret());
        click(visible<QPushButton>("connect"));
        QTRY_VERIFY_WITH_TIMEOUT(dialog<TrustDialog>(), kPatience);
        click(visible<QPushButton>("accept"));
        QTRY_COMPARE_WITH_TIMEOUT(m_nodes->model().rowCount(), 2, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(isLive(), kPatience);
        QVERIFY(text("statusNode").startsWith(QStringLiteral("Datacentre")));
    }

    void aWrongSecretIsSaidAndMended()
    {
        press("Ctrl+E");
        QTRY_VERIFY(dialog<NodeDialog>());
        type(visible<QLineEdit>("secret"), QStringLiteral("wrong"));
        click(visible<QPushButton>("connect"));
        QTRY_VERIFY_WITH_TIMEOUT(!text("message").isEmpty() && visible<QPushButton>("connect")->isEnabled(), kPatience);
        type(visible<QLineEdit>("secret"), m_remote.secret());
        click(visible<QPushButton>("connect"));
        QTRY_VERIFY_WITH_TIMEOUT(!dialog<NodeDialog>(), kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(isLive(), kPatience);
    }

    void comesBackAfterTheDaemonWasKilled()
    {
        m_remote.kill();
        QTRY_VERIFY_WITH_TIMEOUT(text("bannerSentence").contains(QStringLiteral("cannot be reached")), kPatience);
        m_remote.start();
        QTRY_VERIFY_WITH_TIMEOUT(isLive(), kPatience);
    }

    void findsItsNodesAndSecretsAgain()
    {
        closeWindow();
        openWindow();
        QCOMPARE(m_nodes->model().rowCount(), 2);
        QTRY_VERIFY_WITH_TIMEOUT(m_nodes->model().at(0).isLive() && m_nodes->model().at(1).isLive(), kPatience);
        QFile list(NodeRegistry::defaultFile());
        QVERIFY(list.open(QIODevice::ReadOnly));
        QVERIFY(!list.readAll().contains(m_remote.secret().toUtf8()));
    }

    void looksGood()
    {
        QTRY_VERIFY_WITH_TIMEOUT(isLive(), kPatience);
        m_visitors.push_back(std::make_unique<Visitors>(m_port, 60));
        const std::vector<std::pair<QString, double>> more = {
            {QStringLiteral("api"), 140}, {QStringLiteral("images"), 35}, {QStringLiteral("intranet"), 8}};
        for (std::size_t i = 0; i < more.size(); ++i) {
            const quint16 port = freePort();
            createLoadBalancer(more[i].first, port, m_backends[i + 1]->serverPort());
            selectBalancer(more[i].first);
            registerInstances({m_backends[i + 1]->address(), m_backends[i + 2]->address()});
            m_visitors.push_back(std::make_unique<Visitors>(port, more[i].second));
        }
        // Nobody listens there, so this one is half down.
        selectBalancer(QStringLiteral("intranet"));
        registerInstances({QStringLiteral("127.0.0.9:9")});
        QTRY_COMPARE_WITH_TIMEOUT(instances()->model()->rowCount(), 3, kPatience);
        QVERIFY(stateOf(2) != QLatin1String("InService"));
        selectBalancer(QStringLiteral("api"));
        QTRY_COMPARE_WITH_TIMEOUT(stateOf(0), QStringLiteral("InService"), kPatience);
        press("Ctrl+1");
        const auto *traffic = m_nodes->model().at(0).traffic();
        const int wanted = qEnvironmentVariableIntValue("SCREENSHOT_SECONDS");
        QTRY_VERIFY_WITH_TIMEOUT(traffic->count() >= (wanted > 0 ? std::min(wanted, traffic->capacity()) : 20), 150000);
        QVERIFY(traffic->latest(QStringLiteral("api"), models::TrafficHistory::Requests) > 0);
        for (const auto scheme : {Scheme::Light, Scheme::Dark}) {
            const QString suffix = scheme == Scheme::Dark ? QStringLiteral("-dark.png") : QStringLiteral("-light.png");
            m_theme->setScheme(scheme);
            press("Ctrl+1");
            save(QStringLiteral("desktop") + suffix);
            press("Ctrl+2");
            selectBalancer(QStringLiteral("intranet"));
            save(QStringLiteral("desktop-load-balancers") + suffix);
            press("Ctrl+3");
            save(QStringLiteral("desktop-history") + suffix);
            saveDialog(QStringLiteral("desktop-plan") + suffix);
        }
    }

    void opensTheDashboardSignedIn()
    {
        if (!m_nodes->model().at(0).status()->dashboard)
            QSKIP("this build of the daemon serves no dashboard");
        m_theme->setScheme(Scheme::Light);
        press("Ctrl+4");
        QWidget *view = nullptr;
        const auto shown = [&view, this] {
            for (auto *widget : m_window->findChildren<QWidget *>()) {
                if (widget->inherits("QWebEngineView") && widget->isVisible())
                    view = widget;
            }
            return view && view->property("url").toUrl().path().startsWith(QLatin1String("/dashboard/"));
        };
        QTRY_VERIFY_WITH_TIMEOUT(shown(), kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(view->property("title").toString().contains(QStringLiteral("Elastic HAProxy")),
                                 kPatience);
        QTest::qWait(2000); // not a condition: what it shows is looked at on the screenshot
        save(QStringLiteral("desktop-dashboard-tab.png"));
    }

    void saysThatTheCertificateChanged()
    {
        press("Ctrl+1");
        m_window->findChild<QWidget *>(QStringLiteral("nodes"))->setFocus();
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Down);
        QTRY_VERIFY_WITH_TIMEOUT(isLive(), kPatience);
        m_remote.kill();
        const QDir data(m_remote.path("d"));
        bool removed = false;
        for (const QString &name :
             data.entryList({QStringLiteral("*.pem"), QStringLiteral("*.crt"), QStringLiteral("*cert*")}, QDir::Files))
            removed = QFile::remove(data.filePath(name)) || removed;
        QVERIFY2(removed, "the node's certificate is not where it was looked for");
        m_remote.start();
        QTRY_VERIFY_WITH_TIMEOUT(text("bannerSentence").contains(QStringLiteral("another certificate")), kPatience);
        save(QStringLiteral("desktop-certificate.png"));
        click(visible<QPushButton>("bannerAction"));
        QTRY_VERIFY_WITH_TIMEOUT(dialog<TrustDialog>(), kPatience);
        QVERIFY(text("pinned") != text("shown"));
        click(visible<QPushButton>("accept"));
        QTRY_VERIFY_WITH_TIMEOUT(isLive(), kPatience);
    }

private:
    void saveDialog(const QString &name)
    {
        press("Ctrl+2");
        selectBalancer(QStringLiteral("intranet"));
        press("Ctrl+R");
        QTRY_VERIFY(dialog<VerbDialog>());
        QTest::keyClicks(visible<QPlainTextEdit>("instanceIds"), QStringLiteral("127.0.0.9:8080"));
        click(visible<QPushButton>("preview"));
        QTRY_VERIFY_WITH_TIMEOUT(visible<QPushButton>("apply")->isEnabled(), kPatience);
        QTest::qWait(300);
        QVERIFY(dialog<VerbDialog>()->grab().save(QStringLiteral(SCREENSHOTS "/") + name));
        dialog<VerbDialog>()->reject();
        QTRY_VERIFY(!dialog<VerbDialog>());
    }
};

int main(int argc, char **argv)
{
    QCoreApplication::setAttribute(Qt::AA_ShareOpenGLContexts);
    QQuickWindow::setGraphicsApi(QSGRendererInterface::Software);
    QApplication application(argc, argv);
    RealNodesTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_real_nodes.moc"
