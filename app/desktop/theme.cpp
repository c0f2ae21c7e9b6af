#include "desktop/theme.h"

#include <QApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QPalette>
#include <QStyle>
#include <QStyleFactory>

namespace balancer::desktop {

namespace {

const QString kPortal = QStringLiteral("org.freedesktop.portal.Desktop");
const QString kPortalPath = QStringLiteral("/org/freedesktop/portal/desktop");
const QString kPortalSettings = QStringLiteral("org.freedesktop.portal.Settings");
const QString kAppearance = QStringLiteral("org.freedesktop.appearance");
const QString kColorScheme = QStringLiteral("color-scheme");

Colors makeLight()
{
    Colors c;
    c.window = QColor(0xf4f5f7);
    c.surface = QColor(0xffffff);
    c.border = QColor(0xd5d9e0);
    c.text = QColor(0x1c2330);
    c.quiet = QColor(0x5b6575);
    c.accent = QColor(0x2563c9);
    c.good = QColor(0x1a7f45);
    c.bad = QColor(0xc0322b);
    c.waiting = QColor(0x9a6200);
    c.added = QColor(0xddf4e4);
    c.removed = QColor(0xfde3e1);
    return c;
}

Colors makeDark()
{
    Colors c;
    c.window = QColor(0x1b1e24);
    c.surface = QColor(0x23272f);
    c.border = QColor(0x3a404b);
    c.text = QColor(0xe7eaf0);
    c.quiet = QColor(0xa3acba);
    c.accent = QColor(0x6ea8ff);
    c.good = QColor(0x57c785);
    c.bad = QColor(0xff7b72);
    c.waiting = QColor(0xe3a94a);
    c.added = QColor(0x1d3b2a);
    c.removed = QColor(0x4a2526);
    return c;
}

QPalette paletteOf(const Colors &c)
{
    QPalette palette;
    palette.setColor(QPalette::Window, c.window);
    palette.setColor(QPalette::WindowText, c.text);
    palette.setColor(QPalette::Base, c.surface);
    palette.setColor(QPalette::AlternateBase, c.window);
    palette.setColor(QPalette::Text, c.text);
    palette.setColor(QPalette::PlaceholderText, c.quiet);
    palette.setColor(QPalette::Button, c.surface);
    palette.setColor(QPalette::ButtonText, c.text);
    palette.setColor(QPalette::BrightText, c.bad);
    palette.setColor(QPalette::ToolTipBase, c.surface);
    palette.setColor(QPalette::ToolTipText, c.text);
    palette.setColor(QPalette::Highlight, c.accent);
    palette.setColor(QPalette::HighlightedText, c.window.lightness() > 128 ? c.surface : c.window);
    palette.setColor(QPalette::Link, c.accent);
    palette.setColor(QPalette::LinkVisited, c.accent);
    palette.setColor(QPalette::Light, c.surface);
    palette.setColor(QPalette::Midlight, c.window);
    palette.setColor(QPalette::Mid, c.border);
    palette.setColor(QPalette::Dark, c.border);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::HighlightedText})
        palette.setColor(QPalette::Disabled, role,
                         QColor((c.quiet.red() + c.window.red()) / 2, (c.quiet.green() + c.window.green()) / 2,
                                (c.quiet.blue() + c.window.blue()) / 2));
    palette.setColor(QPalette::Disabled, QPalette::Highlight, c.border);
    return palette;
}

/// Some of `over` laid on `under`.
QColor mixed(const QColor &under, const QColor &over, double share)
{
    const auto part = [share](int a, int b) { return static_cast<int>(a + (b - a) * share); };
    return {part(under.red(), over.red()), part(under.green(), over.green()), part(under.blue(), over.blue())};
}

