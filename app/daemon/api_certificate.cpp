#include "daemon/api_certificate.h"

#include "daemon/data_directory.h"
#include "daemon/self_signed.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace balancer::daemon {

namespace {

constexpr std::size_t kMaxFile = 256 * 1024;
constexpr mode_t kOwnerOnly = 0600;
constexpr mode_t kForAll = 0644;
constexpr std::array<std::string_view, 2> kEveryAddress = {"0.0.0.0", "::"};

/// Nothing if there is no such file.
Result<std::optional<std::string>> readIfThere(const std::string &path)
{
    auto text = readFile(path, kMaxFile);
    if (text)
        return std::optional(std::move(*text));
    if (text.error().code == ErrorCode::NotFound)
        return std::optional<std::string>();
    return fail(text.error());
}

Result<void> checkPrivacy(const std::string &path)
{
    struct stat found
    {
    };
    if (::stat(path.c_str(), &found) == 0 && (found.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return fail(ErrorCode::InvalidInput, path + " may be read by others: give it mode 0600");
    return {};
}

CertificateNames namesFor(const std::string &hostName, const std::vector<Endpoint> &endpoints)
{
    CertificateNames names;
    names.host = hostName;
    names.names = {"localhost"};
    if (!hostName.empty() && hostName != "localhost")
        names.names.insert(names.names.begin(), hostName);
    for (const auto &endpoint : endpoints) {
        const bool isOne = std::ranges::find(kEveryAddress, endpoint.address.text()) == kEveryAddress.end();
        if (isOne && std::ranges::find(names.addresses, endpoint.address) == names.addresses.end())
            names.addresses.push_back(endpoint.address);
    }
    return names;
}

Result<std::string> ensureKey(const std::string &path)
{
    auto stored = readIfThere(path);
    if (!stored)
        return fail(stored.error());
    if (*stored) {
        if (const auto checked = checkPrivacy(path); !checked)
            return fail(checked.error());
        return std::move(**stored);
    }
    auto made = makePrivateKey();
    if (!made)
        return made;
    if (const auto written = writeFileAtomically(path, *made, kOwnerOnly); !written)
        return fail(written.error());
    return made;
}

} // namespace

ApiEndpoints apiEndpoints(const ApiSettings &settings)
{
    ApiEndpoints endpoints;
    for (const auto &endpoint : settings.listen) {
        const bool isPlain = settings.tls == ApiTls::Auto && endpoint.address.isLoopback();
        (isPlain ? endpoints.plain : endpoints.encrypted).push_back(endpoint);
    }
    return endpoints;
}

Result<ApiCertificate> ensureApiCertificate(const std::string &folder, const std::string &hostName,
                                            const std::vector<Endpoint> &endpoints, model::Timestamp now)
{
    const auto certificatePath = folder + "/api-certificate.pem";
    const auto keyPath = folder + "/api-key.pem";
    auto certificate = readIfThere(certificatePath);
    if (!certificate)
        return fail(certificate.error());
    const auto storedKey = readIfThere(keyPath);
    if (storedKey && *certificate && !*storedKey)
        return fail(ErrorCode::InvalidInput,
                    keyPath + " is missing: put it back, or remove " + certificatePath + ", and new ones are made");
    // The key goes first, so that a crash between the two leaves what can be taken up again.
    auto key = ensureKey(keyPath);
    if (!key)
        return fail(key.error());
    if (!*certificate) {
        auto made = makeSelfSignedCertificate(*key, namesFor(hostName, endpoints), now);
        if (!made)
            return fail(inContext(keyPath, made.error()));
        if (const auto written = writeFileAtomically(certificatePath, *made, kForAll); !written)
            return fail(written.error());
        *certificate = std::move(*made);
    }

    ApiCertificate result{{std::move(**certificate), std::move(*key)}, {}};
    const auto fingerprint = adapters::http::fingerprintOf(result.identity);
    if (!fingerprint)
        return fail(ErrorCode::InvalidInput, certificatePath + " and api-key.pem: " + fingerprint.error().message +
                                                 "; put them right, or remove both, and new ones are made");
    result.fingerprint = *fingerprint;
    return result;
}

} // namespace balancer::daemon
