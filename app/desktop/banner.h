#pragma once

#include <QFrame>

class QLabel;
class QPushButton;

namespace balancer::desktop {

/// Something is wrong with what is below it, and one thing can be done about it.
class Banner : public QFrame
{
    Q_OBJECT

public:
    explicit Banner(QWidget *parent = nullptr);

    /// `action` is the text of the button; empty: none.
    void show(const QString &sentence, const QString &action);

Q_SIGNALS:
    void actionRequested();

private:
    QLabel *m_sentence;
    QPushButton *m_button;
};

} // namespace balancer::desktop
