#include "controller/base/readable.h"
#include "wire/json_text.h"
#include "wire/query_text.h"
#include "wire/verb_forms.h"

#include "generated.h"

using namespace balancer;
using namespace std::chrono_literals;
using model::Protocol;

namespace {

template <typename Request>
Result<Request> fromQuery(std::string_view query)
{
    const auto parameters = wire::parseParameters(query);
    if (!parameters)
        return fail(parameters.error());
    return wire::readRequest<Request>(wire::formFrom(*parameters));
}

template <typename Request>
Result<Request> fromJson(std::string_view json)
{
    const auto node = wire::parseJson(json);
    if (!node)
        return fail(node.error());
    return wire::readRequest<Request>(*node);
}

LoadBalancerName name(std::string_view text)
{
    return LoadBalancerName::parse(text).value();
}

std::vector<InstanceId> ids(std::initializer_list<std::string_view> texts)
{
    std::vector<InstanceId> made;
    for (const auto text : texts)
        made.push_back(InstanceId::parse(text).value());
    return made;
}

std::string atPath(const std::string &value, const std::string &path, const std::string &constraint)
{
    return "ValidationError: 1 validation error detected: Value " + value + " at '" + path +
           "' failed to satisfy constraint: " + constraint;
}

const std::string kNotNull = "Member must not be null";

} // namespace

/// Requests from both text forms.
class RequestsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsCreateLoadBalancer();
    void readsCreateLoadBalancerFromTerraform();
    void readsTheOtherVerbs();
    void readsTheOtherVerbsFromJson();
    void takesInstanceProtocolFromProtocol();
    void readsEmptyLists_data();
    void readsEmptyLists();
    void readsListsInOrderOfTheirNumbers();
    void readsBooleansAsClientsSendThem_data();
    void readsBooleansAsClientsSendThem();
    void refusesWrongRequests_data();
    void refusesWrongRequests();
    void refusesWrongJson_data();
    void refusesWrongJson();
    void readsTheJsonItWrites();
    void ignoresUnknownParameters();
};

void RequestsTest::readsCreateLoadBalancer()
{
    const auto request = fromQuery<model::CreateLoadBalancer>(
        "Action=CreateLoadBalancer&Version=2012-06-01&LoadBalancerName=My-LB"
        "&Listeners.member.1.Protocol=HTTPS&Listeners.member.1.LoadBalancerPort=443"
        "&Listeners.member.1.InstanceProtocol=http&Listeners.member.1.InstancePort=8080"
        "&Listeners.member.1.SSLCertificateId=arn%3Aaws%3Aiam%3A%3A0%3Aserver-certificate%2Fx"
        "&Listeners.member.2.Protocol=tcp&Listeners.member.2.LoadBalancerPort=22&Listeners.member.2.InstancePort=22"
        "&AvailabilityZones.member.1=zone+a&AvailabilityZones.member.2=zone%20b&SecurityGroups.member.1=sg-1"
        "&Scheme=internal&Tags.member.1.Key=env&Tags.member.1.Value=prod&Tags.member.2.Key=empty");
    QCOMPARE(tests::describe(request), std::string());
    model::CreateLoadBalancer expected;
    expected.name = name("My-LB");
    expected.parameters.listeners = {
        {Protocol::Https, 443, Protocol::Http, 8080, "arn:aws:iam::0:server-certificate/x"},
        {Protocol::Tcp, 22, Protocol::Tcp, 22, {}}};
    expected.parameters.availabilityZones = {"zone a", "zone b"};
    expected.parameters.securityGroups = {"sg-1"};
    expected.parameters.scheme = model::Scheme::Internal;
    expected.parameters.tags = {{"env", "prod"}, {"empty", ""}};
    QVERIFY(*request == expected);
    QCOMPARE(request->name.text(), std::string("My-LB"));
}

