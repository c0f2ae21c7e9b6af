#pragma once

#include "desktop/theme.h"
#include "models/node_session.h"

#include <QPointer>
#include <QWidget>

class QLabel;

namespace balancer::desktop {

/// The connection to the node that is shown, who it is and what it runs.
class StatusLine : public QWidget
{
    Q_OBJECT

public:
    /// `theme` lives longer.
    explicit StatusLine(const Theme &theme, QWidget *parent = nullptr);

    /// Null: none.
    void setSession(models::NodeSession *session);

private:
    void refresh();

    const Theme &m_theme;
    QPointer<models::NodeSession> m_session;
    QLabel *m_dot;
    QLabel *m_state;
    QLabel *m_node;
    QLabel *m_revision;
};

} // namespace balancer::desktop
