#include "controller/base/readable.h"
#include "plan/render.h"
#include "service/node_plan.h"
#include "support/builders.h"

#include <QRandomGenerator>

using namespace balancer;
using namespace balancer::tests;
using service::AddressPool;
using service::NodePlan;

namespace {

AddressPool pool(int count)
{
    AddressPool made;
    for (int i = 1; i <= count; ++i) {
        made.internetFacing.push_back(address("127.0.1." + std::to_string(i)));
        made.internal.push_back(address("127.0.2." + std::to_string(i)));
    }
    return made;
}

std::set<LoadBalancerName> names(const std::vector<model::LoadBalancer> &balancers)
{
    std::set<LoadBalancerName> all;
    for (const auto &value : balancers)
        all.insert(value.name);
    return all;
}

model::LoadBalancer web()
{
    return loadBalancer("web").with(http(80, 8080)).with(instance("i-1", "10.0.0.1"));
}

} // namespace

class NodePlanTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isEmptyAtFirst();
    void givesEachBalancerAnAddressOfItsScheme();
    void keepsAddressesAndGivesThemBack();
    void tellsThatThePoolIsExhausted();
    void looksAheadForThoseWithoutAnAddress();
    void keepsSlotsFromAnEarlierLife();
    void tellsAnInstancesServer();
    void refusesPortsThatOthersHave();
    void countsOpenFiles();
    void followsANewDnsName();
    void givesAnAddressOfTheNewScheme();
    void isTheSameWhateverTheWayThere_data();
    void isTheSameWhateverTheWayThere();
};

void NodePlanTest::isEmptyAtFirst()
{
    const NodePlan node{plan::NodeView(), AddressPool()};
    QVERIFY(node.config() == projected({}));
    QVERIFY(node.addresses().empty());
    QVERIFY(!node.serverOf(name("web"), id("i-1")));
}

void NodePlanTest::givesEachBalancerAnAddressOfItsScheme()
{
    NodePlan node(plan::NodeView(), pool(3));
    auto inside = loadBalancer("inside").with(http(80, 80));
    model::LoadBalancer internal = inside;
    internal.scheme = model::Scheme::Internal;
    const std::vector<model::LoadBalancer> all{internal, web()};
    QVERIFY(node.update(names(all), refsTo(all)));
    QCOMPARE(node.addresses().at("inside").text(), std::string("127.0.2.1"));
    QCOMPARE(node.addresses().at("web").text(), std::string("127.0.1.1"));
    QCOMPARE(node.config().balancers.at("web")->frontends.at(0).binds.at(0).text(), std::string("127.0.1.1:80"));
}

void NodePlanTest::keepsAddressesAndGivesThemBack()
{
    NodePlan node(plan::NodeView(), pool(2));
    node.restore({{"b", address("127.0.1.2")}}, {});
    const std::vector<model::LoadBalancer> both{loadBalancer("a"), loadBalancer("b")};
    QVERIFY(node.update(names(both), refsTo(both)));
    QCOMPARE(node.addresses().at("a").text(), std::string("127.0.1.1"));
    QCOMPARE(node.addresses().at("b").text(), std::string("127.0.1.2"));

    // One goes and one comes in the same moment.
    const std::vector<model::LoadBalancer> next{loadBalancer("b"), loadBalancer("c")};
    QVERIFY(node.update({name("a"), name("c")}, refsTo(next)));
    QCOMPARE(node.addresses().at("c").text(), std::string("127.0.1.1"));
    QVERIFY(!node.addresses().contains("a"));
}

