#pragma once

#include "desktop/theme.h"
#include "model/reads.h"

#include <QWidget>

class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QToolButton;

namespace balancer::desktop {

/// What a verb would do: how it reaches HAProxy, the commands or the lines of its file, and the line of a shell that
/// does the same.
class PlanView : public QWidget
{
    Q_OBJECT

public:
    /// `theme` lives longer.
    explicit PlanView(const Theme &theme, QWidget *parent = nullptr);

    void show(const model::PlanPreview &plan);

private:
    void paintDiff();

    const Theme &m_theme;
    model::PlanPreview m_plan;
    QLabel *m_kind;
    QLabel *m_reason;
    QPlainTextEdit *m_changes;
    QLabel *m_commandLabel;
    QLineEdit *m_command;
    QToolButton *m_copy;
};

} // namespace balancer::desktop
