#pragma once

#include <QLineEdit>
#include <QSortFilterProxyModel>
#include <QTableView>

#include <functional>
#include <span>

namespace balancer::desktop {

/// What a view adds to a model that knows no colours: the value of a cell for a role, or an invalid one for the
/// model's.
using Decorate = std::function<QVariant(const QModelIndex &source, int role)>;

/// Sorts by models::SortRole, filters rows by text in any column, and decorates.
class TableProxy : public QSortFilterProxyModel
{
    Q_OBJECT

public:
    TableProxy(QAbstractItemModel *model, Decorate decorate, QObject *parent = nullptr);

    QVariant data(const QModelIndex &index, int role) const override;
    /// Decorations depend on something else than the model: colours.
    void redecorate();

private:
    Decorate m_decorate;
};

/// How wide a column begins. 0: it takes what is left.
struct ColumnWidth
{
    int column;
    int width;
};

/// A table for many rows: all of one height, nothing measured, no widget in any of them. Whole rows are selected.
class Table : public QTableView
{
    Q_OBJECT

public:
    Table(TableProxy *proxy, std::span<const ColumnWidth> widths, const QString &name, QWidget *parent = nullptr);

    /// The rows of the model below the proxy, in the order they are shown.
    QList<int> selectedRows() const;
    /// The one the keyboard is at, in the model below; -1 without any.
    int currentRow() const;
    /// What stands there while there is no row.
    void setEmptyText(const QString &text);

Q_SIGNALS:
    void selectedChanged();

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QString m_emptyText;
};

/// A field that filters a proxy as one types. Escape empties it.
class FilterField : public QLineEdit
{
    Q_OBJECT

public:
    FilterField(TableProxy *proxy, const QString &name, QWidget *parent = nullptr);

protected:
    void keyPressEvent(QKeyEvent *event) override;
};

} // namespace balancer::desktop