void NodePlanTest::tellsThatThePoolIsExhausted()
{
    NodePlan node(plan::NodeView(), pool(1));
    const std::vector<model::LoadBalancer> one{web()};
    QVERIFY(node.update(names(one), refsTo(one)));
    const model::LoadBalancer second = loadBalancer("x").with(http(80, 80));
    const auto fits = node.checkFits(second, refsTo(one));
    QVERIFY(!fits);
    QCOMPARE(fits.error().code, ErrorCode::InvalidConfigurationRequest);
    QVERIFY(fits.error().message.find("address_pool") != std::string::npos);
    QVERIFY(node.checkFits(one.front(), refsTo(one)));

    const std::vector<model::LoadBalancer> both{one.front(), second};
    const auto updated = node.update({second.name}, refsTo(both));
    QVERIFY(!updated);
    QCOMPARE(updated.error().code, ErrorCode::InvalidConfigurationRequest);
    QCOMPARE(node.config().balancers.size(), std::size_t(2)); // taken over all the same
    QVERIFY(node.config().balancers.at("x")->frontends.empty());
}

void NodePlanTest::looksAheadForThoseWithoutAnAddress()
{
    // Two created in the same moment: the second must see that the first will take the last address.
    const NodePlan node(plan::NodeView(), pool(1));
    const model::LoadBalancer first = loadBalancer("a").with(http(80, 80));
    const model::LoadBalancer second = loadBalancer("b").with(http(80, 80));
    QVERIFY(node.checkFits(first, {}));
    QVERIFY(!node.checkFits(second, {&first}));
    QCOMPARE(node.bindsOf(first, {}).at(0).text(), std::string("127.0.1.1:80"));
    QVERIFY(node.bindsOf(second, {&first}).empty());
}

void NodePlanTest::keepsSlotsFromAnEarlierLife()
{
    NodePlan node{plan::NodeView(), AddressPool()};
    node.restore({}, {{"web", {std::nullopt, id("i-1"), id("gone"), std::nullopt}}});
    const std::vector<model::LoadBalancer> all{web()};
    QVERIFY(node.update(names(all), refsTo(all)));
    QCOMPARE(node.serverOf(name("WEB"), id("i-1")).value(), std::string("s2"));
    QCOMPARE(node.config().balancers.at("web")->check.servers.size(), std::size_t(4));
}

void NodePlanTest::tellsAnInstancesServer()
{
    NodePlan node{plan::NodeView(), AddressPool()};
    const std::vector<model::LoadBalancer> all{web()};
    QVERIFY(node.update(names(all), refsTo(all)));
    QCOMPARE(node.serverOf(name("web"), id("i-1")).value(), std::string("s1"));
    QVERIFY(!node.serverOf(name("web"), id("i-2")));
    QVERIFY(!node.serverOf(name("other"), id("i-1")));
}

void NodePlanTest::refusesPortsThatOthersHave()
{
    const NodePlan node{plan::NodeView(), AddressPool()};
    const model::LoadBalancer first = loadBalancer("a").with(tcp(80, 80));
    const model::LoadBalancer second = loadBalancer("b").with(http(80, 80));
    QCOMPARE(node.checkFits(second, {&first}).error().code, ErrorCode::InvalidConfigurationRequest);
    QVERIFY(NodePlan(plan::NodeView(), pool(2)).checkFits(second, {&first}));
}

void NodePlanTest::countsOpenFiles()
{
    plan::NodeView view;
    view.descriptorLimit = 600;
    view.maxConnections = 45;           // two each
    NodePlan node(view, AddressPool()); // 500 in reserve: 10 are left
    const std::vector<model::LoadBalancer> all{web()};
    QVERIFY(node.update(names(all), refsTo(all))); // 1 listener, 2 slots
    QVERIFY(node.checkDescriptors());
    auto grown = web();
    for (int i = 2; i <= 8; ++i)
        grown.instances.push_back(instance("i-" + std::to_string(i), "10.0.0.1"));
    QVERIFY(!node.checkDescriptors(grown)); // 1 listener, 16 slots
    grown.instances.resize(7);
    QVERIFY(node.checkDescriptors(grown)); // 1 listener, 8 slots
    const model::LoadBalancer other = loadBalancer("other").with(http(80, 80));
    QVERIFY(node.checkFits(other, refsTo(all)));
    const std::vector<model::LoadBalancer> many{other, grown};
    QVERIFY(node.update(names(many), refsTo(many)));
    QCOMPARE(node.checkDescriptors().error().code, ErrorCode::InvalidConfigurationRequest);
    QVERIFY(node.update({other.name}, {&grown}));
    QVERIFY(node.checkDescriptors());
}

