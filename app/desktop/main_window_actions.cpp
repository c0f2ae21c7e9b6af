// What the actions of the window do.
#include "desktop/main_window.h"

#include "desktop/node_dialog.h"
#include "desktop/node_tree.h"
#include "desktop/pages/load_balancers_page.h"
#include "desktop/trust_dialog.h"
#include "desktop/verbs/forms.h"
#include "desktop/verbs/verb_dialog.h"

#include <QMessageBox>
#include <QPointer>
#include <QPushButton>

namespace balancer::desktop {

namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 10s;

} // namespace

void MainWindow::addNode()
{
    auto *dialog = new NodeDialog(m_nodes, {}, this);
    connect(dialog, &NodeDialog::taken, m_tree, &NodeTree::select);
    dialog->open();
}

void MainWindow::editNode()
{
    auto *dialog = new NodeDialog(m_nodes, session()->id(), this);
    dialog->open();
}

void MainWindow::removeNode()
{
    auto *question = new QMessageBox(QMessageBox::Question, tr("Remove node"),
                                     tr("Remove %1 from this list?").arg(session()->name()), QMessageBox::Cancel, this);
    question->setAttribute(Qt::WA_DeleteOnClose);
    question->setInformativeText(
        tr("Nothing changes on the node itself. Its key's secret is removed from the keychain."));
    auto *remove = question->addButton(tr("&Remove"), QMessageBox::DestructiveRole);
    remove->setObjectName(QStringLiteral("remove"));
    connect(remove, &QPushButton::clicked, this, [this, id = session()->id()] { m_nodes.remove(id); });
    question->open();
}

void MainWindow::moveNodeUp()
{
    m_nodes.move(session()->id(), m_nodes.model().rowOf(session()->id()) - 1);
}

void MainWindow::moveNodeDown()
{
    m_nodes.move(session()->id(), m_nodes.model().rowOf(session()->id()) + 1);
}

void MainWindow::retryNode()
{
    session()->client().retryNow();
}

/// Asks the node for the certificate it shows now, so that the user sees both.
QCoro::Task<void> MainWindow::reviewCertificateOf(QString id)
{
    const QPointer<MainWindow> self(this);
    const NodeEntry *node = m_nodes.find(id);
    if (!node)
        co_return;
    const ports::HttpTarget target{node->url.toStdString(), {}};
    const auto shown = co_await m_nodes.transport().fetchFingerprint(target, kPatience);
    node = self ? m_nodes.find(id) : nullptr;
    if (!node)
        co_return;
    if (!shown) {
        showProblem(QString::fromStdString(shown.error().message));
        co_return;
    }
    const QString fingerprint = QString::fromStdString(*shown);
    auto *dialog = new TrustDialog(node->name, fingerprint, node->fingerprint, this);
    connect(dialog, &QDialog::accepted, this, [this, id, fingerprint] { m_nodes.setFingerprint(id, fingerprint); });
    dialog->open();
}

void MainWindow::openVerb(VerbForm *form)
{
    auto *dialog = new VerbDialog(session()->client(), form, m_theme, this);
    dialog->open();
}

void MainWindow::createLoadBalancer()
{
    const auto &status = session()->status();
    const QString region = status ? QString::fromStdString(status->region) : QStringLiteral("local");
    openVerb(new CreateLoadBalancerForm(region + QStringLiteral("-1")));
}

void MainWindow::deleteLoadBalancer()
{
    const auto *balancer = loadBalancer();
    openVerb(new DeleteLoadBalancerForm(balancer->view.name, balancer->registered()));
}

void MainWindow::addListeners()
{
    openVerb(new AddListenersForm(loadBalancer()->view.name));
}

void MainWindow::removeListeners()
{
    const auto *balancer = loadBalancer();
    openVerb(new RemoveListenersForm(balancer->view.name, balancer->view.listeners));
}

void MainWindow::configureHealthCheck()
{
    const auto *balancer = loadBalancer();
    openVerb(new HealthCheckForm(balancer->view.name, balancer->view.healthCheck));
}

void MainWindow::copyDnsName()
{
    page()->loadBalancers().copyDnsName();
}

void MainWindow::registerInstances()
{
    openVerb(new InstancesForm(InstancesForm::Purpose::Register, loadBalancer()->view.name, {}));
}

void MainWindow::deregisterInstances()
{
    openVerb(new InstancesForm(InstancesForm::Purpose::Deregister, loadBalancer()->view.name,
                               page()->loadBalancers().selectedInstances()));
}

void MainWindow::drainInstances()
{
    openVerb(new InstancesForm(InstancesForm::Purpose::Drain, loadBalancer()->view.name,
                               page()->loadBalancers().selectedInstances()));
}

void MainWindow::find()
{
    page()->focusFilter();
}

void MainWindow::showOverview()
{
    page()->showTab(NodePage::OverviewTab);
}

void MainWindow::showLoadBalancers()
{
    page()->showTab(NodePage::LoadBalancersTab);
}

void MainWindow::showHistory()
{
    page()->showTab(NodePage::HistoryTab);
}

void MainWindow::showDashboard()
{
    page()->showTab(NodePage::DashboardTab);
}

void MainWindow::focusNodes()
{
    m_tree->setFocus(Qt::ShortcutFocusReason);
}

} // namespace balancer::desktop
