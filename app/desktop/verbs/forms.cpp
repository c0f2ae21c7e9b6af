#include "desktop/verbs/forms.h"

#include "desktop/verbs/listener_editor.h"
#include "models/listener_model.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QRegularExpression>
#include <QSpinBox>

namespace balancer::desktop {

namespace {

const QRegularExpression kBetweenWords(QStringLiteral("[\\s,;]+"));

QString textOf(const LoadBalancerName &name)
{
    return QString::fromStdString(name.text());
}

QStringList wordsOf(const QString &text)
{
    return text.split(kBetweenWords, Qt::SkipEmptyParts);
}

QSpinBox *numberBox(int from, int to, int value, const QString &suffix, QWidget *parent)
{
    auto *box = new QSpinBox(parent);
    box->setRange(from, to);
    box->setValue(value);
    box->setSuffix(suffix);
    return box;
}

/// ELB's sentences leave the subject to the field they stand at.
Error aboutField(const char *field, Error error)
{
    return inContext(field, std::move(error));
}

} // namespace

CreateLoadBalancerForm::CreateLoadBalancerForm(const QString &zone, QWidget *parent)
    : VerbForm(parent), m_name(new QLineEdit(this)), m_listeners(new ListenerEditor(this)),
      m_scheme(new QComboBox(this)), m_zones(new QLineEdit(zone, this))
{
    m_name->setObjectName(QStringLiteral("loadBalancerName"));
    m_name->setMaxLength(32);
    m_scheme->addItem(tr("Internet-facing"), static_cast<int>(model::Scheme::InternetFacing));
    m_scheme->addItem(tr("Internal"), static_cast<int>(model::Scheme::Internal));
    addField(tr("&Name:"), m_name, {QStringLiteral("LoadBalancerName"), QStringLiteral("load balancer name")},
             tr("Letters, digits and hyphens"));
    addField(tr("&Listeners:"), m_listeners, {QStringLiteral("listener"), QStringLiteral("port")},
             tr("The port clients connect to → the port of the instances"));
    addField(tr("&Scheme:"), m_scheme, {QStringLiteral("scheme")});
    addField(tr("Availability &zones:"), m_zones, {QStringLiteral("zone")});
    connect(m_name, &QLineEdit::textEdited, this, &VerbForm::edited);
    connect(m_zones, &QLineEdit::textEdited, this, &VerbForm::edited);
    connect(m_scheme, &QComboBox::currentIndexChanged, this, &VerbForm::edited);
    connect(m_listeners, &ListenerEditor::edited, this, &VerbForm::edited);
    setFocusProxy(m_name);
}

QString CreateLoadBalancerForm::title() const
{
    return tr("New load balancer");
}

QString CreateLoadBalancerForm::applyText() const
{
    return tr("&Create");
}

Result<PreparedVerb> CreateLoadBalancerForm::prepare()
{
    clearProblems();
    model::CreateLoadBalancer request;
    const auto name = LoadBalancerName::parse(m_name->text().trimmed().toStdString());
    if (!name)
        return failAt(m_name, aboutField("The name", name.error()));
    auto listeners = m_listeners->listeners();
    if (!listeners)
        return failAt(m_listeners, listeners.error());
    request.name = *name;
    request.parameters.listeners = std::move(*listeners);
    request.parameters.scheme = static_cast<model::Scheme>(m_scheme->currentData().toInt());
    for (const QString &zone : wordsOf(m_zones->text()))
        request.parameters.availabilityZones.push_back(zone.toStdString());
    if (request.parameters.availabilityZones.empty())
        return failAt(m_zones, {ErrorCode::ValidationError, "At least one availability zone is needed"});
    return prepareVerb(std::move(request));
}

DeleteLoadBalancerForm::DeleteLoadBalancerForm(const LoadBalancerName &name, int instances, QWidget *parent)
    : VerbForm(parent), m_name(name), m_instances(instances)
{
}

QString DeleteLoadBalancerForm::title() const
{
    return tr("Delete %1").arg(textOf(m_name));
}

QString DeleteLoadBalancerForm::explanation() const
{
    return tr("Its listeners close and its name is gone. %n instance(s) registered with it run on.", nullptr,
              m_instances);
}

QString DeleteLoadBalancerForm::applyText() const
{
    return tr("&Delete");
}

Result<PreparedVerb> DeleteLoadBalancerForm::prepare()
{
    return prepareVerb(model::DeleteLoadBalancer{m_name});
}

InstancesForm::InstancesForm(Purpose purpose, const LoadBalancerName &name, const QStringList &instances,
                             QWidget *parent)
    : VerbForm(parent), m_purpose(purpose), m_name(name), m_instances(new QPlainTextEdit(this))
{
    m_instances->setPlainText(instances.join(u'\n'));
    m_instances->setObjectName(QStringLiteral("instanceIds"));
    m_instances->setTabChangesFocus(true);
    m_instances->setMinimumHeight(110);
    m_instances->setMaximumHeight(160);
    m_instances->setPlaceholderText(QStringLiteral("10.0.0.5\n10.0.0.6:8080\ni-0a1b2c3d"));
    addField(tr("&Instances:"), m_instances, {QStringLiteral("instance")},
             tr("One a line: an id, an address, or an address with a port"));
    connect(m_instances, &QPlainTextEdit::textChanged, this, &VerbForm::edited);
    setFocusProxy(m_instances);
}

QString InstancesForm::title() const
{
    switch (m_purpose) {
    case Purpose::Register:
        return tr("Register instances with %1").arg(textOf(m_name));
    case Purpose::Deregister:
        return tr("Deregister instances from %1").arg(textOf(m_name));
    case Purpose::Drain:
        break;
    }
    return tr("Drain instances of %1").arg(textOf(m_name));
}

QString InstancesForm::explanation() const
{
    switch (m_purpose) {
    case Purpose::Register:
        return tr("They get requests once they have passed their first health check.");
    case Purpose::Deregister:
        return tr("They get no new requests from now on.");
    case Purpose::Drain:
        break;
    }
    return tr("They get no new connections and are deregistered. Open ones may finish, up to the draining time-out "
              "where one is configured.");
}

QString InstancesForm::applyText() const
{
    switch (m_purpose) {
    case Purpose::Register:
        return tr("&Register");
    case Purpose::Deregister:
        return tr("&Deregister");
    case Purpose::Drain:
        break;
    }
    return tr("&Drain");
}

Result<std::vector<InstanceId>> InstancesForm::instances() const
{
    std::vector<InstanceId> ids;
    for (const QString &word : wordsOf(m_instances->toPlainText())) {
        auto id = InstanceId::parse(word.toStdString());
        if (!id)
            return fail(inContext(word.toStdString(), id.error()));
        ids.push_back(std::move(*id));
    }
    if (ids.empty())
        return fail(ErrorCode::ValidationError, "At least one instance is needed");
    return ids;
}

Result<PreparedVerb> InstancesForm::prepare()
{
    clearProblems();
    auto ids = instances();
    if (!ids)
        return failAt(m_instances, ids.error());
    if (m_purpose == Purpose::Register)
        return prepareVerb(model::RegisterInstances{m_name, std::move(*ids)});
    return prepareVerb(model::DeregisterInstances{m_name, std::move(*ids)});
}

HealthCheckForm::HealthCheckForm(const LoadBalancerName &name, const model::HealthCheck &current, QWidget *parent)
    : VerbForm(parent), m_name(name),
      m_target(new QLineEdit(QString::fromStdString(model::renderTarget(current.target)), this)),
      m_interval(numberBox(5, 300, static_cast<int>(current.interval.count()), tr(" s"), this)),
      m_timeout(numberBox(2, 60, static_cast<int>(current.timeout.count()), tr(" s"), this)),
      m_unhealthy(numberBox(2, 10, current.unhealthyThreshold, {}, this)),
      m_healthy(numberBox(2, 10, current.healthyThreshold, {}, this))
{
    addField(tr("&Target:"), m_target, {QStringLiteral("target")}, tr("HTTP:80/health, HTTPS:443/, TCP:80 or SSL:443"));
    addField(tr("T&ime-out:"), m_timeout, {QStringLiteral("timeout")});
    addField(tr("&Every:"), m_interval, {QStringLiteral("interval")});
    addField(tr("&Unhealthy after:"), m_unhealthy, {QStringLiteral("UnhealthyThreshold")},
             tr("failed checks in a row"));
    addField(tr("&Healthy after:"), m_healthy, {QStringLiteral("HealthyThreshold")}, tr("passed checks in a row"));
    connect(m_target, &QLineEdit::textEdited, this, &VerbForm::edited);
    for (auto *box : {m_interval, m_timeout, m_unhealthy, m_healthy})
        connect(box, &QSpinBox::valueChanged, this, &VerbForm::edited);
    setFocusProxy(m_target);
}

QString HealthCheckForm::title() const
{
    return tr("Health check of %1").arg(textOf(m_name));
}

QString HealthCheckForm::applyText() const
{
    return tr("&Configure");
}

Result<PreparedVerb> HealthCheckForm::prepare()
{
    clearProblems();
    model::ConfigureHealthCheck request;
    request.name = m_name;
    const auto target = model::parseTarget(m_target->text().trimmed().toStdString());
    if (!target)
        return failAt(m_target, target.error());
    auto &check = request.healthCheck;
    check.target = *target;
    check.interval = std::chrono::seconds(m_interval->value());
    check.timeout = std::chrono::seconds(m_timeout->value());
    check.unhealthyThreshold = m_unhealthy->value();
    check.healthyThreshold = m_healthy->value();
    // The boxes keep every number in its range, so all that is left to be wrong is one against the other.
    if (const auto valid = model::checkHealthCheck(check); !valid)
        return failAt(m_timeout, valid.error());
    return prepareVerb(std::move(request));
}

AddListenersForm::AddListenersForm(const LoadBalancerName &name, QWidget *parent)
    : VerbForm(parent), m_name(name), m_listeners(new ListenerEditor(this))
{
    addField(tr("&Listeners:"), m_listeners, {QStringLiteral("listener"), QStringLiteral("port")},
             tr("The port clients connect to → the port of the instances"));
    connect(m_listeners, &ListenerEditor::edited, this, &VerbForm::edited);
    setFocusProxy(m_listeners);
}

QString AddListenersForm::title() const
{
    return tr("Add listeners to %1").arg(textOf(m_name));
}

QString AddListenersForm::applyText() const
{
    return tr("&Add");
}

Result<PreparedVerb> AddListenersForm::prepare()
{
    clearProblems();
    auto listeners = m_listeners->listeners();
    if (!listeners)
        return failAt(m_listeners, listeners.error());
    return prepareVerb(model::CreateLoadBalancerListeners{m_name, std::move(*listeners)});
}

RemoveListenersForm::RemoveListenersForm(const LoadBalancerName &name, const std::vector<model::Listener> &listeners,
                                         QWidget *parent)
    : VerbForm(parent), m_name(name)
{
    for (const auto &listener : listeners) {
        auto *box = new QCheckBox(models::textOf(listener), this);
        addLine(box);
        connect(box, &QCheckBox::toggled, this, &VerbForm::edited);
        m_ports.emplace_back(listener.loadBalancerPort, box);
    }
    if (!m_ports.empty())
        setFocusProxy(m_ports.front().second);
}

QString RemoveListenersForm::title() const
{
    return tr("Remove listeners of %1").arg(textOf(m_name));
}

QString RemoveListenersForm::explanation() const
{
    return tr("Their ports take no more connections.");
}

QString RemoveListenersForm::applyText() const
{
    return tr("&Remove");
}

Result<PreparedVerb> RemoveListenersForm::prepare()
{
    model::DeleteLoadBalancerListeners request;
    request.name = m_name;
    for (const auto &[port, box] : m_ports) {
        if (box->isChecked())
            request.ports.push_back(port);
    }
    if (request.ports.empty())
        return fail(ErrorCode::ValidationError, "Check the listeners to remove");
    return prepareVerb(std::move(request));
}

} // namespace balancer::desktop
