#pragma once

#include "desktop/verbs/verb_form.h"

#include <QDialog>

#include <optional>

class QPushButton;
class QVBoxLayout;

namespace balancer::desktop {

class PlanView;
class Theme;

/// Asks for what a verb needs, shows what it would do, and carries it out. Stays open, with everything that was typed,
/// until the node has said yes or the user closes it.
class VerbDialog : public QDialog
{
    Q_OBJECT

public:
    /// Takes the form. Client and theme live longer.
    VerbDialog(client::NodeClient &client, VerbForm *form, const Theme &theme, QWidget *parent = nullptr);

private:
    QCoro::Task<void> preview();
    QCoro::Task<void> apply();
    void onEdited();
    void setBusy(bool busy);
    void showProblem(const Error &error);
    void showPlan(const model::PlanPreview &plan);
    void forgetPlan();
    void buildButtons(QVBoxLayout *column);

    client::NodeClient &m_client;
    VerbForm *m_form;
    PlanView *m_plan;
    QLabel *m_problem;
    QPushButton *m_previewButton = nullptr;
    QPushButton *m_applyButton = nullptr;
    std::optional<PreparedVerb> m_prepared; ///< set while its plan is shown
};

} // namespace balancer::desktop
