#include "base/text.h"
#include "controller/base/readable.h"
#include "support/builders.h"
#include "support/requests.h"
#include "support/service_node.h"

#include <algorithm>
#include <map>
#include <random>

using namespace balancer;
using namespace balancer::tests;

namespace {

/// What someone knows who read everything once and followed the events from then on.
class Follower
{
public:
    explicit Follower(const std::vector<model::LoadBalancerDetail> &read)
    {
        for (const auto &detail : read)
            m_known.emplace(detail.loadBalancer.name, detail);
    }

    void hear(const model::Event &event)
    {
        std::visit([this](const auto &kind) { apply(kind); }, event);
    }

    std::vector<model::LoadBalancerDetail> knows() const
    {
        std::vector<model::LoadBalancerDetail> all;
        for (const auto &[name, detail] : m_known)
            all.push_back(detail);
        return all;
    }

private:
    void apply(const model::LoadBalancerChanged &event)
    {
        m_known[event.loadBalancer.name].loadBalancer = event.loadBalancer;
    }
    void apply(const model::LoadBalancerDeleted &event) { m_known.erase(event.loadBalancer); }
    void apply(const model::InstanceChanged &event)
    {
        auto &instances = m_known.at(event.loadBalancer).instances;
        const auto known = find(instances, event.instance.health.id);
        if (known != instances.end())
            *known = event.instance;
        else
            instances.push_back(event.instance);
    }
    void apply(const model::InstanceDeregistered &event)
    {
        auto &instances = m_known.at(event.loadBalancer).instances;
        instances.erase(find(instances, event.instance));
    }
    template <typename Other>
    void apply(const Other &)
    {
    }

    static std::vector<model::InstanceView>::iterator find(std::vector<model::InstanceView> &instances,
                                                           const InstanceId &instanceId)
    {
        return std::ranges::find(instances, instanceId, [](const auto &view) { return view.health.id; });
    }

    std::map<LoadBalancerName, model::LoadBalancerDetail> m_known;
};

/// "web/i-1 OutOfService ELB 10.0.0.1"
std::string describe(const model::InstanceChanged &event)
{
    const auto &health = event.instance.health;
    return event.loadBalancer.text() + "/" + health.id.text() + " " + health.state + " " + health.reasonCode + " " +
           event.instance.address;
}

std::vector<std::string> instanceEvents(const ServiceNode &node)
{
    std::vector<std::string> texts;
    for (const auto &event : node.eventsOf<model::InstanceChanged>())
        texts.push_back(describe(event));
    return texts;
}

std::vector<std::string> tenAddresses(int first)
{
    std::vector<std::string> ids;
    for (int i = 0; i < 10; ++i)
        ids.push_back("10.0." + std::to_string(first) + "." + std::to_string(i + 1));
    return ids;
}

} // namespace

class ReadModelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void tellsOfANewLoadBalancer();
    void tellsWhereItListens();
    void tellsTheAddressOfThePool();
    void tellsOneEventForOneInstance();
    void tellsHealthAsItChanges();
    void neverTakesAnInstanceForTheOneBefore();
    void tellsOfAnotherAddress();
    void tellsOfDeregistrationAndDeletion();
    void tellsNothingWhenNothingChanges();
    void tellsWhatWasRevertedToo();
    void isSilentWhileItTakesOver();
    void saysWhatDescribeInstanceHealthSays();
    void agreesWithItsEvents();
    void showsWhatDrainsUntilItIsGone();
    void showsWhatIsRegisteredAgainInItsPlace();
    void showsWhatDrainedBeforeTheStart();

private:
    /// "i-1 InService: N/A", a line each.
    std::string shown() const;
    void startDraining();

    template <typename Request>
    void perform(Request request)
    {
        const auto answer = m_node->perform(std::move(request));
        QVERIFY2(answer.has_value(), answer ? "" : answer.error().message.c_str());
    }
    void restart(NodeSettings settings);
    void settle() { QTRY_VERIFY(m_node->isSettled()); }

    ServiceNode *m_node = nullptr;
};

void ReadModelTest::restart(NodeSettings settings)
{
    settings.options.retryDelay = std::chrono::milliseconds(1);
    m_node = &ServiceNode::make(std::move(settings));
    QVERIFY(m_node->start().has_value());
    m_node->events.clear();
}

