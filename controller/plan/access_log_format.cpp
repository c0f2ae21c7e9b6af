#include "plan/access_log_format.h"

#include "plan/access_record.h"

namespace balancer::plan {

namespace {

constexpr std::string_view kHttpRules[] = {
    "http-request set-var(txn.log_at) date(0,us)",
    "http-request set-var(txn.log_in) req.hdr(content-length)",
    // A body without a length is what is left of all that was counted when the head is taken away.
    "http-request set-var(txn.log_in_head) req.hdrs,length if { req.hdr(transfer-encoding) -m found }",
    "http-request set-var(txn.log_in_count) req.fhdr_cnt if { req.hdr(transfer-encoding) -m found }",
    // Base64, for a variable is printed as it came. Cut, for a converter's result has to fit into one buffer.
    "http-request set-var(txn.log_host) req.fhdr(host),bytes(0,1024),base64",
    "http-request set-var(txn.log_agent) req.fhdr(user-agent),bytes(0,8192),base64",
    // Answers of HAProxy's own do not come here.
    "http-response set-var(txn.log_status) status",
    "http-after-response set-var(txn.log_out) res.hdr(content-length)",
    "http-after-response set-var(txn.log_out_head) res.hdrs,length unless { res.hdr(content-length) -m found }",
    "http-after-response set-var(txn.log_out_count) res.fhdr_cnt unless { res.hdr(content-length) -m found }",
};

} // namespace

std::string accessLogSocket(std::string_view base, int number)
{
    return std::string(base) + "-" + std::to_string(number) + ".sock";
}

std::vector<std::string> accessLogDirectives(bool http)
{
    std::vector<std::string> lines;
    for (int i = 0; i < kAccessLogSockets; ++i) {
        const auto variable = "${" + std::string(kAccessLogVariable) + "}";
        const auto share = std::to_string(i + 1) + ":" + std::to_string(kAccessLogSockets);
        // 65535 is the most there can be. A record has at most 60,000 bytes: a head of 15,360 (tune.bufsize less
        // tune.maxrewrite), of which a URI can grow to three times its size and the rest to four thirds.
        lines.push_back("log \"" + accessLogSocket(variable, i) + "\" len 65535 format raw sample " + share +
                        " local1");
    }
    lines.push_back("log-format \"" + accessRecordFormat(http) + "\"");
    if (!http)
        return lines;
    // Browsers open connections which they never use.
    lines.push_back("option dontlognull");
    lines.insert(lines.end(), std::begin(kHttpRules), std::end(kHttpRules));
    return lines;
}

std::vector<std::string> accessLogGlobal(std::string_view socketBase)
{
    return {
        "setenv " + std::string(kAccessLogVariable) + " " + std::string(socketBase),
        // Else a URI is cut to 1,024 bytes. A longer one than tune.bufsize (16,384) does not get in; a larger
        // tune.bufsize would cost every connection memory, and is not needed: nothing of a record is longer either.
        "tune.http.logurilen 16384",
    };
}

} // namespace balancer::plan
