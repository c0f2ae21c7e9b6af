#pragma once

#include <QColor>
#include <QIcon>
#include <QString>

namespace balancer::desktop {

/// One of resources/icons, in the palette's colour of text at the moment it is drawn, so it follows the theme.
QIcon themedIcon(const QString &name);

/// The program's own, in its own colours.
QIcon programIcon();

/// A dot for a state, as a cell's decoration. Never alone: the state is in words beside it.
QPixmap stateDot(const QColor &color);

} // namespace balancer::desktop
