#pragma once

#include <QDialog>

namespace balancer::desktop {

/// Shows the certificate of a node by its fingerprint: the first one, or another one than the pinned one. Accepted: the
/// user takes it for the node's.
class TrustDialog : public QDialog
{
    Q_OBJECT

public:
    /// `pinned` is empty at the first contact.
    TrustDialog(const QString &node, const QString &shown, const QString &pinned, QWidget *parent = nullptr);
};

} // namespace balancer::desktop
