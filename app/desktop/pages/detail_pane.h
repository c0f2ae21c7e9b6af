#pragma once

#include "desktop/theme.h"
#include "models/instance_model.h"
#include "models/node_session.h"

#include <QWidget>

class QLabel;
class QToolButton;
class QVBoxLayout;

namespace balancer::desktop {

class FilterField;
class Table;
class TableProxy;

/// One load balancer: its name in the network, listeners, health check and instances with their health.
class DetailPane : public QWidget
{
    Q_OBJECT

public:
    /// Both live longer.
    DetailPane(models::NodeSession &session, const Theme &theme, QWidget *parent = nullptr);

    /// An empty name: none.
    void setLoadBalancer(const QString &name);
    QStringList selectedInstances() const;
    void copyDnsName();

Q_SIGNALS:
    void selectedChanged();
    void contextMenuRequested(const QPoint &globalPosition);

private:
    void build();
    void buildHead(QVBoxLayout *column);
    void buildInstances(QVBoxLayout *column);
    void refresh();

    models::NodeSession &m_session;
    models::InstanceModel m_instances;
    TableProxy *m_proxy;
    QLabel *m_title;
    QLabel *m_dnsName;
    QToolButton *m_copy;
    QLabel *m_facts;
    QLabel *m_listenerTexts;
    QLabel *m_healthCheck;
    QLabel *m_health;
    FilterField *m_filter;
    Table *m_table;
};

} // namespace balancer::desktop
