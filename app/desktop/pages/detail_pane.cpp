#include "desktop/pages/detail_pane.h"

#include "desktop/icons.h"
#include "desktop/looks.h"
#include "desktop/pages/table.h"
#include "models/listener_model.h"

#include <QClipboard>
#include <QDateTime>
#include <QFormLayout>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLocale>
#include <QToolButton>
#include <QVBoxLayout>

#include <array>

namespace balancer::desktop {

namespace {

using models::InstanceModel;
using models::LoadBalancerModel;

constexpr std::array kWidths = {
    ColumnWidth{InstanceModel::IdColumn, 150},
    ColumnWidth{InstanceModel::AddressColumn, 150},
    ColumnWidth{InstanceModel::StateColumn, 130},
    ColumnWidth{InstanceModel::DescriptionColumn, 0},
};

QColor colorOf(const QString &state, const Colors &colors)
{
    if (state == QLatin1String("InService"))
        return colors.good;
    return state == QLatin1String("OutOfService") ? colors.bad : colors.waiting;
}

Decorate decorationOf(const Theme &theme)
{
    return [&theme](const QModelIndex &index, int role) -> QVariant {
        if (index.column() == InstanceModel::StateColumn) {
            if (role == Qt::DecorationRole)
                return stateDot(colorOf(index.data(InstanceModel::StateRole).toString(), theme.colors()));
            if (role == Qt::ForegroundRole)
                return colorOf(index.data(InstanceModel::StateRole).toString(), theme.colors());
        }
        if (role == Qt::ToolTipRole && index.column() == InstanceModel::DescriptionColumn)
            return index.data(InstanceModel::DescriptionRole);
        return {};
    };
}

QString describe(const model::HealthCheck &check)
{
    return DetailPane::tr("%1 every %2 s, time-out %3 s; out after %4, back after %5")
        .arg(QString::fromStdString(model::renderTarget(check.target)))
        .arg(check.interval.count())
        .arg(check.timeout.count())
        .arg(check.unhealthyThreshold)
        .arg(check.healthyThreshold);
}

QLabel *valueLabel(QWidget *parent)
{
    auto *label = new QLabel(parent);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    return label;
}

} // namespace

DetailPane::DetailPane(models::NodeSession &session, const Theme &theme, QWidget *parent)
    : QWidget(parent), m_session(session), m_instances(session.state()),
      m_proxy(new TableProxy(&m_instances, decorationOf(theme), this)), m_title(labelWithLook("title", {}, this)),
      m_dnsName(valueLabel(this)), m_copy(new QToolButton(this)), m_facts(quietLabel({}, this)),
      m_listenerTexts(valueLabel(this)), m_healthCheck(valueLabel(this)), m_health(labelWithLook("heading", {}, this)),
      m_filter(new FilterField(m_proxy, tr("Filter instances"), this)),
      m_table(new Table(m_proxy, kWidths, tr("Instances"), this))
{
    m_table->setObjectName(QStringLiteral("instances"));
    m_table->hideColumn(InstanceModel::ReasonColumn);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    m_table->setEmptyText(tr("No instance is registered. Ctrl+R registers some."));
    m_dnsName->setObjectName(QStringLiteral("dnsName"));
    build();
    connect(&theme, &Theme::changed, m_proxy, &TableProxy::redecorate);
    connect(m_table, &Table::selectedChanged, this, &DetailPane::selectedChanged);
    connect(m_table, &QWidget::customContextMenuRequested, this,
            [this](const QPoint &point) { Q_EMIT contextMenuRequested(m_table->viewport()->mapToGlobal(point)); });
    const auto *rows = session.loadBalancers();
    connect(rows, &QAbstractItemModel::dataChanged, this, &DetailPane::refresh);
    connect(rows, &QAbstractItemModel::rowsInserted, this, &DetailPane::refresh);
    connect(rows, &QAbstractItemModel::rowsRemoved, this, &DetailPane::refresh);
    refresh();
}

void DetailPane::build()
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    buildHead(column);
    buildInstances(column);
}

void DetailPane::buildHead(QVBoxLayout *column)
{
    m_copy->setIcon(themedIcon(QStringLiteral("copy")));
    m_copy->setAutoRaise(true);
    m_copy->setFocusPolicy(Qt::StrongFocus);
    m_copy->setToolTip(tr("Copy the DNS name (Ctrl+Shift+C)"));
    m_copy->setAccessibleName(tr("Copy the DNS name"));
    m_copy->setObjectName(QStringLiteral("copyDnsName"));
    connect(m_copy, &QToolButton::clicked, this, &DetailPane::copyDnsName);

    auto *name = new QHBoxLayout;
    name->setSpacing(4);
    name->addWidget(m_dnsName, 1);
    name->addWidget(m_copy, 0, Qt::AlignTop);
    auto *facts = new QFormLayout;
    facts->setContentsMargins(0, 6, 0, 0);
    facts->setHorizontalSpacing(14);
    facts->setVerticalSpacing(6);
    facts->addRow(quietLabel(tr("DNS name"), this), name);
    facts->addRow(quietLabel(tr("Listeners"), this), m_listenerTexts);
    facts->addRow(quietLabel(tr("Health check"), this), m_healthCheck);
    auto *head = new QVBoxLayout;
    head->setContentsMargins(16, 12, 16, 12);
    head->setSpacing(4);
    head->addWidget(m_title);
    head->addWidget(m_facts);
    head->addLayout(facts);
    column->addLayout(head);
}

void DetailPane::buildInstances(QVBoxLayout *column)
{
    auto *line = new QHBoxLayout;
    line->setContentsMargins(16, 4, 12, 10);
    line->addWidget(m_health, 1);
    line->addWidget(m_filter);
    m_filter->setMaximumWidth(220);
    column->addLayout(line);
    auto *rows = new QVBoxLayout;
    rows->setContentsMargins(12, 0, 0, 0);
    rows->addWidget(m_table);
    column->addLayout(rows, 1);
}

void DetailPane::setLoadBalancer(const QString &name)
{
    if (name == m_instances.loadBalancer())
        return;
    m_instances.setLoadBalancer(name);
    m_filter->clear();
    refresh();
}

QStringList DetailPane::selectedInstances() const
{
    QStringList ids;
    for (const int row : m_table->selectedRows())
        ids.append(QString::fromStdString(m_instances.at(row).health.id.text()));
    return ids;
}

void DetailPane::copyDnsName()
{
    if (!m_dnsName->text().isEmpty())
        QGuiApplication::clipboard()->setText(m_dnsName->text());
}

void DetailPane::refresh()
{
    const auto index = m_session.loadBalancers()->find(m_instances.loadBalancer());
    setVisible(index.isValid());
    if (!index.isValid())
        return;
    const auto &shown = m_session.loadBalancers()->at(index.row());
    m_title->setText(QString::fromStdString(shown.view.name.text()));
    m_dnsName->setText(QString::fromStdString(shown.view.dnsName));
    m_facts->setText(
        tr("%1, made %2")
            .arg(index.data(LoadBalancerModel::SchemeRole).toString(),
                 QLocale().toString(index.data(LoadBalancerModel::CreatedRole).toDateTime(), QLocale::ShortFormat)));
    QStringList texts;
    for (const auto &listener : shown.view.listeners)
        texts.append(models::textOf(listener));
    m_listenerTexts->setText(texts.isEmpty() ? tr("none") : texts.join(u'\n'));
    m_healthCheck->setText(describe(shown.view.healthCheck));
    m_health->setText(tr("%1 of %2 instances in service").arg(shown.inService).arg(shown.registered()));
}

} // namespace balancer::desktop
