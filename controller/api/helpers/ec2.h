#pragma once

#include "api/helpers/helper_table.h"

/// What clients of ELB ask EC2: whether a load balancer's network interface is there, and about groups, subnets, zones
/// and the VPC. Here these are what load balancers were created with, and one VPC that holds everything.
namespace balancer::api {

/// One interface a load balancer, available from its creation to its deletion.
QCoro::Task<Result<wire::Node>> describeNetworkInterfaces(HelperCall call);
QCoro::Task<Result<wire::Node>> describeSecurityGroups(HelperCall call);
QCoro::Task<Result<wire::Node>> describeSubnets(HelperCall call);
QCoro::Task<Result<wire::Node>> describeAvailabilityZones(HelperCall call);
QCoro::Task<Result<wire::Node>> describeVpcs(HelperCall call);

} // namespace balancer::api
