#include "desktop/theme.h"

#include <QApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QPalette>
#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace balancer::desktop;

namespace {

double luminance(const QColor &color)
{
    const auto linear = [](double c) { return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF());
}

/// As WCAG 2 defines it: 1 to 21.
double contrast(const QColor &a, const QColor &b)
{
    const double lighter = std::max(luminance(a), luminance(b));
    const double darker = std::min(luminance(a), luminance(b));
    return (lighter + 0.05) / (darker + 0.05);
}

} // namespace

/// The desktop's settings, as xdg-desktop-portal offers them.
class FakePortal : public QObject
{
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.portal.Settings")

public:
    void setScheme(uint scheme)
    {
        m_scheme = scheme;
        Q_EMIT SettingChanged(QStringLiteral("org.freedesktop.appearance"), QStringLiteral("color-scheme"),
                              QDBusVariant(m_scheme));
    }

public Q_SLOTS:
    QDBusVariant Read(const QString &, const QString &)
    {
        return QDBusVariant(QVariant::fromValue(QDBusVariant(m_scheme)));
    }

Q_SIGNALS:
    void SettingChanged(const QString &group, const QString &key, const QDBusVariant &value);

private:
    uint m_scheme = 1;
};

class ThemeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isWhatWasAskedFor()
    {
        const Theme dark(QStringLiteral("dark"));
        QCOMPARE(dark.scheme(), Scheme::Dark);
        QVERIFY(QApplication::palette().color(QPalette::Window).lightness() < 100);
        const Theme light(QStringLiteral("light"));
        QVERIFY(QApplication::palette().color(QPalette::Window).lightness() > 200);
    }

    void followsTheSystem()
    {
        // A connection of its own, as another program would have.
        auto bus = QDBusConnection::connectToBus(QDBusConnection::SessionBus, QStringLiteral("portal"));
        FakePortal portal;
        QVERIFY(bus.registerObject(QStringLiteral("/org/freedesktop/portal/desktop"), &portal,
                                   QDBusConnection::ExportAllSlots | QDBusConnection::ExportAllSignals));
        QVERIFY(bus.registerService(QStringLiteral("org.freedesktop.portal.Desktop")));

        const Theme theme({});
        QTRY_COMPARE(theme.scheme(), Scheme::Dark);
        QSignalSpy changed(&theme, &Theme::changed);
        // The theme listens a moment after it has asked: so it is told until it has heard.
        QTRY_VERIFY((portal.setScheme(2), theme.scheme() == Scheme::Light));
        QCOMPARE(changed.size(), 1);
        portal.setScheme(1);
        QTRY_COMPARE(theme.scheme(), Scheme::Dark);
        bus.unregisterObject(QStringLiteral("/org/freedesktop/portal/desktop"));
        bus.unregisterService(QStringLiteral("org.freedesktop.portal.Desktop"));
        QDBusConnection::disconnectFromBus(QStringLiteral("portal"));
    }

    void keepsWhatWasAskedForWhateverTheSystemSays()
    {
        // A connection of its own, as another program would have.
        auto bus = QDBusConnection::connectToBus(QDBusConnection::SessionBus, QStringLiteral("portal"));
        FakePortal portal;
        QVERIFY(bus.registerObject(QStringLiteral("/org/freedesktop/portal/desktop"), &portal,
                                   QDBusConnection::ExportAllSlots | QDBusConnection::ExportAllSignals));
        QVERIFY(bus.registerService(QStringLiteral("org.freedesktop.portal.Desktop")));
        const Theme asked(QStringLiteral("light"));
        const Theme follower({});
        portal.setScheme(1);
        QTRY_COMPARE(follower.scheme(), Scheme::Dark);
        QCOMPARE(asked.scheme(), Scheme::Light);
        bus.unregisterObject(QStringLiteral("/org/freedesktop/portal/desktop"));
        bus.unregisterService(QStringLiteral("org.freedesktop.portal.Desktop"));
        QDBusConnection::disconnectFromBus(QStringLiteral("portal"));
    }

    void textIsReadable_data()
    {
        QTest::addColumn<QColor>("text");
        QTest::addColumn<QColor>("background");
        for (const auto scheme : {Scheme::Light, Scheme::Dark}) {
            const Colors &c = colorsOf(scheme);
            const QByteArray in = scheme == Scheme::Light ? "light: " : "dark: ";
            const std::initializer_list<std::pair<const char *, QColor>> texts = {
                {"text", c.text}, {"quiet", c.quiet}, {"accent", c.accent},
                {"good", c.good}, {"bad", c.bad},     {"waiting", c.waiting}};
            for (const auto &[name, color] : texts) {
                QTest::newRow((in + name + " on window").constData()) << color << c.window;
                QTest::newRow((in + name + " on surface").constData()) << color << c.surface;
            }
            QTest::newRow((in + "text on added").constData()) << c.text << c.added;
            QTest::newRow((in + "text on removed").constData()) << c.text << c.removed;
        }
    }
    void textIsReadable()
    {
        QFETCH(QColor, text);
        QFETCH(QColor, background);
        const double seen = contrast(text, background);
        QVERIFY2(seen >= 4.5, qPrintable(QString::number(seen)));
    }
};

QTEST_MAIN(ThemeTest)
#include "tst_theme.moc"
