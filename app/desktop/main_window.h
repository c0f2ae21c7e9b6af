#pragma once

#include "desktop/nodes.h"
#include "desktop/pages/node_page.h"
#include "desktop/theme.h"

#include <QHash>
#include <QMainWindow>

#include <functional>
#include <optional>

class QStackedWidget;

namespace balancer::desktop {

class Banner;
class NodeTree;
class StatusLine;
class VerbForm;

/// Nodes at the left, the one that is selected in the middle. Shows what the sessions say and asks them for changes;
/// has no state of its own but what is selected.
class MainWindow : public QMainWindow
{
    Q_OBJECT

public:
    /// Both live longer.
    MainWindow(Nodes &nodes, Theme &theme, QWidget *parent = nullptr);
    ~MainWindow() override;

private:
    /// What must be there for an action to make sense.
    enum class Needs { Nothing, Node, LiveNode, LoadBalancer };
    enum class Menu { Nodes, LoadBalancers, Instances, View };

    struct ActionSpec
    {
        const char *name; ///< of the QAction
        const char *text;
        const char *icon; ///< empty: none
        const char *shortcut;
        Menu menu;
        bool inToolBar;
        Needs needs;
        void (MainWindow::*run)();
    };
    static const ActionSpec kActions[];

    void build();
    void buildActions();
    void buildMenus();
    void buildToolBar();
    void connectAll();
    QAction *action(const char *name) const;

    NodePage *page() const;
    models::NodeSession *session() const;
    /// Null when there is none at the cursor.
    const models::LoadBalancerState *loadBalancer() const;
    NodePage *makePage(models::NodeSession &session);
    void showCurrentNode();
    void dropPage(const QString &id);
    void updateActions();
    bool isThere(Needs needs) const;
    void showContextMenu(const QPoint &globalPosition, Menu menu);
    void openVerb(VerbForm *form);
    void showProblem(const QString &sentence);
    QCoro::Task<void> reviewCertificateOf(QString id);

    void addNode();
    void editNode();
    void removeNode();
    void moveNodeUp();
    void moveNodeDown();
    void retryNode();
    void createLoadBalancer();
    void deleteLoadBalancer();
    void addListeners();
    void removeListeners();
    void configureHealthCheck();
    void copyDnsName();
    void registerInstances();
    void deregisterInstances();
    void drainInstances();
    void find();
    void showOverview();
    void showLoadBalancers();
    void showHistory();
    void showDashboard();
    void focusNodes();

    Nodes &m_nodes;
    Theme &m_theme;
    NodeTree *m_tree;
    QStackedWidget *m_pages;
    Banner *m_problem;
    StatusLine *m_status;
    QHash<QString, NodePage *> m_pageOf; ///< by the node's id; made when it is first selected
    QHash<QString, QAction *> m_actions;
};

} // namespace balancer::desktop
