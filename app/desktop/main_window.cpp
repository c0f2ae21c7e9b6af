#include "desktop/main_window.h"

#include "desktop/banner.h"
#include "desktop/icons.h"
#include "desktop/looks.h"
#include "desktop/node_tree.h"
#include "desktop/pages/load_balancers_page.h"
#include "desktop/status_line.h"

#include <QAction>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QSplitter>
#include <QStackedWidget>
#include <QStatusBar>
#include <QToolBar>
#include <QVBoxLayout>

#include <array>

namespace balancer::desktop {

namespace {

constexpr std::array kMenuTitles = {QT_TRANSLATE_NOOP("balancer::desktop::MainWindow", "&Nodes"),
                                    QT_TRANSLATE_NOOP("balancer::desktop::MainWindow", "&Load balancers"),
                                    QT_TRANSLATE_NOOP("balancer::desktop::MainWindow", "&Instances"),
                                    QT_TRANSLATE_NOOP("balancer::desktop::MainWindow", "&View")};

QLabel *welcome(QWidget *parent)
{
    auto *label = quietLabel(MainWindow::tr("Add a node to see and change its load balancers: Ctrl+Shift+N"), parent);
    label->setAlignment(Qt::AlignCenter);
    return label;
}

} // namespace

// An empty text is a line between groups.
const MainWindow::ActionSpec MainWindow::kActions[] = {
    {"addNode", QT_TR_NOOP("&Add node…"), "add", "Ctrl+Shift+N", Menu::Nodes, true, Needs::Nothing,
     &MainWindow::addNode},
    {"editNode", QT_TR_NOOP("&Edit node…"), "edit", "Ctrl+E", Menu::Nodes, false, Needs::Node, &MainWindow::editNode},
    {"removeNode", QT_TR_NOOP("&Remove node"), "remove", "Ctrl+Shift+Del", Menu::Nodes, false, Needs::Node,
     &MainWindow::removeNode},
    {"", "", "", "", Menu::Nodes, false, Needs::Nothing, nullptr},
    {"moveNodeUp", QT_TR_NOOP("Move &up"), "up", "Alt+Up", Menu::Nodes, false, Needs::Node, &MainWindow::moveNodeUp},
    {"moveNodeDown", QT_TR_NOOP("Move &down"), "down", "Alt+Down", Menu::Nodes, false, Needs::Node,
     &MainWindow::moveNodeDown},
    {"retryNode", QT_TR_NOOP("&Connect now"), "retry", "F5", Menu::Nodes, false, Needs::Node, &MainWindow::retryNode},
    {"", "", "", "", Menu::Nodes, false, Needs::Nothing, nullptr},
    {"quit", QT_TR_NOOP("&Quit"), "", "Ctrl+Q", Menu::Nodes, false, Needs::Nothing, nullptr},

    {"createLoadBalancer", QT_TR_NOOP("&New load balancer…"), "balancer-add", "Ctrl+N", Menu::LoadBalancers, true,
     Needs::LiveNode, &MainWindow::createLoadBalancer},
    {"deleteLoadBalancer", QT_TR_NOOP("&Delete load balancer…"), "balancer-delete", "Ctrl+Del", Menu::LoadBalancers,
     true, Needs::LoadBalancer, &MainWindow::deleteLoadBalancer},
    {"", "", "", "", Menu::LoadBalancers, false, Needs::Nothing, nullptr},
    {"addListeners", QT_TR_NOOP("Add &listeners…"), "listener-add", "Ctrl+L", Menu::LoadBalancers, false,
     Needs::LoadBalancer, &MainWindow::addListeners},
    {"removeListeners", QT_TR_NOOP("Re&move listeners…"), "listener-remove", "Ctrl+Shift+L", Menu::LoadBalancers, false,
     Needs::LoadBalancer, &MainWindow::removeListeners},
    {"configureHealthCheck", QT_TR_NOOP("&Health check…"), "health", "Ctrl+H", Menu::LoadBalancers, true,
     Needs::LoadBalancer, &MainWindow::configureHealthCheck},
    {"", "", "", "", Menu::LoadBalancers, false, Needs::Nothing, nullptr},
    {"copyDnsName", QT_TR_NOOP("&Copy DNS name"), "copy", "Ctrl+Shift+C", Menu::LoadBalancers, false,
     Needs::LoadBalancer, &MainWindow::copyDnsName},

    {"registerInstances", QT_TR_NOOP("&Register…"), "instance-add", "Ctrl+R", Menu::Instances, true,
     Needs::LoadBalancer, &MainWindow::registerInstances},
    {"deregisterInstances", QT_TR_NOOP("&Deregister…"), "instance-remove", "Ctrl+D", Menu::Instances, true,
     Needs::LoadBalancer, &MainWindow::deregisterInstances},
    {"drainInstances", QT_TR_NOOP("D&rain…"), "drain", "Ctrl+Shift+D", Menu::Instances, true, Needs::LoadBalancer,
     &MainWindow::drainInstances},

    {"showOverview", QT_TR_NOOP("&Overview"), "", "Ctrl+1", Menu::View, false, Needs::Node, &MainWindow::showOverview},
    {"showLoadBalancers", QT_TR_NOOP("&Load balancers"), "", "Ctrl+2", Menu::View, false, Needs::Node,
     &MainWindow::showLoadBalancers},
    {"showHistory", QT_TR_NOOP("&History"), "", "Ctrl+3", Menu::View, false, Needs::Node, &MainWindow::showHistory},
    {"showDashboard", QT_TR_NOOP("&Dashboard"), "", "Ctrl+4", Menu::View, false, Needs::Node,
     &MainWindow::showDashboard},
    {"", "", "", "", Menu::View, false, Needs::Nothing, nullptr},
    {"find", QT_TR_NOOP("&Find"), "find", "Ctrl+F", Menu::View, false, Needs::Node, &MainWindow::find},
    {"focusNodes", QT_TR_NOOP("Go to the &nodes"), "", "F6", Menu::View, false, Needs::Nothing,
     &MainWindow::focusNodes},
};

MainWindow::MainWindow(Nodes &nodes, Theme &theme, QWidget *parent)
    : QMainWindow(parent), m_nodes(nodes), m_theme(theme), m_tree(new NodeTree(nodes, theme, this)),
      m_pages(new QStackedWidget(this)), m_problem(new Banner(this)), m_status(new StatusLine(theme, this))
{
    setWindowTitle(tr("Elastic HAProxy"));
    setWindowIcon(programIcon());
    resize(1280, 820);
    build();
    buildActions();
    buildMenus();
    buildToolBar();
    connectAll();
    showCurrentNode();
}

MainWindow::~MainWindow()
{
    // Pages tell of their selection while they go.
    for (auto *shown : std::as_const(m_pageOf))
        shown->disconnect(this);
    m_tree->disconnect(this);
}

void MainWindow::build()
{
    m_pages->addWidget(welcome(m_pages));
    auto *splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setHandleWidth(1);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(m_tree);
    splitter->addWidget(m_pages);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({230, 1050});
    auto *centre = new QWidget(this);
    auto *column = new QVBoxLayout(centre);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_problem);
    column->addWidget(splitter, 1);
    setCentralWidget(centre);
    statusBar()->setSizeGripEnabled(false);
    statusBar()->addWidget(m_status, 1);
}