void RequestsTest::readsCreateLoadBalancerFromTerraform()
{
    const auto request = fromQuery<model::CreateLoadBalancer>(
        "Action=CreateLoadBalancer&Version=2012-06-01&LoadBalancerName=web&Subnets.member.1=subnet-1&Scheme="
        "&Listeners.member.1.InstancePort=8000&Listeners.member.1.InstanceProtocol=http"
        "&Listeners.member.1.LoadBalancerPort=80&Listeners.member.1.Protocol=http&Listeners.member.1."
        "SSLCertificateId=");
    QCOMPARE(tests::describe(request), std::string());
    QVERIFY(request->parameters.listeners ==
            (std::vector<model::Listener>{{Protocol::Http, 80, Protocol::Http, 8000, {}}}));
    QVERIFY(request->parameters.subnets == std::vector<std::string>{"subnet-1"});
    QVERIFY(request->parameters.scheme == model::Scheme::InternetFacing);
}

void RequestsTest::readsTheOtherVerbs()
{
    QVERIFY(fromQuery<model::DeleteLoadBalancer>("LoadBalancerName=a") == (model::DeleteLoadBalancer{name("a")}));
    QVERIFY(fromQuery<model::DescribeLoadBalancers>("") == model::DescribeLoadBalancers{});
    QVERIFY(fromQuery<model::DescribeLoadBalancers>("LoadBalancerNames.member.1=a&LoadBalancerNames.member.2=b"
                                                    "&Marker=m&PageSize=1") ==
            (model::DescribeLoadBalancers{{name("a"), name("b")}, "m", 1}));
    QVERIFY(fromQuery<model::CreateLoadBalancerListeners>(
                "LoadBalancerName=a&Listeners.member.1.Protocol=SSL&Listeners.member.1.LoadBalancerPort=1"
                "&Listeners.member.1.InstancePort=65535") ==
            (model::CreateLoadBalancerListeners{name("a"), {{Protocol::Ssl, 1, Protocol::Ssl, 65535, {}}}}));
    QVERIFY(fromQuery<model::DeleteLoadBalancerListeners>(
                "LoadBalancerName=a&LoadBalancerPorts.member.1=80&LoadBalancerPorts.member.2=443") ==
            (model::DeleteLoadBalancerListeners{name("a"), {80, 443}}));
    QVERIFY(fromQuery<model::RegisterInstances>("LoadBalancerName=a&Instances.member.1.InstanceId=10.0.0.5%3A8080") ==
            (model::RegisterInstances{name("a"), ids({"10.0.0.5:8080"})}));
    QVERIFY(fromQuery<model::DeregisterInstances>("LoadBalancerName=a&Instances.member.1.InstanceId=i-1") ==
            (model::DeregisterInstances{name("a"), ids({"i-1"})}));
    QVERIFY(fromQuery<model::ConfigureHealthCheck>(
                "LoadBalancerName=a&HealthCheck.Target=http%3A80%2Fping&HealthCheck.Interval=10&HealthCheck.Timeout=5"
                "&HealthCheck.UnhealthyThreshold=2&HealthCheck.HealthyThreshold=3") ==
            (model::ConfigureHealthCheck{name("a"), {{Protocol::Http, 80, "/ping"}, 10s, 5s, 2, 3}}));
    QVERIFY(fromQuery<model::DescribeInstanceHealth>("LoadBalancerName=a") ==
            (model::DescribeInstanceHealth{name("a"), {}}));
    QVERIFY(fromQuery<model::DescribeInstanceHealth>("LoadBalancerName=a&Instances.member.1.InstanceId=i-1") ==
            (model::DescribeInstanceHealth{name("a"), ids({"i-1"})}));
    QVERIFY(fromQuery<model::SetInstanceAddress>("InstanceId=i-1&Address=10.0.0.5%3A80") ==
            (model::SetInstanceAddress{ids({"i-1"})[0], "10.0.0.5:80"}));
    QVERIFY(fromQuery<model::SetInstanceAddress>("InstanceId=i-1&Address=") ==
            (model::SetInstanceAddress{ids({"i-1"})[0], ""}));
}