void ReadModelTest::init()
{
    restart(NodeSettings());
}

void ReadModelTest::cleanup()
{
    settle();
}

void ReadModelTest::tellsOfANewLoadBalancer()
{
    perform(createRequest("Web"));
    const auto changed = m_node->eventsOf<model::LoadBalancerChanged>();
    QCOMPARE(changed.size(), std::size_t(1));
    const auto &view = changed[0].loadBalancer;
    QCOMPARE(view.name.text(), std::string("Web"));
    QCOMPARE(view.revision.number, 1);
    QVERIFY(view.listeners == std::vector(1, http(80, 8080)));
    QCOMPARE(view.availabilityZones, std::vector<std::string>{"zone-1"});
    QCOMPARE(view.addresses, std::vector<std::string>{"*"});
    QVERIFY(view.dnsName.starts_with("web-"));

    const auto saved = m_node->eventsOf<model::RevisionSaved>();
    QCOMPARE(saved.size(), std::size_t(1));
    QCOMPARE(saved[0].revision.revision.number, 1);
    const model::HistoryEntry entry{m_node->clock.now(), "AKID", "CreateLoadBalancer", "Web"};
    QVERIFY(saved[0].revision.changes == std::vector(1, entry));

    const auto applied = m_node->eventsOf<model::RevisionApplied>();
    QVERIFY(!applied.empty());
    QVERIFY((applied.back() == model::RevisionApplied{Revision{1}, m_node->haproxy.currentGeneration()}));
    QVERIFY(std::holds_alternative<model::RevisionApplied>(m_node->events.back()));
}

void ReadModelTest::tellsWhereItListens()
{
    NodeSettings settings;
    settings.view.sharedAddresses = {address("127.0.0.7"), address("::1")};
    restart(settings);
    perform(createRequest("web"));
    const auto view = m_node->readModel().loadBalancer(name("WEB"))->loadBalancer;
    QCOMPARE(view.addresses, (std::vector<std::string>{"127.0.0.7", "::1"}));
}

void ReadModelTest::tellsTheAddressOfThePool()
{
    NodeSettings settings;
    settings.pool.internetFacing = {address("127.0.1.1"), address("127.0.1.2")};
    restart(settings);
    perform(createRequest("a"));
    perform(createRequest("b"));
    for (const auto &[balancer, expected] : {std::pair("a", "127.0.1.1"), std::pair("b", "127.0.1.2")}) {
        const auto view = m_node->readModel().loadBalancer(name(balancer))->loadBalancer;
        QCOMPARE(view.addresses, std::vector<std::string>{expected});
    }
    QVERIFY(m_node->eventsOf<model::LoadBalancerChanged>().back().loadBalancer.addresses ==
            std::vector<std::string>{"127.0.1.2"});
}

void ReadModelTest::tellsOneEventForOneInstance()
{
    perform(createRequest("web"));
    std::vector<std::string> many;
    for (int i = 1; i <= 200; ++i)
        many.push_back("10.0.0." + std::to_string(i));
    perform(registerRequest("web", many));
    settle();
    m_node->events.clear();
    m_node->probe.gate().close();
    perform(registerRequest("web", {"10.1.1.1"}));
    QCOMPARE(instanceEvents(*m_node), std::vector<std::string>{"web/10.1.1.1 OutOfService ELB 10.1.1.1"});
    QVERIFY(m_node->eventsOf<model::InstanceDeregistered>().empty());
    m_node->probe.gate().open();
    settle();
    QCOMPARE(instanceEvents(*m_node).size(), std::size_t(2));
    QCOMPARE(instanceEvents(*m_node)[1], std::string("web/10.1.1.1 InService N/A 10.1.1.1"));
}

void ReadModelTest::tellsHealthAsItChanges()
{
    perform(createRequest("Web"));
    perform(registerRequest("web", {"10.0.0.1"}));
    settle();
    m_node->events.clear();
    using Kind = plan::HealthEvent::Kind;
    m_node->log.log(Kind::WentDown, "hc:web", "s1");
    m_node->log.log(Kind::WentDown, "hc:web", "s1");
    m_node->log.log(Kind::WentDown, "hc:web", "s2"); // a free slot
    m_node->log.log(Kind::WentDown, "hc:other", "s1");
    m_node->log.log(Kind::WentUp, "hc:web", "s1");
    const std::vector<std::string> expected{"Web/10.0.0.1 OutOfService Instance 10.0.0.1",
                                            "Web/10.0.0.1 InService N/A 10.0.0.1"};
    QCOMPARE(instanceEvents(*m_node), expected);
}

