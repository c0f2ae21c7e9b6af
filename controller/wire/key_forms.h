#pragma once

#include "model/key_verbs.h"
#include "wire/verb_forms.h"

#include <string>

/// The verbs on access keys outside the program, as verb_forms.h has the others.
namespace balancer::wire {

template <>
struct Verb<model::CreateAccessKey>
{
    static constexpr std::string_view kName = "CreateAccessKey";
    using Answer = model::CreateAccessKeyAnswer;
};
template <>
struct Verb<model::ListAccessKeys>
{
    static constexpr std::string_view kName = "ListAccessKeys";
    using Answer = model::ListAccessKeysAnswer;
};
template <>
struct Verb<model::UpdateAccessKey>
{
    static constexpr std::string_view kName = "UpdateAccessKey";
    using Answer = model::EmptyAnswer;
};
template <>
struct Verb<model::DeleteAccessKey>
{
    static constexpr std::string_view kName = "DeleteAccessKey";
    using Answer = model::EmptyAnswer;
};

/// The `elastic-haproxy keys …` line that asks for the same of the local node, to be pasted into a POSIX shell. Empty
/// for what the command line does not have: a new role or several changes at once.
std::string renderKeyCommandLine(const model::CreateAccessKey &request);
std::string renderKeyCommandLine(const model::ListAccessKeys &request);
std::string renderKeyCommandLine(const model::UpdateAccessKey &request);
std::string renderKeyCommandLine(const model::DeleteAccessKey &request);

} // namespace balancer::wire
