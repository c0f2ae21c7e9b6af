#include "desktop/verbs/plan_view.h"

#include "desktop/icons.h"
#include "desktop/looks.h"

#include <QClipboard>
#include <QFontDatabase>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QTextBlock>
#include <QTextCursor>
#include <QToolButton>
#include <QVBoxLayout>

namespace balancer::desktop {

namespace {

QString titleOf(model::PlanKind kind)
{
    switch (kind) {
    case model::PlanKind::NoChange:
        return PlanView::tr("Nothing changes: HAProxy has all of it already.");
    case model::PlanKind::RuntimeChange:
        return PlanView::tr("By commands to the running HAProxy. Nobody notices.");
    case model::PlanKind::Reload:
        break;
    }
    return PlanView::tr("By a seamless reload of HAProxy. No connection is lost.");
}

QFont fixedFont()
{
    return QFontDatabase::systemFont(QFontDatabase::FixedFont);
}

void appendLine(QTextCursor &cursor, const QString &line, const QColor &background)
{
    QTextBlockFormat format;
    if (background.isValid())
        format.setBackground(background);
    if (cursor.document()->isEmpty())
        cursor.setBlockFormat(format);
    else
        cursor.insertBlock(format);
    cursor.insertText(line);
}

} // namespace

PlanView::PlanView(const Theme &theme, QWidget *parent)
    : QWidget(parent), m_theme(theme), m_kind(labelWithLook("heading", {}, this)), m_reason(quietLabel({}, this)),
      m_changes(new QPlainTextEdit(this)), m_commandLabel(quietLabel(tr("The same in a &shell:"), this)),
      m_command(new QLineEdit(this)), m_copy(new QToolButton(this))
{
    m_kind->setWordWrap(true);
    m_reason->setWordWrap(true);
    m_changes->setObjectName(QStringLiteral("changes"));
    m_changes->setReadOnly(true);
    m_changes->setTabChangesFocus(true);
    m_changes->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_changes->setFont(fixedFont());
    m_changes->setMinimumHeight(130);
    m_changes->setAccessibleName(tr("What changes"));
    m_command->setReadOnly(true);
    m_command->setFont(fixedFont());
    m_command->setObjectName(QStringLiteral("commandLine"));
    m_commandLabel->setBuddy(m_command);
    m_copy->setIcon(themedIcon(QStringLiteral("copy")));
    m_copy->setText(tr("Cop&y"));
    m_copy->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_copy->setToolTip(tr("Copy this line"));
    m_copy->setFocusPolicy(Qt::StrongFocus);
    m_copy->setObjectName(QStringLiteral("copyCommandLine"));

    auto *line = new QHBoxLayout;
    line->addWidget(m_command, 1);
    line->addWidget(m_copy);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(m_kind);
    column->addWidget(m_reason);
    column->addWidget(m_changes, 1);
    column->addWidget(m_commandLabel);
    column->addLayout(line);

    connect(m_copy, &QToolButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(m_command->text()); });
    connect(&m_theme, &Theme::changed, this, &PlanView::paintDiff);
}

void PlanView::show(const model::PlanPreview &plan)
{
    m_plan = plan;
    m_kind->setText(titleOf(plan.kind));
    m_reason->setText(QString::fromStdString(plan.reason));
    m_reason->setVisible(!plan.reason.empty());
    m_changes->setVisible(!plan.commands.empty() || !plan.diff.empty());
    paintDiff();
    m_command->setText(QString::fromStdString(plan.commandLine));
    m_command->setCursorPosition(0);
    for (QWidget *widget : std::initializer_list<QWidget *>{m_commandLabel, m_command, m_copy})
        widget->setVisible(!plan.commandLine.empty());
}

void PlanView::paintDiff()
{
    const auto &colors = m_theme.colors();
    m_changes->clear();
    QTextCursor cursor(m_changes->document());
    for (const auto &command : m_plan.commands)
        appendLine(cursor, QString::fromStdString(command), {});
    if (!m_plan.commands.empty() && !m_plan.diff.empty())
        appendLine(cursor, {}, {});
    for (const auto &line : m_plan.diff) {
        const QColor background = line.starts_with('+')   ? colors.added
                                  : line.starts_with('-') ? colors.removed
                                                          : QColor();
        appendLine(cursor, QString::fromStdString(line), background);
    }
    m_changes->moveCursor(QTextCursor::Start);
}

} // namespace balancer::desktop