void MainWindow::buildActions()
{
    for (const auto &spec : kActions) {
        if (!*spec.name)
            continue;
        auto *made = new QAction(tr(spec.text), this);
        made->setObjectName(QLatin1String(spec.name));
        made->setShortcut(QKeySequence(QLatin1String(spec.shortcut)));
        if (*spec.icon)
            made->setIcon(themedIcon(QLatin1String(spec.icon)));
        QString tip = tr(spec.text);
        made->setToolTip(tip.remove(u'&').remove(u'…') +
                         QStringLiteral(" (%1)").arg(made->shortcut().toString(QKeySequence::NativeText)));
        if (spec.run)
            connect(made, &QAction::triggered, this, spec.run);
        m_actions.insert(made->objectName(), made);
    }
    connect(action("quit"), &QAction::triggered, this, &QWidget::close);
}

void MainWindow::buildMenus()
{
    std::array<QMenu *, kMenuTitles.size()> menus{};
    for (std::size_t i = 0; i < menus.size(); ++i)
        menus[i] = menuBar()->addMenu(tr(kMenuTitles[i]));
    for (const auto &spec : kActions) {
        auto *menu = menus[static_cast<std::size_t>(spec.menu)];
        if (*spec.name)
            menu->addAction(action(spec.name));
        else
            menu->addSeparator();
    }
}

