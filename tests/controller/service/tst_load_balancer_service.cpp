#include "controller/base/readable.h"
#include "support/builders.h"
#include "support/requests.h"
#include "support/service_node.h"

#include <algorithm>

using namespace balancer;
using namespace balancer::tests;
using model::Caller;

namespace {

const Caller kCaller{"AKID", model::Role::Operator};

NodeSettings quickSettings()
{
    NodeSettings settings;
    settings.options.retryDelay = std::chrono::milliseconds(1);
    return settings;
}

std::vector<std::string> idsOf(const Result<model::InstancesAnswer> &answer)
{
    std::vector<std::string> ids;
    if (answer) {
        for (const auto &instanceId : answer->instances)
            ids.push_back(instanceId.text());
    }
    return ids;
}

/// "i-1 InService N/A: N/A"; several with "; ".
std::string describeHealths(const Result<model::DescribeInstanceHealthAnswer> &answer)
{
    if (!answer)
        return describe(answer);
    std::string text;
    for (const auto &health : answer->states)
        text += (text.empty() ? "" : "; ") + health.id.text() + " " + health.state + " " + health.reasonCode + ": " +
                health.description;
    return text;
}

const std::string kInService = "InService N/A: N/A";
const std::string kRegistering = "OutOfService ELB: Instance registration is still in progress.";
const std::string kFailing =
    "OutOfService Instance: Instance has failed at least the UnhealthyThreshold number of health checks consecutively.";
const std::string kFormer = "OutOfService Instance: Instance is not currently registered with the LoadBalancer.";
const std::string kUnknown = "Unknown ELB: A transient error occurred. Please try again later.";

} // namespace

class LoadBalancerServiceTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void createsOnceAndAgain();
    void refusesToCreate_data();
    void refusesToCreate();
    void deletesOnceAndAgain();
    void describesByNameAndInPages();
    void changesListeners();
    void registersOnceAndAgain();
    void deregistersOnceAndAgain();
    void configuresTheHealthCheck();
    void tellsThatThereIsNone();

    void resolvesInstances();
    void movesAnInstanceWhereverItIsRegistered();
    void forgetsAnAddress();
    void refusesAddressesThatAreNone();

    void tellsHealthsInElbsWords();
    void asksInTheOrderOfTheRequest();
    void knowsFormerInstancesForAWhile();
    void tellsNothingOfAnInstanceThatHadTheSlotBefore();
    void tellsThatHaproxyCannotBeAsked();

    void revertsWhatHaproxyRefuses();
    void keepsWhatHaproxyMayStillTake();
    void revertsOnlyItsOwnChange();
    void savesNothingWhenTheStoreFails();
    void givesTheLastAddressToOneOfTwo();
    void writesTheHistory();
    void registersManyAtOnce();
    void stopsTheNode();

private:
    template <typename Request>
    auto perform(Request request)
    {
        return m_node->perform(std::move(request));
    }
    const model::LoadBalancer *find(const std::string &balancerName) const
    {
        const auto stored = m_node->store.state().balancers.find(name(balancerName));
        return stored == m_node->store.state().balancers.end() ? nullptr : &stored->second.value;
    }
    std::int64_t revision() const { return m_node->store.state().revision.number; }
    void restart(NodeSettings settings)
    {
        m_node = &ServiceNode::make(std::move(settings));
        QVERIFY(m_node->start());
    }
    bool isReady(const char *backend, const char *server) const
    {
        const auto state = m_node->haproxy.running().state(backend, server);
        return state.isUp() && !state.isForcedToDrain();
    }

    ServiceNode *m_node = nullptr;
};

/// Lets what still waits come to its end.
void LoadBalancerServiceTest::cleanup()
{
    QTRY_VERIFY(m_node->isSettled());
    for (int i = 0; i < 20; ++i)
        QCoreApplication::processEvents();
}

void LoadBalancerServiceTest::init()
{
    restart(quickSettings());
}

