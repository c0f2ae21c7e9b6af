#pragma once

#include "base/result.h"
#include "model/instance.h"
#include "model/tags.h"

#include <string>
#include <string_view>
#include <vector>

namespace balancer::model {

/// A certificate that HTTPS and SSL listeners can have, as IAM keeps it. What it certifies never changes: another
/// certificate is another upload, with another id.
struct ServerCertificate
{
    std::string name;        ///< as parseCertificateName takes it
    std::string path = "/";  ///< as parseCertificatePath takes it
    std::string id;          ///< "ASCA…", never given twice
    std::string body;        ///< the certificate itself, as normalized PEM
    std::string chain;       ///< those that issued it, each after the one it issued; may be empty
    std::string privateKey;  ///< PEM; for HAProxy alone, and told to nobody
    std::string fingerprint; ///< SHA-1 of the certificate in capital hexadecimal digits, which HAProxy shows
    Timestamp uploadedAt{};
    Timestamp expiresAt{};
    std::vector<Tag> tags; ///< by key

    bool operator==(const ServerCertificate &) const = default;
};

/// What a caller gives as a certificate.
struct CertificateText
{
    std::string body;
    std::string chain; ///< may be empty
    std::string privateKey;

    bool operator==(const CertificateText &) const = default;
};

/// What is in such a text, once it has been found good.
struct ExaminedCertificate
{
    CertificateText normalized;
    std::string fingerprint; ///< as ServerCertificate has it
    std::string publicKey;   ///< SubjectPublicKeyInfo, DER
    Timestamp expiresAt{};

    bool operator==(const ExaminedCertificate &) const = default;
};

/// IAM's limits for the three texts, in bytes.
constexpr std::size_t kMaxCertificateBody = 16384;
constexpr std::size_t kMaxPrivateKey = 16384;
constexpr std::size_t kMaxCertificateChain = 2097152;

/// IAM: 1…128 letters, digits and `_ + = , . @ -`. ValidationError; the message is the bare constraint.
Result<std::string> parseCertificateName(std::string_view text);
/// IAM: "/", or up to 512 visible characters that begin and end with '/'. ValidationError as above.
Result<std::string> parseCertificatePath(std::string_view text);

/// "arn:aws:iam::000000000000:server-certificate/path/name".
std::string certificateArn(std::string_view accountId, const ServerCertificate &certificate);
/// The name in what a listener calls its certificate: of any ARN the part behind the last '/'.
std::string_view certificateNameIn(std::string_view arn);

/// NoSuchEntity and CertificateNotFound in IAM's and in ELB's words.
Error noSuchCertificate(std::string_view name);
Error certificateNotFound(std::string_view arn);

} // namespace balancer::model
