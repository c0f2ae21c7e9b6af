#include "desktop/verbs/verb_dialog.h"

#include "desktop/looks.h"
#include "desktop/verbs/plan_view.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QPointer>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace balancer::desktop {

VerbDialog::VerbDialog(client::NodeClient &client, VerbForm *form, const Theme &theme, QWidget *parent)
    : QDialog(parent), m_client(client), m_form(form), m_plan(new PlanView(theme, this)),
      m_problem(labelWithLook("problem", {}, this))
{
    setWindowTitle(form->title());
    setAttribute(Qt::WA_DeleteOnClose);
    setMinimumWidth(620);
    m_problem->setWordWrap(true);
    m_problem->setObjectName(QStringLiteral("problem"));
    m_plan->hide();
    m_problem->hide();

    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(22, 20, 22, 18);
    column->setSpacing(14);
    column->addWidget(labelWithLook("title", form->title(), this));
    if (const QString sentence = form->explanation(); !sentence.isEmpty()) {
        auto *explanation = quietLabel(sentence, this);
        explanation->setWordWrap(true);
        column->addWidget(explanation);
    }
    column->addWidget(form);
    column->addWidget(m_problem);
    column->addWidget(m_plan, 1);
    buildButtons(column);
    connect(form, &VerbForm::edited, this, &VerbDialog::onEdited);
    form->setFocus();
}

void VerbDialog::buildButtons(QVBoxLayout *column)
{
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_previewButton = buttons->addButton(tr("&Preview"), QDialogButtonBox::ActionRole);
    m_applyButton = buttons->addButton(m_form->applyText(), QDialogButtonBox::ActionRole);
    m_previewButton->setObjectName(QStringLiteral("preview"));
    m_applyButton->setObjectName(QStringLiteral("apply"));
    m_previewButton->setDefault(true);
    m_applyButton->setEnabled(false);
    column->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_previewButton, &QPushButton::clicked, this, [this] { preview(); });
    connect(m_applyButton, &QPushButton::clicked, this, [this] { apply(); });
}

QCoro::Task<void> VerbDialog::preview()
{
    const QPointer<VerbDialog> self(this);
    m_problem->hide();
    auto prepared = m_form->prepare();
    if (!prepared) {
        if (!m_form->showsProblem())
            showProblem(prepared.error());
        co_return;
    }
    setBusy(true);
    const auto plan = co_await prepared->preview(m_client);
    if (!self)
        co_return;
    setBusy(false);
    if (!plan) {
        showProblem(plan.error());
        co_return;
    }
    m_prepared = std::move(*prepared);
    showPlan(*plan);
}

QCoro::Task<void> VerbDialog::apply()
{
    const QPointer<VerbDialog> self(this);
    m_problem->hide();
    const PreparedVerb verb = *m_prepared;
    setBusy(true);
    const auto done = co_await verb.perform(m_client);
    if (!self)
        co_return;
    setBusy(false);
    if (done)
        accept();
    else
        showProblem(done.error());
}

void VerbDialog::onEdited()
{
    m_form->clearProblems();
    m_problem->hide();
    forgetPlan();
}

void VerbDialog::setBusy(bool busy)
{
    m_form->setEnabled(!busy);
    m_previewButton->setEnabled(!busy);
    m_applyButton->setEnabled(!busy && m_prepared);
    if (busy)
        setCursor(Qt::BusyCursor);
    else
        unsetCursor();
}

void VerbDialog::showProblem(const Error &error)
{
    const QString sentence = QString::fromStdString(error.message);
    if (m_form->showAtField(sentence))
        return;
    m_problem->setText(sentence);
    m_problem->show();
    m_form->setFocus();
}

void VerbDialog::showPlan(const model::PlanPreview &plan)
{
    m_plan->show(plan);
    m_plan->setVisible(true);
    m_applyButton->setEnabled(true);
    m_applyButton->setDefault(true);
    m_applyButton->setFocus();
    resize(std::max(width(), 760), std::max(height(), sizeHint().height()));
}

void VerbDialog::forgetPlan()
{
    m_prepared.reset();
    m_plan->hide();
    m_applyButton->setEnabled(false);
    m_previewButton->setDefault(true);
}

} // namespace balancer::desktop