void RequestsTest::readsTheOtherVerbsFromJson()
{
    QVERIFY(fromJson<model::DescribeLoadBalancers>(R"({"LoadBalancerNames":["a"],"PageSize":2,"Marker":null})") ==
            (model::DescribeLoadBalancers{{name("a")}, "", 2}));
    QVERIFY(fromJson<model::RegisterInstances>(
                R"({"LoadBalancerName":"a","Instances":[{"InstanceId":"i-1"},{"InstanceId":"i-2"}]})") ==
            (model::RegisterInstances{name("a"), ids({"i-1", "i-2"})}));
    QVERIFY(
        fromJson<model::DeleteLoadBalancerListeners>(R"({"LoadBalancerName":"a","LoadBalancerPorts":[80,"443"]})") ==
        (model::DeleteLoadBalancerListeners{name("a"), {80, 443}}));
    QVERIFY(fromJson<model::StopNode>(R"({"Traffic":true})") == model::StopNode{true});
    QVERIFY(fromJson<model::StopNode>("{}") == model::StopNode{false});
}

void RequestsTest::takesInstanceProtocolFromProtocol()
{
    for (const std::string protocol : {"HTTP", "HTTPS", "TCP", "SSL"}) {
        const auto request = fromQuery<model::CreateLoadBalancerListeners>(
            "LoadBalancerName=a&Listeners.member.1.Protocol=" + protocol +
            "&Listeners.member.1.LoadBalancerPort=1&Listeners.member.1.InstancePort=2");
        QCOMPARE(tests::describe(request), std::string());
        QVERIFY(request->listeners[0].instanceProtocol == request->listeners[0].protocol);
    }
}

void RequestsTest::readsEmptyLists_data()
{
    QTest::addColumn<std::string>("query");
    QTest::newRow("botocore") << std::string("LoadBalancerName=a&Instances=");
    QTest::newRow("boto2") << std::string("LoadBalancerName=a&Instances.member=");
    QTest::newRow("without '='") << std::string("LoadBalancerName=a&Instances");
}

void RequestsTest::readsEmptyLists()
{
    QFETCH(std::string, query);
    QVERIFY(fromQuery<model::RegisterInstances>(query) == (model::RegisterInstances{name("a"), {}}));
}

void RequestsTest::readsListsInOrderOfTheirNumbers()
{
    QVERIFY(fromQuery<model::RegisterInstances>(
                "LoadBalancerName=a&Instances=&Instances.member.30.InstanceId=i-3&Instances.member.4.InstanceId=i-2"
                "&Instances.member.1.InstanceId=i-1") ==
            (model::RegisterInstances{name("a"), ids({"i-1", "i-2", "i-3"})}));
}

void RequestsTest::readsBooleansAsClientsSendThem_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<bool>("value");
    for (const std::string text : {"true", "True", "TRUE"})
        QTest::newRow(text.c_str()) << text << true;
    for (const std::string text : {"false", "False", "FALSE", ""})
        QTest::newRow(text.c_str()) << text << false;
}

void RequestsTest::readsBooleansAsClientsSendThem()
{
    QFETCH(std::string, text);
    QFETCH(bool, value);
    QVERIFY(fromQuery<model::StopNode>("Traffic=" + text) == model::StopNode{value});
}

