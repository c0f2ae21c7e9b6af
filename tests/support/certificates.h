#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace balancer::tests {

/// A key pair, made on the spot.
class TestKey
{
public:
    static TestKey ecdsa(const std::string &curve = "P-256");
    static TestKey rsa(unsigned bits = 2048);
    static TestKey ed25519();

    std::string pem() const;                                       ///< PKCS #8
    std::string traditionalPem() const;                            ///< "BEGIN EC PRIVATE KEY", "BEGIN RSA PRIVATE KEY"
    std::string encryptedPem(const std::string &passphrase) const; ///< PKCS #8
    std::string encryptedTraditionalPem(const std::string &passphrase) const;
    std::string publicDer() const;

    void *handle() const { return m_key.get(); }

private:
    explicit TestKey(void *key);

    std::shared_ptr<void> m_key;
};

struct CertificateOptions
{
    std::string subject = "test.example";
    std::chrono::hours from = -std::chrono::hours(24); ///< counted from `kTestNow`
    std::chrono::hours until = std::chrono::hours(24 * 365);
    bool authority = false;
    bool withMd5 = false; ///< a signature that TLS no longer takes
};

/// The moment that the certificates of tests are made for.
constexpr std::chrono::sys_time<std::chrono::milliseconds> kTestNow{std::chrono::milliseconds(1'800'000'000'000)};

/// A certificate and who it is.
struct TestCertificate
{
    TestKey key;
    std::string pem;
    std::string subject;

    /// Signed by itself.
    static TestCertificate selfSigned(const TestKey &key, const CertificateOptions &options = {});
    /// Signed by this one.
    TestCertificate issue(const TestKey &key, const CertificateOptions &options = {}) const;
};

} // namespace balancer::tests
