#include "desktop/pages/overview_page.h"

#include <QQmlComponent>
#include <QQmlEngine>
#include <QQuickItem>
#include <QQuickWidget>
#include <QVBoxLayout>

namespace balancer::desktop {

namespace {

using namespace std::chrono_literals;

const QUrl kSource(QStringLiteral("qrc:/qml/ElasticHaproxy/Overview.qml"));

void registerModels()
{
    const char *uri = "ElasticHaproxy.Models";
    const QString why = QStringLiteral("the window makes it");
    qmlRegisterUncreatableType<models::LoadBalancerModel>(uri, 1, 0, "LoadBalancerModel", why);
    qmlRegisterUncreatableType<models::TrafficHistory>(uri, 1, 0, "TrafficHistory", why);
}

} // namespace

OverviewFigures::OverviewFigures(models::NodeSession &session, QObject *parent) : QObject(parent), m_session(session)
{
    m_soon.setSingleShot(true);
    m_soon.setInterval(100ms);
    connect(&m_soon, &QTimer::timeout, this, &OverviewFigures::addUp);
    const auto later = [this] {
        if (!m_soon.isActive())
            m_soon.start();
    };
    const auto *rows = session.loadBalancers();
    connect(rows, &QAbstractItemModel::rowsInserted, this, later);
    connect(rows, &QAbstractItemModel::rowsRemoved, this, later);
    connect(rows, &QAbstractItemModel::modelReset, this, later);
    connect(rows, &QAbstractItemModel::dataChanged, this, later);
    addUp();
}

void OverviewFigures::addUp()
{
    const auto &state = m_session.state();
    m_loadBalancers = state.loadBalancerCount();
    m_inService = m_registered = 0;
    m_requests = m_sessions = 0;
    for (int row = 0; row < m_loadBalancers; ++row) {
        const auto &balancer = state.loadBalancer(row);
        m_inService += balancer.inService;
        m_registered += balancer.registered();
        if (balancer.rate) {
            m_requests += static_cast<double>(balancer.rate->requestsPerSecond);
            m_sessions += static_cast<double>(balancer.rate->sessions);
        }
    }
    Q_EMIT changed();
}

OverviewPage::OverviewPage(models::NodeSession &session, Theme &theme, QWidget *parent)
    : QWidget(parent), m_session(session), m_figures(session), m_view(new QQuickWidget(this))
{
    static const bool registered = (registerModels(), true);
    Q_UNUSED(registered)
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_view);
    m_view->setResizeMode(QQuickWidget::SizeRootObjectToView);
    m_view->setFocusPolicy(Qt::StrongFocus);
    m_view->setAccessibleName(tr("Overview"));
    setFocusProxy(m_view);

    QQmlEngine *engine = m_view->engine();
    for (QObject *owned :
         std::initializer_list<QObject *>{&session, session.loadBalancers(), session.traffic(), &theme})
        QQmlEngine::setObjectOwnership(owned, QQmlEngine::CppOwnership);
    auto *component = new QQmlComponent(engine, kSource, m_view);
    if (component->isError())
        qFatal("%s", qPrintable(component->errorString()));
    auto *root = component->createWithInitialProperties({
        {QStringLiteral("session"), QVariant::fromValue<QObject *>(&session)},
        {QStringLiteral("theme"), QVariant::fromValue<QObject *>(&theme)},
        {QStringLiteral("figures"), QVariant::fromValue<QObject *>(&m_figures)},
    });
    m_view->setContent(kSource, component, root);
    connect(root, SIGNAL(loadBalancerOpened(QString)), this, SIGNAL(loadBalancerOpened(QString)));
}

OverviewPage::~OverviewPage()
{
    // Its scene reads the figures.
    delete m_view;
}

} // namespace balancer::desktop