void RequestsTest::refusesWrongRequests_data()
{
    QTest::addColumn<std::string>("verb");
    QTest::addColumn<std::string>("query");
    QTest::addColumn<std::string>("message");
    const auto row = [](const char *title, const char *verb, const std::string &query, const std::string &message) {
        QTest::newRow(title) << std::string(verb) << query << message;
    };
    const std::string listener = "LoadBalancerName=a&Listeners.member.1.Protocol=HTTP"
                                 "&Listeners.member.1.LoadBalancerPort=80&Listeners.member.1.InstancePort=80";
    const std::string check = "LoadBalancerName=a&HealthCheck.Target=TCP:80&HealthCheck.Interval=10"
                              "&HealthCheck.Timeout=5&HealthCheck.UnhealthyThreshold=2";
    const std::string pattern =
        "Member must satisfy regular expression pattern: ^[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$";

    row("no name", "delete", "", atPath("null", "loadBalancerName", kNotNull));
    row("an empty name", "delete", "LoadBalancerName=", atPath("''", "loadBalancerName", pattern));
    row("a wrong name", "delete", "LoadBalancerName=a_b", atPath("'a_b'", "loadBalancerName", pattern));
    row("a name that is a list", "delete", "LoadBalancerName.member.1=a",
        atPath("''", "loadBalancerName", "Member must be a text"));
    row("a very long name is cut", "delete", "LoadBalancerName=" + std::string(1000, 'a'),
        atPath("'" + std::string(256, 'a') + "...'", "loadBalancerName", pattern));
    row("control characters do not come back", "delete", "LoadBalancerName=a%00%1bb",
        atPath("'a\xef\xbf\xbd\xef\xbf\xbd"
               "b'",
               "loadBalancerName", pattern));
    row("a wrong name in a list", "describe", "LoadBalancerNames.member.1=a&LoadBalancerNames.member.2=-",
        atPath("'-'", "loadBalancerNames.2.member", pattern));
    row("page size 0", "describe", "PageSize=0",
        atPath("'0'", "pageSize", "Member must have value greater than or equal to 1"));
    row("page size 401", "describe", "PageSize=401",
        atPath("'401'", "pageSize", "Member must have value less than or equal to 400"));
    row("page size ten", "describe", "PageSize=ten", atPath("'ten'", "pageSize", "Member must be a number"));
    row("page size 1.5", "describe", "PageSize=1.5", atPath("'1.5'", "pageSize", "Member must be a number"));
    row("page size far too large", "describe", "PageSize=99999999999999999999",
        atPath("'99999999999999999999'", "pageSize", "Member must have value less than or equal to 2147483647"));
    row("page size far too small", "describe", "PageSize=-99999999999999999999",
        atPath("'-99999999999999999999'", "pageSize", "Member must have value greater than or equal to -2147483648"));
    row("a list that is a text", "describe", "LoadBalancerNames=a",
        atPath("'a'", "loadBalancerNames", "Member must be a list"));
    row("item 0", "describe", "LoadBalancerNames.member.0=a",
        atPath("'0'", "loadBalancerNames", "Member must be numbered from 1"));
    row("item x", "describe", "LoadBalancerNames.member.x=a",
        atPath("'x'", "loadBalancerNames", "Member must be numbered from 1"));
    row("a huge item number", "describe", "LoadBalancerNames.member.99999999999999999999=a",
        atPath("'99999999999999999999'", "loadBalancerNames", "Member must be numbered from 1"));
    row("a marker with control characters", "describe", "Marker=a%0Ab",
        atPath("'a\nb'", "marker", "Member must be UTF-8 text without control characters"));
    row("a marker of wrong UTF-8", "describe", "Marker=%ff",
        atPath("'\xef\xbf\xbd'", "marker", "Member must be UTF-8 text without control characters"));
    row("a marker too long", "describe", "Marker=" + std::string(4097, 'm'),
        atPath("'" + std::string(256, 'm') + "...'", "marker", "Member must have length less than or equal to 4096"));
    row("no listeners", "create", "LoadBalancerName=a", atPath("null", "listeners", kNotNull));
    row("a listener without protocol", "create", "LoadBalancerName=a&Listeners.member.1.LoadBalancerPort=80",
        atPath("null", "listeners.1.member.protocol", kNotNull));
    row("a listener without port", "create", "LoadBalancerName=a&Listeners.member.1.Protocol=TCP",
        atPath("null", "listeners.1.member.loadBalancerPort", kNotNull));
    row("port 0", "create", "LoadBalancerName=a&Listeners.member.1.Protocol=TCP&Listeners.member.1.LoadBalancerPort=0",
        atPath("'0'", "listeners.1.member.loadBalancerPort", "Member must have value greater than or equal to 1"));
    row("port 65536 of the third", "create",
        listener + "&Listeners.member.7.Protocol=TCP&Listeners.member.7.LoadBalancerPort=65536",
        atPath("'65536'", "listeners.2.member.loadBalancerPort", "Member must have value less than or equal to 65535"));
    row("an unknown protocol", "create", "LoadBalancerName=a&Listeners.member.1.Protocol=UDP",
        "UnsupportedProtocol: 'UDP' is not a supported protocol: use HTTP, HTTPS, TCP or SSL");
    row("an unknown scheme", "create", listener + "&Scheme=public",
        "InvalidScheme: 'public' is not a scheme: use internet-facing or internal");
    row("a tag without key", "create", listener + "&Tags.member.1.Value=v",
        atPath("null", "tags.1.member.key", kNotNull));
    row("a certificate with a line end", "create", listener + "&Listeners.member.1.SSLCertificateId=a%0d%0ab",
        atPath("'a\r\nb'", "listeners.1.member.sSLCertificateId",
               "Member must be UTF-8 text without control characters"));
    row("no instances", "register", "LoadBalancerName=a", atPath("null", "instances", kNotNull));
    row("an instance without id", "register", "LoadBalancerName=a&Instances.member.1.Zone=z",
        atPath("null", "instances.1.member.instanceId", kNotNull));
    row("a wrong instance id", "register", "LoadBalancerName=a&Instances.member.1.InstanceId=a%3Bb",
        atPath("'a;b'", "instances.1.member.instanceId",
               "Member must satisfy regular expression pattern: ^[A-Za-z0-9\\[][A-Za-z0-9._:\\[\\]/-]{0,254}$"));
    row("no health check", "configure", "LoadBalancerName=a", atPath("null", "healthCheck", kNotNull));
    row("four of five", "configure", check, atPath("null", "healthCheck.healthyThreshold", kNotNull));
    row("one of five empty", "configure", check + "&HealthCheck.HealthyThreshold=",
        atPath("''", "healthCheck.healthyThreshold", "Member must be a number"));
    row("a wrong target", "configure", "LoadBalancerName=a&HealthCheck.Target=TCP:80/",
        "ValidationError: HealthCheck Target must specify a port number");
    row("no address", "address", "InstanceId=i-1", atPath("null", "address", kNotNull));
    row("a wrong boolean", "stop", "Traffic=yes", atPath("'yes'", "traffic", "Member must be true or false"));
}

