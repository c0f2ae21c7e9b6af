#include "wire/json_text.h"
#include "wire/read_forms.h"

#include <QTest>

using namespace balancer;
using namespace std::string_literals;

namespace {

using std::chrono::milliseconds;

LoadBalancerName balancerName(std::string_view text)
{
    return LoadBalancerName::parse(text).value();
}

model::InstanceView instance(std::string_view id, const std::string &state)
{
    model::InstanceView view;
    view.health = {InstanceId::parse(id).value(), state, "ELB", "still being checked"};
    view.address = "10.0.0.5:8080";
    return view;
}

model::LoadBalancerView viewOf(std::string_view name)
{
    model::LoadBalancerView view;
    view.name = balancerName(name);
    view.dnsName = "web-17.local.elb.internal";
    view.revision = {42};
    view.createdAt = model::Timestamp(milliseconds(1'700'000'000'123));
    view.scheme = model::Scheme::Internal;
    view.addresses = {"127.0.1.7"};
    view.listeners = {{model::Protocol::Http, 80, model::Protocol::Http, 8080, ""},
                      {model::Protocol::Tcp, 443, model::Protocol::Tcp, 8443, ""}};
    view.healthCheck.target = model::parseTarget("HTTP:8080/ping").value();
    view.availabilityZones = {"a", "b"};
    view.tags = {{"team", "blue"}, {"empty", ""}};
    return view;
}

model::LoadBalancerList list()
{
    return {"k3-17", {{viewOf("web"), {instance("i-1", "InService"), instance("10.0.0.5", "OutOfService")}}, {}}};
}

model::NodeStatus node()
{
    model::NodeStatus status;
    status.node = "alpha";
    status.version = "1.2.3";
    status.haproxyVersion = "2.6.12";
    status.generation = 7;
    status.revision = {9};
    status.appliedRevision = {8};
    status.startedAt = model::Timestamp(milliseconds(1'700'000'000'000));
    status.region = "local";
    status.domain = "internal";
    status.endpoints = {"http://127.0.0.1:9999", "https://10.0.0.5:9999"};
    status.fingerprint = std::string(64, 'a');
    status.dashboard = true;
    status.caller = {"uid:0", model::Role::Admin};
    return status;
}

model::HistoryRevision revision()
{
    return {{12}, {{model::Timestamp(milliseconds(5)), "EHAKEY", "RegisterInstancesWithLoadBalancer", "web"}, {}}};
}

model::PlanPreview preview()
{
    return {model::PlanKind::Reload,
            "load balancer web is new",
            {"set server b/s1 state ready"},
            {"  frontend f", "+ backend b", "@@", "- backend c"},
            "aws elb delete-load-balancer --load-balancer-name web"};
}

} // namespace

class ReadFormsTest : public QObject
{
    Q_OBJECT

private:
    /// Through the text, as it travels.
    template <typename T>
    static void comesBack(const T &value)
    {
        const auto parsed = wire::parseJson(wire::renderJson(wire::writeRead(value)));
        QVERIFY(parsed);
        const auto back = wire::readRead<T>(*parsed);
        QVERIFY2(back, back ? "" : back.error().message.c_str());
        QVERIFY(*back == value);
    }

private Q_SLOTS:
    void resourcesComeBackAsTheyWere();
    void membersHaveElbsNames();
    void eventsComeBackAsTheyWere();
    void everyEventHasANameOfItsOwn();
    void anUnknownEventIsToldFromABrokenOne();
    void answersOfOtherVersionsAreUnderstood();
    void whatMeansNothingIsCorrupt();
};

void ReadFormsTest::resourcesComeBackAsTheyWere()
{
    auto all = list();
    all.loadBalancers.pop_back(); // a load balancer without a name is none
    comesBack(all);
    comesBack(model::LoadBalancerList());
    comesBack(all.loadBalancers.front());
    comesBack(node());
    comesBack(model::NodeStatus());
    comesBack(model::HistoryPage{{revision()}});
    comesBack(preview());
    comesBack(model::PlanPreview());
    comesBack(model::Session{{"EHAKEY", model::Role::Operator}, model::Timestamp(milliseconds(77))});
    comesBack(model::SignIn{"EHAKEY", "secret/+="});
}

