#include "desktop/looks.h"

#include <QStyle>

namespace balancer::desktop {

void setLook(QWidget *widget, const char *look)
{
    widget->setProperty("look", QLatin1String(look));
    // The style sheet looks at properties only when a widget is polished.
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}

QLabel *labelWithLook(const char *look, const QString &text, QWidget *parent)
{
    auto *label = new QLabel(text, parent);
    label->setProperty("look", QLatin1String(look));
    return label;
}

QLabel *quietLabel(const QString &text, QWidget *parent)
{
    return labelWithLook("quiet", text, parent);
}

} // namespace balancer::desktop
