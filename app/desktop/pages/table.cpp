#include "desktop/pages/table.h"

#include "desktop/icons.h"
#include "models/table_model.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QPainter>

#include <algorithm>

namespace balancer::desktop {

TableProxy::TableProxy(QAbstractItemModel *model, Decorate decorate, QObject *parent)
    : QSortFilterProxyModel(parent), m_decorate(std::move(decorate))
{
    setSortRole(models::SortRole);
    setSortLocaleAware(false);
    setFilterKeyColumn(-1);
    setFilterCaseSensitivity(Qt::CaseInsensitive);
    setSourceModel(model);
}

QVariant TableProxy::data(const QModelIndex &index, int role) const
{
    if (m_decorate) {
        if (auto value = m_decorate(mapToSource(index), role); value.isValid())
            return value;
    }
    return QSortFilterProxyModel::data(index, role);
}

void TableProxy::redecorate()
{
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

Table::Table(TableProxy *proxy, std::span<const ColumnWidth> widths, const QString &name, QWidget *parent)
    : QTableView(parent)
{
    setAccessibleName(name);
    setSelectionBehavior(SelectRows);
    setShowGrid(false);
    setWordWrap(false);
    setTabKeyNavigation(false);
    setSortingEnabled(true);
    setHorizontalScrollMode(ScrollPerPixel);
    setVerticalScrollMode(ScrollPerPixel);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 14);
    setModel(proxy);
    sortByColumn(0, Qt::AscendingOrder);
    horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    horizontalHeader()->setHighlightSections(false);
    for (const auto &[column, width] : widths) {
        if (width > 0)
            setColumnWidth(column, width);
        else
            horizontalHeader()->setSectionResizeMode(column, QHeaderView::Stretch);
    }
    connect(selectionModel(), &QItemSelectionModel::selectionChanged, this, &Table::selectedChanged);
    connect(selectionModel(), &QItemSelectionModel::currentChanged, this, &Table::selectedChanged);
}

QList<int> Table::selectedRows() const
{
    QList<int> rows;
    auto indexes = selectionModel()->selectedRows();
    std::ranges::sort(indexes, {}, &QModelIndex::row);
    const auto *proxy = static_cast<const TableProxy *>(model());
    for (const auto &index : indexes)
        rows.append(proxy->mapToSource(index).row());
    return rows;
}

int Table::currentRow() const
{
    const auto *proxy = static_cast<const TableProxy *>(model());
    return proxy->mapToSource(currentIndex()).row();
}

void Table::setEmptyText(const QString &text)
{
    m_emptyText = text;
    viewport()->update();
}

void Table::paintEvent(QPaintEvent *event)
{
    QTableView::paintEvent(event);
    if (model()->rowCount() > 0 || m_emptyText.isEmpty())
        return;
    QPainter painter(viewport());
    painter.setPen(palette().color(QPalette::PlaceholderText));
    painter.drawText(viewport()->rect().adjusted(20, 0, -20, 0), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
}

FilterField::FilterField(TableProxy *proxy, const QString &name, QWidget *parent) : QLineEdit(parent)
{
    setPlaceholderText(name);
    setAccessibleName(name);
    setClearButtonEnabled(true);
    addAction(themedIcon(QStringLiteral("find")), LeadingPosition);
    connect(this, &QLineEdit::textChanged, proxy, &TableProxy::setFilterFixedString);
}

void FilterField::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape && !text().isEmpty())
        clear();
    else
        QLineEdit::keyPressEvent(event);
}

} // namespace balancer::desktop
