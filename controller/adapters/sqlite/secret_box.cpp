#include "adapters/sqlite/secret_box.h"

#include "adapters/sqlite/file.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <memory>

namespace balancer::adapters::sqlite {

namespace {

constexpr std::size_t kNonceSize = 12;
constexpr std::size_t kTagSize = 16;

struct FreeCipher
{
    void operator()(EVP_CIPHER_CTX *cipher) const { EVP_CIPHER_CTX_free(cipher); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

unsigned char *bytes(std::string &text, std::size_t offset = 0)
{
    return reinterpret_cast<unsigned char *>(text.data()) + offset;
}

const unsigned char *bytes(std::string_view text)
{
    return reinterpret_cast<const unsigned char *>(text.data());
}

int length(std::string_view text)
{
    return static_cast<int>(text.size());
}

Result<std::string> randomBytes(std::size_t count)
{
    std::string random(count, '\0');
    if (RAND_bytes(bytes(random), static_cast<int>(count)) != 1)
        return fail(ErrorCode::Unavailable, "the system has no random numbers");
    return random;
}

} // namespace

Result<SecretBox> SecretBox::open(const std::string &path, IfMissing ifMissing)
{
    const auto key = readPrivateFile(path);
    if (key)
        return fromKey(path, *key);
    if (key.error().code != ErrorCode::NotFound)
        return fail(key.error());
    if (ifMissing == IfMissing::Fail)
        return fail(ErrorCode::Corrupt, path + " is missing, and the stored secrets cannot be read without it: "
                                               "put it back from a backup");
    const auto made = randomBytes(kKeySize);
    if (!made)
        return fail(made.error());
    if (const auto created = createPrivateFile(path, *made); !created)
        return fail(created.error());
    return fromKey(path, *made);
}

Result<SecretBox> SecretBox::fromKey(const std::string &path, std::string_view key)
{
    if (key.size() != kKeySize)
        return fail(ErrorCode::Corrupt, path + " holds " + std::to_string(key.size()) + " bytes where a key has " +
                                            std::to_string(kKeySize) + ": put it back from a backup");
    SecretBox box;
    std::ranges::copy(key, box.m_key.begin());
    return box;
}

Result<std::string> SecretBox::seal(std::string_view secret, std::string_view context) const
{
    auto sealed = randomBytes(kNonceSize);
    if (!sealed)
        return sealed;
    sealed->resize(kNonceSize + secret.size() + kTagSize);

    const Cipher cipher(EVP_CIPHER_CTX_new());
    int written = 0;
    const bool done =
        cipher && EVP_EncryptInit_ex2(cipher.get(), EVP_aes_256_gcm(), m_key.data(), bytes(*sealed), nullptr) == 1 &&
        EVP_EncryptUpdate(cipher.get(), nullptr, &written, bytes(context), length(context)) == 1 &&
        EVP_EncryptUpdate(cipher.get(), bytes(*sealed, kNonceSize), &written, bytes(secret), length(secret)) == 1 &&
        EVP_EncryptFinal_ex(cipher.get(), bytes(*sealed, kNonceSize + secret.size()), &written) == 1 &&
        EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_GET_TAG, kTagSize,
                            bytes(*sealed, kNonceSize + secret.size())) == 1;
    if (!done)
        return fail(ErrorCode::Internal, "AES-256-GCM failed to encrypt");
    return sealed;
}

Result<std::string> SecretBox::unseal(std::string_view sealed, std::string_view context) const
{
    if (sealed.size() < kNonceSize + kTagSize)
        return fail(ErrorCode::Corrupt, "it is too short to be an encrypted secret");
    const auto nonce = sealed.substr(0, kNonceSize);
    const auto encrypted = sealed.substr(kNonceSize, sealed.size() - kNonceSize - kTagSize);
    std::string tag(sealed.substr(sealed.size() - kTagSize));
    std::string secret(encrypted.size(), '\0');
    std::array<unsigned char, 16> rest{}; // stays empty: GCM has no padding

    const Cipher cipher(EVP_CIPHER_CTX_new());
    int written = 0;
    const bool done =
        cipher && EVP_DecryptInit_ex2(cipher.get(), EVP_aes_256_gcm(), m_key.data(), bytes(nonce), nullptr) == 1 &&
        EVP_DecryptUpdate(cipher.get(), nullptr, &written, bytes(context), length(context)) == 1 &&
        EVP_DecryptUpdate(cipher.get(), bytes(secret), &written, bytes(encrypted), length(encrypted)) == 1 &&
        EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_TAG, kTagSize, bytes(tag)) == 1 &&
        EVP_DecryptFinal_ex(cipher.get(), rest.data(), &written) == 1;
    if (!done)
        return fail(ErrorCode::Corrupt, "it was encrypted with another key file, or changed since");
    return secret;
}

} // namespace balancer::adapters::sqlite
