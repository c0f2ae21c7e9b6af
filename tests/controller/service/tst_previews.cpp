#include "controller/base/readable.h"
#include "support/builders.h"
#include "support/requests.h"
#include "support/service_node.h"

#include <algorithm>

using namespace balancer;
using namespace balancer::tests;
using model::PlanKind;

namespace {

bool contains(const std::vector<std::string> &lines, const std::string &line)
{
    return std::ranges::find(lines, line) != lines.end();
}

std::string joined(const std::vector<std::string> &lines)
{
    std::string text;
    for (const auto &line : lines)
        text += line + "\n";
    return text;
}

} // namespace

class PreviewsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void showsTheReloadOfANewLoadBalancer();
    void showsTheCommandsOfARegistration();
    void showsWhatADeletionTakesAway();
    void showsNoChange_data();
    void showsNoChange();
    void refusesAsTheVerbItself_data();
    void refusesAsTheVerbItself();
    void tellsThatHaproxyMustBeStarted();
    void foretellsWhatIsThenDone();
    void stopsNothing();

private:
    template <typename Request>
    void perform(Request request)
    {
        QVERIFY(m_node->perform(std::move(request)).has_value());
    }

    ServiceNode *m_node = nullptr;
};

void PreviewsTest::init()
{
    NodeSettings settings;
    settings.options.retryDelay = std::chrono::milliseconds(1);
    settings.limits.instances = 40;
    m_node = &ServiceNode::make(settings);
    QVERIFY(m_node->start().has_value());
    perform(createRequest("web"));
    perform(registerRequest("web", {"10.0.0.1"}));
    m_node->events.clear();
}

void PreviewsTest::cleanup()
{
    QTRY_VERIFY(m_node->isSettled());
}

void PreviewsTest::showsTheReloadOfANewLoadBalancer()
{
    const auto preview = m_node->preview(createRequest("api", 81)).value();
    QVERIFY(preview.kind == PlanKind::Reload);
    QCOMPARE(preview.reason, std::string("frontend f:81 is new"));
    QVERIFY(preview.commands.empty());
    QVERIFY2(contains(preview.diff, "+ backend b:api:81"), joined(preview.diff).c_str());
    QVERIFY(contains(preview.diff, "+     bind :81"));
    QVERIFY(preview.commandLine.empty());
    QVERIFY(!m_node->cache.find(name("api")));
    QVERIFY(m_node->events.empty());
}

void PreviewsTest::showsTheCommandsOfARegistration()
{
    const auto preview = m_node->preview(registerRequest("web", {"10.0.0.2"})).value();
    QVERIFY(preview.kind == PlanKind::RuntimeChange);
    QVERIFY(preview.reason.empty());
    QVERIFY(contains(preview.commands, "set server b:web:80/s2 addr 10.0.0.2 port 8080"));
    QVERIFY(contains(preview.diff, "-     server s2 192.0.2.2:1 track hc:web/s2"));
    QVERIFY2(contains(preview.diff, "+     server s2 10.0.0.2:8080 track hc:web/s2 # 10.0.0.2"),
             joined(preview.diff).c_str());
    QCOMPARE(m_node->cache.find(name("web"))->instances.size(), std::size_t(1));
}

void PreviewsTest::showsWhatADeletionTakesAway()
{
    const auto preview = m_node->preview(deleteRequest("web")).value();
    QVERIFY(preview.kind == PlanKind::Reload);
    QVERIFY(contains(preview.diff, "- backend hc:web"));
    QVERIFY(std::ranges::none_of(preview.diff, [](const auto &line) { return line.starts_with("+"); }));
    QVERIFY(m_node->cache.find(name("web")));
}

void PreviewsTest::showsNoChange_data()
{
    QTest::addColumn<int>("which");
    QTest::newRow("created already") << 0;
    QTest::newRow("registered already") << 1;
    QTest::newRow("deleted already") << 2;
    QTest::newRow("a verb that only looks") << 3;
    QTest::newRow("an address that nobody has") << 4;
}

