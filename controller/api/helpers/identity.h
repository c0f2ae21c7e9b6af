#pragma once

#include "api/helpers/helper_table.h"

/// Who the caller is, as IAM and STS tell it: an access key's id stands for the user.
namespace balancer::api {

QCoro::Task<Result<wire::Node>> getCallerIdentity(HelperCall call);
QCoro::Task<Result<wire::Node>> getUser(HelperCall call);

} // namespace balancer::api
