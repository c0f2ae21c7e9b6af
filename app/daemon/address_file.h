#pragma once

#include "ports/address_book.h"

#include <string>

namespace balancer::daemon {

/// The addresses this node gave to load balancers, a line "NAME ADDRESS" each.
class AddressFile : public ports::AddressBook
{
public:
    explicit AddressFile(std::string path) : m_path(std::move(path)) {}

    /// Nothing was given yet when the file is missing. Corrupt names a line that cannot be read.
    Result<std::map<std::string, IpAddress>> load() override;
    Result<void> save(const std::map<std::string, IpAddress> &addresses) override;

private:
    std::string m_path;
};

} // namespace balancer::daemon