void PreviewsTest::showsNoChange()
{
    QFETCH(int, which);
    const std::vector<model::AnyRequest> requests{createRequest("web"), registerRequest("web", {"10.0.0.1"}),
                                                    deleteRequest("other"), healthRequest("web"),
                                                    addressRequest("i-9", "10.9.9.9")};
    const auto preview = m_node->preview(requests[static_cast<std::size_t>(which)]).value();
    QVERIFY(preview == model::PlanPreview());
}

void PreviewsTest::refusesAsTheVerbItself_data()
{
    QTest::addColumn<int>("which");
    for (int i = 0; i < 10; ++i)
        QTest::newRow(std::to_string(i).c_str()) << i;
}

void PreviewsTest::refusesAsTheVerbItself()
{
    QFETCH(int, which);
    std::vector<std::string> tooMany;
    for (int i = 0; i < 50; ++i)
        tooMany.push_back("10.0.1." + std::to_string(i + 1));
    auto otherCreation = createRequest("web");
    otherCreation.parameters.availabilityZones = {"zone-2"};
    auto clash = createRequest("clash");
    clash.parameters.listeners = {tcp(80, 8080)};
    auto wrongCheck = checkRequest("web", "TCP:80");
    wrongCheck.healthCheck.interval = std::chrono::seconds(1);
    const std::vector<model::AnyRequest> requests{registerRequest("nobody", {"10.0.0.1"}),
                                                    registerRequest("web", {}),
                                                    registerRequest("web", {"i-unknown"}),
                                                    registerRequest("web", tooMany),
                                                    deregisterRequest("web", {"10.0.0.77"}),
                                                    otherCreation,
                                                    clash,
                                                    wrongCheck,
                                                    healthRequest("nobody"),
                                                    addressRequest("i-1", "no-address")};
    const auto &request = requests[static_cast<std::size_t>(which)];
    const auto previewed = describe(m_node->preview(request));
    const auto performed = std::visit([this](const auto &asked) { return describe(m_node->perform(asked)); }, request);
    QVERIFY(!previewed.empty());
    QCOMPARE(previewed, performed);
}

void PreviewsTest::tellsThatHaproxyMustBeStarted()
{
    for (int i = 0; i < 3; ++i)
        m_node->haproxy.failNextStart(Error{ErrorCode::Unavailable, "no memory"});
    m_node->haproxy.die();
    const auto preview = m_node->preview(registerRequest("web", {"10.0.0.2"})).value();
    QVERIFY(preview.kind == PlanKind::Reload);
    QCOMPARE(preview.reason, std::string("HAProxy is not running"));
}

void PreviewsTest::foretellsWhatIsThenDone()
{
    QTRY_VERIFY(m_node->isSettled());
    const std::vector<model::AnyRequest> steps{registerRequest("web", {"10.0.0.2"}),
                                                 deregisterRequest("web", {"10.0.0.1"}),
                                                 registerRequest("web", {"10.0.0.3", "10.0.0.4"}),
                                                 checkRequest("web", "HTTP:8080/"),
                                                 addressRequest("10.0.0.2", "10.0.0.22"),
                                                 createRequest("api", 81),
                                                 deleteRequest("web")};
    for (const auto &step : steps) {
        const auto preview = m_node->preview(step).value();
        const auto generations = m_node->haproxy.started().size();
        const auto commands = m_node->haproxy.changes().size();
        m_node->probe.gate().close();
        std::visit([this](const auto &asked) { QVERIFY(m_node->perform(asked).has_value()); }, step);
        const bool reloaded = m_node->haproxy.started().size() > generations;
        QCOMPARE(preview.kind == PlanKind::Reload, reloaded);
        if (!reloaded) {
            const auto &all = m_node->haproxy.changes();
            const std::vector<std::string> sent(all.begin() + static_cast<std::ptrdiff_t>(commands), all.end());
            QCOMPARE(joined(preview.commands), joined(sent));
        }
        QTRY_VERIFY(m_node->isSettled());
    }
}

void PreviewsTest::stopsNothing()
{
    QVERIFY(m_node->preview(model::StopNode{true}).value() == model::PlanPreview());
    QCOMPARE(m_node->stops, 0);
}

QTEST_GUILESS_MAIN(PreviewsTest)
#include "tst_previews.moc"
