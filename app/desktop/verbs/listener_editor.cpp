#include "desktop/verbs/listener_editor.h"

#include "desktop/icons.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <array>

namespace balancer::desktop {

namespace {

constexpr std::array kProtocols = {model::Protocol::Http, model::Protocol::Https, model::Protocol::Tcp,
                                   model::Protocol::Ssl};

QString nameOf(model::Protocol protocol)
{
    const auto name = model::renderProtocol(protocol);
    return QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
}

QComboBox *protocolBox(model::Protocol current, const QString &spoken, QWidget *parent)
{
    auto *box = new QComboBox(parent);
    for (const auto protocol : kProtocols)
        box->addItem(nameOf(protocol), static_cast<int>(protocol));
    box->setCurrentIndex(box->findData(static_cast<int>(current)));
    box->setAccessibleName(spoken);
    return box;
}

QSpinBox *portBox(std::uint16_t port, const QString &spoken, QWidget *parent)
{
    auto *box = new QSpinBox(parent);
    box->setRange(1, 65535);
    box->setValue(port);
    box->setButtonSymbols(QAbstractSpinBox::NoButtons);
    box->setAccessibleName(spoken);
    return box;
}

model::Protocol protocolOf(const QComboBox *box)
{
    return static_cast<model::Protocol>(box->currentData().toInt());
}

} // namespace

ListenerRow::ListenerRow(const model::Listener &listener, QWidget *parent)
    : QWidget(parent), m_protocol(protocolBox(listener.protocol, tr("Protocol"), this)),
      m_port(portBox(listener.loadBalancerPort, tr("Port"), this)),
      m_instanceProtocol(protocolBox(listener.instanceProtocol, tr("Instance protocol"), this)),
      m_instancePort(portBox(listener.instancePort, tr("Instance port"), this)), m_certificate(new QLineEdit(this)),
      m_remove(new QToolButton(this))
{
    setFocusProxy(m_protocol);
    m_certificate->setPlaceholderText(tr("Certificate (ARN)"));
    m_certificate->setAccessibleName(tr("Certificate"));
    m_remove->setIcon(themedIcon(QStringLiteral("remove")));
    m_remove->setAutoRaise(true);
    m_remove->setToolTip(tr("Remove this listener"));
    m_remove->setAccessibleName(m_remove->toolTip());

    auto *line = new QHBoxLayout(this);
    line->setContentsMargins(0, 0, 0, 0);
    line->addWidget(m_protocol);
    line->addWidget(m_port);
    line->addWidget(new QLabel(QStringLiteral("→"), this));
    line->addWidget(m_instanceProtocol);
    line->addWidget(m_instancePort);
    line->addWidget(m_certificate, 1);
    line->addStretch();
    line->addWidget(m_remove);

    connect(m_protocol, &QComboBox::currentIndexChanged, this, &ListenerRow::followProtocol);
    connect(m_protocol, &QComboBox::currentIndexChanged, this, &ListenerRow::edited);
    connect(m_instanceProtocol, &QComboBox::currentIndexChanged, this, &ListenerRow::edited);
    connect(m_port, &QSpinBox::valueChanged, this, &ListenerRow::edited);
    connect(m_instancePort, &QSpinBox::valueChanged, this, &ListenerRow::edited);
    connect(m_certificate, &QLineEdit::textEdited, this, &ListenerRow::edited);
    connect(m_remove, &QToolButton::clicked, this, &ListenerRow::removeRequested);
    followProtocol();
}

model::Listener ListenerRow::listener() const
{
    model::Listener listener;
    listener.protocol = protocolOf(m_protocol);
    listener.loadBalancerPort = static_cast<std::uint16_t>(m_port->value());
    listener.instanceProtocol = protocolOf(m_instanceProtocol);
    listener.instancePort = static_cast<std::uint16_t>(m_instancePort->value());
    if (model::isSecure(listener.protocol))
        listener.certificateId = m_certificate->text().trimmed().toStdString();
    return listener;
}

void ListenerRow::setRemovable(bool removable)
{
    m_remove->setVisible(removable);
}

void ListenerRow::followProtocol()
{
    const auto protocol = protocolOf(m_protocol);
    m_certificate->setVisible(model::isSecure(protocol));
    if (model::isHttpLayer(protocolOf(m_instanceProtocol)) != model::isHttpLayer(protocol)) {
        const auto plain = model::isHttpLayer(protocol) ? model::Protocol::Http : model::Protocol::Tcp;
        m_instanceProtocol->setCurrentIndex(m_instanceProtocol->findData(static_cast<int>(plain)));
    }
}

ListenerEditor::ListenerEditor(QWidget *parent) : QWidget(parent), m_layout(new QVBoxLayout(this))
{
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(6);
    auto *more = new QPushButton(themedIcon(QStringLiteral("add")), tr("Another &listener"), this);
    more->setAutoDefault(false);
    m_layout->addWidget(more, 0, Qt::AlignLeft);
    connect(more, &QPushButton::clicked, this, [this] {
        auto next = m_rows.back()->listener();
        next.loadBalancerPort = static_cast<std::uint16_t>(std::min(next.loadBalancerPort + 1, 65535));
        add(next);
        Q_EMIT edited();
    });
    model::Listener first;
    first.loadBalancerPort = 80;
    first.instancePort = 80;
    add(first);
}

Result<std::vector<model::Listener>> ListenerEditor::listeners() const
{
    std::vector<model::Listener> list;
    for (const auto *row : m_rows) {
        list.push_back(row->listener());
        if (const auto valid = model::checkListener(list.back()); !valid)
            return fail(valid.error());
    }
    if (const auto valid = model::checkListenersTogether(list); !valid)
        return fail(valid.error());
    return list;
}

void ListenerEditor::add(const model::Listener &listener)
{
    auto *row = new ListenerRow(listener, this);
    m_layout->insertWidget(static_cast<int>(m_rows.size()), row);
    m_rows.push_back(row);
    connect(row, &ListenerRow::edited, this, &ListenerEditor::edited);
    connect(row, &ListenerRow::removeRequested, this, [this, row] { remove(row); });
    updateRows();
}

void ListenerEditor::remove(ListenerRow *row)
{
    std::erase(m_rows, row);
    row->hide();
    row->deleteLater(); // it is still telling that its button was clicked
    updateRows();
    Q_EMIT edited();
}

void ListenerEditor::updateRows()
{
    setFocusProxy(m_rows.front());
    for (auto *row : m_rows)
        row->setRemovable(m_rows.size() > 1);
}

} // namespace balancer::desktop
