#include "desktop/pages/load_balancers_page.h"

#include "desktop/icons.h"
#include "desktop/pages/detail_pane.h"
#include "desktop/pages/table.h"

#include <QSplitter>
#include <QVBoxLayout>

#include <array>

namespace balancer::desktop {

namespace {

using models::LoadBalancerModel;
using Health = LoadBalancerModel::Health;

constexpr std::array kWidths = {
    ColumnWidth{LoadBalancerModel::NameColumn, 130},
    ColumnWidth{LoadBalancerModel::ListenersColumn, 0},
    ColumnWidth{LoadBalancerModel::InstancesColumn, 90},
    ColumnWidth{LoadBalancerModel::RateColumn, 80},
};
/// The detail has them.
constexpr std::array kHidden = {LoadBalancerModel::DnsNameColumn, LoadBalancerModel::SchemeColumn,
                                LoadBalancerModel::CreatedColumn};

QColor colorOf(Health health, const Colors &colors)
{
    switch (health) {
    case Health::Healthy:
        return colors.good;
    case Health::Reduced:
        return colors.waiting;
    case Health::Down:
        return colors.bad;
    case Health::Empty:
        break;
    }
    return colors.quiet;
}

Decorate decorationOf(const Theme &theme)
{
    return [&theme](const QModelIndex &index, int role) -> QVariant {
        if (index.column() == LoadBalancerModel::InstancesColumn) {
            const auto health = [&index] { return index.data(LoadBalancerModel::HealthRole).value<Health>(); };
            if (role == Qt::DecorationRole)
                return stateDot(colorOf(health(), theme.colors()));
            if (role == Qt::ForegroundRole)
                return colorOf(health(), theme.colors());
        }
        return {};
    };
}

} // namespace

LoadBalancersPage::LoadBalancersPage(models::NodeSession &session, const Theme &theme, QWidget *parent)
    : QWidget(parent), m_session(session), m_theme(theme),
      m_proxy(new TableProxy(session.loadBalancers(), decorationOf(theme), this)),
      m_filter(new FilterField(m_proxy, tr("Filter load balancers (Ctrl+F)"), this)),
      m_table(new Table(m_proxy, kWidths, tr("Load balancers"), this)), m_detail(new DetailPane(session, theme, this))
{
    m_filter->setObjectName(QStringLiteral("filterLoadBalancers"));
    m_table->setObjectName(QStringLiteral("loadBalancers"));
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEmptyText(tr("No load balancer here. Ctrl+N makes one."));
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    for (const int column : kHidden)
        m_table->hideColumn(column);
    build();

    connect(&m_theme, &Theme::changed, m_proxy, &TableProxy::redecorate);
    connect(m_table, &Table::selectedChanged, this, &LoadBalancersPage::showCurrent);
    connect(m_proxy, &QAbstractItemModel::rowsInserted, this, [this] {
        if (!m_table->currentIndex().isValid())
            m_table->selectRow(0);
    });
    connect(m_detail, &DetailPane::selectedChanged, this, &LoadBalancersPage::currentChanged);
    connect(m_table, &QWidget::customContextMenuRequested, this, [this](const QPoint &point) {
        Q_EMIT contextMenuRequested(m_table->viewport()->mapToGlobal(point), false);
    });
    connect(m_detail, &DetailPane::contextMenuRequested, this,
            [this](const QPoint &point) { Q_EMIT contextMenuRequested(point, true); });
    m_table->selectRow(0);
    showCurrent();
}

void LoadBalancersPage::build()
{
    auto *left = new QWidget(this);
    auto *column = new QVBoxLayout(left);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto *head = new QVBoxLayout;
    head->setContentsMargins(12, 12, 12, 12);
    head->addWidget(m_filter);
    column->addLayout(head);
    auto *rows = new QVBoxLayout;
    rows->setContentsMargins(12, 0, 0, 0);
    rows->addWidget(m_table);
    column->addLayout(rows, 1);

    auto *splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setHandleWidth(1);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(left);
    splitter->addWidget(m_detail);
    splitter->setStretchFactor(0, 1);
    splitter->setStretchFactor(1, 1);
    auto *whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addWidget(splitter);
}

const models::LoadBalancerState *LoadBalancersPage::current() const
{
    const int row = m_table->currentRow();
    return row < 0 ? nullptr : &m_session.loadBalancers()->at(row);
}

QStringList LoadBalancersPage::selectedInstances() const
{
    return m_detail->selectedInstances();
}

void LoadBalancersPage::select(const QString &loadBalancer)
{
    m_filter->clear();
    const auto index = m_proxy->mapFromSource(m_session.loadBalancers()->find(loadBalancer));
    if (!index.isValid())
        return;
    m_table->setCurrentIndex(index);
    m_table->scrollTo(index);
}

void LoadBalancersPage::focusFilter()
{
    m_filter->setFocus(Qt::ShortcutFocusReason);
    m_filter->selectAll();
}

void LoadBalancersPage::copyDnsName()
{
    m_detail->copyDnsName();
}

void LoadBalancersPage::showCurrent()
{
    const auto *shown = current();
    m_detail->setLoadBalancer(shown ? QString::fromStdString(shown->view.name.text()) : QString());
    Q_EMIT currentChanged();
}

} // namespace balancer::desktop