void ReadFormsTest::membersHaveElbsNames()
{
    model::LoadBalancerDetail detail{viewOf("web"), {instance("i-1", "InService")}};
    detail.loadBalancer.listeners.pop_back();
    QCOMPARE(wire::renderJson(wire::writeRead(detail)),
             R"({"LoadBalancerName":"web","DNSName":"web-17.local.elb.internal","Revision":42,)"
             R"("CreatedTime":"2023-11-14T22:13:20.123Z","Scheme":"internal","Addresses":["127.0.1.7"],)"
             R"("Listeners":[{"Protocol":"HTTP","LoadBalancerPort":80,"InstanceProtocol":"HTTP","InstancePort":8080}],)"
             R"("HealthCheck":{"Target":"HTTP:8080/ping","Interval":30,"Timeout":5,"UnhealthyThreshold":2,)"
             R"("HealthyThreshold":10},"AvailabilityZones":["a","b"],"Subnets":[],"SecurityGroups":[],)"
             R"("Tags":[{"Key":"team","Value":"blue"},{"Key":"empty","Value":""}],)"
             R"("Instances":[{"InstanceId":"i-1","State":"InService","ReasonCode":"ELB",)"
             R"("Description":"still being checked","Address":"10.0.0.5:8080"}]})"s);
}

void ReadFormsTest::eventsComeBackAsTheyWere()
{
    const auto web = balancerName("web");
    const std::vector<model::Event> events = {
        model::LoadBalancerChanged{viewOf("web")},
        model::LoadBalancerDeleted{web},
        model::InstanceChanged{web, instance("i-1", "InService")},
        model::InstanceDeregistered{web, InstanceId::parse("i-1").value()},
        model::RevisionSaved{revision()},
        model::RevisionApplied{{12}, 3},
        model::RatesMeasured{{{web, 100, 20, 30'000, 4'000'000'000, 7}}},
        model::EventsLost{},
    };
    QCOMPARE(events.size(), std::variant_size_v<model::Event>);
    for (const auto &event : events) {
        const auto data = wire::parseJson(wire::renderJson(wire::writeEvent(event)));
        QVERIFY(data);
        const auto back = wire::readEvent(wire::eventName(event), *data);
        QVERIFY2(back, std::string(wire::eventName(event)).c_str());
        QVERIFY(*back == event);
    }
}

void ReadFormsTest::everyEventHasANameOfItsOwn()
{
    QCOMPARE(wire::eventName(model::LoadBalancerChanged{}), std::string_view("load-balancer"));
    QCOMPARE(wire::eventName(model::LoadBalancerDeleted{}), std::string_view("load-balancer-deleted"));
    QCOMPARE(wire::eventName(model::InstanceChanged{}), std::string_view("instance"));
    QCOMPARE(wire::eventName(model::InstanceDeregistered{}), std::string_view("instance-deregistered"));
    QCOMPARE(wire::eventName(model::RevisionSaved{}), std::string_view("revision"));
    QCOMPARE(wire::eventName(model::RevisionApplied{}), std::string_view("applied"));
    QCOMPARE(wire::eventName(model::RatesMeasured{}), std::string_view("rates"));
    QCOMPARE(wire::eventName(model::EventsLost{}), std::string_view("reset"));
}

void ReadFormsTest::anUnknownEventIsToldFromABrokenOne()
{
    const auto empty = wire::parseJson("{}").value();
    const auto unknown = wire::readEvent("eclipse", empty);
    QVERIFY(!unknown);
    QVERIFY(unknown.error().code == ErrorCode::NotFound);
    const auto broken = wire::readEvent("instance", empty);
    QVERIFY(!broken);
    QVERIFY(broken.error().code == ErrorCode::Corrupt);
    QVERIFY(wire::readEvent("reset", empty));
}

void ReadFormsTest::answersOfOtherVersionsAreUnderstood()
{
    const auto newer = wire::parseJson(R"({"Node":"alpha","Moon":"full","Caller":{"Name":"x","Role":"viewer"}})");
    const auto status = wire::readRead<model::NodeStatus>(newer.value());
    QVERIFY(status);
    QCOMPARE(status->node, "alpha"s);
    QCOMPARE(status->generation, 0);
    QVERIFY(status->endpoints.empty());
}

void ReadFormsTest::whatMeansNothingIsCorrupt()
{
    for (const auto *text : {R"({"Kind":"Eclipse"})", R"({})", R"([])", R"("text")", R"({"Kind":{}})"}) {
        const auto read = wire::readRead<model::PlanPreview>(wire::parseJson(text).value());
        QVERIFY2(!read, text);
        QVERIFY2(read.error().code == ErrorCode::Corrupt, text);
    }
}

QTEST_GUILESS_MAIN(ReadFormsTest)
#include "tst_read_forms.moc"
