#pragma once

#include "model/key_verbs.h"
#include "wire/verb_forms.h"

#include <string>

/// The verbs on access keys outside the program, as verb_forms.h has the others.
namespace balancer::wire {

/// The `elastic-haproxy keys …` line that asks for the same of the local node, to be pasted into a POSIX shell. Empty
/// for what the command line does not have: a new role or several changes at once.
std::string renderKeyCommandLine(const model::CreateAccessKey &request);
std::string renderKeyCommandLine(const model::ListAccessKeys &request);
std::string renderKeyCommandLine(const model::UpdateAccessKey &request);
std::string renderKeyCommandLine(const model::DeleteAccessKey &request);

} // namespace balancer::wire
