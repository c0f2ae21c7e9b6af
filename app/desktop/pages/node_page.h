#pragma once

#include "desktop/nodes.h"
#include "desktop/theme.h"

#include <QWidget>

class QTabWidget;

namespace balancer::desktop {

class Banner;
class DashboardPage;
class HistoryPage;
class LoadBalancersPage;
class OverviewPage;

/// Everything about one node.
class NodePage : public QWidget
{
    Q_OBJECT

public:
    enum Tab { OverviewTab, LoadBalancersTab, HistoryTab, DashboardTab };

    /// Nodes, session and theme live longer.
    NodePage(Nodes &nodes, models::NodeSession &session, Theme &theme, QWidget *parent = nullptr);

    models::NodeSession &session() { return m_session; }
    LoadBalancersPage &loadBalancers() { return *m_loadBalancers; }
    void showTab(Tab tab);
    Tab tab() const;
    /// The field of the page that is shown; where it has none, that of the load balancers.
    void focusFilter();
    void showLoadBalancer(const QString &name);

Q_SIGNALS:
    void selectionChanged();
    void editRequested();
    void certificateReviewRequested();

private:
    void build();
    void updateBanner();
    void onBannerAction();

    Nodes &m_nodes;
    models::NodeSession &m_session;
    Banner *m_banner;
    QTabWidget *m_tabs;
    OverviewPage *m_overview;
    LoadBalancersPage *m_loadBalancers;
    HistoryPage *m_history;
    DashboardPage *m_dashboard;
};

} // namespace balancer::desktop
