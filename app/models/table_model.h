#pragma once

#include <QAbstractTableModel>
#include <QCoreApplication>
#include <QString>
#include <QVariant>

#include <span>

/// What the item models have in common: columns and roles are tables of functions that look at one row.
namespace balancer::models {

/// The roles of every model; each model's own begin at kOwnRoles.
enum CommonRole {
    SortRole = Qt::UserRole, ///< of a cell: a value that orders as a reader expects (numbers, times, folded text)
};
constexpr int kOwnRoles = Qt::UserRole + 16;

/// One column: `title` is untranslated, in the context of the model's class.
template <typename Row>
struct Column
{
    const char *title;
    QString (*text)(const Row &row);
    QVariant (*sortKey)(const Row &row);
};

/// A value of a whole row, the same in each of its cells: what QML and delegates ask for by name.
template <typename Row>
struct RowRole
{
    int role;
    const char *name;
    QVariant (*value)(const Row &row);
};

/// A flat table of `Row`s. Qt::DisplayRole is the column's text, SortRole its sort key; every other role is the row's.
template <typename Row>
class TableModel : public QAbstractTableModel
{
public:
    int columnCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
    }

    QVariant data(const QModelIndex &index, int role) const override
    {
        if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
            return {};
        const auto &row = rowAt(index.row());
        const auto &column = m_columns[static_cast<std::size_t>(index.column())];
        if (role == Qt::DisplayRole)
            return column.text(row);
        if (role == SortRole)
            return column.sortKey(row);
        for (const auto &entry : m_roles) {
            if (entry.role == role)
                return entry.value(row);
        }
        return {};
    }

    QVariant headerData(int section, Qt::Orientation orientation, int role) const override
    {
        const bool isTitle = orientation == Qt::Horizontal && role == Qt::DisplayRole;
        if (!isTitle || section < 0 || section >= columnCount())
            return {};
        return QCoreApplication::translate(metaObject()->className(),
                                           m_columns[static_cast<std::size_t>(section)].title);
    }

    QHash<int, QByteArray> roleNames() const override
    {
        QHash<int, QByteArray> names{{Qt::DisplayRole, "display"}};
        for (const auto &entry : m_roles)
            names.insert(entry.role, entry.name);
        return names;
    }

protected:
    /// Both tables live as long as the program.
    TableModel(std::span<const Column<Row>> columns, std::span<const RowRole<Row>> roles, QObject *parent)
        : QAbstractTableModel(parent), m_columns(columns), m_roles(roles)
    {
    }

    /// Only asked for rows that are there.
    virtual const Row &rowAt(int row) const = 0;

    void announceChange(int firstRow, int lastRow)
    {
        Q_EMIT dataChanged(index(firstRow, 0), index(lastRow, columnCount() - 1));
    }
    /// Only this column's cells look different, and roles of the row.
    void announceChange(int firstRow, int lastRow, int column)
    {
        Q_EMIT dataChanged(index(firstRow, column), index(lastRow, column));
    }

private:
    std::span<const Column<Row>> m_columns;
    std::span<const RowRole<Row>> m_roles;
};

} // namespace balancer::models