void RequestsTest::refusesWrongRequests()
{
    QFETCH(std::string, verb);
    QFETCH(std::string, query);
    QFETCH(std::string, message);
    std::string described = "no such verb";
    if (verb == "delete")
        described = tests::describe(fromQuery<model::DeleteLoadBalancer>(query));
    else if (verb == "describe")
        described = tests::describe(fromQuery<model::DescribeLoadBalancers>(query));
    else if (verb == "create")
        described = tests::describe(fromQuery<model::CreateLoadBalancer>(query));
    else if (verb == "register")
        described = tests::describe(fromQuery<model::RegisterInstances>(query));
    else if (verb == "configure")
        described = tests::describe(fromQuery<model::ConfigureHealthCheck>(query));
    else if (verb == "address")
        described = tests::describe(fromQuery<model::SetInstanceAddress>(query));
    else if (verb == "stop")
        described = tests::describe(fromQuery<model::StopNode>(query));
    QCOMPARE(described, message);
}

void RequestsTest::refusesWrongJson_data()
{
    QTest::addColumn<std::string>("json");
    QTest::addColumn<std::string>("message");
    const auto row = [](const char *title, const std::string &json, const std::string &message) {
        QTest::newRow(title) << json << message;
    };
    row("a list", "[]", atPath("''", "", "Member must be a structure"));
    row("a number as name", R"({"LoadBalancerName":5})", atPath("'5'", "loadBalancerName", "Member must be a text"));
    row("a null name", R"({"LoadBalancerName":null})", atPath("null", "loadBalancerName", kNotNull));
    row("a list that is a text", R"({"LoadBalancerName":"a","Instances":"i-1"})",
        atPath("'i-1'", "instances", "Member must be a list"));
    row("items that are texts", R"({"LoadBalancerName":"a","Instances":["i-1"]})",
        atPath("null", "instances.1.member.instanceId", kNotNull));
    row("an item that is null", R"({"LoadBalancerName":"a","Instances":[null]})",
        atPath("null", "instances.1.member.instanceId", kNotNull));
    row("an id with a zero byte", R"({"LoadBalancerName":"a","Instances":[{"InstanceId":"i\u0000"}]})",
        atPath("'i\xef\xbf\xbd'", "instances.1.member.instanceId",
               "Member must satisfy regular expression pattern: ^[A-Za-z0-9\\[][A-Za-z0-9._:\\[\\]/-]{0,254}$"));
}

