#pragma once

#include "desktop/nodes.h"

#include <QDialog>

#include <optional>

class QLabel;
class QLineEdit;
class QPushButton;

namespace balancer::desktop {

/// Adds a node or edits one. Before it is taken it is tried: a remote one shows its certificate, which the user
/// accepts, and the key has to be known there. A node that does not answer can be taken as it is.
class NodeDialog : public QDialog
{
    Q_OBJECT

public:
    /// Edits the node of that id, or adds one where it is empty. `nodes` lives longer.
    NodeDialog(Nodes &nodes, const QString &id, QWidget *parent = nullptr);

Q_SIGNALS:
    /// It is in the list now.
    void taken(const QString &id);

private:
    void build();
    void fill(const NodeEntry &entry);
    QCoro::Task<void> tryOut();
    QCoro::Task<Result<bool>> acceptCertificate();
    QCoro::Task<Result<void>> tryKey();
    void take();
    Result<NodeEntry> typedEntry() const;
    QString secret() const;
    QCoro::Task<bool> askTrust(QString shown);
    void showProblem(const Error &error);
    void setBusy(const QString &sentence);
    void readKeyFile();

    Nodes &m_nodes;
    NodeEntry m_entry;
    QString m_pinnedUrl; ///< whom m_entry.fingerprint belongs to
    QLineEdit *m_name;
    QLineEdit *m_address;
    QLineEdit *m_keyId;
    QLineEdit *m_secret;
    QLabel *m_message;
    QPushButton *m_ok = nullptr;
    QPushButton *m_anyway = nullptr;
};

} // namespace balancer::desktop
