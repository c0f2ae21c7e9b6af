#include "adapters/openssl/handles.h"

#include <openssl/err.h>

namespace balancer::adapters::openssl {

Bio reading(std::string_view text)
{
    return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Bio writing()
{
    return Bio(BIO_new(BIO_s_mem()));
}

std::string textIn(const Bio &bio)
{
    char *data = nullptr;
    const auto size = BIO_get_mem_data(bio.get(), &data);
    return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

std::string lastReason()
{
    const auto *reason = ERR_reason_error_string(ERR_peek_last_error());
    ERR_clear_error();
    return reason ? reason : "no reason given";
}

} // namespace balancer::adapters::openssl