void RequestsTest::refusesWrongJson()
{
    QFETCH(std::string, json);
    QFETCH(std::string, message);
    QCOMPARE(tests::describe(fromJson<model::RegisterInstances>(json)), message);
}

void RequestsTest::readsTheJsonItWrites()
{
    const auto roundTrip = [](const auto &request) {
        using Request = std::remove_cvref_t<decltype(request)>;
        const auto json = wire::renderJson(wire::writeForm(request));
        const auto read = fromJson<Request>(json);
        if (!read || *read != request)
            QFAIL((json + "\n" + tests::describe(read)).c_str());
    };
    for (unsigned seed = 0; seed < 200; ++seed) {
        tests::Generator make(seed);
        const auto someIds = make.several([&] { return make.instanceId(); });
        roundTrip(model::CreateLoadBalancer{make.name(), make.creation()});
        roundTrip(model::DeleteLoadBalancer{make.name()});
        roundTrip(model::DescribeLoadBalancers{make.several([&] { return make.name(); }), make.words(),
                                               int(1 + make.below(400))});
        roundTrip(model::CreateLoadBalancerListeners{make.name(), make.several([&] { return make.listener(); })});
        roundTrip(model::DeleteLoadBalancerListeners{make.name(), make.several([&] { return make.port(); })});
        roundTrip(model::RegisterInstances{make.name(), someIds});
        roundTrip(model::DeregisterInstances{make.name(), someIds});
        roundTrip(model::ConfigureHealthCheck{make.name(), make.healthCheck()});
        roundTrip(model::DescribeInstanceHealth{make.name(), someIds});
        roundTrip(model::SetInstanceAddress{make.instanceId(), make.words()});
        roundTrip(model::StopNode{make.coin()});
    }
}

void RequestsTest::ignoresUnknownParameters()
{
    const std::string strange = "&X-Amz-Date=1&Foo.member.x=%ff&Bar..=1&.=2&member.1=3&LoadBalancerNameX=y";
    QVERIFY(fromQuery<model::DeleteLoadBalancer>("LoadBalancerName=a" + strange) ==
            (model::DeleteLoadBalancer{name("a")}));
    QVERIFY(fromJson<model::DeleteLoadBalancer>(R"({"Foo":[{"a":1e5}],"LoadBalancerName":"a"})") ==
            (model::DeleteLoadBalancer{name("a")}));
}

QTEST_GUILESS_MAIN(RequestsTest)
#include "tst_requests.moc"
