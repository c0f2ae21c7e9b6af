#include "daemon/address_file.h"

#include "base/text.h"
#include "daemon/data_directory.h"

namespace balancer::daemon {

Result<std::map<std::string, IpAddress>> AddressFile::load()
{
    constexpr std::size_t kLimit = 16 << 20;
    const auto text = readFile(m_path, kLimit);
    std::map<std::string, IpAddress> addresses;
    if (!text && text.error().code == ErrorCode::NotFound)
        return addresses;
    if (!text)
        return fail(text.error());
    for (const auto line : split(*text, '\n')) {
        if (trimmed(line).empty())
            continue;
        const auto words = split(line, ' ');
        const auto address = IpAddress::parse(words.back());
        if (words.size() != 2 || !address)
            return fail(ErrorCode::Corrupt, m_path + ": cannot read the line '" + std::string(line) + "'");
        addresses.insert_or_assign(std::string(words.front()), *address);
    }
    return addresses;
}

Result<void> AddressFile::save(const std::map<std::string, IpAddress> &addresses)
{
    std::string text;
    for (const auto &[name, address] : addresses)
        text += name + " " + address.text() + "\n";
    return writeFileAtomically(m_path, text, 0600);
}

} // namespace balancer::daemon
