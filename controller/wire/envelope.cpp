#include "wire/envelope.h"

#include "wire/fields.h"
#include "wire/json_text.h"
#include "wire/xml_text.h"

#include <algorithm>
#include <array>

namespace balancer::wire {

namespace {

constexpr std::array<std::string_view, 6> kClassicVersions = {"2009-11-25", "2010-07-01", "2011-04-05",
                                                              "2011-08-15", "2011-11-15", kCurrentVersion};

/// RFC 9457's members.
struct ProblemDetails
{
    std::string type;
    std::string title;
    int status = 500;
    std::string detail;
    std::string code;
    std::string requestId;
};

std::string namespaceOf(std::string_view version)
{
    return "http://elasticloadbalancing.amazonaws.com/doc/" + std::string(version) + "/";
}

void open(std::string &xml, std::string_view name, std::string_view space)
{
    ((((xml += '<') += name) += " xmlns=\"") += space) += "\">";
}

void close(std::string &xml, std::string_view name)
{
    ((xml += "</") += name) += '>';
}

Node text(std::string_view value)
{
    return Node{Node::Kind::Text, std::string(value), {}};
}

} // namespace

template <>
struct Table<ProblemDetails>
{
    static constexpr auto kFields = std::tuple{
        optional("type", &ProblemDetails::type),   required("title", &ProblemDetails::title),
        always("status", &ProblemDetails::status), required("detail", &ProblemDetails::detail),
        always("code", &ProblemDetails::code),     required("requestId", &ProblemDetails::requestId),
    };
};

bool isClassicVersion(std::string_view version)
{
    return std::ranges::find(kClassicVersions, version) != kClassicVersions.end();
}

std::string renderXmlAnswer(std::string_view action, std::string_view version, const Node &result,
                            std::string_view requestId)
{
    return renderQueryAnswer(action, namespaceOf(version), result, requestId);
}

std::string renderXmlProblem(const Problem &problem, std::string_view version)
{
    return renderQueryProblem(problem, namespaceOf(version));
}

std::string renderQueryAnswer(std::string_view action, std::string_view space, const Node &result,
                              std::string_view requestId)
{
    const auto response = std::string(action) + "Response";
    Node metadata{Node::Kind::Struct, {}, {}};
    metadata.add("RequestId", text(requestId));

    std::string xml;
    open(xml, response, space);
    appendXml(xml, std::string(action) + "Result", result);
    appendXml(xml, "ResponseMetadata", metadata);
    close(xml, response);
    return xml;
}

std::string renderQueryProblem(const Problem &problem, std::string_view space)
{
    Node error{Node::Kind::Struct, {}, {}};
    error.add("Type", text(problem.status < 500 ? "Sender" : "Receiver"));
    error.add("Code", text(problem.code));
    error.add("Message", text(problem.message));

    std::string xml;
    open(xml, "ErrorResponse", space);
    appendXml(xml, "Error", error);
    appendXml(xml, "RequestId", text(problem.requestId));
    close(xml, "ErrorResponse");
    return xml;
}

std::string renderEc2Answer(std::string_view action, std::string_view space, const Node &result,
                            std::string_view requestId)
{
    const auto response = std::string(action) + "Response";
    std::string xml;
    open(xml, response, space);
    appendXml(xml, "requestId", text(requestId));
    for (const auto &member : result.children)
        appendXml(xml, member.name, member.value, "item");
    close(xml, response);
    return xml;
}

std::string renderEc2Problem(const Problem &problem)
{
    Node error{Node::Kind::Struct, {}, {}};
    error.add("Code", text(problem.code));
    error.add("Message", text(problem.message));
    Node errors{Node::Kind::Struct, {}, {}};
    errors.add("Error", error);
    Node response{Node::Kind::Struct, {}, {}};
    response.add("Errors", errors);
    response.add("RequestID", text(problem.requestId));

    std::string xml;
    appendXml(xml, "Response", response);
    return xml;
}

std::string renderJsonProblem(const Problem &problem)
{
    ProblemDetails details;
    details.type = "urn:elastic-haproxy:error:" + problem.code;
    details.title = problem.code;
    details.status = problem.status;
    details.detail = problem.message;
    details.code = problem.code;
    details.requestId = problem.requestId;
    return renderJson(write(details));
}

Node describeProblem(SchemaSet &set)
{
    return schemaFor<ProblemDetails>(set, Direction::Answer);
}

Result<Problem> parseJsonProblem(std::string_view json)
{
    const auto node = parseJson(json);
    if (!node)
        return fail(ErrorCode::Corrupt, "the error cannot be read: " + node.error().message);
    ProblemDetails details;
    if (const auto ok = read(details, *node, Path{}, Reading::Data); !ok)
        return fail(ErrorCode::Corrupt, "the error cannot be read: " + ok.error().message);
    return Problem{details.code, details.status, details.detail, details.requestId};
}

} // namespace balancer::wire
