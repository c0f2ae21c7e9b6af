#include "desktop/module.h"

#include "adapters/http/http_client.h"
#include "desktop/keychain_secret_store.h"
#include "desktop/main_window.h"
#include "desktop/nodes.h"
#include "desktop/theme.h"
#include "ports/clock.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QEvent>
#include <QLoggingCategory>
#include <QQuickWindow>
#include <QTimer>

#include <chrono>
#include <cstring>
#include <iostream>

namespace {

using namespace balancer;

class SystemClock : public ports::Clock
{
public:
    model::Timestamp now() const override
    {
        return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }
};

Q_LOGGING_CATEGORY(lcStart, "desktop.start", QtInfoMsg)

/// Tells the log how long it took until the window was first seen.
class FirstPaint : public QObject
{
public:
    explicit FirstPaint(QWidget &window) : m_window(window)
    {
        m_sinceStart.start();
        window.installEventFilter(this);
    }

    bool eventFilter(QObject *watched, QEvent *event) override
    {
        if (event->type() != QEvent::Paint)
            return false;
        m_window.removeEventFilter(this);
        // What is painted now is on the screen when the loop comes round.
        QTimer::singleShot(0, this,
                           [this] { qCDebug(lcStart) << "first painted after" << m_sinceStart.elapsed() << "ms"; });
        return QObject::eventFilter(watched, event);
    }

private:
    QWidget &m_window;
    QElapsedTimer m_sinceStart;
};

/// The charts are lines and areas: drawing them needs no graphics card, and without its driver the program needs a
/// third of the memory and starts in half the time. QT_QUICK_BACKEND says otherwise.
void chooseRenderer()
{
    if (!qEnvironmentVariableIsSet("QT_QUICK_BACKEND"))
        QQuickWindow::setGraphicsApi(QSGRendererInterface::Software);
}

int runWindow(QApplication &application, const ElasticHaproxyDesktopStart &start)
{
    desktop::Theme theme(QString::fromUtf8(start.theme));
    adapters::http::HttpClient transport;
    const SystemClock clock;
    desktop::KeychainSecretStore secrets;
    desktop::Nodes nodes(desktop::NodeRegistry(desktop::NodeRegistry::defaultFile()), secrets, transport, clock);
    desktop::MainWindow window(nodes, theme);
    const FirstPaint firstPaint(window);
    window.show();
    nodes.load(QString::fromUtf8(start.localSocket));
    return application.exec();
}

} // namespace

extern "C" Q_DECL_EXPORT int elasticHaproxyDesktop(int argc, char **argv, const ElasticHaproxyDesktopStart *start)
{
    if (std::strcmp(start->version, BALANCER_VERSION) != 0) {
        std::cerr << "elastic-haproxy: the desktop window is of version " BALANCER_VERSION ", the program of version "
                  << start->version << "; install both of one version\n";
        return 1;
    }
    // The dashboard's browser, which comes later, shares its graphics with the window.
    QCoreApplication::setAttribute(Qt::AA_ShareOpenGLContexts);
    chooseRenderer();
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("elastic-haproxy"));
    QApplication::setApplicationDisplayName(QStringLiteral("Elastic HAProxy"));
    QApplication::setApplicationVersion(QStringLiteral(BALANCER_VERSION));
    QApplication::setDesktopFileName(QStringLiteral("elastic-haproxy"));
    return runWindow(application, *start);
}