void LoadBalancerServiceTest::createsOnceAndAgain()
{
    const auto created = perform(createRequest("Web"));
    QCOMPARE(describe(created), std::string());
    QVERIFY(created->dnsName.starts_with("web-"));
    QVERIFY(created->dnsName.ends_with(".local.elb.internal"));
    QCOMPARE(find("web")->dnsName, created->dnsName);
    QCOMPARE(find("web")->createdAt, m_node->clock.now());
    QCOMPARE(model::renderTarget(find("web")->healthCheck.target), std::string("TCP:8080"));
    // HAProxy has it when the answer comes.
    QVERIFY(m_node->haproxy.running().config().balancers.contains("web"));

    const auto again = perform(createRequest("Web"));
    QCOMPARE(again.value().dnsName, created->dnsName);
    QCOMPARE(revision(), std::int64_t(1));
    QCOMPARE(describe(perform(createRequest("wEB", 81))).substr(0, 25), std::string("DuplicateLoadBalancerName"));
    QCOMPARE(revision(), std::int64_t(1));
}

void LoadBalancerServiceTest::refusesToCreate_data()
{
    QTest::addColumn<model::CreateLoadBalancer>("request");
    QTest::addColumn<ErrorCode>("code");
    const auto row = [](const char *label, const model::CreateLoadBalancer &request, ErrorCode code) {
        QTest::newRow(label) << request << code;
    };
    auto request = createRequest("x");
    request.parameters.listeners.clear();
    row("no listeners", request, ErrorCode::ValidationError);
    request = createRequest("x");
    request.parameters.listeners = {listener(model::Protocol::Https, 443, model::Protocol::Http, 80)};
    row("a certificate nobody has", request, ErrorCode::CertificateNotFound);
    request.parameters.listeners = {listener(model::Protocol::Http, 80, model::Protocol::Tcp, 80)};
    row("protocols of two layers", request, ErrorCode::InvalidConfigurationRequest);
    request.parameters.listeners = {tcp(80, 80)};
    row("a port of another", request, ErrorCode::InvalidConfigurationRequest);
    request.parameters.listeners = {http(9999, 80)};
    row("a port of another program", request, ErrorCode::InvalidConfigurationRequest);
    row("one too many", createRequest("x"), ErrorCode::TooManyLoadBalancers);
}

void LoadBalancerServiceTest::refusesToCreate()
{
    QFETCH(model::CreateLoadBalancer, request);
    QFETCH(ErrorCode, code);
    auto settings = quickSettings();
    settings.limits.loadBalancers = 1;
    restart(settings);
    m_node->haproxy.take(9999);
    QVERIFY(perform(createRequest("web")));
    const auto refused = perform(request);
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, code);
    QCOMPARE(revision(), std::int64_t(1));
    QVERIFY(!find("x"));
}

void LoadBalancerServiceTest::deletesOnceAndAgain()
{
    QVERIFY(perform(createRequest("web")));
    QVERIFY(perform(model::DeleteLoadBalancer{name("WEB")}));
    QVERIFY(!find("web"));
    QVERIFY(m_node->haproxy.running().config().balancers.empty());
    QVERIFY(perform(model::DeleteLoadBalancer{name("web")}));
    QVERIFY(perform(model::DeleteLoadBalancer{name("never-was")}));
    QCOMPARE(revision(), std::int64_t(2));
}

