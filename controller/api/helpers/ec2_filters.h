#pragma once

#include "base/result.h"
#include "wire/node.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace balancer::api {

/// A thing of EC2's by what it can be filtered by: filter's name → its values, any of which may fit.
using Ec2Attributes = std::map<std::string, std::vector<std::string>, std::less<>>;

/// The filters of a request (`Filter.1.Name`, `Filter.1.Value.1`): a thing fits when every filter has a value that it
/// has. `*` stands for any text, `?` for any character.
class Ec2Filters
{
public:
    /// InvalidParameterValue for a filter that is not among `known`.
    static Result<Ec2Filters> parse(const wire::Node &parameters, const std::vector<std::string> &known);

    bool fit(const Ec2Attributes &thing) const;

private:
    Ec2Attributes m_wanted;
};

/// The values of `SubnetId.1`, `SubnetId.2`, ….
std::vector<std::string> ec2List(const wire::Node &parameters, std::string_view name);

/// Whether all of `text` is what the pattern says.
bool fitsPattern(std::string_view text, std::string_view pattern);

} // namespace balancer::api
