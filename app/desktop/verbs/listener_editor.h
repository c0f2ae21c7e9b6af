#pragma once

#include "base/result.h"
#include "model/listener.h"

#include <QWidget>

#include <vector>

class QComboBox;
class QLineEdit;
class QSpinBox;
class QToolButton;
class QVBoxLayout;

namespace balancer::desktop {

/// The settings of one listener in a line.
class ListenerRow : public QWidget
{
    Q_OBJECT

public:
    ListenerRow(const model::Listener &listener, QWidget *parent);

    model::Listener listener() const;
    void setRemovable(bool removable);

Q_SIGNALS:
    void edited();
    void removeRequested();

private:
    /// The other side follows to the same layer, and the certificate's field is there where it counts.
    void followProtocol();

    QComboBox *m_protocol;
    QSpinBox *m_port;
    QComboBox *m_instanceProtocol;
    QSpinBox *m_instancePort;
    QLineEdit *m_certificate;
    QToolButton *m_remove;
};

/// A list of listeners to be made, at least one.
class ListenerEditor : public QWidget
{
    Q_OBJECT

public:
    explicit ListenerEditor(QWidget *parent = nullptr);

    /// As ELB's rules allow them together.
    Result<std::vector<model::Listener>> listeners() const;

Q_SIGNALS:
    void edited();

private:
    void add(const model::Listener &listener);
    void remove(ListenerRow *row);
    void updateRows();

    QVBoxLayout *m_layout;
    std::vector<ListenerRow *> m_rows;
};

} // namespace balancer::desktop
