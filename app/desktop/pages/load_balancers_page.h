#pragma once

#include "desktop/theme.h"
#include "models/node_session.h"

#include <QWidget>

#include <optional>

namespace balancer::desktop {

class DetailPane;
class FilterField;
class Table;
class TableProxy;

/// The load balancers of a node, and what the one at the cursor is made of.
class LoadBalancersPage : public QWidget
{
    Q_OBJECT

public:
    /// Both live longer.
    LoadBalancersPage(models::NodeSession &session, const Theme &theme, QWidget *parent = nullptr);

    /// Null without any.
    const models::LoadBalancerState *current() const;
    /// Those selected in the detail.
    QStringList selectedInstances() const;
    void select(const QString &loadBalancer);
    void focusFilter();
    void copyDnsName();

Q_SIGNALS:
    void currentChanged();
    void contextMenuRequested(const QPoint &globalPosition, bool overInstances);

private:
    void showCurrent();
    void build();

    models::NodeSession &m_session;
    const Theme &m_theme;
    TableProxy *m_proxy;
    FilterField *m_filter;
    Table *m_table;
    DetailPane *m_detail;
};

} // namespace balancer::desktop