void LoadBalancerServiceTest::describesByNameAndInPages()
{
    for (const auto *text : {"c", "A", "e", "b", "D"})
        QVERIFY(perform(createRequest(text)));
    model::DescribeLoadBalancers request;
    request.names = {name("e"), name("a")};
    const auto named = perform(request);
    QCOMPARE(named.value().loadBalancers.size(), std::size_t(2));
    QCOMPARE(named->loadBalancers[1].name.text(), std::string("A")); // as its creator wrote it
    request.names.push_back(name("x"));
    QCOMPARE(perform(request).error().code, ErrorCode::LoadBalancerNotFound);

    std::string seen;
    request = model::DescribeLoadBalancers();
    request.pageSize = 2;
    for (int page = 0; page < 3; ++page) {
        const auto answer = perform(request);
        QCOMPARE(describe(answer), std::string());
        for (const auto &value : answer->loadBalancers)
            seen += value.name.text();
        request.marker = answer->nextMarker;
        seen += request.marker.empty() ? "." : " ";
    }
    QCOMPARE(seen, std::string("Ab cD e."));

    // The one the marker names may be gone meanwhile.
    request.marker = perform(model::DescribeLoadBalancers{{}, "", 2}).value().nextMarker;
    QVERIFY(perform(model::DeleteLoadBalancer{name("b")}));
    QCOMPARE(perform(request).value().loadBalancers.front().name.text(), std::string("c"));
    request.marker = "nonsense!";
    QCOMPARE(perform(request).error().code, ErrorCode::ValidationError);
}

void LoadBalancerServiceTest::changesListeners()
{
    QVERIFY(perform(createRequest("web")));
    model::CreateLoadBalancerListeners more{name("web"), {http(81, 81)}};
    QCOMPARE(describe(perform(more)), std::string());
    QCOMPARE(find("web")->listeners.size(), std::size_t(2));
    QCOMPARE(m_node->haproxy.running().config().sharedFrontends.size(), std::size_t(2));
    QVERIFY(perform(more));
    QCOMPARE(revision(), std::int64_t(2));
    more.listeners = {http(81, 82)};
    QCOMPARE(perform(more).error().code, ErrorCode::DuplicateListener);
    m_node->haproxy.take(9999);
    more.listeners = {http(82, 82), http(9999, 82)};
    QCOMPARE(perform(more).error().code, ErrorCode::InvalidConfigurationRequest);
    QCOMPARE(find("web")->listeners.size(), std::size_t(2));

    QVERIFY(perform(model::DeleteLoadBalancerListeners{name("web"), {81, 7}}));
    QCOMPARE(find("web")->listeners.size(), std::size_t(1));
    QVERIFY(perform(model::DeleteLoadBalancerListeners{name("web"), {81}}));
    QCOMPARE(revision(), std::int64_t(3));
}

void LoadBalancerServiceTest::registersOnceAndAgain()
{
    QVERIFY(perform(createRequest("web")));
    const auto first = perform(registerRequest("web", {"10.0.0.1", "10.0.0.2:7000"}));
    QCOMPARE(idsOf(first), (std::vector<std::string>{"10.0.0.1", "10.0.0.2:7000"}));
    const auto again = perform(registerRequest("web", {"10.0.0.2:7000"}));
    QCOMPARE(idsOf(again), (std::vector<std::string>{"10.0.0.1", "10.0.0.2:7000"}));
    QCOMPARE(revision(), std::int64_t(2));
    QCOMPARE(m_node->haproxy.running().state("b:web:80", "s2").port, std::uint16_t(7000));
    QCOMPARE(m_node->haproxy.started().size(), std::size_t(2)); // no reload for that
    QTRY_VERIFY(isReady("hc:web", "s1") && isReady("hc:web", "s2"));
}

void LoadBalancerServiceTest::deregistersOnceAndAgain()
{
    QVERIFY(perform(createRequest("web")));
    QVERIFY(perform(registerRequest("web", {"10.0.0.1", "10.0.0.2"})));
    QCOMPARE(idsOf(perform(deregisterRequest("web", {"10.0.0.1"}))), std::vector<std::string>{"10.0.0.2"});
    QVERIFY(m_node->haproxy.running().state("hc:web", "s1").isInMaintenance());
    QCOMPARE(idsOf(perform(deregisterRequest("web", {"10.0.0.1"}))), std::vector<std::string>{"10.0.0.2"});
    QCOMPARE(revision(), std::int64_t(3));
    QCOMPARE(perform(deregisterRequest("web", {"10.0.0.2", "10.9.9.9"})).error().code, ErrorCode::InvalidInstance);
    QCOMPARE(find("web")->instances.size(), std::size_t(1));
}

