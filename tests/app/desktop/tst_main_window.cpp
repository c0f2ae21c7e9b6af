#include "app/desktop/window_fixture.h"
#include "desktop/node_dialog.h"
#include "desktop/node_tree.h"
#include "desktop/pages/load_balancers_page.h"
#include "desktop/pages/table.h"
#include "desktop/trust_dialog.h"
#include "desktop/verbs/verb_dialog.h"
#include "models/instance_model.h"

#include <QAction>
#include <QClipboard>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QQuickWindow>
#include <QTabWidget>
#include <QToolButton>

using namespace balancer;
using namespace balancer::desktop;
using namespace balancer::tests;

/// The window with a fake node, by mouse and by keyboard.
class MainWindowTest : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<WindowFixture> m;

    Table *balancers() const { return visible<Table>("loadBalancers"); }
    Table *instances() const { return visible<Table>("instances"); }
    QString text(const char *label) const
    {
        auto *found = visible<QLabel>(label);
        return found ? found->text() : QString();
    }
    static QString cell(const Table *table, int row, int column)
    {
        return table->model()->index(row, column).data().toString();
    }
    NodeTree *tree() const { return visible<NodeTree>("nodes"); }
    QAction *action(const char *name) const { return m->window->findChild<QAction *>(QLatin1String(name)); }
    bool isLive() const { return text("statusState") == models::textOf(client::ConnectionState::Live); }

    void startLive()
    {
        m->node.list = list("e-1", {detail("api", {instanceView("i-1"), instanceView("i-2", "OutOfService")}),
                                    detail("web", {instanceView("10.0.0.5"), instanceView("10.0.0.6")})});
        m->startWithOneNode();
        QTRY_VERIFY(isLive());
    }
    void showLoadBalancers()
    {
        startLive();
        m->press("Ctrl+2");
        QTRY_VERIFY(balancers());
    }

