#include "api/openapi.h"
#include "api/read_table.h"
#include "api/verb_table.h"
#include "controller/base/readable.h"
#include "wire/json_text.h"

#include <set>

using namespace balancer;

class OpenApiTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();

    void hasAPathForEachVerbAndRead();
    void hasASchemaForEachValue_data();
    void hasASchemaForEachValue();
    void refersToNothingThatIsNotThere();
    void tellsWhatAnActionTakesAndAnswers();
    void namesEveryEvent();
    void isTheSameEachTime();

private:
    const wire::Node &at(std::initializer_list<std::string_view> path) const
    {
        const auto *node = &m_document;
        for (const auto name : path) {
            node = node->find(name);
            if (!node)
                qFatal("the document has no %s", std::string(name).c_str());
        }
        return *node;
    }

    wire::Node m_document;
};

namespace {

void collectReferences(const wire::Node &node, std::set<std::string> &found)
{
    for (const auto &[name, child] : node.children) {
        if (name == "$ref")
            found.insert(child.text);
        collectReferences(child, found);
    }
}

} // namespace

void OpenApiTest::initTestCase()
{
    const auto document = wire::parseJson(api::renderOpenApi());
    QVERIFY(document.has_value());
    m_document = *document;
    QCOMPARE(at({"openapi"}).text, std::string("3.1.0"));
}

void OpenApiTest::hasAPathForEachVerbAndRead()
{
    for (const auto &verb : api::allVerbs())
        QCOMPARE(at({"paths", "/v1/actions/" + std::string(verb.name), "post", "operationId"}).text,
                 std::string(verb.name));
    for (const auto &read : api::allReads())
        QCOMPARE(at({"paths", read.path, "get", "operationId"}).text, std::string(read.name));
    for (const auto *method : {"post", "get", "delete"})
        QVERIFY(at({"paths", "/v1/session"}).find(method));
    QVERIFY(at({"paths", "/v1/events", "get"}).find("responses"));
}

void OpenApiTest::hasASchemaForEachValue_data()
{
    QTest::addColumn<std::string>("name");
    for (const auto *name : {"LoadBalancerList",
                             "LoadBalancerDetail",
                             "InstanceView",
                             "NodeStatus",
                             "HistoryPage",
                             "HistoryRevision",
                             "HistoryEntry",
                             "PlanPreview",
                             "Session",
                             "SignIn",
                             "Caller",
                             "Listener",
                             "HealthCheck",
                             "Tag",
                             "LoadBalancerChanged",
                             "LoadBalancerDeleted",
                             "InstanceChanged",
                             "InstanceDeregistered",
                             "RevisionSaved",
                             "RevisionApplied",
                             "RatesMeasured",
                             "TrafficRate",
                             "EventsLost",
                             "CreateLoadBalancer",
                             "RegisterInstances",
                             "DeregisterInstances",
                             "ConfigureHealthCheck",
                             "SetInstanceAddress",
                             "StopNode",
                             "CreateAccessKey",
                             "NewAccessKey",
                             "KeyMetadata",
                             "KeyStatus",
                             "UpdateAccessKey",
                             "DeleteAccessKey",
                             "InstancesAnswer",
                             "EmptyAnswer",
                             "Protocol",
                             "Scheme",
                             "Role",
                             "PlanKind",
                             "ProblemDetails"})
        QTest::newRow(name) << std::string(name);
}

void OpenApiTest::hasASchemaForEachValue()
{
    QFETCH(std::string, name);
    QVERIFY(at({"components", "schemas"}).find(name));
}

void OpenApiTest::refersToNothingThatIsNotThere()
{
    std::set<std::string> references;
    collectReferences(m_document, references);
    QVERIFY(references.size() > 30);
    for (const auto &reference : references) {
        const std::string schemas = "#/components/schemas/";
        const std::string responses = "#/components/responses/";
        const bool isSchema = reference.starts_with(schemas);
        const auto name = reference.substr(isSchema ? schemas.size() : responses.size());
        QVERIFY2(at({"components", isSchema ? "schemas" : "responses"}).find(name), reference.c_str());
    }
}

void OpenApiTest::tellsWhatAnActionTakesAndAnswers()
{
    const auto &operation = at({"paths", "/v1/actions/RegisterInstancesWithLoadBalancer", "post"});
    QCOMPARE(wire::renderJson(*operation.find("requestBody")->find("content")),
             std::string(R"({"application/json":{"schema":{"$ref":"#/components/schemas/RegisterInstances"}}})"));
    QCOMPARE(wire::renderJson(*operation.find("responses")->find("200")->find("content")),
             std::string(R"({"application/json":{"schema":{"anyOf":[{"$ref":"#/components/schemas/InstancesAnswer"},)"
                         R"({"$ref":"#/components/schemas/PlanPreview"}]}}})"));
}

void OpenApiTest::namesEveryEvent()
{
    const auto &text = at({"paths", "/v1/events", "get", "description"}).text;
    for (const auto *part : {"load-balancer is LoadBalancerChanged,", "instance is InstanceChanged,",
                             "rates is RatesMeasured,", "reset is EventsLost."})
        QVERIFY2(text.find(part) != std::string::npos, text.c_str());
}

void OpenApiTest::isTheSameEachTime()
{
    QCOMPARE(api::renderOpenApi(), api::renderOpenApi());
}

QTEST_GUILESS_MAIN(OpenApiTest)
#include "tst_openapi.moc"
