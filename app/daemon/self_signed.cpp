#include "daemon/self_signed.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>

#include <array>
#include <chrono>
#include <memory>

namespace balancer::daemon {

namespace {

constexpr long kDay = 24L * 60 * 60;
constexpr long kTenYears = 3653 * kDay;
constexpr std::size_t kMaxSubject = 64; // of X.509
constexpr int kSerialBits = 127;        // positive, and never the same again

template <auto Free>
struct Freed
{
    template <typename T>
    void operator()(T *object) const
    {
        Free(object);
    }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>>;
using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;

/// What OpenSSL complains of, which is cleared.
Error sslError(ErrorCode code, const std::string &what)
{
    std::array<char, 256> reason{};
    ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
    ERR_clear_error();
    return {code, what + ": " + reason.data()};
}

std::string textIn(const Bio &bio)
{
    char *data = nullptr;
    const auto size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

Key readKey(const std::string &pem)
{
    const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    const auto noPassword = [](char *, int, int, void *) { return 0; };
    return Key(PEM_read_bio_PrivateKey(bio.get(), nullptr, noPassword, nullptr));
}

bool addName(GENERAL_NAMES &names, int type, const void *bytes, std::size_t size)
{
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_STRING *value = type == GEN_IPADD ? ASN1_OCTET_STRING_new() : ASN1_IA5STRING_new();
    const bool isSet = name && value && ASN1_STRING_set(value, bytes, static_cast<int>(size)) == 1;
    if (!isSet) {
        ASN1_STRING_free(value);
        GENERAL_NAME_free(name);
        return false;
    }
    GENERAL_NAME_set0_value(name, type, value);
    return sk_GENERAL_NAME_push(&names, name) > 0;
}

bool addAddress(GENERAL_NAMES &names, const IpAddress &address)
{
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    const int family = address.isV6() ? AF_INET6 : AF_INET;
    return inet_pton(family, address.text().c_str(), bytes.data()) == 1 &&
           addName(names, GEN_IPADD, bytes.data(), address.isV6() ? sizeof(in6_addr) : sizeof(in_addr));
}

bool addAlternativeNames(X509 &certificate, const CertificateNames &names)
{
    const Names all(sk_GENERAL_NAME_new_null());
    bool isAdded = all != nullptr;
    for (const auto &name : names.names)
        isAdded = isAdded && addName(*all, GEN_DNS, name.data(), name.size());
    for (const auto &address : names.addresses)
        isAdded = isAdded && addAddress(*all, address);
    return isAdded && X509_add1_ext_i2d(&certificate, NID_subject_alt_name, all.get(), 0, X509V3_ADD_DEFAULT) == 1;
}

bool addExtension(X509 &certificate, int id, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, &certificate, &certificate, nullptr, nullptr, 0);
    const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, id, value));
    return extension && X509_add_ext(&certificate, extension.get(), -1) == 1;
}

bool setSerial(X509 &certificate)
{
    const Number number(BN_new());
    return number && BN_rand(number.get(), kSerialBits, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
           BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(&certificate)) != nullptr;
}

bool setSubject(X509 &certificate, const std::string &host)
{
    const auto subject = host.empty() || host.size() > kMaxSubject ? std::string("elastic-haproxy") : host;
    auto *name = X509_get_subject_name(&certificate);
    return X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
                                      reinterpret_cast<const unsigned char *>(subject.data()),
                                      static_cast<int>(subject.size()), -1, 0) == 1 &&
           X509_set_issuer_name(&certificate, name) == 1;
}

bool setLifetime(X509 &certificate, model::Timestamp now)
{
    auto from = std::chrono::system_clock::to_time_t(now);
    return ASN1_TIME_adj(X509_getm_notBefore(&certificate), from, 0, -kDay) != nullptr &&
           ASN1_TIME_adj(X509_getm_notAfter(&certificate), from, 0, kTenYears) != nullptr;
}

bool addPurpose(X509 &certificate)
{
    return addExtension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
           addExtension(certificate, NID_key_usage, "critical,digitalSignature") &&
           addExtension(certificate, NID_ext_key_usage, "serverAuth") &&
           addExtension(certificate, NID_subject_key_identifier, "hash");
}

} // namespace

Result<std::string> makePrivateKey()
{
    const Key key(EVP_EC_gen("P-256"));
    const Bio bio(BIO_new(BIO_s_mem()));
    if (!key || !bio || PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
        return fail(sslError(ErrorCode::Unavailable, "cannot make a private key"));
    return textIn(bio);
}

Result<std::string> makeSelfSignedCertificate(const std::string &privateKey, const CertificateNames &names,
                                              model::Timestamp now)
{
    const auto key = readKey(privateKey);
    if (!key)
        return fail(sslError(ErrorCode::InvalidInput, "that is no private key"));
    const Certificate certificate(X509_new());
    const Bio bio(BIO_new(BIO_s_mem()));
    const bool isMade = certificate && bio && X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
                        setSerial(*certificate) && setSubject(*certificate, names.host) &&
                        setLifetime(*certificate, now) && X509_set_pubkey(certificate.get(), key.get()) == 1 &&
                        addAlternativeNames(*certificate, names) && addPurpose(*certificate) &&
                        X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0 &&
                        PEM_write_bio_X509(bio.get(), certificate.get()) == 1;
    if (!isMade)
        return fail(sslError(ErrorCode::Internal, "cannot make a certificate"));
    return textIn(bio);
}

} // namespace balancer::daemon
