#pragma once

#include "ports/instance_certificates.h"
#include "ports/pause.h"

#include <map>
#include <string>
#include <vector>

namespace balancer::tests {

/// Instances that show what a test says, to nobody who does not ask; those of which it says nothing cannot be asked.
class FakeCertificates : public ports::CertificateProbe, public ports::ChainReader
{
public:
    void show(const std::string &endpoint, model::ShownChain chain) { m_shown.insert_or_assign(endpoint, chain); }
    void hide(const std::string &endpoint) { m_shown.erase(endpoint); }
    /// Who was asked, oldest first.
    const std::vector<std::string> &asked() const { return m_asked; }

    /// Certificates here are the hash of the first one and the keys of all.
    QCoro::Task<Result<std::vector<std::string>>> certificatesOf(Endpoint endpoint, bool proxyLine,
                                                                 std::chrono::milliseconds) override
    {
        m_asked.push_back(endpoint.text() + (proxyLine ? " behind a line" : ""));
        co_await ports::pause(std::chrono::milliseconds(0));
        const auto known = m_shown.find(endpoint.text());
        if (known == m_shown.end())
            co_return fail(ErrorCode::Refused, endpoint.text() + ": connection refused");
        std::vector<std::string> certificates(1, known->second.leaf);
        certificates.insert(certificates.end(), known->second.keys.begin(), known->second.keys.end());
        co_return certificates;
    }

    Result<model::ShownChain> readShownChain(const std::vector<std::string> &certificates) const override
    {
        return model::ShownChain{certificates.front(), {certificates.begin() + 1, certificates.end()}};
    }

private:
    std::map<std::string, model::ShownChain> m_shown;
    std::vector<std::string> m_asked;
};

} // namespace balancer::tests
