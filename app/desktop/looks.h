#pragma once

#include <QLabel>

namespace balancer::desktop {

/// One of the looks the style sheet knows: "title", "heading", "quiet", "problem", "code", "card", "banner".
void setLook(QWidget *widget, const char *look);

QLabel *labelWithLook(const char *look, const QString &text = {}, QWidget *parent = nullptr);
/// A label for text of second rank.
QLabel *quietLabel(const QString &text = {}, QWidget *parent = nullptr);

} // namespace balancer::desktop
