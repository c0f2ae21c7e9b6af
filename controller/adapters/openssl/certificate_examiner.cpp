#include "adapters/openssl/certificate_examiner.h"

#include "adapters/openssl/handles.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <optional>
#include <utility>
#include <vector>

namespace balancer::adapters::openssl {

namespace {

constexpr int kLeastRsaBits = 2048;
constexpr int kMostRsaBits = 8192;
constexpr std::array<std::string_view, 3> kCurves = {SN_X9_62_prime256v1, SN_secp384r1, SN_secp521r1};
/// Longer ones are no chains but stores.
constexpr std::size_t kMostInChain = 10;

tl::unexpected<Error> malformed(std::string sentence)
{
    ERR_clear_error();
    return fail(ErrorCode::MalformedCertificate, std::move(sentence));
}

std::string inLength(std::string_view what, std::size_t most)
{
    return std::string(what) + " may have " + std::to_string(most) + " bytes";
}

Result<void> checkSizes(const model::CertificateText &text)
{
    if (text.body.size() > model::kMaxCertificateBody)
        return malformed(inLength("The certificate body", model::kMaxCertificateBody));
    if (text.privateKey.size() > model::kMaxPrivateKey)
        return malformed(inLength("The private key", model::kMaxPrivateKey));
    if (text.chain.size() > model::kMaxCertificateChain)
        return malformed(inLength("The certificate chain", model::kMaxCertificateChain));
    return {};
}

/// Whether reading stopped because nothing more looks like PEM; anything else is something that cannot be read.
bool isAtEnd()
{
    const auto error = ERR_peek_last_error();
    return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

/// All certificates in a text, in their order.
Result<std::vector<Certificate>> readCertificates(const std::string &text, std::string_view what)
{
    const auto bio = reading(text);
    std::vector<Certificate> found;
    ERR_clear_error();
    while (bio && found.size() <= kMostInChain) {
        Certificate next(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
        if (!next)
            break;
        found.push_back(std::move(next));
    }
    if (found.size() > kMostInChain)
        return malformed(std::string(what) + " holds more than " + std::to_string(kMostInChain) + " certificates");
    if (!isAtEnd())
        return malformed("Unable to parse " + std::string(what) + ": it must be X.509 in PEM");
    ERR_clear_error();
    return found;
}

Result<Certificate> readBody(const std::string &text)
{
    auto found = readCertificates(text, "the certificate body");
    if (!found)
        return fail(found.error());
    if (found->empty())
        return malformed("Unable to parse the certificate body: it must be X.509 in PEM");
    if (found->size() > 1)
        return malformed("The certificate body holds several certificates: those that issued the first one belong into "
                         "the certificate chain");
    return std::move(found->front());
}

/// A key without a password: asking for one fails, and shows that it was needed.
Result<Key> readKey(const std::string &text)
{
    bool encrypted = false;
    const auto askPassword = [](char *, int, int, void *asked) {
        *static_cast<bool *>(asked) = true;
        return -1;
    };
    const auto bio = reading(text);
    Key key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, askPassword, &encrypted) : nullptr);
    ERR_clear_error();
    if (encrypted)
        return malformed("The private key is encrypted: it must be given without a passphrase");
    if (!key)
        return malformed("Unable to parse the private key: it must be PEM, without a passphrase");
    return key;
}

Result<void> checkKeyKind(const EVP_PKEY &key)
{
    const int kind = EVP_PKEY_get_base_id(&key);
    const int bits = EVP_PKEY_get_bits(&key);
    if (kind == EVP_PKEY_RSA) {
        if (bits < kLeastRsaBits || bits > kMostRsaBits)
            return malformed("The RSA key has " + std::to_string(bits) + " bits: it must have " +
                             std::to_string(kLeastRsaBits) + " to " + std::to_string(kMostRsaBits));
        return {};
    }
    std::array<char, 64> curve{};
    std::size_t length = 0;
    const bool named = kind == EVP_PKEY_EC && EVP_PKEY_get_group_name(&key, curve.data(), curve.size(), &length) == 1;
    if (named && std::ranges::find(kCurves, std::string_view(curve.data(), length)) != kCurves.end())
        return {};
    return malformed("The key must be RSA, or ECDSA with P-256, P-384 or P-521");
}

std::optional<model::Timestamp> timeOf(const ASN1_TIME *time)
{
    std::tm parts{};
    if (!time || ASN1_TIME_to_tm(time, &parts) != 1)
        return std::nullopt;
    return model::Timestamp(std::chrono::seconds(timegm(&parts)));
}

/// IAM: neither before it is valid nor after.
Result<model::Timestamp> readExpiry(const X509 &certificate, model::Timestamp now)
{
    const auto from = timeOf(X509_get0_notBefore(&certificate));
    const auto until = timeOf(X509_get0_notAfter(&certificate));
    if (!from || !until)
        return malformed("The certificate does not say from when until when it is valid");
    if (now > *until)
        return malformed("The certificate has expired");
    if (now < *from)
        return malformed("The certificate is not valid yet");
    return *until;
}

/// Each certificate was issued, and signed, by the next one.
Result<void> checkChain(X509 &leaf, const std::vector<Certificate> &chain)
{
    X509 *issued = &leaf;
    for (const auto &issuer : chain) {
        auto *key = X509_get0_pubkey(issuer.get());
        const bool fits = key && X509_check_issued(issuer.get(), issued) == X509_V_OK && X509_verify(issued, key) == 1;
        ERR_clear_error();
        if (!fits)
            return malformed("The certificate chain does not fit: each certificate must have been issued by the one "
                             "that follows it, beginning with the one that issued the certificate itself");
        issued = issuer.get();
    }
    return {};
}

/// The key signs what the certificate verifies. More than equal public parts: a key can be damaged in its secret ones.
bool belongTogether(const X509 &certificate, EVP_PKEY &key)
{
    constexpr std::array<unsigned char, 32> kMessage{};
    const auto *digest = EVP_sha256();
    const Digest signer(EVP_MD_CTX_new());
    const Digest verifier(EVP_MD_CTX_new());
    std::size_t length = static_cast<std::size_t>(std::max(EVP_PKEY_get_size(&key), 0));
    std::vector<unsigned char> signature(length);
    auto *publicKey = X509_get0_pubkey(&certificate);
    return publicKey && X509_check_private_key(&certificate, &key) == 1 && signer && verifier &&
           EVP_DigestSignInit(signer.get(), nullptr, digest, nullptr, &key) == 1 &&
           EVP_DigestSign(signer.get(), signature.data(), &length, kMessage.data(), kMessage.size()) == 1 &&
           EVP_DigestVerifyInit(verifier.get(), nullptr, digest, nullptr, publicKey) == 1 &&
           EVP_DigestVerify(verifier.get(), signature.data(), length, kMessage.data(), kMessage.size()) == 1;
}

/// As HAProxy will: OpenSSL has rules of its own, for signatures with MD5 for example.
Result<void> checkServes(X509 &leaf, const std::vector<Certificate> &chain, EVP_PKEY &key)
{
    const Context context(SSL_CTX_new(TLS_server_method()));
    bool serves = context && SSL_CTX_use_certificate(context.get(), &leaf) == 1;
    for (const auto &issuer : chain)
        serves = serves && SSL_CTX_add1_chain_cert(context.get(), issuer.get()) == 1;
    serves = serves && SSL_CTX_use_PrivateKey(context.get(), &key) == 1;
    if (serves)
        return {};
    const auto reason = lastReason();
    return malformed("The certificate cannot be used for TLS: " + reason);
}

Result<std::string> renderCertificates(const std::vector<const X509 *> &certificates)
{
    const auto bio = writing();
    bool written = bio != nullptr;
    for (const auto *certificate : certificates)
        written = written && PEM_write_bio_X509(bio.get(), certificate) == 1;
    if (!written)
        return malformed("The certificate cannot be written");
    return textIn(bio);
}

Result<std::string> renderKey(EVP_PKEY &key)
{
    const auto bio = writing();
    if (!bio || PEM_write_bio_PKCS8PrivateKey(bio.get(), &key, nullptr, nullptr, 0, nullptr, nullptr) != 1)
        return malformed("The private key cannot be written");
    return textIn(bio);
}

std::string renderPublicKey(const X509 &certificate)
{
    unsigned char *der = nullptr;
    const int size = i2d_PUBKEY(X509_get0_pubkey(&certificate), &der);
    std::string text;
    if (size > 0)
        text.assign(reinterpret_cast<const char *>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return text;
}

std::string fingerprintOf(const X509 &certificate, const EVP_MD *hash)
{
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    std::string text;
    if (X509_digest(&certificate, hash, digest.data(), &size) != 1)
        return text;
    for (unsigned i = 0; i < size; ++i) {
        text += kDigits[digest.at(i) >> 4];
        text += kDigits[digest.at(i) & 15];
    }
    return text;
}

Certificate readDer(const std::string &der)
{
    const auto *next = reinterpret_cast<const unsigned char *>(der.data());
    Certificate certificate(d2i_X509(nullptr, &next, static_cast<long>(der.size())));
    if (certificate && !X509_get0_pubkey(certificate.get()))
        certificate.reset();
    return certificate;
}

/// By its signature alone: whoever has the issuer's private key.
bool signedBy(X509 &certificate, const X509 &issuer)
{
    return X509_verify(&certificate, X509_get0_pubkey(&issuer)) == 1;
}

std::string base64(const std::string &bytes)
{
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0'); // and the final zero
    const auto *from = reinterpret_cast<const unsigned char *>(bytes.data());
    const int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char *>(text.data()), from, static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

Result<model::CertificateText> normalized(const X509 &leaf, const std::vector<Certificate> &chain, EVP_PKEY &key)
{
    std::vector<const X509 *> issuers;
    for (const auto &issuer : chain)
        issuers.push_back(issuer.get());
    auto body = renderCertificates({&leaf});
    auto chainText = renderCertificates(issuers);
    auto keyText = renderKey(key);
    if (!body || !chainText || !keyText)
        return fail(!body ? body.error() : !chainText ? chainText.error() : keyText.error());
    return model::CertificateText{std::move(*body), std::move(*chainText), std::move(*keyText)};
}

Result<std::vector<Certificate>> readChain(const std::string &text)
{
    auto chain = readCertificates(text, "the certificate chain");
    // Only blanks are as good as nothing; any other text without a certificate is a mistake.
    if (chain && chain->empty() && text.find_first_not_of(" \t\r\n") != std::string::npos)
        return malformed("Unable to parse the certificate chain: it must be X.509 in PEM");
    return chain;
}

} // namespace

Result<model::ExaminedCertificate> CertificateExaminer::examine(const model::CertificateText &text,
                                                                model::Timestamp now) const
{
    if (const auto fits = checkSizes(text); !fits)
        return fail(fits.error());
    const auto leaf = readBody(text.body);
    if (!leaf)
        return fail(leaf.error());
    const auto chain = readChain(text.chain);
    if (!chain)
        return fail(chain.error());
    const auto key = readKey(text.privateKey);
    if (!key)
        return fail(key.error());
    if (const auto kind = checkKeyKind(**key); !kind)
        return fail(kind.error());
    const auto expiresAt = readExpiry(**leaf, now);
    if (!expiresAt)
        return fail(expiresAt.error());
    if (!belongTogether(**leaf, **key)) {
        ERR_clear_error();
        return fail(ErrorCode::KeyPairMismatch, "The private key does not belong to the certificate");
    }
    if (const auto leads = checkChain(**leaf, *chain); !leads)
        return fail(leads.error());
    if (const auto serves = checkServes(**leaf, *chain, **key); !serves)
        return fail(serves.error());
    auto written = normalized(**leaf, *chain, **key);
    if (!written)
        return fail(written.error());
    return model::ExaminedCertificate{std::move(*written), fingerprintOf(**leaf, EVP_sha1()), renderPublicKey(**leaf),
                                      *expiresAt};
}

Result<model::ShownChain> CertificateExaminer::readShownChain(const std::vector<std::string> &certificates) const
{
    model::ShownChain chain;
    Certificate issued;
    for (const auto &der : certificates) {
        auto next = readDer(der);
        const bool follows = next && (!issued || signedBy(*issued, *next));
        ERR_clear_error();
        if (!follows || chain.keys.size() == kMostInChain)
            break;
        chain.keys.push_back(base64(renderPublicKey(*next)));
        if (!issued)
            chain.leaf = fingerprintOf(*next, EVP_sha256());
        issued = std::move(next);
    }
    if (!issued)
        return malformed("no certificate that can be read");
    return chain;
}

} // namespace balancer::adapters::openssl
