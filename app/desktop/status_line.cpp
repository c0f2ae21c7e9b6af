#include "desktop/status_line.h"

#include "desktop/icons.h"
#include "desktop/looks.h"
#include "desktop/node_tree.h"

#include <QHBoxLayout>

namespace balancer::desktop {

StatusLine::StatusLine(const Theme &theme, QWidget *parent)
    : QWidget(parent), m_theme(theme), m_dot(new QLabel(this)), m_state(new QLabel(this)), m_node(quietLabel({}, this)),
      m_revision(quietLabel({}, this))
{
    m_state->setObjectName(QStringLiteral("statusState"));
    m_node->setObjectName(QStringLiteral("statusNode"));
    m_revision->setObjectName(QStringLiteral("statusRevision"));
    auto *line = new QHBoxLayout(this);
    line->setContentsMargins(12, 4, 12, 4);
    line->setSpacing(8);
    line->addWidget(m_dot);
    line->addWidget(m_state);
    line->addSpacing(10);
    line->addWidget(m_node);
    line->addStretch(1);
    line->addWidget(m_revision);
    connect(&theme, &Theme::changed, this, &StatusLine::refresh);
    refresh();
}

void StatusLine::setSession(models::NodeSession *session)
{
    if (m_session) {
        disconnect(m_session, nullptr, this, nullptr);
        disconnect(&m_session->state(), nullptr, this, nullptr);
    }
    m_session = session;
    if (session) {
        connect(session, &models::NodeSession::changed, this, &StatusLine::refresh);
        connect(session, &models::NodeSession::statusChanged, this, &StatusLine::refresh);
        connect(&session->state(), &models::NodeState::appliedChanged, this, &StatusLine::refresh);
    }
    refresh();
}

void StatusLine::refresh()
{
    m_dot->setVisible(m_session);
    if (!m_session) {
        m_state->setText(tr("No node"));
        m_node->clear();
        m_revision->clear();
        return;
    }
    m_dot->setPixmap(stateDot(colorOf(m_session->connectionState(), m_theme.colors())));
    m_state->setText(m_session->stateText());
    m_state->setToolTip(m_session->reason());
    const auto &status = m_session->status();
    m_node->setText(
        status ? tr("%1 · HAProxy %2 · %3 as %4")
                     .arg(m_session->name(), QString::fromStdString(status->haproxyVersion).trimmed(),
                          QString::fromStdString(status->caller.name),
                          QString::fromUtf8(model::renderRole(status->caller.role).data(),
                                            static_cast<qsizetype>(model::renderRole(status->caller.role).size())))
               : m_session->name());
    const auto &state = m_session->state();
    m_revision->setText(
        state.generation() > 0
            ? tr("revision %L1 · generation %L2").arg(state.appliedRevision().number).arg(state.generation())
            : QString());
}

} // namespace balancer::desktop
