#pragma once

#include "base/result.h"

#include <array>
#include <string>
#include <string_view>

namespace balancer::adapters::sqlite {

/// Encrypts short secrets with AES-256-GCM under a key kept in a file of its own, so that a copy of the database alone
/// tells nothing. A sealed secret is nonce (12 bytes), ciphertext, tag (16 bytes).
class SecretBox
{
public:
    /// What to do when there is no key file.
    enum class IfMissing { Create, Fail };

    /// Reads the key file, or creates it: 32 random bytes, for its owner alone. InvalidInput: others may read it;
    /// Corrupt: it is missing, or not such a key; Unavailable.
    static Result<SecretBox> open(const std::string &path, IfMissing ifMissing);

    /// `context` is not stored, but the same must be given to open it again.
    Result<std::string> seal(std::string_view secret, std::string_view context) const;
    /// Corrupt: sealed with another key or for another context, or changed since.
    Result<std::string> unseal(std::string_view sealed, std::string_view context) const;

private:
    static constexpr std::size_t kKeySize = 32;

    SecretBox() = default;
    static Result<SecretBox> fromKey(const std::string &path, std::string_view key);

    std::array<unsigned char, kKeySize> m_key{};
};

} // namespace balancer::adapters::sqlite
