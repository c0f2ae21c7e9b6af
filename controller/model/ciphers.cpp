#include "model/ciphers.h"

#include <algorithm>
#include <unordered_map>

namespace balancer::model {

namespace {

constexpr auto kUsableCiphers = std::to_array<std::string_view>({
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES128-SHA256",
    "ECDHE-RSA-AES128-SHA256",
    "ECDHE-ECDSA-AES128-SHA",
    "ECDHE-RSA-AES128-SHA",
    "DHE-RSA-AES128-SHA",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-AES256-SHA384",
    "ECDHE-RSA-AES256-SHA384",
    "ECDHE-RSA-AES256-SHA",
    "ECDHE-ECDSA-AES256-SHA",
    "AES128-GCM-SHA256",
    "AES128-SHA256",
    "AES128-SHA",
    "AES256-GCM-SHA384",
    "AES256-SHA256",
    "AES256-SHA",
    "DHE-DSS-AES128-SHA",
    "CAMELLIA128-SHA",
    "DHE-DSS-AES256-GCM-SHA384",
    "DHE-RSA-AES256-GCM-SHA384",
    "DHE-RSA-AES256-SHA256",
    "DHE-DSS-AES256-SHA256",
    "DHE-RSA-AES256-SHA",
    "DHE-DSS-AES256-SHA",
    "DHE-RSA-CAMELLIA256-SHA",
    "DHE-DSS-CAMELLIA256-SHA",
    "CAMELLIA256-SHA",
    "DHE-DSS-AES128-GCM-SHA256",
    "DHE-RSA-AES128-GCM-SHA256",
    "DHE-RSA-AES128-SHA256",
    "DHE-DSS-AES128-SHA256",
    "DHE-RSA-CAMELLIA128-SHA",
    "DHE-DSS-CAMELLIA128-SHA",
    "ADH-AES128-GCM-SHA256",
    "ADH-AES128-SHA",
    "ADH-AES128-SHA256",
    "ADH-AES256-GCM-SHA384",
    "ADH-AES256-SHA",
    "ADH-AES256-SHA256",
    "ADH-CAMELLIA128-SHA",
    "ADH-CAMELLIA256-SHA",
    "PSK-AES256-CBC-SHA",
    "PSK-AES128-CBC-SHA",
});

/// ELB knows them; OpenSSL 3 does not any more.
constexpr auto kGoneCiphers = std::to_array<std::string_view>({
    "EDH-RSA-DES-CBC3-SHA",
    "DES-CBC3-SHA",
    "ECDHE-RSA-RC4-SHA",
    "RC4-SHA",
    "ECDHE-ECDSA-RC4-SHA",
    "EDH-DSS-DES-CBC3-SHA",
    "ADH-DES-CBC3-SHA",
    "ADH-DES-CBC-SHA",
    "ADH-RC4-MD5",
    "ADH-SEED-SHA",
    "DES-CBC-SHA",
    "DHE-DSS-SEED-SHA",
    "DHE-RSA-SEED-SHA",
    "EDH-DSS-DES-CBC-SHA",
    "EDH-RSA-DES-CBC-SHA",
    "IDEA-CBC-SHA",
    "RC4-MD5",
    "SEED-SHA",
    "DES-CBC3-MD5",
    "DES-CBC-MD5",
    "RC2-CBC-MD5",
    "PSK-3DES-EDE-CBC-SHA",
    "PSK-RC4-SHA",
    "KRB5-DES-CBC3-SHA",
    "KRB5-DES-CBC3-MD5",
    "KRB5-DES-CBC-SHA",
    "KRB5-DES-CBC-MD5",
    "KRB5-RC4-SHA",
    "KRB5-RC4-MD5",
    "EXP-EDH-RSA-DES-CBC-SHA",
    "EXP-EDH-DSS-DES-CBC-SHA",
    "EXP-ADH-DES-CBC-SHA",
    "EXP-DES-CBC-SHA",
    "EXP-RC2-CBC-MD5",
    "EXP-KRB5-RC2-CBC-SHA",
    "EXP-KRB5-RC2-CBC-MD5",
    "EXP-KRB5-DES-CBC-SHA",
    "EXP-KRB5-DES-CBC-MD5",
    "EXP-ADH-RC4-MD5",
    "EXP-RC4-MD5",
    "EXP-KRB5-RC4-SHA",
    "EXP-KRB5-RC4-MD5",
});

using Ranks = std::unordered_map<std::string_view, std::size_t>;

Ranks ranksOf(const std::vector<std::string> &names)
{
    Ranks ranks;
    for (std::size_t rank = 0; rank < names.size(); ++rank)
        ranks.emplace(names[rank], rank);
    return ranks;
}

/// Chosen with TLS 1.2 alone: its hash came with that version.
bool needsTls12(std::string_view cipher)
{
    return cipher.ends_with("SHA256") || cipher.ends_with("SHA384");
}

} // namespace

const std::vector<std::string> &allCipherNames()
{
    static const auto kNames = [] {
        std::vector<std::string> names(kUsableCiphers.begin(), kUsableCiphers.end());
        names.insert(names.end(), kGoneCiphers.begin(), kGoneCiphers.end());
        return names;
    }();
    return kNames;
}

std::optional<std::size_t> cipherRank(std::string_view attribute)
{
    static const auto kRanks = ranksOf(allCipherNames());
    const auto found = kRanks.find(attribute);
    return found == kRanks.end() ? std::nullopt : std::optional(found->second);
}

bool isUsableCipher(std::string_view name)
{
    const auto rank = cipherRank(name);
    return rank && *rank < kUsableCiphers.size();
}

std::optional<TlsVersion> protocolOf(std::string_view attribute)
{
    for (const auto &[version, name] : kProtocolAttributes) {
        if (name == attribute)
            return version;
    }
    return std::nullopt;
}

bool canNegotiate(const SslNegotiation &rule)
{
    if (!std::ranges::any_of(rule.protocols, isUsableProtocol))
        return false;
    const bool hasTls12 = std::ranges::find(rule.protocols, TlsVersion::Tls12) != rule.protocols.end();
    return std::ranges::any_of(rule.ciphers, [&](const std::string &cipher) {
        return isUsableCipher(cipher) && (hasTls12 || !needsTls12(cipher));
    });
}

} // namespace balancer::model
