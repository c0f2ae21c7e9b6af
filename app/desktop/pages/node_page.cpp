#include "desktop/pages/node_page.h"

#include "desktop/banner.h"
#include "desktop/pages/dashboard_page.h"
#include "desktop/pages/history_page.h"
#include "desktop/pages/load_balancers_page.h"
#include "desktop/pages/overview_page.h"

#include <QTabBar>
#include <QTabWidget>
#include <QVBoxLayout>

namespace balancer::desktop {

using client::ConnectionState;

NodePage::NodePage(Nodes &nodes, models::NodeSession &session, Theme &theme, QWidget *parent)
    : QWidget(parent), m_nodes(nodes), m_session(session), m_banner(new Banner(this)), m_tabs(new QTabWidget(this)),
      m_overview(new OverviewPage(session, theme, this)), m_loadBalancers(new LoadBalancersPage(session, theme, this)),
      m_history(new HistoryPage(session, this)), m_dashboard(new DashboardPage(session, theme, this))
{
    build();
    connect(&session, &models::NodeSession::changed, this, &NodePage::updateBanner);
    connect(&nodes, &Nodes::secretWantedChanged, this, &NodePage::updateBanner);
    connect(m_banner, &Banner::actionRequested, this, &NodePage::onBannerAction);
    connect(m_loadBalancers, &LoadBalancersPage::currentChanged, this, &NodePage::selectionChanged);
    connect(m_overview, &OverviewPage::loadBalancerOpened, this, &NodePage::showLoadBalancer);
    connect(m_tabs, &QTabWidget::currentChanged, this, &NodePage::selectionChanged);
    updateBanner();
}

void NodePage::build()
{
    m_tabs->setDocumentMode(true);
    m_tabs->setObjectName(QStringLiteral("tabs"));
    m_tabs->tabBar()->setExpanding(false);
    m_tabs->insertTab(OverviewTab, m_overview, tr("Overview"));
    m_tabs->insertTab(LoadBalancersTab, m_loadBalancers, tr("Load balancers"));
    m_tabs->insertTab(HistoryTab, m_history, tr("History"));
    m_tabs->insertTab(DashboardTab, m_dashboard, tr("Dashboard"));
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_banner);
    column->addWidget(m_tabs, 1);
}

void NodePage::showTab(Tab tab)
{
    m_tabs->setCurrentIndex(tab);
}

NodePage::Tab NodePage::tab() const
{
    return static_cast<Tab>(m_tabs->currentIndex());
}

void NodePage::focusFilter()
{
    if (tab() == HistoryTab) {
        m_history->focusFilter();
        return;
    }
    showTab(LoadBalancersTab);
    m_loadBalancers->focusFilter();
}

void NodePage::showLoadBalancer(const QString &name)
{
    showTab(LoadBalancersTab);
    m_loadBalancers->select(name);
}

void NodePage::updateBanner()
{
    const QString name = m_session.name();
    const QString reason = m_session.reason();
    if (m_nodes.wantsSecret(m_session.id()) && !m_session.isLive()) {
        m_banner->show(tr("The secret of the key for %1 is not in the keychain.").arg(name), tr("&Enter it…"));
        return;
    }
    switch (m_session.connectionState()) {
    case ConnectionState::Unreachable:
        m_banner->show(tr("%1 cannot be reached, and is tried again by itself: %2").arg(name, reason), tr("Try no&w"));
        return;
    case ConnectionState::Refused:
        m_banner->show(tr("%1 does not accept the key: %2").arg(name, reason), tr("&Edit the key…"));
        return;
    case ConnectionState::Untrusted:
        m_banner->show(
            tr("%1 shows another certificate than the one that was accepted. Nothing is sent to it.").arg(name),
            tr("&Review certificate…"));
        return;
    case ConnectionState::Disconnected:
    case ConnectionState::Connecting:
    case ConnectionState::Live:
        break;
    }
    m_banner->hide();
}

void NodePage::onBannerAction()
{
    const auto state = m_session.connectionState();
    if (state == ConnectionState::Untrusted)
        Q_EMIT certificateReviewRequested();
    else if (state == ConnectionState::Refused || m_nodes.wantsSecret(m_session.id()))
        Q_EMIT editRequested();
    else
        m_session.client().retryNow();
}

} // namespace balancer::desktop
