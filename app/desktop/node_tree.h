#pragma once

#include "desktop/nodes.h"
#include "desktop/theme.h"

#include <QTreeView>

namespace balancer::desktop {

/// The nodes at the left, each with its name, its state as a dot and in words.
class NodeTree : public QTreeView
{
    Q_OBJECT

public:
    /// Both live longer.
    NodeTree(Nodes &nodes, const Theme &theme, QWidget *parent = nullptr);

    /// Empty without any.
    QString currentId() const;
    void select(const QString &id);

Q_SIGNALS:
    void currentNodeChanged();

protected:
    void currentChanged(const QModelIndex &current, const QModelIndex &previous) override;
    void paintEvent(QPaintEvent *event) override;
};

/// Live, on its way, or in trouble.
QColor colorOf(client::ConnectionState state, const Colors &colors);

} // namespace balancer::desktop
