#pragma once

#include "desktop/theme.h"
#include "models/node_session.h"

#include <QTimer>
#include <QWidget>

class QQuickWidget;

namespace balancer::desktop {

/// Sums over a node's load balancers, added up a moment after something changed and not once for each event.
class OverviewFigures : public QObject
{
    Q_OBJECT
    Q_PROPERTY(int loadBalancers READ loadBalancers NOTIFY changed)
    Q_PROPERTY(int inService READ inService NOTIFY changed)
    Q_PROPERTY(int registered READ registered NOTIFY changed)
    Q_PROPERTY(double requests READ requests NOTIFY changed)
    Q_PROPERTY(double sessions READ sessions NOTIFY changed)

public:
    /// `session` lives longer.
    explicit OverviewFigures(models::NodeSession &session, QObject *parent = nullptr);

    int loadBalancers() const { return m_loadBalancers; }
    int inService() const { return m_inService; }
    int registered() const { return m_registered; }
    double requests() const { return m_requests; }
    double sessions() const { return m_sessions; }

Q_SIGNALS:
    void changed();

private:
    void addUp();

    models::NodeSession &m_session;
    int m_loadBalancers = 0;
    int m_inService = 0;
    int m_registered = 0;
    double m_requests = 0;
    double m_sessions = 0;
    QTimer m_soon;
};

/// A node at a glance, drawn with Qt Quick.
class OverviewPage : public QWidget
{
    Q_OBJECT

public:
    /// Both live longer.
    OverviewPage(models::NodeSession &session, Theme &theme, QWidget *parent = nullptr);
    ~OverviewPage() override;

Q_SIGNALS:
    void loadBalancerOpened(const QString &name);

private:
    models::NodeSession &m_session;
    OverviewFigures m_figures;
    QQuickWidget *m_view;
};

} // namespace balancer::desktop