void ReadModelTest::neverTakesAnInstanceForTheOneBefore()
{
    perform(createRequest("web"));
    perform(registerRequest("web", {"10.0.0.1"}));
    settle();
    m_node->haproxy.gate().close();
    m_node->probe.gate().close();
    // HAProxy has the first instance in the slot that the second one gets, and says that it is well.
    auto &service = m_node->service();
    const model::Caller caller{"AKID", model::Role::Operator};
    auto leaving = service.perform(deregisterRequest("web", {"10.0.0.1"}), caller);
    auto coming = service.perform(registerRequest("web", {"10.0.0.2"}), caller);
    QTRY_COMPARE(m_node->cache.find(name("web"))->instances.size(), std::size_t(1));
    QTRY_VERIFY(m_node->cache.find(name("web"))->instances[0].id == id("10.0.0.2"));
    m_node->log.log(plan::HealthEvent::Kind::WentDown, "hc:web", "s1");
    m_node->log.log(plan::HealthEvent::Kind::WentUp, "hc:web", "s1");
    const auto detail = m_node->readModel().loadBalancer(name("web")).value();
    QCOMPARE(detail.instances.size(), std::size_t(1));
    QCOMPARE(detail.instances[0].health.reasonCode, std::string("ELB"));
    m_node->haproxy.gate().open();
    QVERIFY(QCoro::waitFor(std::move(leaving)).has_value());
    QVERIFY(QCoro::waitFor(std::move(coming)).has_value());
    QCOMPARE(m_node->readModel().loadBalancer(name("web"))->instances[0].health.reasonCode, std::string("ELB"));
    settle();
    QCOMPARE(m_node->readModel().loadBalancer(name("web"))->instances[0].health.state, std::string("InService"));
}

void ReadModelTest::tellsOfAnotherAddress()
{
    perform(createRequest("web"));
    perform(addressRequest("i-1", "10.0.0.1"));
    perform(registerRequest("web", {"i-1"}));
    settle();
    m_node->events.clear();
    m_node->probe.gate().close();
    perform(addressRequest("i-1", "10.0.0.9"));
    QCOMPARE(instanceEvents(*m_node), std::vector<std::string>{"web/i-1 OutOfService ELB 10.0.0.9"});
    m_node->probe.gate().open();
    settle();
    QCOMPARE(instanceEvents(*m_node).back(), std::string("web/i-1 InService N/A 10.0.0.9"));
}

void ReadModelTest::tellsOfDeregistrationAndDeletion()
{
    perform(createRequest("Web"));
    perform(registerRequest("web", {"10.0.0.1", "10.0.0.2", "10.0.0.3"}));
    settle();
    m_node->events.clear();
    perform(deregisterRequest("web", {"10.0.0.2"}));
    QVERIFY(m_node->eventsOf<model::InstanceDeregistered>() ==
            std::vector(1, model::InstanceDeregistered{name("web"), id("10.0.0.2")}));
    QVERIFY(instanceEvents(*m_node).empty());
    m_node->events.clear();
    perform(deleteRequest("WEB"));
    const auto deleted = m_node->eventsOf<model::LoadBalancerDeleted>();
    QCOMPARE(deleted.size(), std::size_t(1));
    QCOMPARE(deleted[0].loadBalancer.text(), std::string("Web"));
    QVERIFY(m_node->eventsOf<model::InstanceDeregistered>().empty());
    QCOMPARE(describe(m_node->readModel().loadBalancer(name("web"))),
             std::string("LoadBalancerNotFound: There is no ACTIVE Load Balancer named 'web'"));
}

void ReadModelTest::tellsNothingWhenNothingChanges()
{
    perform(createRequest("web"));
    perform(registerRequest("web", {"10.0.0.1"}));
    settle();
    m_node->events.clear();
    perform(createRequest("web"));
    perform(registerRequest("web", {"10.0.0.1"}));
    perform(deleteRequest("other"));
    QVERIFY(m_node->events.empty());
}