void LoadBalancerServiceTest::configuresTheHealthCheck()
{
    QVERIFY(perform(createRequest("web")));
    const auto configured = perform(checkRequest("web", "HTTP:8080/ping"));
    QCOMPARE(model::renderTarget(configured.value().healthCheck.target), std::string("HTTP:8080/ping"));
    QCOMPARE(model::renderTarget(find("web")->healthCheck.target), std::string("HTTP:8080/ping"));
    QVERIFY(m_node->haproxy.running().maps().contains("check-hosts-web.map"));
    auto bad = checkRequest("web", "TCP:80");
    bad.healthCheck.timeout = bad.healthCheck.interval;
    QCOMPARE(perform(bad).error().code, ErrorCode::ValidationError);
    QCOMPARE(revision(), std::int64_t(2));
}

void LoadBalancerServiceTest::tellsThatThereIsNone()
{
    const auto none = ErrorCode::LoadBalancerNotFound;
    QCOMPARE(perform(registerRequest("web", {"10.0.0.1"})).error().code, none);
    QCOMPARE(perform(deregisterRequest("web", {"10.0.0.1"})).error().code, none);
    QCOMPARE(perform(checkRequest("web", "TCP:80")).error().code, none);
    QCOMPARE(perform(healthRequest("web")).error().code, none);
    QCOMPARE(perform(model::CreateLoadBalancerListeners{name("web"), {http(80, 80)}}).error().code, none);
    QCOMPARE(perform(model::DeleteLoadBalancerListeners{name("web"), {80}}).error().code, none);
    QCOMPARE(revision(), std::int64_t(0));
}

void LoadBalancerServiceTest::resolvesInstances()
{
    QVERIFY(perform(createRequest("web")));
    m_node->resolver.know("web1.corp", "fd00::7");
    QVERIFY(perform(addressRequest("i-abc", "10.0.0.5:99")));
    QCOMPARE(describe(perform(registerRequest("web", {"web1.corp", "i-abc"}))), std::string());
    QCOMPARE(model::renderInstanceAddress(find("web")->instances[0].address), std::string("fd00::7"));
    QCOMPARE(model::renderInstanceAddress(find("web")->instances[1].address), std::string("10.0.0.5:99"));

    for (const auto *unknown : {"i-unknown", "nobody.corp"}) {
        const auto refused = perform(registerRequest("web", {"10.0.0.1", unknown}));
        QCOMPARE(refused.error().code, ErrorCode::InvalidInstance);
        // Clients look for this sentence.
        QVERIFY(refused.error().message.starts_with("Could not find EC2 instance ID. '" + std::string(unknown) + "'"));
    }
    QCOMPARE(find("web")->instances.size(), std::size_t(2));
}

void LoadBalancerServiceTest::movesAnInstanceWhereverItIsRegistered()
{
    QVERIFY(perform(createRequest("web")));
    QVERIFY(perform(createRequest("api")));
    QVERIFY(perform(addressRequest("i-1", "10.0.0.1")));
    QVERIFY(perform(registerRequest("web", {"i-1"})));
    QVERIFY(perform(registerRequest("api", {"i-1"})));
    const auto answer = perform(addressRequest("i-1", "10.0.0.2:81"));
    QCOMPARE(answer.value().address, std::string("10.0.0.2:81"));
    for (const auto *balancerName : {"web", "api"}) {
        QCOMPARE(model::renderInstanceAddress(find(balancerName)->instances.front().address),
                 std::string("10.0.0.2:81"));
        const auto state = m_node->haproxy.running().state("b:" + std::string(balancerName) + ":80", "s1");
        QCOMPARE(state.address + " " + std::to_string(state.port), std::string("10.0.0.2 81"));
    }
    QTRY_VERIFY(isReady("hc:web", "s1") && isReady("hc:api", "s1"));
}

