#pragma once

#include "models/node_session.h"

#include <QWidget>

namespace balancer::desktop {

class FilterField;

/// What was changed on a node, by whom and when.
class HistoryPage : public QWidget
{
    Q_OBJECT

public:
    /// `session` lives longer.
    explicit HistoryPage(models::NodeSession &session, QWidget *parent = nullptr);

    void focusFilter();

private:
    FilterField *m_filter;
};

} // namespace balancer::desktop