/// The places where Fusion looks its age. Rules for lists of thousands of rows stay out of here: they would be slow.
QString styleSheetOf(const Colors &c)
{
    const QString text = QStringLiteral(R"(
        QToolBar { background: %surface; border: 0; border-bottom: 1px solid %border; padding: 5px 8px; spacing: 4px; }
        QToolBar QToolButton { padding: 5px 9px; border: 1px solid transparent; border-radius: 5px; }
        QToolBar QToolButton:hover, QToolBar QToolButton:focus { background: %window; border-color: %border; }
        QToolBar QToolButton:pressed { background: %border; }
        QToolBar::separator { background: %border; width: 1px; margin: 4px 6px; }
        QMenuBar { background: %surface; padding: 2px 6px; }
        QMenuBar::item { padding: 4px 8px; border-radius: 4px; background: transparent; }
        QMenuBar::item:selected { background: %window; }
        QStatusBar { background: %surface; border-top: 1px solid %border; }
        QStatusBar::item { border: 0; }
        QSplitter::handle { background: %border; }
        QTabWidget::pane { border: 0; border-top: 1px solid %border; }
        QTabBar { qproperty-drawBase: 0; }
        QTabBar::tab { padding: 9px 16px; border: 0; border-bottom: 2px solid transparent; color: %quiet; background: transparent; }
        QTabBar::tab:selected { color: %text; border-bottom-color: %accent; }
        QTabBar::tab:hover { color: %text; }
        QTabBar::tab:focus { color: %accent; }
        QLineEdit, QSpinBox, QComboBox, QPlainTextEdit { border: 1px solid %border; border-radius: 5px; padding: 5px 8px;
            background: %surface; selection-background-color: %accent; }
        QLineEdit:focus, QSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus { border-color: %accent; }
        QHeaderView::section { background: %window; color: %quiet; border: 0; border-bottom: 1px solid %border; padding: 6px 4px; }
        QTableView, QTreeView, QListView { border: 0; }
        QTableView { selection-background-color: %selection; selection-color: %text; }
        QPushButton { padding: 6px 14px; border: 1px solid %border; border-radius: 5px; background: %surface; }
        QPushButton:hover, QPushButton:focus { border-color: %accent; }
        QPushButton:pressed { background: %border; }
        QPushButton:default { background: %accent; color: %onaccent; border-color: %accent; }
        QPushButton:disabled { color: %quiet; background: %window; border-color: %border; }
        QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
        QDialog QToolButton { padding: 5px 9px; border: 1px solid %border; border-radius: 5px; background: %surface; }
        QDialog QToolButton:hover, QDialog QToolButton:focus { border-color: %accent; }
        QToolTip { border: 1px solid %border; padding: 4px; }
        *[look="title"] { font-size: 15pt; font-weight: 600; }
        *[look="heading"] { font-weight: 600; }
        *[look="quiet"] { color: %quiet; }
        *[look="problem"] { color: %bad; }
        *[look="code"] { font-family: monospace; }
        QFrame[look="card"] { background: %surface; border: 1px solid %border; border-radius: 8px; }
        QFrame[look="banner"] { background: %removed; border: 0; border-bottom: 1px solid %border; }
    )");
    QString rules = text;
    const std::initializer_list<std::pair<const char *, QColor>> names = {
        {"%onaccent", c.window.lightness() > 128 ? c.surface : c.window},
        {"%selection", mixed(c.surface, c.accent, 0.18)},
        {"%surface", c.surface},
        {"%window", c.window},
        {"%border", c.border},
        {"%text", c.text},
        {"%quiet", c.quiet},
        {"%accent", c.accent},
        {"%bad", c.bad},
        {"%removed", c.removed}};
    for (const auto &[name, color] : names)
        rules.replace(QLatin1String(name), color.name());
    return rules;
}

Scheme schemeOf(const QPalette &palette)
{
    return palette.color(QPalette::Window).lightness() < 128 ? Scheme::Dark : Scheme::Light;
}

} // namespace

const Colors &colorsOf(Scheme scheme)
{
    static const Colors light = makeLight();
    static const Colors dark = makeDark();
    return scheme == Scheme::Dark ? dark : light;
}

Theme::Theme(const QString &wanted, QObject *parent) : QObject(parent)
{
    // What the platform gives before anyone touches it.
    const Scheme platform = schemeOf(QApplication::palette());
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    if (wanted.isEmpty()) {
        setScheme(platform);
        followPortal();
    } else {
        setScheme(wanted == QLatin1String("dark") ? Scheme::Dark : Scheme::Light);
    }
}

void Theme::setScheme(Scheme scheme)
{
    if (m_colors.window.isValid() && scheme == m_scheme)
        return;
    m_scheme = scheme;
    m_colors = colorsOf(scheme);
    QApplication::setPalette(paletteOf(m_colors));
    qApp->setStyleSheet(styleSheetOf(m_colors));
    Q_EMIT changed();
}

void Theme::followPortal()
{
    auto bus = QDBusConnection::sessionBus();
    if (!bus.isConnected())
        return;
    auto question = QDBusMessage::createMethodCall(kPortal, kPortalPath, kPortalSettings, QStringLiteral("Read"));
    question.setArguments({kAppearance, kColorScheme});
    auto *watcher = new QDBusPendingCallWatcher(bus.asyncCall(question), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher] {
        const QDBusPendingReply<QDBusVariant> answer = *watcher;
        watcher->deleteLater();
        if (!answer.isValid())
            return; // nobody there
        // Not sooner: before the first answer came Qt connects to no signal, and does not say so.
        QDBusConnection::sessionBus().connect(kPortal, kPortalPath, kPortalSettings, QStringLiteral("SettingChanged"),
                                              this, SLOT(takeSetting(QString, QString, QDBusVariant)));
        takeSetting(kAppearance, kColorScheme, answer.value());
    });
}

void Theme::takeSetting(const QString &group, const QString &key, const QDBusVariant &value)
{
    if (group != kAppearance || key != kColorScheme)
        return;
    // `Read` wraps the value once more than `SettingChanged`.
    QVariant inner = value.variant();
    if (inner.canConvert<QDBusVariant>())
        inner = inner.value<QDBusVariant>().variant();
    setScheme(inner.toUInt() == 1 ? Scheme::Dark : Scheme::Light);
}

} // namespace balancer::desktop
