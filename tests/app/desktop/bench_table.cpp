// Scrolls a table of 10,000 instances and prints how long a frame takes. For tests/bench; judges nothing.
#include "app/desktop/window_fixture.h"
#include "desktop/pages/table.h"

#include <QElapsedTimer>
#include <QQuickWindow>
#include <QScrollBar>

#include <algorithm>
#include <iostream>
#include <vector>

using namespace balancer;
using namespace balancer::tests;

int main(int argc, char **argv)
{
    QQuickWindow::setGraphicsApi(QSGRendererInterface::Software);
    QApplication application(argc, argv);
    WindowFixture fixture;
    std::vector<model::InstanceView> many;
    for (int i = 0; i < 10000; ++i)
        many.push_back(instanceView("i-" + std::to_string(100000 + i), i % 7 ? "InService" : "OutOfService"));
    fixture.node.list = list("e-1", {detail("web", std::move(many))});
    fixture.startWithOneNode();
    desktop::Table *table = nullptr;
    const auto isFilled = [&] {
        fixture.press("Ctrl+2");
        table = visible<desktop::Table>("instances");
        return table && table->model()->rowCount() == 10000;
    };
    if (!QTest::qWaitFor(isFilled, 60000))
        return 1;

    std::vector<double> frames;
    const int last = table->verticalScrollBar()->maximum();
    for (int i = 0; i <= 600; ++i) {
        table->verticalScrollBar()->setValue(last / 600 * i);
        QElapsedTimer timer;
        timer.start();
        table->viewport()->repaint();
        frames.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
    }
    std::ranges::sort(frames);
    std::cout << frames[frames.size() / 2] << ' ' << frames[frames.size() * 99 / 100] << ' ' << frames.back() << '\n';
}
