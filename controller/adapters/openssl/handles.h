#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>

namespace balancer::adapters::openssl {

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
using Digest = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using Context = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;

/// For reading; `text` must live as long.
Bio reading(std::string_view text);
/// Kept in memory; empty.
Bio writing();
/// What was written so far.
std::string textIn(const Bio &bio);

/// OpenSSL's reason for the last failure, which is cleared with all others.
std::string lastReason();

} // namespace balancer::adapters::openssl