void NodePlanTest::followsANewDnsName()
{
    // Deleted and created again before anyone looked: the DNS name is another one.
    NodePlan node{plan::NodeView(), AddressPool()};
    std::vector<model::LoadBalancer> all{loadBalancer("api").with(http(80, 80)), web()};
    QVERIFY(node.update(names(all), refsTo(all)));
    const auto membership = node.membership();
    all[1].dnsName = "web-2.local.elb.internal";
    QVERIFY(node.update({all[1].name}, refsTo(all)));
    QVERIFY(node.membership() != membership); // whoever writes names has to write again
    QVERIFY(node.config().sharedFrontends == projected(all).sharedFrontends);
    QVERIFY(node.config().sharedFrontends.at(0).hosts.contains("web-2.local.elb.internal"));
}

void NodePlanTest::givesAnAddressOfTheNewScheme()
{
    NodePlan node(plan::NodeView(), pool(2));
    std::vector<model::LoadBalancer> all{web()};
    QVERIFY(node.update(names(all), refsTo(all)));
    const auto membership = node.membership();
    QVERIFY(node.update(names(all), refsTo(all)));
    QCOMPARE(node.membership(), membership);
    all[0].scheme = model::Scheme::Internal;
    QVERIFY(node.update(names(all), refsTo(all)));
    QVERIFY(node.membership() != membership); // the address book has to be saved
    QCOMPARE(node.addresses().at("web").text(), std::string("127.0.2.1"));
}

void NodePlanTest::isTheSameWhateverTheWayThere_data()
{
    QTest::addColumn<bool>("hasPool");
    QTest::newRow("shared addresses") << false;
    QTest::newRow("an address pool") << true;
}

void NodePlanTest::isTheSameWhateverTheWayThere()
{
    QFETCH(bool, hasPool);
    const auto seed = QRandomGenerator::global()->generate();
    QRandomGenerator random(seed);
    for (int run = 0; run < 40; ++run) {
        NodePlan node(plan::NodeView(), hasPool ? pool(20) : AddressPool());
        std::map<LoadBalancerName, model::LoadBalancer> present;
        plan::SlotTable slots;
        for (int step = 0; step < 15; ++step) {
            std::set<LoadBalancerName> touched;
            for (int i = random.bounded(4); i > 0; --i) {
                const auto key = name(std::string(1, char('a' + random.bounded(4))));
                touched.insert(key);
                if (random.bounded(4) == 0) {
                    present.erase(key);
                    continue;
                }
                auto builder =
                    loadBalancer(key.text()).reachedAs(key.text() + std::to_string(random.bounded(3)) + ".x");
                for (int port = random.bounded(3); port > 0; --port)
                    builder = builder.with(http(std::uint16_t(80 + port), 80));
                for (int count = random.bounded(4); count > 0; --count)
                    builder = builder.with(instance("i-" + std::to_string(count * 2 + random.bounded(2)), "10.0.0.1"));
                present.insert_or_assign(key, builder);
            }
            std::vector<model::LoadBalancer> all;
            for (const auto &[key, value] : present)
                all.push_back(value);
            QVERIFY(node.update(touched, refsTo(all)));

            plan::NodeView view;
            view.hasPool = hasPool;
            view.addresses = node.addresses();
            QCOMPARE(view.addresses.size(), hasPool ? all.size() : 0);
            std::erase_if(slots, [&](const auto &entry) { return !present.contains(name(entry.first)); });
            for (const auto &value : all)
                slots[value.name.folded()] = plan::assignSlots(slots[value.name.folded()], value.instances);
            const auto expected = plan::project(refsTo(all), slots, view);
            const auto label = "seed " + std::to_string(seed) + "\n" + plan::renderConfig(node.config(), {}) +
                               "instead of\n" + plan::renderConfig(expected, {});
            QVERIFY2(node.config() == expected, label.c_str());
        }
    }
}

QTEST_GUILESS_MAIN(NodePlanTest)
#include "tst_node_plan.moc"
