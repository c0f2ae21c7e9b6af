#include "api/openapi.h"

#include "api/read_table.h"
#include "api/session_cookie.h"
#include "api/verb_table.h"
#include "wire/envelope.h"
#include "wire/json_text.h"
#include "wire/read_forms.h"
#include "wire/schema.h"

#include <initializer_list>
#include <utility>
#include <vector>

namespace balancer::api {

namespace {

using wire::Node;
using wire::SchemaSet;
using wire::textNode;

constexpr std::string_view kJson = "application/json";

Node object(std::initializer_list<std::pair<std::string_view, Node>> members)
{
    Node node{Node::Kind::Struct, {}, {}};
    for (const auto &[name, value] : members)
        node.add(name, value);
    return node;
}

Node list(const std::vector<Node> &items)
{
    Node node{Node::Kind::List, {}, {}};
    for (const auto &item : items)
        node.add({}, item);
    return node;
}

Node flag(bool value)
{
    return Node{Node::Kind::Flag, value ? "true" : "false", {}};
}

Node content(std::string_view type, Node schema)
{
    return object({{type, object({{"schema", std::move(schema)}})}});
}

Node body(Node schema, bool required)
{
    return object({{"required", flag(required)}, {"content", content(kJson, std::move(schema))}});
}

Node parameter(std::string_view place, std::string_view name, Node schema, std::string_view description)
{
    return object({{"name", textNode(name)},
                   {"in", textNode(place)},
                   {"required", flag(place == "path")},
                   {"description", textNode(description)},
                   {"schema", std::move(schema)}});
}

/// One answer that is a success; everything else is a problem.
Node responses(std::string_view status, std::string_view description, Node successContent)
{
    auto success = object({{"description", textNode(description)}});
    if (successContent.kind != Node::Kind::Null)
        success.add("content", std::move(successContent));
    return object(
        {{status, std::move(success)}, {"default", object({{"$ref", textNode("#/components/responses/Problem")}})}});
}

/// The paths, under construction.
class Paths
{
public:
    void add(std::string_view path, std::string_view method, Node operation)
    {
        for (auto &[known, item] : m_paths.children) {
            if (known == path) {
                item.add(method, std::move(operation));
                return;
            }
        }
        m_paths.add(path, object({{method, std::move(operation)}}));
    }
    Node take() { return std::move(m_paths); }

private:
    Node m_paths{Node::Kind::Struct, {}, {}};
};

Node verbOperation(const VerbEntry &verb, Node request, Node answer, Node preview)
{
    const auto either = object({{"anyOf", list({std::move(answer), std::move(preview)})}});
    const auto dryRun = parameter("query", "dryRun", wire::typeSchema("boolean"),
                                  "true: nothing is changed, and the answer is a PlanPreview");
    return object({{"operationId", textNode(verb.name)},
                   {"description", textNode("At least " + std::string(model::renderRole(verb.role)))},
                   {"parameters", list({dryRun})},
                   {"requestBody", body(std::move(request), false)},
                   {"responses", responses("200", "Done, or its plan", content(kJson, either))}});
}

void addVerbs(Paths &paths, SchemaSet &set)
{
    const auto preview = wire::describeRead<model::PlanPreview>(set);
    std::vector<Node> answers;
    for (const auto &verb : allVerbs())
        answers.push_back(verb.describeAnswer(set));
    auto answer = answers.begin();
    for (const auto &verb : allVerbs()) {
        const auto path = "/v1/actions/" + std::string(verb.name);
        paths.add(path, "post", verbOperation(verb, verb.describeRequest(set), *answer++, preview));
    }
}

Node readOperation(const ReadEntry &read, SchemaSet &set)
{
    std::vector<Node> parameters;
    if (const auto brace = read.path.find('{'); brace != std::string_view::npos) {
        const auto name = read.path.substr(brace + 1, read.path.size() - brace - 2);
        parameters.push_back(parameter("path", name, wire::typeSchema("string"), "Which one"));
    }
    if (!read.number.name.empty())
        parameters.push_back(
            parameter("query", read.number.name,
                      wire::withRange(wire::typeSchema("integer"), read.number.least, read.number.most),
                      "How many at most; without it " + std::to_string(read.number.usual)));
    return object({{"operationId", textNode(read.name)},
                   {"description", textNode("At least " + std::string(model::renderRole(read.role)))},
                   {"parameters", list(parameters)},
                   {"responses", responses("200", "What there is", content(kJson, read.describe(set)))}});
}

std::string eventsText(SchemaSet &set)
{
    std::string text = "Server-sent events; the data of each is JSON:";
    for (const auto &event : wire::describeEvents(set)) {
        const auto reference = event.schema.find("$ref")->text;
        text += " " + std::string(event.name) + " is " + reference.substr(reference.rfind('/') + 1) + ",";
    }
    text.back() = '.';
    return text + " An instance that was deregistered and drains is among the others, InService with the Description "
                  "\"Instance deregistration currently in progress.\", until instance-deregistered.";
}

void addEvents(Paths &paths, SchemaSet &set)
{
    const auto text = wire::typeSchema("string");
    const std::vector<Node> parameters{
        parameter("query", "rates", text, "1: traffic is measured too, once a second"),
        parameter("query", "after", text, "The id of the last event that is known"),
        parameter("header", "Last-Event-ID", text, "The same; this one counts when both are there"),
    };
    paths.add("/v1/events", "get",
              object({{"operationId", textNode("Events")},
                      {"description", textNode(eventsText(set))},
                      {"parameters", list(parameters)},
                      {"responses", responses("200", "A stream without end", content("text/event-stream", text))}}));
}

Node sessionOperation(std::string_view id, std::string_view description, Node answers)
{
    return object(
        {{"operationId", textNode(id)}, {"description", textNode(description)}, {"responses", std::move(answers)}});
}

void addSession(Paths &paths, SchemaSet &set)
{
    const auto session = wire::describeRead<model::Session>(set);
    auto open = sessionOperation("OpenSession",
                                 "Signs a browser in. Without a body the request itself must be signed, or come from "
                                 "an administrator over the unix socket",
                                 responses("201", "Signed in; the cookie is set", content(kJson, session)));
    open.add("requestBody", body(wire::describeRead<model::SignIn>(set), false));
    paths.add("/v1/session", "post", std::move(open));
    paths.add("/v1/session", "get",
              sessionOperation("ReadSession", "Who the browser is signed in as; 401 when it is not",
                               responses("200", "Signed in", content(kJson, session))));
    paths.add("/v1/session", "delete",
              sessionOperation("CloseSession", "Signs the browser out", responses("204", "Signed out", Node())));
}

Node securitySchemes()
{
    return object(
        {{"signature", object({{"type", textNode("apiKey")},
                               {"in", textNode("header")},
                               {"name", textNode("Authorization")},
                               {"description", textNode("AWS Signature Version 4, any region and service")}})},
         {"session",
          object({{"type", textNode("apiKey")}, {"in", textNode("cookie")}, {"name", textNode(kSessionCookie)}})}});
}

Node anyOfTheSchemes()
{
    const Node noScopes{Node::Kind::List, {}, {}};
    return list({object({{"signature", noScopes}}), object({{"session", noScopes}})});
}

} // namespace

std::string renderOpenApi()
{
    SchemaSet set;
    Paths paths;
    // Answers come before requests: see SchemaSet.
    for (const auto &read : allReads())
        paths.add(read.path, "get", readOperation(read, set));
    addEvents(paths, set);
    addVerbs(paths, set);
    addSession(paths, set);
    const auto problem = object({{"description", textNode("What went wrong (RFC 9457)")},
                                 {"content", content("application/problem+json", wire::describeProblem(set))}});
    const auto components = object({{"schemas", set.components()},
                                    {"responses", object({{"Problem", problem}})},
                                    {"securitySchemes", securitySchemes()}});
    return wire::renderJson(
        object({{"openapi", textNode("3.1.0")},
                {"info", object({{"title", textNode("Elastic HAProxy")}, {"version", textNode("1")}})},
                {"security", anyOfTheSchemes()},
                {"paths", paths.take()},
                {"components", components}}));
}

} // namespace balancer::api
