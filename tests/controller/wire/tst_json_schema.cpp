#include "wire/schema.h"

#include "controller/base/readable.h"
#include "wire/json_text.h"
#include "wire/tables.h"

using namespace balancer;
using wire::Direction;
using wire::SchemaSet;

namespace example {

struct Inner
{
    std::string text;
    model::Protocol protocol = model::Protocol::Http;
};

struct Outer
{
    std::string name;
    std::string note;
    std::int64_t count = 0;
    bool flag = false;
    model::Timestamp at{};
    std::vector<Inner> inners;
    std::vector<InstanceId> ids;
    std::string state;
    Inner base;
};

constexpr std::array<std::string_view, 2> kStates{"Up", "Down"};

} // namespace example

namespace balancer::wire {

template <>
struct Table<example::Inner>
{
    static constexpr auto kFields = std::tuple{
        required("Text", &example::Inner::text),
        optional("Protocol", &example::Inner::protocol),
    };
};

template <>
struct Table<example::Outer>
{
    static constexpr auto kFields = std::tuple{
        always("Name", &example::Outer::name),
        optional("Note", &example::Outer::note),
        optional("Count", &example::Outer::count).within(1, 9),
        required("Flag", &example::Outer::flag),
        optional("At", &example::Outer::at),
        optional("Inners", &example::Outer::inners),
        required("Ids", &example::Outer::ids).eachIn("Id"),
        required("State", &example::Outer::state).oneOf(example::kStates),
        flattened(&example::Outer::base),
    };
};

} // namespace balancer::wire

namespace {

std::string componentOf(const SchemaSet &set, std::string_view name)
{
    const auto components = set.components();
    const auto *found = components.find(name);
    return found ? wire::renderJson(*found) : std::string("none");
}

} // namespace

class JsonSchemaTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void namesTypesAsInCpp();
    void describesAnswers();
    void describesRequests();
    void tellsRequestsFromAnswersWhereTheyDiffer();
    void describesScalars();
};

void JsonSchemaTest::namesTypesAsInCpp()
{
    QCOMPARE(std::string(wire::typeName<example::Outer>()), std::string("Outer"));
    QCOMPARE(std::string(wire::typeName<model::Listener>()), std::string("Listener"));
    QCOMPARE(std::string(wire::typeName<model::Role>()), std::string("Role"));
}

void JsonSchemaTest::describesAnswers()
{
    SchemaSet set;
    const auto reference = wire::schemaFor<example::Outer>(set, Direction::Answer);
    QCOMPARE(wire::renderJson(reference), std::string(R"({"$ref":"#/components/schemas/Outer"})"));
    QCOMPARE(componentOf(set, "Outer"),
             std::string(R"({"type":"object","properties":{"Name":{"type":"string"},"Note":{"type":"string"},)"
                         R"("Count":{"type":"integer","minimum":1,"maximum":9},"Flag":{"type":"boolean"},)"
                         R"("At":{"type":"string","format":"date-time"},)"
                         R"("Inners":{"type":"array","items":{"$ref":"#/components/schemas/Inner"}},)"
                         R"("Ids":{"type":"array","items":{"type":"object","properties":{"Id":{"type":"string"}},)"
                         R"("required":["Id"]}},"State":{"type":"string","enum":["Up","Down"]},)"
                         R"("Text":{"type":"string"},"Protocol":{"$ref":"#/components/schemas/Protocol"}},)"
                         R"("required":["Name","Count","Flag","At","Inners","Ids","State","Text","Protocol"]})"));
    QCOMPARE(componentOf(set, "Protocol"), std::string(R"({"type":"string","enum":["HTTP","HTTPS","TCP","SSL"]})"));
}

void JsonSchemaTest::describesRequests()
{
    SchemaSet set;
    static_cast<void>(wire::schemaFor<example::Outer>(set, Direction::Request));
    const auto outer = componentOf(set, "Outer");
    QVERIFY2(outer.ends_with(R"("required":["Name","Flag","Ids","State","Text"]})"), outer.c_str());
    QCOMPARE(componentOf(set, "OuterInput"), std::string("none"));
}

void JsonSchemaTest::tellsRequestsFromAnswersWhereTheyDiffer()
{
    SchemaSet set;
    static_cast<void>(wire::schemaFor<example::Inner>(set, Direction::Answer));
    static_cast<void>(wire::schemaFor<model::HealthCheck>(set, Direction::Answer));
    const auto inner = wire::schemaFor<example::Inner>(set, Direction::Request);
    const auto check = wire::schemaFor<model::HealthCheck>(set, Direction::Request);
    QCOMPARE(wire::renderJson(inner), std::string(R"({"$ref":"#/components/schemas/InnerInput"})"));
    QCOMPARE(wire::renderJson(check), std::string(R"({"$ref":"#/components/schemas/HealthCheck"})"));
    QVERIFY(componentOf(set, "Inner").ends_with(R"("required":["Text","Protocol"]})"));
    QVERIFY(componentOf(set, "InnerInput").ends_with(R"("required":["Text"]})"));
}

void JsonSchemaTest::describesScalars()
{
    SchemaSet set;
    const auto text = [&](const wire::Node &schema) { return wire::renderJson(schema); };
    QCOMPARE(text(wire::schemaFor<std::uint16_t>(set, Direction::Answer)),
             std::string(R"({"type":"integer","minimum":1,"maximum":65535})"));
    QCOMPARE(text(wire::schemaFor<LoadBalancerName>(set, Direction::Answer)), std::string(R"({"type":"string"})"));
    QCOMPARE(text(wire::schemaFor<model::Role>(set, Direction::Answer)),
             std::string(R"({"$ref":"#/components/schemas/Role"})"));
    QCOMPARE(componentOf(set, "Role"), std::string(R"({"type":"string","enum":["viewer","operator","admin"]})"));
}

QTEST_GUILESS_MAIN(JsonSchemaTest)
#include "tst_json_schema.moc"