void ReadModelTest::tellsWhatWasRevertedToo()
{
    m_node->haproxy.failNextStart(Error{ErrorCode::Refused, "cannot bind"});
    QVERIFY(!m_node->perform(createRequest("web")).has_value());
    QTRY_COMPARE(m_node->eventsOf<model::LoadBalancerDeleted>().size(), std::size_t(1));
    QCOMPARE(m_node->eventsOf<model::LoadBalancerChanged>().size(), std::size_t(1));
    QVERIFY(m_node->readModel().loadBalancers().empty());
    QCOMPARE(m_node->eventsOf<model::RevisionSaved>().back().revision.changes[0].verb,
             std::string("CreateLoadBalancer (reverted)"));
}

void ReadModelTest::isSilentWhileItTakesOver()
{
    perform(createRequest("web"));
    perform(registerRequest("web", {"10.0.0.1"}));
    settle();
    auto &again = ServiceNode::make();
    again.haproxy.runAlready(m_node->reconciler().running(), m_node->watcher.healths());
    ports::Transaction stored;
    const auto &balancer = m_node->cache.state().balancers.at(name("web")).value;
    stored.balancers = {ports::BalancerChange{name("web"), Revision(), balancer}};
    QVERIFY(QCoro::waitFor(again.store.save(stored)).has_value());
    QVERIFY(again.start().has_value());
    QVERIFY(again.events.empty());
    const auto details = again.readModel().loadBalancers();
    QCOMPARE(details.size(), std::size_t(1));
    QCOMPARE(details[0].instances.at(0).health.state, std::string("InService"));
    QCOMPARE(details[0].loadBalancer.addresses, std::vector<std::string>{"*"});
}

void ReadModelTest::saysWhatDescribeInstanceHealthSays()
{
    perform(createRequest("web"));
    m_node->probe.setFailing("10.0.0.2:8080", true);
    m_node->probe.gate().close();
    perform(checkRequest("web", "TCP:8080"));
    perform(registerRequest("web", {"10.0.0.1", "10.0.0.2"}));
    const auto agrees = [this] {
        const auto described = m_node->perform(healthRequest("web")).value().states;
        std::vector<model::InstanceHealth> shown;
        const auto detail = m_node->readModel().loadBalancer(name("web")).value();
        for (const auto &instance : detail.instances)
            shown.push_back(instance.health);
        return described == shown;
    };
    QVERIFY(agrees());
    m_node->probe.gate().open();
    QTRY_COMPARE(m_node->readModel().loadBalancer(name("web"))->instances[0].health.state, std::string("InService"));
    QVERIFY(agrees());
    m_node->haproxy.running().checksFindDown("hc:web", "s1");
    m_node->log.log(plan::HealthEvent::Kind::WentDown, "hc:web", "s1");
    QVERIFY(agrees());
    perform(deregisterRequest("web", {"10.0.0.2"}));
}

void ReadModelTest::agreesWithItsEvents()
{
    Follower follower(m_node->readModel().loadBalancers());
    std::mt19937 chance(7);
    const auto pick = [&](int below) { return static_cast<int>(chance() % static_cast<unsigned>(below)); };
    const std::vector<std::string> names{"a", "B", "c"};
    std::size_t heard = 0;
    for (int step = 0; step < 400; ++step) {
        const auto &balancer = names[static_cast<std::size_t>(pick(3))];
        const auto port = static_cast<std::uint16_t>(80 + pick(3));
        switch (pick(7)) {
        case 0:
            static_cast<void>(m_node->perform(createRequest(balancer, port)));
            break;
        case 1:
            static_cast<void>(m_node->perform(deleteRequest(balancer)));
            break;
        case 2:
            static_cast<void>(m_node->perform(registerRequest(balancer, tenAddresses(pick(3)))));
            break;
        case 3:
            static_cast<void>(m_node->perform(deregisterRequest(balancer, tenAddresses(pick(3)))));
            break;
        case 4:
            static_cast<void>(m_node->perform(checkRequest(balancer, "TCP:" + std::to_string(port))));
            break;
        case 5:
            static_cast<void>(m_node->perform(drainingRequest(balancer, pick(2) == 0)));
            break;
        default:
            m_node->log.log(pick(2) == 0 ? plan::HealthEvent::Kind::WentDown : plan::HealthEvent::Kind::WentUp,
                            "hc:" + toLower(balancer), "s" + std::to_string(1 + pick(4)));
        }
        for (; heard < m_node->events.size(); ++heard)
            follower.hear(m_node->events[heard]);
        QVERIFY2(follower.knows() == m_node->readModel().loadBalancers(), std::to_string(step).c_str());
    }
    QVERIFY(heard > 200);
}

