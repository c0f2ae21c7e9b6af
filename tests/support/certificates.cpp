#include "support/certificates.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

namespace balancer::tests {

namespace {

struct FreeBio
{
    void operator()(BIO *bio) const { BIO_free_all(bio); }
};

/// What `write` writes to a BIO.
template <typename Write>
std::string written(Write write)
{
    const std::unique_ptr<BIO, FreeBio> bio(BIO_new(BIO_s_mem()));
    write(bio.get());
    char *data = nullptr;
    const auto size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

EVP_PKEY *keyOf(const TestKey &key)
{
    return static_cast<EVP_PKEY *>(key.handle());
}

void *passphraseOf(const std::string &passphrase)
{
    return const_cast<char *>(passphrase.c_str());
}

void setName(X509_NAME *name, const std::string &subject)
{
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char *>(subject.c_str()), -1,
                               -1, 0);
}

void addExtension(X509 *certificate, int id, const char *value)
{
    auto *extension = X509V3_EXT_conf_nid(nullptr, nullptr, id, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

std::string signedPem(const TestKey &subjectKey, const TestKey &issuerKey, const std::string &issuer,
                      const CertificateOptions &options)
{
    auto *certificate = X509_new();
    X509_set_version(certificate, X509_VERSION_3);
    std::int64_t serial = 0;
    RAND_bytes(reinterpret_cast<unsigned char *>(&serial), sizeof serial);
    ASN1_INTEGER_set_int64(X509_get_serialNumber(certificate), serial & 0x7fffffffffffffff);
    const auto at = [](std::chrono::hours hours) {
        return std::chrono::system_clock::to_time_t(kTestNow) + std::chrono::seconds(hours).count();
    };
    ASN1_TIME_set(X509_getm_notBefore(certificate), at(options.from));
    ASN1_TIME_set(X509_getm_notAfter(certificate), at(options.until));
    setName(X509_get_subject_name(certificate), options.subject);
    auto *issuerName = X509_NAME_new();
    setName(issuerName, issuer);
    X509_set_issuer_name(certificate, issuerName);
    X509_NAME_free(issuerName);
    X509_set_pubkey(certificate, keyOf(subjectKey));
    addExtension(certificate, NID_basic_constraints, options.authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    addExtension(certificate, NID_subject_alt_name, ("DNS:" + options.subject).c_str());
    const bool noDigest = EVP_PKEY_get_base_id(keyOf(issuerKey)) == EVP_PKEY_ED25519;
    X509_sign(certificate, keyOf(issuerKey), noDigest ? nullptr : options.withMd5 ? EVP_md5() : EVP_sha256());
    auto text = written([&](BIO *bio) { PEM_write_bio_X509(bio, certificate); });
    X509_free(certificate);
    return text;
}

} // namespace

TestKey::TestKey(void *key) : m_key(key, [](void *made) { EVP_PKEY_free(static_cast<EVP_PKEY *>(made)); }) {}

TestKey TestKey::ecdsa(const std::string &curve)
{
    return TestKey(EVP_EC_gen(curve.c_str()));
}

TestKey TestKey::rsa(unsigned bits)
{
    return TestKey(EVP_RSA_gen(bits));
}

TestKey TestKey::ed25519()
{
    return TestKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
}

std::string TestKey::pem() const
{
    return written(
        [&](BIO *bio) { PEM_write_bio_PKCS8PrivateKey(bio, keyOf(*this), nullptr, nullptr, 0, nullptr, nullptr); });
}

std::string TestKey::traditionalPem() const
{
    return written([&](BIO *bio) {
        PEM_write_bio_PrivateKey_traditional(bio, keyOf(*this), nullptr, nullptr, 0, nullptr, nullptr);
    });
}

std::string TestKey::encryptedPem(const std::string &passphrase) const
{
    return written([&](BIO *bio) {
        PEM_write_bio_PKCS8PrivateKey(bio, keyOf(*this), EVP_aes_128_cbc(), nullptr, 0, nullptr,
                                      passphraseOf(passphrase));
    });
}

std::string TestKey::encryptedTraditionalPem(const std::string &passphrase) const
{
    return written([&](BIO *bio) {
        PEM_write_bio_PrivateKey_traditional(bio, keyOf(*this), EVP_aes_128_cbc(), nullptr, 0, nullptr,
                                             passphraseOf(passphrase));
    });
}

std::string TestKey::publicDer() const
{
    return written([&](BIO *bio) { i2d_PUBKEY_bio(bio, keyOf(*this)); });
}

TestCertificate TestCertificate::selfSigned(const TestKey &key, const CertificateOptions &options)
{
    return {key, signedPem(key, key, options.subject, options), options.subject};
}

TestCertificate TestCertificate::issue(const TestKey &other, const CertificateOptions &options) const
{
    return {other, signedPem(other, key, subject, options), options.subject};
}

} // namespace balancer::tests
