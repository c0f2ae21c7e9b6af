#include "app/desktop/window_fixture.h"
#include "desktop/verbs/forms.h"
#include "desktop/verbs/verb_dialog.h"

#include <QClipboard>
#include <QComboBox>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QSpinBox>
#include <QToolButton>

using namespace balancer;
using namespace balancer::desktop;
using namespace balancer::tests;

/// One verb from its form to the node and back; the node is a fake one.
class VerbDialogTest : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<FakeNode> m_node;
    ManualClock m_clock;
    std::unique_ptr<client::NodeClient> m_client;
    std::unique_ptr<Theme> m_theme;
    QPointer<VerbDialog> m_dialog;

    void open(VerbForm *form)
    {
        m_dialog = new VerbDialog(*m_client, form, *m_theme);
        m_dialog->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_dialog));
        m_dialog->activateWindow();
        QTRY_VERIFY(QApplication::focusWidget());
    }
    VerbDialog *openRegister()
    {
        open(new InstancesForm(InstancesForm::Purpose::Register, name("web"), {}));
        return m_dialog;
    }
    QPushButton *button(const char *which) const { return m_dialog->findChild<QPushButton *>(QLatin1String(which)); }
    QPlainTextEdit *instances() const { return visible<QPlainTextEdit>("instanceIds", m_dialog); }
    QString problemAtField() const
    {
        for (auto *label : m_dialog->findChildren<QLabel *>()) {
            if (label->isVisible() && label->property("look") == QLatin1String("problem"))
                return label->text();
        }
        return {};
    }
    QString shownPlan() const
    {
        auto *text = visible<QPlainTextEdit>("changes", m_dialog);
        return text ? text->toPlainText() : QString();
    }

