#include "desktop/verbs/verb_form.h"

#include "desktop/looks.h"

#include <QFormLayout>
#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>

namespace balancer::desktop {

VerbForm::VerbForm(QWidget *parent) : QWidget(parent), m_layout(new QFormLayout(this))
{
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_layout->setLabelAlignment(Qt::AlignRight);
    m_layout->setHorizontalSpacing(14);
    m_layout->setVerticalSpacing(10);
}

void VerbForm::addField(const QString &label, QWidget *editor, QStringList words, const QString &hint)
{
    auto *box = new QWidget(this);
    auto *column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(3);
    column->addWidget(editor);
    if (!hint.isEmpty()) {
        auto *explained = quietLabel(hint, box);
        explained->setWordWrap(true);
        column->addWidget(explained);
    }
    auto *problem = labelWithLook("problem", {}, box);
    problem->setWordWrap(true);
    problem->hide();
    column->addWidget(problem);

    auto *name = new QLabel(label, this);
    name->setBuddy(editor);
    name->setContentsMargins(0, 6, 0, 0);
    m_layout->addRow(name, box);
    QString spoken = label;
    editor->setAccessibleName(spoken.remove(u'&').remove(u':'));
    m_fields.push_back({editor, problem, std::move(words)});
}

void VerbForm::addLine(QWidget *widget)
{
    m_layout->addRow(widget);
}

tl::unexpected<Error> VerbForm::failAt(QWidget *editor, Error error)
{
    const auto field = std::ranges::find(m_fields, editor, &Field::editor);
    if (field != m_fields.end())
        show(*field, QString::fromStdString(error.message));
    return fail(std::move(error));
}

bool VerbForm::showAtField(const QString &sentence)
{
    for (const Field &field : m_fields) {
        const bool named = std::ranges::any_of(
            field.words, [&sentence](const QString &word) { return sentence.contains(word, Qt::CaseInsensitive); });
        if (named) {
            show(field, sentence);
            return true;
        }
    }
    return false;
}

void VerbForm::clearProblems()
{
    for (const Field &field : m_fields)
        field.problem->hide();
}

bool VerbForm::showsProblem() const
{
    return std::ranges::any_of(m_fields, [](const Field &field) { return !field.problem->isHidden(); });
}

void VerbForm::show(const Field &field, const QString &sentence)
{
    field.problem->setText(sentence);
    field.problem->show();
    field.editor->setAccessibleDescription(sentence);
    field.editor->setFocus(Qt::OtherFocusReason);
}

} // namespace balancer::desktop
