#pragma once

#include <functional>
#include <thread>

/// Private to this folder.
namespace balancer::adapters::http {

/// A thread of that name (15 bytes at most) that leaves all signals to the others. Throws as std::thread does.
std::thread startThread(const char *name, std::function<void()> task);

} // namespace balancer::adapters::http
