#include "api/helpers/dialect.h"

#include "api/responses.h"
#include "base/text.h"
#include "wire/envelope.h"

#include <algorithm>
#include <array>
#include <optional>

namespace balancer::api {

namespace {

struct Form
{
    Dialect dialect;
    std::string_view service;
    std::string_view version;
    std::string_view space; ///< of its XML
};

constexpr std::array kForms = {
    Form{Dialect::Elb, "elasticloadbalancing", wire::kCurrentVersion, {}},
    Form{Dialect::Iam, "iam", "2010-05-08", "https://iam.amazonaws.com/doc/2010-05-08/"},
    Form{Dialect::Sts, "sts", "2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/"},
    Form{Dialect::Ec2, "ec2", "2016-11-15", "http://ec2.amazonaws.com/doc/2016-11-15/"},
};

const Form &formOf(Dialect dialect)
{
    return *std::ranges::find(kForms, dialect, &Form::dialect);
}

/// "iam" of "AKID/20150830/us-east-1/iam/aws4_request"; empty for anything else.
std::string_view serviceIn(std::string_view credential)
{
    constexpr std::size_t kService = 3;
    const auto parts = split(credential, '/');
    return parts.size() > kService ? parts[kService] : std::string_view();
}

/// The credential of a signature, wherever it stands.
std::string credentialOf(const ports::HttpRequest &request, const wire::Parameters &parameters)
{
    constexpr std::string_view kName = "Credential=";
    const auto header = std::string(ports::findHeader(request.headers, "authorization").value_or(""));
    const auto start = header.find(kName);
    if (start == std::string::npos)
        return std::string(wire::findParameter(parameters, "X-Amz-Credential").value_or(""));
    const auto rest = header.substr(start + kName.size());
    return rest.substr(0, rest.find_first_of(", "));
}

/// EC2 has names of its own for what ELB and the others call otherwise.
struct Ec2Code
{
    ErrorCode code;
    std::string_view name;
    int status = 400;
};

constexpr std::array kEc2Codes = {
    Ec2Code{ErrorCode::MissingAuthenticationToken, "MissingAuthenticationToken", 403},
    Ec2Code{ErrorCode::InvalidClientTokenId, "AuthFailure", 401},
    Ec2Code{ErrorCode::SignatureDoesNotMatch, "AuthFailure", 401},
    Ec2Code{ErrorCode::AccessDenied, "UnauthorizedOperation", 403},
    Ec2Code{ErrorCode::Throttling, "RequestLimitExceeded", 503},
    Ec2Code{ErrorCode::SubnetNotFound, "InvalidSubnetID.NotFound"},
    Ec2Code{ErrorCode::InvalidSecurityGroup, "InvalidGroup.NotFound"},
    Ec2Code{ErrorCode::NoSuchEntity, "InvalidNetworkInterfaceID.NotFound"},
};

wire::Problem inEc2(wire::Problem problem, ErrorCode code)
{
    const auto *const own = std::ranges::find(kEc2Codes, code, &Ec2Code::code);
    if (own == kEc2Codes.end())
        return problem;
    problem.code = own->name;
    problem.status = own->status;
    return problem;
}

} // namespace

std::string_view serviceOf(Dialect dialect)
{
    return formOf(dialect).service;
}

Dialect dialectOf(const ports::HttpRequest &request, const wire::Parameters &parameters)
{
    const auto credential = credentialOf(request, parameters);
    const auto *const byScope = std::ranges::find(kForms, serviceIn(credential), &Form::service);
    if (byScope != kForms.end() && byScope->dialect != Dialect::Elb)
        return byScope->dialect;
    const auto version = wire::findParameter(parameters, "Version").value_or("");
    const auto *const byVersion = std::ranges::find(kForms, version, &Form::version);
    return byVersion == kForms.end() ? Dialect::Elb : byVersion->dialect;
}

std::string_view currentVersionOf(Dialect dialect)
{
    return formOf(dialect).version;
}

bool isVersionOf(Dialect dialect, std::string_view version)
{
    // EC2's clients have many versions; the few actions are the same in all.
    return dialect == Dialect::Elb ? wire::isClassicVersion(version)
                                   : dialect == Dialect::Ec2 || version == formOf(dialect).version;
}

ports::HttpResponse respondXmlAnswer(Dialect dialect, std::string_view action, std::string_view version,
                                     const wire::Node &answer, std::string_view requestId)
{
    const auto space = formOf(dialect).space;
    if (dialect == Dialect::Elb)
        return respond(200, "text/xml", wire::renderXmlAnswer(action, version, answer, requestId));
    if (dialect == Dialect::Ec2)
        return respond(200, "text/xml;charset=UTF-8", wire::renderEc2Answer(action, space, answer, requestId));
    return respond(200, "text/xml", wire::renderQueryAnswer(action, space, answer, requestId));
}

ports::HttpResponse respondXmlProblem(Dialect dialect, const Error &error, std::string_view version,
                                      std::string_view requestId)
{
    if (dialect == Dialect::Elb)
        return respondXmlProblem(error, version, requestId);
    auto problem = problemOf(error, requestId);
    if (dialect != Dialect::Ec2)
        return respond(problem.status, "text/xml", wire::renderQueryProblem(problem, formOf(dialect).space));
    problem = inEc2(std::move(problem), error.code);
    return respond(problem.status, "text/xml;charset=UTF-8", wire::renderEc2Problem(problem));
}

} // namespace balancer::api
