#pragma once

#include "client/access.h"
#include "daemon/paths.h"

#include <string>
#include <string_view>

namespace balancer::cli {

/// Where the aws CLI has its key from: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, else the profile AWS_PROFILE
/// ("default") of the file AWS_SHARED_CREDENTIALS_FILE (~/.aws/credentials). The region signed for is that of
/// AWS_REGION or AWS_DEFAULT_REGION.
///
/// NotFound: there is no key in any of these places. InvalidInput: there is half of one, or a file that cannot be read.
Result<client::Credentials> findCredentials(const daemon::Environment &environment);

/// The key of one profile in the text of such a file. NotFound and InvalidInput as above.
Result<client::Credentials> parseCredentials(std::string_view text, std::string_view profile);

} // namespace balancer::cli
