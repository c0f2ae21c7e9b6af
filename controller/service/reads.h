#pragma once

#include "model/access.h"
#include "model/reads.h"

#include <QCoro/QCoroTask>

namespace balancer::service {

/// What those who only look may ask of a node. Whether the caller may is checked before, by `api`. Errors are
/// LoadBalancerNotFound, or Unavailable, Corrupt and Internal of the store.
class Reads
{
public:
    virtual ~Reads() = default;

    template <typename Answer>
    using Task = QCoro::Task<Result<Answer>>;

    virtual Task<model::LoadBalancerList> loadBalancers() = 0;
    virtual Task<model::LoadBalancerDetail> loadBalancer(LoadBalancerName name) = 0;
    virtual Task<model::NodeStatus> node(model::Caller caller) = 0;
    /// The newest `count` revisions that are kept.
    virtual Task<model::HistoryPage> revisions(int count) = 0;
};

} // namespace balancer::service
