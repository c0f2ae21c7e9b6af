#include "model/reads.h"

#include <algorithm>
#include <array>
#include <utility>

namespace balancer::model {

namespace {

constexpr std::array kPlanKinds = {
    std::pair(PlanKind::NoChange, std::string_view("NoChange")),
    std::pair(PlanKind::RuntimeChange, std::string_view("RuntimeChange")),
    std::pair(PlanKind::Reload, std::string_view("Reload")),
};

} // namespace

Result<PlanKind> parsePlanKind(std::string_view text)
{
    const auto *found = std::ranges::find(kPlanKinds, text, &std::pair<PlanKind, std::string_view>::second);
    if (found == kPlanKinds.end())
        return fail(ErrorCode::InvalidParameterValue, "a plan is NoChange, RuntimeChange or Reload");
    return found->first;
}

std::string_view renderPlanKind(PlanKind kind)
{
    return std::ranges::find(kPlanKinds, kind, &std::pair<PlanKind, std::string_view>::first)->second;
}

} // namespace balancer::model