void LoadBalancerServiceTest::forgetsAnAddress()
{
    QVERIFY(perform(createRequest("web")));
    QVERIFY(perform(addressRequest("i-1", "10.0.0.1")));
    QVERIFY(perform(registerRequest("web", {"i-1"})));
    QVERIFY(perform(addressRequest("i-1", "")));
    QVERIFY(m_node->store.state().addresses.empty());
    // Where it is registered it stays where it was.
    QCOMPARE(model::renderInstanceAddress(find("web")->instances.front().address), std::string("10.0.0.1"));
    QVERIFY(perform(deregisterRequest("web", {"i-1"})));
    QCOMPARE(perform(registerRequest("web", {"i-1"})).error().code, ErrorCode::InvalidInstance);
}

void LoadBalancerServiceTest::refusesAddressesThatAreNone()
{
    QCOMPARE(perform(addressRequest("i-1", "nonsense")).error().code, ErrorCode::ValidationError);
    QCOMPARE(perform(addressRequest("i-1", "nobody.corp")).error().code, ErrorCode::InvalidInstance);
    QCOMPARE(revision(), std::int64_t(0));
}

void LoadBalancerServiceTest::tellsHealthsInElbsWords()
{
    QVERIFY(perform(createRequest("web")));
    m_node->probe.gate().close();
    QVERIFY(perform(registerRequest("web", {"10.0.0.1"})));
    QCOMPARE(describeHealths(perform(healthRequest("web"))), "10.0.0.1 " + kRegistering);
    m_node->probe.gate().open();
    QTRY_VERIFY(isReady("hc:web", "s1"));
    QCOMPARE(describeHealths(perform(healthRequest("web"))), "10.0.0.1 " + kInService);
    m_node->haproxy.running().checksFindDown("hc:web", "s1");
    QCOMPARE(describeHealths(perform(healthRequest("web"))), "10.0.0.1 " + kFailing);
    m_node->haproxy.running().checksFindUp("hc:web", "s1");
    QCOMPARE(describeHealths(perform(healthRequest("web"))), "10.0.0.1 " + kInService);
}

void LoadBalancerServiceTest::asksInTheOrderOfTheRequest()
{
    QVERIFY(perform(createRequest("web")));
    QVERIFY(perform(registerRequest("web", {"10.0.0.2", "10.0.0.1"})));
    QTRY_VERIFY(isReady("hc:web", "s1") && isReady("hc:web", "s2"));
    QCOMPARE(describeHealths(perform(healthRequest("web"))), "10.0.0.2 " + kInService + "; 10.0.0.1 " + kInService);
    QCOMPARE(describeHealths(perform(healthRequest("web", {"10.0.0.1", "10.0.0.2"}))),
             "10.0.0.1 " + kInService + "; 10.0.0.2 " + kInService);
    QCOMPARE(perform(healthRequest("web", {"10.0.0.1", "10.9.9.9"})).error().code, ErrorCode::InvalidInstance);
}

void LoadBalancerServiceTest::knowsFormerInstancesForAWhile()
{
    QVERIFY(perform(createRequest("web")));
    QVERIFY(perform(registerRequest("web", {"10.0.0.1"})));
    QVERIFY(perform(deregisterRequest("web", {"10.0.0.1"})));
    QCOMPARE(describeHealths(perform(healthRequest("web", {"10.0.0.1"}))), "10.0.0.1 " + kFormer);
    QCOMPARE(describeHealths(perform(healthRequest("web"))), std::string());
    m_node->clock.advance(std::chrono::hours(1));
    QCOMPARE(describeHealths(perform(healthRequest("web", {"10.0.0.1"}))), "10.0.0.1 " + kFormer);
    m_node->clock.advance(std::chrono::milliseconds(1));
    QCOMPARE(perform(healthRequest("web", {"10.0.0.1"})).error().code, ErrorCode::InvalidInstance);
}

