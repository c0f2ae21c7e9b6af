#include "service/markers.h"

#include <QByteArray>

namespace balancer::service {

std::string markerOf(const std::string &last)
{
    return QByteArray::fromStdString(last).toBase64().toStdString();
}

tl::unexpected<Error> invalidMarker(const std::string &marker)
{
    return fail(ErrorCode::ValidationError, "Invalid marker '" + marker + "': use the NextMarker of the page before");
}

Result<std::string> parseMarker(const std::string &marker)
{
    const auto decoded =
        QByteArray::fromBase64Encoding(QByteArray::fromStdString(marker), QByteArray::AbortOnBase64DecodingErrors);
    if (!decoded)
        return invalidMarker(marker);
    return (*decoded).toStdString();
}

} // namespace balancer::service