void MainWindow::buildToolBar()
{
    auto *bar = addToolBar(tr("Actions"));
    bar->setObjectName(QStringLiteral("toolBar"));
    bar->setMovable(false);
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    bar->setIconSize(QSize(18, 18));
    std::optional<Menu> group;
    for (const auto &spec : kActions) {
        if (!spec.inToolBar)
            continue;
        if (group && *group != spec.menu)
            bar->addSeparator();
        group = spec.menu;
        QAction *shown = action(spec.name);
        QString text = tr(spec.text);
        shown->setIconText(text.remove(u'&').remove(u'…'));
        bar->addAction(shown);
        bar->widgetForAction(shown)->setFocusPolicy(Qt::TabFocus);
    }
}

void MainWindow::connectAll()
{
    connect(m_tree, &NodeTree::currentNodeChanged, this, &MainWindow::showCurrentNode);
    connect(m_tree, &QWidget::customContextMenuRequested, this,
            [this](const QPoint &point) { showContextMenu(m_tree->viewport()->mapToGlobal(point), Menu::Nodes); });
    connect(&m_nodes, &Nodes::problem, this, &MainWindow::showProblem);
    connect(m_problem, &Banner::actionRequested, m_problem, &QWidget::hide);
    connect(&m_nodes.model(), &QAbstractItemModel::rowsAboutToBeRemoved, this,
            [this](const QModelIndex &, int first, int last) {
                for (int row = first; row <= last; ++row)
                    dropPage(m_nodes.model().at(row).id());
            });
    connect(&m_nodes.model(), &QAbstractItemModel::rowsRemoved, this, &MainWindow::showCurrentNode);
    connect(&m_nodes.model(), &QAbstractItemModel::dataChanged, this, &MainWindow::updateActions);
}

QAction *MainWindow::action(const char *name) const
{
    return m_actions.value(QLatin1String(name));
}

NodePage *MainWindow::page() const
{
    return qobject_cast<NodePage *>(m_pages->currentWidget());
}

models::NodeSession *MainWindow::session() const
{
    auto *shown = page();
    return shown ? &shown->session() : nullptr;
}

const models::LoadBalancerState *MainWindow::loadBalancer() const
{
    auto *shown = page();
    return shown ? shown->loadBalancers().current() : nullptr;
}

NodePage *MainWindow::makePage(models::NodeSession &session)
{
    auto *made = new NodePage(m_nodes, session, m_theme, m_pages);
    m_pages->addWidget(made);
    connect(made, &NodePage::selectionChanged, this, &MainWindow::updateActions);
    connect(made, &NodePage::editRequested, this, &MainWindow::editNode);
    connect(made, &NodePage::certificateReviewRequested, this, [this, &session] { reviewCertificateOf(session.id()); });
    connect(&made->loadBalancers(), &LoadBalancersPage::contextMenuRequested, this,
            [this](const QPoint &point, bool overInstances) {
                showContextMenu(point, overInstances ? Menu::Instances : Menu::LoadBalancers);
            });
    return made;
}

void MainWindow::showCurrentNode()
{
    const QString id = m_tree->currentId();
    auto *selected = m_nodes.model().find(id);
    if (!selected) {
        m_pages->setCurrentIndex(0);
    } else {
        const auto tab = page() ? page()->tab() : NodePage::OverviewTab;
        auto *&shown = m_pageOf[id];
        if (!shown)
            shown = makePage(*selected);
        shown->showTab(tab);
        m_pages->setCurrentWidget(shown);
    }
    m_status->setSession(selected);
    updateActions();
}

void MainWindow::dropPage(const QString &id)
{
    auto *dropped = m_pageOf.take(id);
    if (!dropped)
        return;
    if (session() && session()->id() == id) {
        m_pages->setCurrentIndex(0);
        m_status->setSession(nullptr);
    }
    dropped->disconnect(this);
    delete dropped; // before its session, which it reads
}

void MainWindow::updateActions()
{
    for (const auto &spec : kActions) {
        if (*spec.name)
            action(spec.name)->setEnabled(isThere(spec.needs));
    }
}

bool MainWindow::isThere(Needs needs) const
{
    switch (needs) {
    case Needs::Nothing:
        return true;
    case Needs::Node:
        return session();
    case Needs::LiveNode:
        return session() && session()->isLive();
    case Needs::LoadBalancer:
        break;
    }
    return session() && session()->isLive() && loadBalancer();
}

void MainWindow::showContextMenu(const QPoint &globalPosition, Menu menu)
{
    QMenu shown(this);
    for (const auto &spec : kActions) {
        if (spec.menu == menu && *spec.name && action(spec.name) != action("quit"))
            shown.addAction(action(spec.name));
    }
    shown.exec(globalPosition);
}

void MainWindow::showProblem(const QString &sentence)
{
    m_problem->show(sentence, tr("Un&derstood"));
}

} // namespace balancer::desktop
