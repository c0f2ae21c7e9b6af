#pragma once

#include "app/desktop/fake_node.h"
#include "app/desktop/fake_secret_store.h"
#include "desktop/main_window.h"
#include "support/manual_clock.h"

#include <QApplication>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTemporaryDir>
#include <QTest>

namespace balancer::tests {

/// The visible widget of that name below `parent`, or below any window; null when there is none.
template <typename T>
T *visible(const char *name, QWidget *parent = nullptr)
{
    const auto windows = parent ? QWidgetList{parent} : QApplication::topLevelWidgets();
    for (auto *window : windows) {
        for (auto *found : window->findChildren<T *>(QLatin1String(name))) {
            if (found->isVisible())
                return found;
        }
    }
    return nullptr;
}

template <typename T>
T *dialog()
{
    for (auto *window : QApplication::topLevelWidgets()) {
        if (auto *found = qobject_cast<T *>(window); found && found->isVisible())
            return found;
    }
    return nullptr;
}

inline void click(QWidget *widget)
{
    QVERIFY2(widget, "there is nothing to click on");
    QTest::mouseClick(widget, Qt::LeftButton);
}

/// Replaces what is in the field, as somebody typing.
inline void type(QLineEdit *field, const QString &text)
{
    QVERIFY2(field, "there is nothing to type into");
    field->setFocus();
    field->selectAll();
    QTest::keyClick(field, Qt::Key_Delete);
    QTest::keyClicks(field, text);
}

/// Keys for the window. Without a window manager nobody gives the window the keyboard back when a dialog closes.
inline void pressKeys(QWidget *window, const char *keys)
{
    if (!QApplication::activeModalWidget() && QApplication::activeWindow() != window) {
        window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(window));
    }
    auto *focused = QApplication::focusWidget();
    QTest::keySequence(focused ? focused : window, QKeySequence(QLatin1String(keys)));
}

/// The window with a fake node behind every address.
struct WindowFixture
{
    QTemporaryDir folder;
    FakeNode node;
    FakeSecretStore secrets;
    ManualClock clock;
    desktop::Theme theme{QStringLiteral("light")};
    std::unique_ptr<desktop::Nodes> nodes;
    std::unique_ptr<desktop::MainWindow> window;

    desktop::NodeRegistry registry() const
    {
        return desktop::NodeRegistry(folder.filePath(QStringLiteral("nodes.json")));
    }

    void start(const std::vector<desktop::NodeEntry> &entries)
    {
        if (!entries.empty()) {
            const auto saved = registry().save(entries);
            Q_ASSERT(saved);
        }
        nodes = std::make_unique<desktop::Nodes>(registry(), secrets, node, clock);
        window = std::make_unique<desktop::MainWindow>(*nodes, theme);
        window->show();
        window->activateWindow();
        if (!QTest::qWaitForWindowActive(window.get()))
            qFatal("the window is not active");
        nodes->load({});
    }

    /// Over plain loopback, where no certificate is needed.
    void startWithOneNode()
    {
        start({{QStringLiteral("n"), QStringLiteral("node one"), QStringLiteral("http://127.0.0.1:9999"), {}, {}}});
    }

    void press(const char *keys) const { pressKeys(window.get(), keys); }
};

} // namespace balancer::tests
