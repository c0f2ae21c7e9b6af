#include "desktop/pages/history_page.h"

#include "desktop/pages/table.h"

#include <QVBoxLayout>

#include <array>

namespace balancer::desktop {

namespace {

using models::HistoryModel;

constexpr std::array kWidths = {
    ColumnWidth{HistoryModel::RevisionColumn, 90}, ColumnWidth{HistoryModel::TimeColumn, 170},
    ColumnWidth{HistoryModel::ActorColumn, 210},   ColumnWidth{HistoryModel::VerbColumn, 310},
    ColumnWidth{HistoryModel::TargetColumn, 0},
};

} // namespace

HistoryPage::HistoryPage(models::NodeSession &session, QWidget *parent) : QWidget(parent)
{
    auto *proxy = new TableProxy(session.history(), {}, this);
    auto *table = new Table(proxy, kWidths, tr("History"), this);
    table->setObjectName(QStringLiteral("history"));
    table->setSelectionMode(QAbstractItemView::SingleSelection);
    table->sortByColumn(HistoryModel::RevisionColumn, Qt::DescendingOrder);
    table->setEmptyText(tr("Nothing was changed here yet."));
    m_filter = new FilterField(proxy, tr("Filter the history (Ctrl+F)"), this);

    auto *head = new QVBoxLayout;
    head->setContentsMargins(12, 12, 12, 12);
    head->addWidget(m_filter);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(head);
    auto *rows = new QVBoxLayout;
    rows->setContentsMargins(12, 0, 0, 0);
    rows->addWidget(table);
    column->addLayout(rows, 1);
}

void HistoryPage::focusFilter()
{
    m_filter->setFocus(Qt::ShortcutFocusReason);
    m_filter->selectAll();
}

} // namespace balancer::desktop
