#include "wire/command_line.h"

#include "controller/base/readable.h"
#include "support/builders.h"
#include "wire/json_text.h"
#include "wire/verb_forms.h"

using namespace balancer;
using namespace balancer::tests;

namespace {

template <typename Request>
std::string lineFor(const Request &request, const std::string &endpoint = {})
{
    return wire::renderCommandLine(Request::kName, wire::writeForm(request), endpoint);
}

model::CreateLoadBalancer creation()
{
    model::CreateLoadBalancer request;
    request.name = name("web");
    request.parameters.listeners = {http(80, 8080), tcp(25, 2525)};
    request.parameters.availabilityZones = {"local-a", "local-b"};
    return request;
}

bool endsWith(const std::string &text, const std::string &end)
{
    return text.ends_with(end);
}

} // namespace

class CommandLineTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void namesTheNode();
    void writesStructuresInShorthand();
    void writesListsOfIds();
    void writesOneStructure();
    void leavesOutEmptyLists();
    void takesJsonWhereShorthandCannot_data();
    void takesJsonWhereShorthandCannot();
    void keepsAHyphenFromBeingAnOption();
    void isEmptyForOurOwnVerbs();
};

void CommandLineTest::namesTheNode()
{
    const model::DeleteLoadBalancer request{name("web")};
    QCOMPARE(lineFor(request), std::string("aws elb delete-load-balancer --load-balancer-name web"));
    QCOMPARE(lineFor(request, "http://[::1]:9999"),
             std::string("aws elb delete-load-balancer --endpoint-url 'http://[::1]:9999' --load-balancer-name web"));
}

void CommandLineTest::writesStructuresInShorthand()
{
    auto request = creation();
    request.parameters.tags = {model::Tag{"team", "a"}, model::Tag{"empty", ""}};
    QCOMPARE(lineFor(request),
             std::string("aws elb create-load-balancer --load-balancer-name web --listeners "
                         "Protocol=HTTP,LoadBalancerPort=80,InstanceProtocol=HTTP,InstancePort=8080 "
                         "Protocol=TCP,LoadBalancerPort=25,InstanceProtocol=TCP,InstancePort=2525 "
                         "--availability-zones local-a local-b --scheme internet-facing --tags Key=team,Value=a "
                         "Key=empty"));
}

void CommandLineTest::writesListsOfIds()
{
    QCOMPARE(lineFor(model::RegisterInstances{name("web"), {id("i-1"), id("10.0.0.1:80")}}),
             std::string("aws elb register-instances-with-load-balancer --load-balancer-name web --instances i-1 "
                         "10.0.0.1:80"));
    QCOMPARE(
        lineFor(model::DeleteLoadBalancerListeners{name("web"), {80, 81}}),
        std::string("aws elb delete-load-balancer-listeners --load-balancer-name web --load-balancer-ports 80 81"));
}

void CommandLineTest::writesOneStructure()
{
    model::ConfigureHealthCheck request{name("web"), model::defaultHealthCheck(80)};
    QCOMPARE(lineFor(request),
             std::string("aws elb configure-health-check --load-balancer-name web --health-check "
                         "Target=TCP:80,Interval=30,Timeout=5,UnhealthyThreshold=2,HealthyThreshold=10"));
    request.healthCheck.target = model::parseTarget("HTTP:80/x?a=b,c").value();
    QVERIFY2(endsWith(lineFor(request), R"(--health-check '{"Target":"HTTP:80/x?a=b,c","Interval":30,"Timeout":5,)"
                                        R"("UnhealthyThreshold":2,"HealthyThreshold":10}')"),
             lineFor(request).c_str());
}

void CommandLineTest::leavesOutEmptyLists()
{
    QCOMPARE(lineFor(model::DescribeInstanceHealth{name("web"), {}}),
             std::string("aws elb describe-instance-health --load-balancer-name web"));
}

void CommandLineTest::takesJsonWhereShorthandCannot_data()
{
    QTest::addColumn<std::string>("value");
    QTest::addColumn<std::string>("word");
    const auto row = [](const char *name, const std::string &value, const std::string &word) {
        QTest::newRow(name) << value << word;
    };
    row("a comma", "a,b", R"('["a,b"]')");
    row("a blank", "a b", R"('["a b"]')");
    row("a quote", "it's", R"('["it'\''s"]')");
    row("a double quote", "\"", R"('["\""]')");
    row("a command", "$(reboot)`x`;&|", R"('["$(reboot)`x`;&|"]')");
    row("an address", "http://x", R"('["http://x"]')");
    row("a file", "file:///etc/passwd", R"('["file:///etc/passwd"]')");
    row("a hyphen", "-x", R"('["-x"]')");
    row("an equals sign", "a=b", R"('["a=b"]')");
    row("brackets", "[a]", R"('["[a]"]')");
    row("nothing", "", R"('[""]')");
    row("letters beyond ASCII", "ü", R"('["ü"]')");
}

void CommandLineTest::takesJsonWhereShorthandCannot()
{
    QFETCH(std::string, value);
    QFETCH(std::string, word);
    auto request = creation();
    request.parameters.availabilityZones = {value};
    const auto line = lineFor(request);
    QVERIFY2(endsWith(line, " --availability-zones " + word + " --scheme internet-facing"), line.c_str());
}

void CommandLineTest::keepsAHyphenFromBeingAnOption()
{
    model::DescribeLoadBalancers request;
    request.marker = "-help";
    QVERIFY2(endsWith(lineFor(request), " --marker=-help --page-size 400"), lineFor(request).c_str());
}

void CommandLineTest::isEmptyForOurOwnVerbs()
{
    QCOMPARE(lineFor(model::SetInstanceAddress{id("i-1"), "10.0.0.1"}), std::string());
    QCOMPARE(lineFor(model::StopNode{}), std::string());
}

QTEST_GUILESS_MAIN(CommandLineTest)
#include "tst_command_line.moc"
