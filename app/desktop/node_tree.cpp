#include "desktop/node_tree.h"

#include "desktop/icons.h"

#include <QApplication>
#include <QIdentityProxyModel>
#include <QPainter>
#include <QStyledItemDelegate>

namespace balancer::desktop {

namespace {

using client::ConnectionState;
using models::NodeModel;

constexpr int kMargin = 12;

ConnectionState stateOf(const QModelIndex &index)
{
    return static_cast<ConnectionState>(index.data(NodeModel::StateRole).toInt());
}

/// Tells of a node what the model keeps in other columns, for tool tips and screen readers.
class SpokenNodes : public QIdentityProxyModel
{
public:
    using QIdentityProxyModel::QIdentityProxyModel;

    int columnCount(const QModelIndex &) const override { return 1; }

    QVariant data(const QModelIndex &index, int role) const override
    {
        if (role == Qt::ToolTipRole || role == Qt::AccessibleDescriptionRole) {
            const QString reason = index.data(NodeModel::ReasonRole).toString();
            return index.data(NodeModel::AddressRole).toString() + u'\n' +
                   index.data(NodeModel::StateTextRole).toString() +
                   (reason.isEmpty() ? QString() : QStringLiteral(": ") + reason);
        }
        return QIdentityProxyModel::data(index, role);
    }
};

/// Two lines: the name, and below it the state.
class NodeDelegate : public QStyledItemDelegate
{
public:
    NodeDelegate(const Theme &theme, QObject *parent) : QStyledItemDelegate(parent), m_theme(theme) {}

    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &) const override
    {
        return {160, 2 * option.fontMetrics.height() + 18};
    }

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        const Colors &colors = m_theme.colors();
        const bool selected = option.state.testFlag(QStyle::State_Selected);
        if (selected || option.state.testFlag(QStyle::State_MouseOver)) {
            QColor background = selected ? colors.accent : colors.border;
            background.setAlpha(selected ? 40 : 70);
            painter->fillRect(option.rect, background);
        }
        if (selected)
            painter->fillRect(QRect(option.rect.topLeft(), QSize(3, option.rect.height())), colors.accent);
        if (option.state.testFlag(QStyle::State_HasFocus)) {
            painter->setPen(colors.accent);
            painter->drawRect(option.rect.adjusted(0, 0, -1, -1));
        }

        const QColor stateColor = colorOf(stateOf(index), colors);
        const int lineHeight = option.fontMetrics.height();
        const QPixmap dot = stateDot(stateColor);
        const QRect text = option.rect.adjusted(kMargin + 20, 8, -kMargin, -8);
        painter->drawPixmap(option.rect.left() + kMargin, text.top() + (lineHeight - 10) / 2, dot);
        drawLine(*painter, option, QRect(text.topLeft(), QSize(text.width(), lineHeight)), index.data().toString(),
                 colors.text, QFont::DemiBold);
        const bool live = index.data(NodeModel::LiveRole).toBool();
        const QString second =
            live ? index.data(NodeModel::AddressRole).toString() : index.data(NodeModel::StateTextRole).toString();
        drawLine(*painter, option, QRect(text.left(), text.top() + lineHeight + 2, text.width(), lineHeight), second,
                 live ? colors.quiet : stateColor, QFont::Normal);
    }

private:
    static void drawLine(QPainter &painter, const QStyleOptionViewItem &option, const QRect &where, const QString &text,
                         const QColor &color, QFont::Weight weight)
    {
        QFont font = option.font;
        font.setWeight(weight);
        painter.setFont(font);
        painter.setPen(color);
        painter.drawText(where, Qt::AlignLeft | Qt::AlignVCenter,
                         QFontMetrics(font).elidedText(text, Qt::ElideMiddle, where.width()));
    }

    const Theme &m_theme;
};

} // namespace

QColor colorOf(ConnectionState state, const Colors &colors)
{
    switch (state) {
    case ConnectionState::Live:
        return colors.good;
    case ConnectionState::Connecting:
        return colors.waiting;
    case ConnectionState::Unreachable:
    case ConnectionState::Refused:
    case ConnectionState::Untrusted:
        return colors.bad;
    case ConnectionState::Disconnected:
        break;
    }
    return colors.quiet;
}

NodeTree::NodeTree(Nodes &nodes, const Theme &theme, QWidget *parent) : QTreeView(parent)
{
    auto *spoken = new SpokenNodes(this);
    spoken->setSourceModel(&nodes.model());
    setObjectName(QStringLiteral("nodes"));
    setAccessibleName(tr("Nodes"));
    setRootIsDecorated(false);
    setIndentation(0);
    setHeaderHidden(true);
    setUniformRowHeights(true);
    setMouseTracking(true);
    setContextMenuPolicy(Qt::CustomContextMenu);
    setItemDelegate(new NodeDelegate(theme, this));
    setModel(spoken);
    connect(&theme, &Theme::changed, viewport(), qOverload<>(&QWidget::update));
    connect(spoken, &QAbstractItemModel::rowsInserted, this, [this] {
        if (!currentIndex().isValid())
            setCurrentIndex(model()->index(0, 0));
    });
}

QString NodeTree::currentId() const
{
    return currentIndex().data(NodeModel::IdRole).toString();
}

void NodeTree::select(const QString &id)
{
    const auto found = model()->match(model()->index(0, 0), NodeModel::IdRole, id, 1, Qt::MatchExactly);
    if (!found.isEmpty())
        setCurrentIndex(found.first());
}

void NodeTree::currentChanged(const QModelIndex &current, const QModelIndex &previous)
{
    QTreeView::currentChanged(current, previous);
    Q_EMIT currentNodeChanged();
}

void NodeTree::paintEvent(QPaintEvent *event)
{
    QTreeView::paintEvent(event);
    if (model()->rowCount() > 0)
        return;
    QPainter painter(viewport());
    painter.setPen(palette().color(QPalette::PlaceholderText));
    painter.drawText(viewport()->rect().adjusted(20, 0, -20, 0), Qt::AlignCenter | Qt::TextWordWrap,
                     tr("No node yet. Ctrl+Shift+N adds one."));
}

} // namespace balancer::desktop
