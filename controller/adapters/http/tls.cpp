#include "adapters/http/tls.h"

#include "adapters/http/tls_context.h"

#include <boost/asio/buffer.hpp>
#include <boost/system/system_error.hpp>

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <cstdint>
#include <utility>

namespace balancer::adapters::http {

namespace asio = boost::asio;

namespace {

constexpr auto kCiphersOfTls12 = "ECDHE+AESGCM:ECDHE+CHACHA20";

asio::ssl::context makeContext(asio::ssl::context::method method)
{
    asio::ssl::context context(method);
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
    SSL_CTX_set_options(context.native_handle(),
                        SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_cipher_list(context.native_handle(), kCiphersOfTls12);
    return context;
}

} // namespace

Result<std::shared_ptr<const TlsContext>> serverContext(const TlsIdentity &identity)
{
    try {
        auto context = makeContext(asio::ssl::context::tls_server);
        context.set_password_callback([](std::size_t, asio::ssl::context::password_purpose) { return std::string(); });
        context.use_certificate_chain(asio::buffer(identity.certificateChain));
        context.use_private_key(asio::buffer(identity.privateKey), asio::ssl::context::pem);
        return std::make_shared<const TlsContext>(std::move(context));
    } catch (const boost::system::system_error &error) {
        return fail(ErrorCode::InvalidInput, "the certificate or its key cannot be used: " + error.code().message());
    }
}

std::shared_ptr<const TlsContext> clientContext()
{
    auto context = makeContext(asio::ssl::context::tls_client);
    context.set_verify_mode(asio::ssl::verify_none);
    return std::make_shared<const TlsContext>(std::move(context));
}

std::string fingerprintOf(const X509 &certificate)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (X509_digest(&certificate, EVP_sha256(), digest.data(), &size) != 1)
        return {};
    constexpr auto kDigits = "0123456789abcdef";
    std::string text;
    for (unsigned i = 0; i < size; ++i) {
        text += kDigits[digest.at(i) >> 4];
        text += kDigits[digest.at(i) & 0x0f];
    }
    return text;
}

Result<std::string> fingerprintOf(const TlsIdentity &identity)
{
    const auto context = serverContext(identity);
    if (!context)
        return fail(context.error());
    return fingerprintOf(*SSL_CTX_get0_certificate((*context)->get().native_handle()));
}

} // namespace balancer::adapters::http
