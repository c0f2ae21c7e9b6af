#pragma once

#include "ports/address_book.h"

#include <optional>
#include <utility>

namespace balancer::tests {

class MemoryAddressBook : public ports::AddressBook
{
public:
    Result<std::map<std::string, IpAddress>> load() override { return m_addresses; }

    Result<void> save(const std::map<std::string, IpAddress> &addresses) override
    {
        ++m_saves;
        m_addresses = addresses;
        return {};
    }

    const std::map<std::string, IpAddress> &addresses() const { return m_addresses; }
    int saveCount() const { return m_saves; }

private:
    std::map<std::string, IpAddress> m_addresses;
    int m_saves = 0;
};

} // namespace balancer::tests