std::string ReadModelTest::shown() const
{
    std::string text;
    const auto detail = m_node->readModel().loadBalancer(name("web")).value();
    for (const auto &instance : detail.instances)
        text += instance.health.id.text() + " " + instance.health.state + ": " + instance.health.description + "\n";
    return text;
}

/// The first of two instances drains and has something to finish.
void ReadModelTest::startDraining()
{
    perform(createRequest("web"));
    perform(drainingRequest("web", true));
    perform(registerRequest("web", {"10.0.0.1", "10.0.0.2"}));
    settle();
    m_node->haproxy.running().setSessions("b:web:80", "s1", 1);
    m_node->events.clear();
    perform(deregisterRequest("web", {"10.0.0.1"}));
}

void ReadModelTest::showsWhatDrainsUntilItIsGone()
{
    startDraining();
    const std::string draining = "10.0.0.1 InService: Instance deregistration currently in progress.\n";
    const std::string other = "10.0.0.2 InService: N/A\n";
    QCOMPARE(shown(), draining + other);
    QCOMPARE(instanceEvents(*m_node), std::vector<std::string>{"web/10.0.0.1 InService N/A 10.0.0.1"});
    QCOMPARE(m_node->eventsOf<model::InstanceChanged>()[0].instance.health.description,
             std::string("Instance deregistration currently in progress."));
    // Its health does not matter any more.
    m_node->log.log(plan::HealthEvent::Kind::WentDown, "hc:web", "s1");
    QCOMPARE(shown(), draining + other);
    QVERIFY(m_node->eventsOf<model::InstanceDeregistered>().empty());
    m_node->haproxy.running().setSessions("b:web:80", "s1", 0);
    QTRY_COMPARE(shown(), other);
    QVERIFY(m_node->eventsOf<model::InstanceDeregistered>() ==
            std::vector(1, model::InstanceDeregistered{name("web"), id("10.0.0.1")}));
    QCOMPARE(instanceEvents(*m_node).size(), std::size_t(1));
}

void ReadModelTest::showsWhatIsRegisteredAgainInItsPlace()
{
    startDraining();
    m_node->log.log(plan::HealthEvent::Kind::WentDown, "hc:web", "s1");
    m_node->events.clear();
    perform(registerRequest("web", {"10.0.0.1"}));
    QCOMPARE(instanceEvents(*m_node), std::vector<std::string>{"web/10.0.0.1 OutOfService Instance 10.0.0.1"});
    QVERIFY(m_node->eventsOf<model::InstanceDeregistered>().empty());
    QVERIFY(shown().starts_with("10.0.0.1 OutOfService: Instance has failed"));
}

void ReadModelTest::showsWhatDrainedBeforeTheStart()
{
    startDraining();
    auto &again = ServiceNode::make();
    again.haproxy.runAlready(m_node->reconciler().running(), m_node->watcher.healths());
    again.haproxy.running().setSessions("b:web:80", "s1", 1);
    again.clock.advance(m_node->clock.now() - again.clock.now());
    ports::Transaction stored;
    const auto &balancer = m_node->cache.state().balancers.at(name("web")).value;
    stored.balancers = {ports::BalancerChange{name("web"), Revision(), balancer}};
    QVERIFY(QCoro::waitFor(again.store.save(stored)).has_value());
    QVERIFY(again.start().has_value());
    m_node = &again;
    QVERIFY(shown().find("10.0.0.1 InService: Instance deregistration currently in progress.\n") != std::string::npos);
    m_node->haproxy.running().setSessions("b:web:80", "s1", 0);
    QTRY_COMPARE(shown(), std::string("10.0.0.2 InService: N/A\n"));
}

QTEST_GUILESS_MAIN(ReadModelTest)
#include "tst_read_model.moc"
