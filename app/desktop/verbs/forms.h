#pragma once

#include "desktop/verbs/verb_form.h"
#include "model/reads.h"

class QCheckBox;
class QComboBox;
class QLineEdit;
class QPlainTextEdit;
class QSpinBox;

namespace balancer::desktop {

class ListenerEditor;

class CreateLoadBalancerForm : public VerbForm
{
    Q_OBJECT

public:
    /// `zone` is offered as the availability zone.
    explicit CreateLoadBalancerForm(const QString &zone, QWidget *parent = nullptr);

    QString title() const override;
    QString applyText() const override;
    Result<PreparedVerb> prepare() override;

private:
    QLineEdit *m_name;
    ListenerEditor *m_listeners;
    QComboBox *m_scheme;
    QLineEdit *m_zones;
};

class DeleteLoadBalancerForm : public VerbForm
{
    Q_OBJECT

public:
    DeleteLoadBalancerForm(const LoadBalancerName &name, int instances, QWidget *parent = nullptr);

    QString title() const override;
    QString explanation() const override;
    QString applyText() const override;
    bool isDestructive() const override { return true; }
    Result<PreparedVerb> prepare() override;

private:
    LoadBalancerName m_name;
    int m_instances;
};

/// Ids of instances, one a line. Registers them, deregisters them, or lets them drain, which is deregistering too.
class InstancesForm : public VerbForm
{
    Q_OBJECT

public:
    enum class Purpose { Register, Deregister, Drain };

    InstancesForm(Purpose purpose, const LoadBalancerName &name, const QStringList &instances,
                  QWidget *parent = nullptr);

    QString title() const override;
    QString explanation() const override;
    QString applyText() const override;
    bool isDestructive() const override { return m_purpose != Purpose::Register; }
    Result<PreparedVerb> prepare() override;

private:
    Result<std::vector<InstanceId>> instances() const;

    Purpose m_purpose;
    LoadBalancerName m_name;
    QPlainTextEdit *m_instances;
};

class HealthCheckForm : public VerbForm
{
    Q_OBJECT

public:
    HealthCheckForm(const LoadBalancerName &name, const model::HealthCheck &current, QWidget *parent = nullptr);

    QString title() const override;
    QString applyText() const override;
    Result<PreparedVerb> prepare() override;

private:
    LoadBalancerName m_name;
    QLineEdit *m_target;
    QSpinBox *m_interval;
    QSpinBox *m_timeout;
    QSpinBox *m_unhealthy;
    QSpinBox *m_healthy;
};

class AddListenersForm : public VerbForm
{
    Q_OBJECT

public:
    explicit AddListenersForm(const LoadBalancerName &name, QWidget *parent = nullptr);

    QString title() const override;
    QString applyText() const override;
    Result<PreparedVerb> prepare() override;

private:
    LoadBalancerName m_name;
    ListenerEditor *m_listeners;
};

class RemoveListenersForm : public VerbForm
{
    Q_OBJECT

public:
    RemoveListenersForm(const LoadBalancerName &name, const std::vector<model::Listener> &listeners,
                        QWidget *parent = nullptr);

    QString title() const override;
    QString explanation() const override;
    QString applyText() const override;
    bool isDestructive() const override { return true; }
    Result<PreparedVerb> prepare() override;

private:
    LoadBalancerName m_name;
    std::vector<std::pair<std::uint16_t, QCheckBox *>> m_ports;
};

} // namespace balancer::desktop