private Q_SLOTS:
    void init()
    {
        m_node = std::make_unique<FakeNode>();
        m_theme = std::make_unique<Theme>(QStringLiteral("light"));
        m_client = std::make_unique<client::NodeClient>(*m_node, m_clock,
                                                        client::NodeAccess{{"http://127.0.0.1:9999", {}}, {}});
    }
    void cleanup()
    {
        delete m_dialog;
        m_client.reset();
    }

    void showsThePlanBeforeAnythingHappens()
    {
        openRegister();
        QTest::keyClicks(instances(), QStringLiteral("10.0.0.5"));
        QVERIFY(!button("apply")->isEnabled());
        click(button("preview"));
        QTRY_VERIFY(button("apply")->isEnabled());
        QVERIFY(shownPlan().contains(QStringLiteral("set server hc:web/s1 addr 10.0.0.5 port 80")));
        QVERIFY(shownPlan().contains(QStringLiteral("+ server s1 10.0.0.5:80")));
        QCOMPARE(m_node->calls.size(), std::size_t(1));
        QVERIFY(m_node->calls[0].isPreview);
        QCOMPARE(m_node->calls[0].verb, std::string("RegisterInstancesWithLoadBalancer"));
    }

    void carriesOutWhatWasShownAndCloses()
    {
        openRegister();
        QTest::keyClicks(instances(), QStringLiteral("10.0.0.5, 10.0.0.6"));
        click(button("preview"));
        QTRY_VERIFY(button("apply")->isEnabled());
        QSignalSpy accepted(m_dialog, &QDialog::accepted);
        click(button("apply"));
        QTRY_COMPARE(accepted.size(), 1);
        QCOMPARE(m_node->calls.size(), std::size_t(2));
        QVERIFY(!m_node->calls[1].isPreview);
        QCOMPARE(m_node->calls[1].body, m_node->calls[0].body);
        QVERIFY(m_node->calls[1].body.find("10.0.0.6") != std::string::npos);
    }

    void worksByKeyboardAlone()
    {
        open(new HealthCheckForm(name("web"), model::defaultHealthCheck(80)));
        auto *target = qobject_cast<QLineEdit *>(QApplication::focusWidget());
        QVERIFY(target);
        type(target, QStringLiteral("HTTP:8080/health"));
        QTest::keyClick(target, Qt::Key_Return);
        QTRY_VERIFY(button("apply")->hasFocus());
        QSignalSpy accepted(m_dialog, &QDialog::accepted);
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
        QTRY_COMPARE(accepted.size(), 1);
        QVERIFY(m_node->calls.back().body.find("HTTP:8080/health") != std::string::npos);
    }

    void copiesTheLineOfTheShell()
    {
        openRegister();
        QTest::keyClicks(instances(), QStringLiteral("10.0.0.5"));
        click(button("preview"));
        QTRY_VERIFY(visible<QToolButton>("copyCommandLine", m_dialog));
        click(visible<QToolButton>("copyCommandLine", m_dialog));
        QCOMPARE(QGuiApplication::clipboard()->text(), QString::fromStdString(m_node->plan.commandLine));
    }

    void forgetsThePlanWhenSomethingElseIsTyped()
    {
        openRegister();
        QTest::keyClicks(instances(), QStringLiteral("10.0.0.5"));
        click(button("preview"));
        QTRY_VERIFY(button("apply")->isEnabled());
        QTest::keyClicks(instances(), QStringLiteral("1"));
        QVERIFY(!button("apply")->isEnabled());
        QVERIFY(shownPlan().isEmpty());
    }

    void saysWhichFieldIsWrongWithoutAskingTheNode_data()
    {
        QTest::addColumn<QString>("typed");
        QTest::newRow("nothing") << QString();
        QTest::newRow("an id that is none") << QStringLiteral("10.0.0.5 b@d");
    }
    void saysWhichFieldIsWrongWithoutAskingTheNode()
    {
        QFETCH(QString, typed);
        openRegister();
        QTest::keyClicks(instances(), typed);
        click(button("preview"));
        QVERIFY(!problemAtField().isEmpty());
        QVERIFY(instances()->hasFocus());
        QCOMPARE(instances()->toPlainText(), typed);
        QVERIFY(m_node->calls.empty());
    }

    void showsTheNodesSentenceAtTheFieldItNames()
    {
        m_node->previewRefusal = "Could not find Instances [10.0.0.5] in this region";
        openRegister();
        QTest::keyClicks(instances(), QStringLiteral("10.0.0.5"));
        click(button("preview"));
        QTRY_COMPARE(problemAtField(), QStringLiteral("Could not find Instances [10.0.0.5] in this region"));
        QTRY_VERIFY(instances()->hasFocus());
        QCOMPARE(instances()->toPlainText(), QStringLiteral("10.0.0.5"));
    }

    void keepsEverythingWhenTheNodeRefusesToApply()
    {
        openRegister();
        QTest::keyClicks(instances(), QStringLiteral("10.0.0.5"));
        click(button("preview"));
        QTRY_VERIFY(button("apply")->isEnabled());
        m_node->verbRefusal = "It may not be done today";
        click(button("apply"));
        QTRY_COMPARE(problemAtField(), QStringLiteral("It may not be done today"));
        QVERIFY(m_dialog->isVisible());
        QCOMPARE(instances()->toPlainText(), QStringLiteral("10.0.0.5"));
        // And it can be tried again as it is.
        m_node->verbRefusal.reset();
        QSignalSpy accepted(m_dialog, &QDialog::accepted);
        click(button("apply"));
        QTRY_COMPARE(accepted.size(), 1);
    }

    void keepsEverythingWhenTheNodeIsGone()
    {
        openRegister();
        QTest::keyClicks(instances(), QStringLiteral("10.0.0.5"));
        m_node->broken = Error{ErrorCode::Unavailable, "127.0.0.1:9999: connection refused"};
        click(button("preview"));
        QTRY_VERIFY(problemAtField().contains(QStringLiteral("connection refused")));
        QCOMPARE(instances()->toPlainText(), QStringLiteral("10.0.0.5"));
        m_node->broken.reset();
        click(button("preview"));
        QTRY_VERIFY(button("apply")->isEnabled());
    }

    void survivesBeingClosedWhileTheNodeThinks()
    {
        openRegister();
        QTest::keyClicks(instances(), QStringLiteral("10.0.0.5"));
        click(button("preview"));
        delete m_dialog;
        QTRY_COMPARE(m_node->calls.size(), std::size_t(1));
        QCoreApplication::processEvents();
    }

    void createsALoadBalancer()
    {
        open(new CreateLoadBalancerForm(QStringLiteral("local-1")));
        type(visible<QLineEdit>("loadBalancerName", m_dialog), QStringLiteral("shop"));
        auto ports = m_dialog->findChildren<QSpinBox *>();
        ports[0]->setValue(8080);
        ports[1]->setValue(9090);
        click(button("preview"));
        QTRY_VERIFY(button("apply")->isEnabled());
        QSignalSpy accepted(m_dialog, &QDialog::accepted);
        click(button("apply"));
        QTRY_COMPARE(accepted.size(), 1);
        const auto &call = m_node->calls.back();
        QCOMPARE(call.verb, std::string("CreateLoadBalancer"));
        for (const char *part : {"shop", "8080", "9090", "local-1"})
            QVERIFY2(call.body.find(part) != std::string::npos, part);
    }

    void refusesANameThatIsNone()
    {
        open(new CreateLoadBalancerForm(QStringLiteral("local-1")));
        auto *field = visible<QLineEdit>("loadBalancerName", m_dialog);
        type(field, QStringLiteral("-shop-"));
        click(button("preview"));
        QVERIFY(!problemAtField().isEmpty());
        QVERIFY(field->hasFocus());
        QCOMPARE(field->text(), QStringLiteral("-shop-"));
    }

    void asksForACertificateWhereOneIsNeeded()
    {
        open(new AddListenersForm(name("web")));
        auto *protocol = m_dialog->findChild<QComboBox *>();
        protocol->setCurrentText(QStringLiteral("HTTPS"));
        click(button("preview"));
        QVERIFY(!problemAtField().isEmpty());
        QVERIFY(m_node->calls.empty());
    }

    void refusesATimeOutThatIsNotBelowTheInterval()
    {
        open(new HealthCheckForm(name("web"), model::defaultHealthCheck(80)));
        for (auto *box : m_dialog->findChildren<QSpinBox *>()) {
            if (box->maximum() == 300)
                box->setValue(5);
            if (box->maximum() == 60)
                box->setValue(5);
        }
        click(button("preview"));
        QVERIFY(!problemAtField().isEmpty());
        QVERIFY(m_node->calls.empty());
    }

    void everyFieldHasAName()
    {
        for (auto *form :
             std::initializer_list<VerbForm *>{new CreateLoadBalancerForm(QStringLiteral("z")),
                                               new HealthCheckForm(name("web"), model::defaultHealthCheck(80)),
                                               new InstancesForm(InstancesForm::Purpose::Drain, name("web"), {}),
                                               new AddListenersForm(name("web"))}) {
            for (auto *child : form->findChildren<QWidget *>()) {
                const bool takesFocus =
                    child->focusPolicy() != Qt::NoFocus && !child->focusProxy() && !qobject_cast<QLabel *>(child);
                const bool ofOthers = child->parentWidget() && qobject_cast<QAbstractSpinBox *>(child->parentWidget());
                const auto *push = qobject_cast<QAbstractButton *>(child);
                const bool inView = child->objectName().startsWith(QLatin1String("qt_")) ||
                                    child->inherits("QComboBoxPrivateContainer") ||
                                    child->inherits("QAbstractItemView");
                if (takesFocus && !ofOthers && !inView && !(push && !push->text().isEmpty()))
                    QVERIFY2(!child->accessibleName().isEmpty(), child->metaObject()->className());
            }
            delete form;
        }
    }
};

QTEST_MAIN(VerbDialogTest)
#include "tst_verb_dialog.moc"