void LoadBalancerServiceTest::tellsNothingOfAnInstanceThatHadTheSlotBefore()
{
    // HAProxy still has the former instance in the slot, and finds it well.
    auto settings = quickSettings();
    settings.options.applyDeadline = std::chrono::milliseconds(1);
    restart(settings);
    QVERIFY(perform(createRequest("web")));
    QVERIFY(perform(registerRequest("web", {"10.0.0.1"})));
    QTRY_VERIFY(isReady("hc:web", "s1"));
    for (const auto *command : {"set server", "set map", "shutdown"})
        m_node->haproxy.answerInstead(command, "No such server.\n", 1000);
    for (int i = 0; i < 3; ++i)
        m_node->haproxy.failNextStart(Error{ErrorCode::Unavailable, "disk full"});
    (void)perform(deregisterRequest("web", {"10.0.0.1"})).has_value();
    (void)perform(registerRequest("web", {"10.0.0.2"})).has_value();
    const auto text = describeHealths(perform(healthRequest("web")));
    const auto state = m_node->haproxy.running().state("hc:web", "s1");
    QVERIFY2(text == "10.0.0.2 " + kRegistering || state.address == "10.0.0.2", text.c_str());
}

void LoadBalancerServiceTest::tellsThatHaproxyCannotBeAsked()
{
    QVERIFY(perform(createRequest("web")));
    QVERIFY(perform(registerRequest("web", {"10.0.0.1", "10.0.0.2"})));
    QVERIFY(perform(deregisterRequest("web", {"10.0.0.2"})));
    QTRY_VERIFY(isReady("hc:web", "s1"));
    m_node->haproxy.failNextSend(Error{ErrorCode::Unavailable, "gone"});
    QCOMPARE(describeHealths(perform(healthRequest("web", {"10.0.0.1", "10.0.0.2"}))),
             "10.0.0.1 " + kUnknown + "; 10.0.0.2 " + kFormer);
}

void LoadBalancerServiceTest::revertsWhatHaproxyRefuses()
{
    QVERIFY(perform(createRequest("web")));
    const auto before = *find("web");
    m_node->haproxy.failNextStart(Error{ErrorCode::Refused, "HAProxy refused: cannot bind"});
    const auto refused = perform(model::CreateLoadBalancerListeners{name("web"), {http(81, 81)}});
    QCOMPARE(describe(refused), std::string("InvalidConfigurationRequest: HAProxy refused: cannot bind"));
    QVERIFY(*find("web") == before);
    QTRY_COMPARE(m_node->reconciler().appliedRevision().number, revision());
    QVERIFY(m_node->haproxy.running().config() == m_node->reconciler().node().config());

    m_node->haproxy.failNextStart(Error{ErrorCode::Refused, "no"});
    QVERIFY(!perform(createRequest("other", 82)));
    QVERIFY(!find("other"));
    m_node->haproxy.failNextStart(Error{ErrorCode::Refused, "no"});
    QVERIFY(!perform(model::DeleteLoadBalancer{name("web")}));
    QVERIFY(*find("web") == before);
}

void LoadBalancerServiceTest::keepsWhatHaproxyMayStillTake()
{
    m_node->haproxy.failNextStart(Error{ErrorCode::Timeout, "does not answer"});
    const auto failed = perform(createRequest("web"));
    QCOMPARE(failed.error().code, ErrorCode::Unavailable);
    QVERIFY(find("web"));
    QTRY_VERIFY(m_node->haproxy.running().config().balancers.contains("web"));
}

void LoadBalancerServiceTest::revertsOnlyItsOwnChange()
{
    QVERIFY(perform(createRequest("web")));
    m_node->haproxy.failNextStart(Error{ErrorCode::Refused, "no"});
    auto bad = m_node->service().perform(model::CreateLoadBalancerListeners{name("web"), {http(81, 81)}}, kCaller);
    QTRY_COMPARE(revision(), std::int64_t(2)); // saved, on its way to HAProxy
    auto later = m_node->service().perform(registerRequest("web", {"10.0.0.1"}), kCaller);
    QVERIFY(!QCoro::waitFor(bad));
    (void)QCoro::waitFor(later).has_value();
    // What came after the refused change was computed from it: nobody's change is undone behind their back.
    QTRY_VERIFY(find("web")->instances.size() == 1);
}

