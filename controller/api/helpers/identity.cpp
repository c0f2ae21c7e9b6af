#include "api/helpers/identity.h"

#include "api/helpers/nodes.h"

namespace balancer::api {

namespace {

std::string userArn(const HelperCall &call)
{
    return "arn:aws:iam::" + call.accountId + ":user/" + call.caller.name;
}

} // namespace

QCoro::Task<Result<wire::Node>> getCallerIdentity(HelperCall call)
{
    auto answer = structNode();
    answer.add("Arn", textNode(userArn(call)));
    answer.add("UserId", textNode(call.caller.name));
    answer.add("Account", textNode(call.accountId));
    co_return answer;
}

QCoro::Task<Result<wire::Node>> getUser(HelperCall call)
{
    const auto *asked = call.parameters.find("UserName");
    if (asked && !asked->text.empty() && asked->text != call.caller.name)
        co_return fail(ErrorCode::NoSuchEntity, "The user with name " + asked->text + " cannot be found.");
    const auto status = co_await call.reads.node(call.caller);
    if (!status)
        co_return fail(status.error());
    auto user = structNode();
    user.add("Path", textNode("/"));
    user.add("UserName", textNode(call.caller.name));
    user.add("UserId", textNode(call.caller.name));
    user.add("Arn", textNode(userArn(call)));
    user.add("CreateDate", timeNode(status->startedAt));
    auto answer = structNode();
    answer.add("User", std::move(user));
    co_return answer;
}

} // namespace balancer::api
