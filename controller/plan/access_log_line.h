#pragma once

#include "plan/access_log_target.h"
#include "plan/access_record.h"

#include <string>

namespace balancer::plan {

/// The line of ELB's access log for that record, without a line end:
///
///   timestamp elb client:port backend:port request_processing_time backend_processing_time response_processing_time
///   elb_status_code backend_status_code received_bytes sent_bytes "request" "user_agent" ssl_cipher ssl_protocol
///
/// Printable ASCII only, whatever clients sent.
std::string renderElbLine(const AccessRecord &record, const AccessLogTarget &target);

/// "2015-05-13T23:39:43.945958Z".
std::string renderLogTime(LogTime time);

} // namespace balancer::plan
