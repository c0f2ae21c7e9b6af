#include "desktop/pages/dashboard_page.h"

#include "base/endpoint.h"
#include "desktop/looks.h"
#include "desktop/module.h"
#include "desktop/node_registry.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QLabel>
#include <QLibrary>
#include <QPointer>
#include <QPushButton>
#include <QStackedLayout>
#include <QVBoxLayout>

namespace balancer::desktop {

namespace {

QString textOf(const Error &error)
{
    return QString::fromStdString(error.message);
}

} // namespace

DashboardPage::DashboardPage(models::NodeSession &session, const Theme &theme, QWidget *parent)
    : QWidget(parent), m_session(session), m_theme(theme), m_stack(new QStackedLayout(this)),
      m_message(quietLabel({}, this))
{
    m_message->setObjectName(QStringLiteral("dashboardMessage"));
    m_message->setAlignment(Qt::AlignCenter);
    m_message->setWordWrap(true);
    auto *again = new QPushButton(tr("Try &again"), this);
    connect(again, &QPushButton::clicked, this, &DashboardPage::reload);
    auto *blank = new QWidget(this);
    auto *column = new QVBoxLayout(blank);
    column->setContentsMargins(60, 20, 60, 20);
    column->setSpacing(16);
    column->addStretch();
    column->addWidget(m_message);
    column->addWidget(again, 0, Qt::AlignCenter);
    column->addStretch();
    m_stack->addWidget(blank);

    connect(&theme, &Theme::changed, this, [this] {
        if (m_tab)
            m_tab->setBackground(m_theme.colors().window);
    });
    // A page that had to wait for the node opens when the node is there.
    connect(&session, &models::NodeSession::statusChanged, this, [this] {
        if (isVisible() && !m_open)
            open();
    });
}

DashboardPage::~DashboardPage() = default;

void DashboardPage::reload()
{
    m_open = false;
    open();
}

void DashboardPage::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    if (!m_open || m_shown != m_session.entry().access)
        open();
}

QCoro::Task<void> DashboardPage::open()
{
    if (m_opening)
        co_return;
    const QPointer<DashboardPage> self(this);
    auto page = target();
    if (!page) {
        showMessage(textOf(page.error()));
        co_return;
    }
    m_opening = true;
    showMessage(tr("Signing in …"));
    const auto session = co_await m_session.client().openBrowserSession();
    if (!self)
        co_return;
    m_opening = false;
    if (!session) {
        showMessage(tr("The node did not sign this window in: %1").arg(textOf(session.error())));
        co_return;
    }
    page->cookie = QByteArray::fromStdString(session->cookie);
    if (const auto loaded = loadBrowser(); !loaded) {
        showMessage(textOf(loaded.error()));
        co_return;
    }
    m_open = true;
    m_shown = m_session.entry().access;
    m_tab->open(*page);
    m_stack->setCurrentWidget(m_tab->widget());
}

QCoro::Task<void> DashboardPage::renewSession()
{
    const QPointer<DashboardPage> self(this);
    const auto access = m_session.entry().access;
    const auto session = co_await m_session.client().openBrowserSession();
    // Without one the page itself asks who is there.
    if (self && session && m_open && access == m_shown)
        m_tab->renewSession(QByteArray::fromStdString(session->cookie));
}

Result<WebTarget> DashboardPage::target() const
{
    const auto &status = m_session.status();
    if (!status)
        return fail(ErrorCode::Unavailable, tr("The dashboard opens when the node is reached.").toStdString());
    if (!status->dashboard)
        return fail(ErrorCode::NotFound,
                    tr("%1 serves no dashboard. In its elastic.toml, [dashboard] enabled = true turns it on.")
                        .arg(m_session.name())
                        .toStdString());
    const QString path = QStringLiteral("/dashboard/");
    const QString address = m_session.address();
    if (!isUnixSocket(address))
        return WebTarget{QUrl(address + path), QString::fromStdString(m_session.entry().access.target.fingerprint), {}};
    for (const auto &endpoint : status->endpoints) {
        const QString url = QString::fromStdString(endpoint);
        if (!isRemote(url))
            return WebTarget{QUrl(url + path), QString::fromStdString(status->fingerprint), {}};
    }
    return fail(ErrorCode::NotFound, tr("%1 listens on no address of this machine, so its dashboard cannot be opened "
                                        "over the unix socket. Add it once more by its address.")
                                         .arg(m_session.name())
                                         .toStdString());
}

Result<void> DashboardPage::loadBrowser()
{
    if (m_tab)
        return {};
    const QString path = moduleFolder() + u'/' + QLatin1String(kWebTabModule);
    if (!QFileInfo::exists(path))
        return fail(ErrorCode::NotFound,
                    tr("The dashboard tab is not installed: there is no %1. It needs Qt WebEngine: install the package "
                       "elastic-haproxy-desktop, or build where qt6-webengine-dev is. Any browser shows the same page.")
                        .arg(path)
                        .toStdString());
    QLibrary library(path);
    const auto make = reinterpret_cast<MakeWebTab>(library.resolve(kWebTabSymbol));
    if (!make)
        return fail(ErrorCode::Unavailable,
                    tr("The dashboard tab cannot be loaded: %1").arg(library.errorString()).toStdString());
    m_tab.reset(make(this));
    m_tab->setBackground(m_theme.colors().window);
    m_tab->onFailed = [this](const QString &sentence) {
        m_open = false;
        showMessage(sentence);
    };
    m_tab->onSessionEnded = [this] { renewSession(); };
    m_stack->addWidget(m_tab->widget());
    return {};
}

void DashboardPage::showMessage(const QString &sentence)
{
    m_message->setText(sentence);
    m_stack->setCurrentIndex(0);
}

QString moduleFolder()
{
    return QFileInfo(QCoreApplication::applicationDirPath() + u'/' + QLatin1String(kDesktopModule)).absolutePath();
}

} // namespace balancer::desktop