private Q_SLOTS:
    void init() { m = std::make_unique<WindowFixture>(); }
    void cleanup()
    {
        m->window.reset();
        m.reset();
    }

    void showsWhatTheNodeHas()
    {
        showLoadBalancers();
        QCOMPARE(balancers()->model()->rowCount(), 2);
        QCOMPARE(cell(balancers(), 0, 0), QStringLiteral("api"));
        QCOMPARE(text("dnsName"), QStringLiteral("api-1.local.elb.internal"));
        QCOMPARE(instances()->model()->rowCount(), 2);
        QVERIFY(text("statusNode").contains(QStringLiteral("2.6.12")));
    }

    void followsEventsWithoutBeingAsked()
    {
        showLoadBalancers();
        m->node.tell(model::InstanceChanged{name("api"), instanceView("i-2", "InService")});
        QTRY_COMPARE(cell(instances(), 1, models::InstanceModel::StateColumn), QStringLiteral("InService"));
        m->node.tell(model::InstanceDeregistered{name("api"), id("i-1")});
        QTRY_COMPARE(instances()->model()->rowCount(), 1);
        m->node.tell(model::LoadBalancerChanged{view("shop")});
        QTRY_COMPARE(balancers()->model()->rowCount(), 3);
        m->node.tell(model::LoadBalancerDeleted{name("api")});
        QTRY_COMPARE(balancers()->model()->rowCount(), 2);
        m->node.tell(model::RevisionApplied{Revision{99}, 12});
        QTRY_VERIFY(text("statusRevision").contains(QStringLiteral("99")));
        QVERIFY(text("statusRevision").contains(QStringLiteral("12")));
    }

    void filtersFromTheKeyboard()
    {
        showLoadBalancers();
        m->press("Ctrl+F");
        auto *field = visible<QLineEdit>("filterLoadBalancers");
        QTRY_VERIFY(field->hasFocus());
        QTest::keyClicks(field, QStringLiteral("WE"));
        QCOMPARE(balancers()->model()->rowCount(), 1);
        QCOMPARE(cell(balancers(), 0, 0), QStringLiteral("web"));
        QTest::keyClick(field, Qt::Key_Escape);
        QCOMPARE(balancers()->model()->rowCount(), 2);
    }

    void sortsByAClickOnTheHeader()
    {
        showLoadBalancers();
        balancers()->sortByColumn(0, Qt::DescendingOrder);
        QCOMPARE(cell(balancers(), 0, 0), QStringLiteral("web"));
        // What comes later goes to its place.
        m->node.tell(model::LoadBalancerChanged{view("zoo")});
        QTRY_COMPARE(cell(balancers(), 0, 0), QStringLiteral("zoo"));
    }

    void showsAnotherLoadBalancerOnAClick()
    {
        showLoadBalancers();
        const auto where = balancers()->visualRect(balancers()->model()->index(1, 0)).center();
        QTest::mouseClick(balancers()->viewport(), Qt::LeftButton, {}, where);
        QCOMPARE(text("dnsName"), QStringLiteral("web-1.local.elb.internal"));
        click(visible<QToolButton>("copyDnsName"));
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("web-1.local.elb.internal"));
    }

    void keepsTheSelectionWhileThingsChange()
    {
        showLoadBalancers();
        balancers()->selectRow(1);
        m->node.tell(model::LoadBalancerChanged{view("aaa")});
        QTRY_COMPARE(balancers()->model()->rowCount(), 3);
        QCOMPARE(text("dnsName"), QStringLiteral("web-1.local.elb.internal"));
    }

    void reachesEveryPageByKeyboard()
    {
        startLive();
        auto *tabs = visible<QTabWidget>("tabs");
        for (int i = 0; i < tabs->count(); ++i) {
            m->press(qPrintable(QStringLiteral("Ctrl+%1").arg(i + 1)));
            QTRY_COMPARE(tabs->currentIndex(), i);
        }
        m->press("F6");
        QTRY_VERIFY(tree()->hasFocus());
    }

    void tabKeyGoesAround()
    {
        showLoadBalancers();
        m->press("F6");
        QSet<QWidget *> seen;
        for (int i = 0; i < 60 && QApplication::focusWidget(); ++i) {
            seen.insert(QApplication::focusWidget());
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
        }
        for (QWidget *widget : std::initializer_list<QWidget *>{tree(), balancers(), instances(),
                                                                visible<QLineEdit>("filterLoadBalancers"),
                                                                visible<QToolButton>("copyDnsName")})
            QVERIFY2(seen.contains(widget), qPrintable(widget->objectName()));
    }

    void everyActionHasAShortcutOfItsOwn()
    {
        startLive();
        QSet<QString> shortcuts;
        int actions = 0;
        for (auto *found : m->window->findChildren<QAction *>()) {
            if (found->objectName().isEmpty() || found->shortcut().isEmpty())
                continue;
            ++actions;
            shortcuts.insert(found->shortcut().toString());
        }
        QVERIFY(actions > 20);
        QCOMPARE(shortcuts.size(), actions);
    }

    void offersOnlyWhatIsPossible()
    {
        m->start({});
        QVERIFY(action("addNode")->isEnabled());
        QVERIFY(!action("createLoadBalancer")->isEnabled());
        QVERIFY(!action("editNode")->isEnabled());
        cleanup();
        init();
        m->startWithOneNode(); // without load balancers
        QTRY_VERIFY(isLive());
        QTRY_VERIFY(action("createLoadBalancer")->isEnabled());
        QVERIFY(!action("registerInstances")->isEnabled());
        m->node.tell(model::LoadBalancerChanged{view("web")});
        QTRY_VERIFY(action("registerInstances")->isEnabled());
    }

    void deregistersWhatIsSelected()
    {
        showLoadBalancers();
        m->node.onVerb = [this](const FakeNode::Call &) {
            m->node.tell(model::InstanceDeregistered{name("api"), id("i-2")});
        };
        instances()->selectRow(1);
        m->press("Ctrl+D");
        QTRY_VERIFY(dialog<VerbDialog>());
        QCOMPARE(visible<QPlainTextEdit>("instanceIds")->toPlainText(), QStringLiteral("i-2"));
        click(visible<QPushButton>("preview"));
        QTRY_VERIFY(visible<QPushButton>("apply")->isEnabled());
        QCOMPARE(instances()->model()->rowCount(), 2);
        click(visible<QPushButton>("apply"));
        QTRY_VERIFY(!dialog<VerbDialog>());
        QTRY_COMPARE(instances()->model()->rowCount(), 1);
    }

    void saysThatANodeIsGoneAndComesBackByItself()
    {
        startLive();
        m->node.broken = Error{ErrorCode::Unavailable, "127.0.0.1:9999: connection refused"};
        m->node.hangUp();
        QTRY_VERIFY(text("bannerSentence").contains(QStringLiteral("cannot be reached")));
        QTRY_VERIFY(text("bannerSentence").contains(QStringLiteral("connection refused")));
        QVERIFY(!action("createLoadBalancer")->isEnabled());
        m->node.broken.reset();
        click(visible<QPushButton>("bannerAction"));
        QTRY_VERIFY(isLive());
        QVERIFY(!visible<QLabel>("bannerSentence"));
    }

    void aWrongKeyLeadsToItsField()
    {
        m->node.key = {"AKIDRIGHT", ""};
        m->start({{QStringLiteral("n"),
                   QStringLiteral("node one"),
                   QStringLiteral("http://127.0.0.1:9999"),
                   {},
                   QStringLiteral("AKIDWRONG")}});
        m->secrets.secrets.insert(QStringLiteral("n"), QStringLiteral("x"));
        QTRY_VERIFY(visible<QPushButton>("bannerAction"));
        click(visible<QPushButton>("bannerAction"));
        QTRY_VERIFY(dialog<NodeDialog>());
        type(visible<QLineEdit>("keyId"), QStringLiteral("AKIDRIGHT"));
        type(visible<QLineEdit>("secret"), QStringLiteral("secret"));
        click(visible<QPushButton>("connect"));
        QTRY_VERIFY(!dialog<NodeDialog>());
        QTRY_VERIFY(isLive());
        QCOMPARE(m->secrets.secrets.value(QStringLiteral("n")), QStringLiteral("secret"));
    }

    void showsBothFingerprintsOfAChangedCertificate()
    {
        const std::string before(64, 'a');
        const std::string now(64, 'b');
        m->node.certificate = now;
        m->start({{QStringLiteral("n"),
                   QStringLiteral("far"),
                   QStringLiteral("https://10.0.0.5:9999"),
                   QString::fromStdString(before),
                   {}}});
        QTRY_VERIFY(text("bannerSentence").contains(QStringLiteral("another certificate")));
        click(visible<QPushButton>("bannerAction"));
        QTRY_VERIFY(dialog<TrustDialog>());
        QVERIFY(text("pinned").startsWith(QStringLiteral("AA:AA")));
        QVERIFY(text("shown").startsWith(QStringLiteral("BB:BB")));
        click(visible<QPushButton>("accept"));
        QTRY_VERIFY(isLive());
        QCOMPARE(m->registry().load()->front().fingerprint, QString::fromStdString(now));
    }

    void aDeclinedCertificateStaysUntrusted()
    {
        m->node.certificate = std::string(64, 'b');
        m->start({{QStringLiteral("n"),
                   QStringLiteral("far"),
                   QStringLiteral("https://10.0.0.5:9999"),
                   QString(64, u'a'),
                   {}}});
        QTRY_VERIFY(visible<QPushButton>("bannerAction"));
        click(visible<QPushButton>("bannerAction"));
        QTRY_VERIFY(dialog<TrustDialog>());
        QTest::keyClick(dialog<TrustDialog>(), Qt::Key_Return); // the button that has the focus is the harmless one
        QTRY_VERIFY(!dialog<TrustDialog>());
        QCOMPARE(m->registry().load()->front().fingerprint, QString(64, u'a'));
        QVERIFY(!isLive());
    }

    void addsARemoteNodeAfterItsCertificateWasAccepted()
    {
        m->node.certificate = std::string(64, 'c');
        m->node.key = {"AKIDRIGHT", ""};
        m->start({});
        m->press("Ctrl+Shift+N");
        QTRY_VERIFY(dialog<NodeDialog>());
        type(visible<QLineEdit>("address"), QStringLiteral("10.0.0.5"));
        type(visible<QLineEdit>("name"), QStringLiteral("far"));
        type(visible<QLineEdit>("keyId"), QStringLiteral("AKIDRIGHT"));
        type(visible<QLineEdit>("secret"), QStringLiteral("secret"));
        QTest::keyClick(visible<QLineEdit>("secret"), Qt::Key_Return);
        QTRY_VERIFY(dialog<TrustDialog>());
        QVERIFY(text("shown").startsWith(QStringLiteral("CC:CC")));
        QVERIFY(!visible<QLabel>("pinned"));
        QCOMPARE(m->nodes->model().rowCount(), 0);
        click(visible<QPushButton>("accept"));
        QTRY_VERIFY(isLive());
        const auto saved = m->registry().load();
        QCOMPARE(saved->size(), std::size_t(1));
        QCOMPARE(saved->front().fingerprint, QString(64, u'c'));
        QCOMPARE(m->secrets.secrets.size(), 1);
    }

    void aWrongKeyKeepsWhatWasTypedForANewNode()
    {
        m->node.key = {"AKIDRIGHT", ""};
        m->start({});
        m->press("Ctrl+Shift+N");
        QTRY_VERIFY(dialog<NodeDialog>());
        type(visible<QLineEdit>("address"), QStringLiteral("127.0.0.1"));
        type(visible<QLineEdit>("keyId"), QStringLiteral("AKIDWRONG"));
        type(visible<QLineEdit>("secret"), QStringLiteral("typed"));
        click(visible<QPushButton>("connect"));
        QTRY_VERIFY(text("message").contains(QStringLiteral("security token")));
        QCOMPARE(visible<QLineEdit>("keyId")->text(), QStringLiteral("AKIDWRONG"));
        QCOMPARE(visible<QLineEdit>("secret")->text(), QStringLiteral("typed"));
        QCOMPARE(m->nodes->model().rowCount(), 0);
    }

    void aNodeThatIsDownCanBeKept()
    {
        m->node.broken = Error{ErrorCode::Unavailable, "connection refused"};
        m->start({});
        m->press("Ctrl+Shift+N");
        QTRY_VERIFY(dialog<NodeDialog>());
        type(visible<QLineEdit>("address"), QStringLiteral("127.0.0.1"));
        click(visible<QPushButton>("connect"));
        QTRY_VERIFY(visible<QPushButton>("anyway"));
        click(visible<QPushButton>("anyway"));
        QTRY_COMPARE(m->nodes->model().rowCount(), 1);
        m->node.broken.reset();
        m->press("F5");
        QTRY_VERIFY(isLive());
    }

    void refusesPlainHttpToAnotherMachine()
    {
        m->start({});
        m->press("Ctrl+Shift+N");
        QTRY_VERIFY(dialog<NodeDialog>());
        type(visible<QLineEdit>("address"), QStringLiteral("http://10.0.0.5:9999"));
        click(visible<QPushButton>("connect"));
        QTRY_VERIFY(text("message").contains(QStringLiteral("https")));
        QVERIFY(!visible<QPushButton>("anyway"));
    }

    void movesAndRemovesNodes()
    {
        m->start({{QStringLiteral("a"), QStringLiteral("first"), QStringLiteral("http://127.0.0.1:1"), {}, {}},
                  {QStringLiteral("b"), QStringLiteral("second"), QStringLiteral("http://127.0.0.1:2"), {}, {}}});
        QTRY_VERIFY(isLive());
        m->press("Alt+Down");
        QCOMPARE(m->nodes->model().at(1).id(), QStringLiteral("a"));
        QCOMPARE(tree()->currentId(), QStringLiteral("a"));
        QCOMPARE(m->registry().load()->front().id, QStringLiteral("b"));
        m->press("Ctrl+Shift+Del");
        QTRY_VERIFY(dialog<QMessageBox>());
        click(visible<QPushButton>("remove"));
        QTRY_COMPARE(m->nodes->model().rowCount(), 1);
        QTRY_COMPARE(tree()->currentId(), QStringLiteral("b"));
        QTRY_VERIFY(isLive());
    }

    void saysWhyTheDashboardIsNotThere()
    {
        startLive();
        m->press("Ctrl+4");
        QTRY_VERIFY(text("dashboardMessage").contains(QStringLiteral("[dashboard]")));
    }

    void changesColoursWhileItIsOpen()
    {
        showLoadBalancers();
        const auto color = [this] { return m->window->grab().toImage().pixelColor(5, m->window->height() / 2); };
        const QColor light = color();
        m->theme.setScheme(Scheme::Dark);
        QTRY_VERIFY(color().lightness() < 100);
        QVERIFY(light.lightness() > 200);
    }

    void showsTenThousandInstancesWithoutWidgetsInRows()
    {
        std::vector<model::InstanceView> many;
        for (int i = 0; i < 10000; ++i)
            many.push_back(instanceView("i-" + std::to_string(100000 + i)));
        m->node.list = list("e-1", {detail("web", std::move(many))});
        m->startWithOneNode();
        QTRY_VERIFY(isLive());
        m->press("Ctrl+2");
        QTRY_VERIFY(instances());
        QCOMPARE(instances()->model()->rowCount(), 10000);
        instances()->scrollToBottom();
        QTest::qWait(0);
        QVERIFY(instances()->viewport()->findChildren<QWidget *>().isEmpty());
        QCOMPARE(instances()->rowHeight(0), instances()->rowHeight(9999));
        const auto last = instances()->model()->index(9999, 0);
        QVERIFY(instances()->viewport()->rect().intersects(instances()->visualRect(last)));
    }
};

int main(int argc, char **argv)
{
    QQuickWindow::setGraphicsApi(QSGRendererInterface::Software);
    QApplication application(argc, argv);
    MainWindowTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_main_window.moc"