void LoadBalancerServiceTest::savesNothingWhenTheStoreFails()
{
    m_node->store.failNextSave(Error{ErrorCode::Unavailable, "disk full"});
    QCOMPARE(describe(perform(createRequest("web"))), std::string("Unavailable: disk full"));
    QVERIFY(!find("web"));
    QCOMPARE(describe(perform(createRequest("web"))), std::string());
}

void LoadBalancerServiceTest::givesTheLastAddressToOneOfTwo()
{
    auto settings = quickSettings();
    settings.pool.internetFacing = {address("127.0.1.1"), address("127.0.1.2")};
    restart(settings);
    QVERIFY(perform(createRequest("web")));
    std::vector<QCoro::Task<Result<model::CreateLoadBalancerAnswer>>> tasks;
    for (const auto *balancerName : {"a", "b", "c"})
        tasks.push_back(m_node->service().perform(createRequest(balancerName), kCaller));
    int created = 0;
    for (auto &task : tasks) {
        const auto result = QCoro::waitFor(task);
        created += result ? 1 : 0;
        if (!result)
            QCOMPARE(result.error().code, ErrorCode::InvalidConfigurationRequest);
    }
    QCOMPARE(created, 1);
    QCOMPARE(m_node->store.state().balancers.size(), std::size_t(2));
    QCOMPARE(m_node->addressBook.addresses().size(), std::size_t(2));

    QVERIFY(perform(model::DeleteLoadBalancer{name("web")}));
    QCOMPARE(describe(perform(createRequest("d"))), std::string());
    QCOMPARE(m_node->addressBook.addresses().at("d").text(), std::string("127.0.1.1"));
}

void LoadBalancerServiceTest::writesTheHistory()
{
    QVERIFY(perform(createRequest("Web")));
    QVERIFY(perform(registerRequest("web", {"10.0.0.1"})));
    QVERIFY(perform(registerRequest("web", {"10.0.0.1"}))); // changes nothing
    QVERIFY(perform(addressRequest("i-1", "10.0.0.1")));
    std::vector<std::string> lines;
    const auto history = QCoro::waitFor(m_node->store.history(10));
    for (const auto &record : *history) {
        for (const auto &entry : record.audit)
            lines.push_back(entry.actor + " " + entry.verb + " " + entry.target);
    }
    const std::vector<std::string> expected{"AKID SetInstanceAddress i-1", "AKID RegisterInstancesWithLoadBalancer web",
                                            "AKID CreateLoadBalancer Web"};
    QCOMPARE(lines, expected);
}

void LoadBalancerServiceTest::registersManyAtOnce()
{
    QVERIFY(perform(createRequest("web")));
    const auto reloads = m_node->haproxy.started().size();
    std::vector<QCoro::Task<Result<model::InstancesAnswer>>> tasks;
    for (int i = 0; i < 200; ++i)
        tasks.push_back(
            m_node->service().perform(registerRequest("web", {"10.0.0." + std::to_string(i + 1)}), kCaller));
    for (auto &task : tasks)
        QCOMPARE(describe(QCoro::waitFor(task)), std::string());
    QCOMPARE(find("web")->instances.size(), std::size_t(200));
    QVERIFY(m_node->haproxy.started().size() - reloads <= 2);
    QVERIFY(revision() <= 4);
    for (int i = 1; i <= 200; ++i)
        QTRY_VERIFY(isReady("hc:web", ("s" + std::to_string(i)).c_str()));
}

void LoadBalancerServiceTest::stopsTheNode()
{
    QVERIFY(perform(model::StopNode{true}));
    QCOMPARE(m_node->stops, 1);
}

QTEST_GUILESS_MAIN(LoadBalancerServiceTest)
#include "tst_load_balancer_service.moc"
