#include "plan/directives.h"

#include "base/text.h"
#include "model/balancer_policies.h"
#include "plan/access_log_format.h"
#include "plan/stickiness.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace balancer::plan {

namespace {

using model::Listener;
using model::LoadBalancer;

/// How many connections one instance gets at once; the others wait in the surge queue. Without it there is no queue.
constexpr std::string_view kMaxConnectionsTag = "elastic-haproxy:max-connections";
constexpr int kSurgeQueue = 1024; // ELB's

std::optional<unsigned> maxConnections(const LoadBalancer &balancer)
{
    const auto tag = std::ranges::find(balancer.tags, kMaxConnectionsTag, &model::Tag::key);
    if (tag == balancer.tags.end())
        return std::nullopt;
    unsigned count = 0;
    const auto *const last = tag->value.data() + tag->value.size();
    const auto [end, error] = std::from_chars(tag->value.data(), last, count);
    constexpr unsigned kMost = 1000000;
    if (error != std::errc() || end != last || count == 0 || count > kMost)
        return std::nullopt;
    return count;
}

std::chrono::seconds longestIdle(const std::vector<const LoadBalancer *> &balancers)
{
    std::chrono::seconds longest{1};
    for (const auto *balancer : balancers)
        longest = std::max(longest, balancer->attributes.idleTimeout);
    return longest;
}

void append(std::vector<std::string> &lines, std::vector<std::string> more)
{
    std::ranges::move(more, std::back_inserter(lines));
}

/// ELB answers what does not fit into its queue at once.
std::vector<std::string> spillover(const LoadBalancer &balancer, bool http, std::string_view backend)
{
    if (!maxConnections(balancer))
        return {};
    const auto full = "{ queue(" + std::string(backend) + ") ge " + std::to_string(kSurgeQueue) + " }";
    if (!http)
        return {"tcp-request content reject if " + full};
    return {"http-request set-var(txn.spill) int(1) if " + full,
            "http-request deny deny_status 503 if { var(txn.spill) -m int 1 }"};
}

/// What ELB refuses in its strictest mode and HAProxy lets pass.
std::vector<std::string> desyncRules(model::DesyncMode desyncMode)
{
    if (desyncMode != model::DesyncMode::Strictest)
        return {};
    return {"option http-restrict-req-hdr-names reject",
            "http-request deny deny_status 400 if { method GET HEAD } { req.hdr(content-length) -m found }",
            "http-request deny deny_status 400 if { method GET HEAD } { req.hdr(transfer-encoding) -m found }",
            "http-request deny deny_status 400 if { req.hdr_cnt(content-length) gt 1 }"};
}

std::vector<std::string> forwardedHeaders(const Listener &listener)
{
    const bool secure = model::isSecure(listener.protocol);
    // ELB extends the one list a client sent. Several lines can't be joined here: the address then gets its own.
    return {"http-request set-var(txn.xff) req.fhdr_cnt(x-forwarded-for)",
            "http-request set-header X-Forwarded-For \"%[req.fhdr(x-forwarded-for)], %[src]\""
            " if { var(txn.xff) -m int 1 }",
            "http-request add-header X-Forwarded-For \"%[src]\" if !{ var(txn.xff) -m int 1 }",
            std::string("http-request set-header X-Forwarded-Proto ") + (secure ? "https" : "http"),
            "http-request set-header X-Forwarded-Port " + std::to_string(listener.loadBalancerPort)};
}

} // namespace

std::string seconds(std::chrono::seconds duration)
{
    return std::to_string(duration.count()) + "s";
}

std::string_view mode(bool http)
{
    return http ? "mode http" : "mode tcp";
}

std::string quotedWord(std::string_view text)
{
    // Between single quotes everything means itself, but for the quote, which stands outside them behind a backslash.
    std::string word = "'";
    for (const char c : text)
        word += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return word + "'";
}

std::vector<std::string> frontendDirectives(bool http, const std::vector<const LoadBalancer *> &balancers)
{
    const auto idle = seconds(longestIdle(balancers));
    std::vector<std::string> lines{std::string(mode(http)), "timeout client " + idle};
    const auto wantsLog = [](const LoadBalancer *balancer) { return balancer->attributes.accessLog.enabled; };
    if (std::ranges::any_of(balancers, wantsLog))
        append(lines, accessLogDirectives(http));
    if (!http)
        return lines;
    lines.push_back("timeout http-request " + idle);
    lines.push_back("timeout http-keep-alive " + idle);
    // Else clients that reuse a connection while HAProxy closes it lose a request at each reload.
    lines.push_back("option idle-close-on-response");
    if (!balancers.empty() && balancers.front()->attributes.desyncMode == model::DesyncMode::Monitor)
        lines.push_back("option accept-invalid-http-request");
    // ELB: longer methods are answered with 405.
    lines.push_back("http-request deny deny_status 405 if { method,length gt 127 }");
    return lines;
}

std::vector<std::string> sourceRules(const std::vector<std::string> &ranges, bool answered)
{
    // One a line: HAProxy's lines are short.
    std::vector<std::string> lines;
    for (const auto &range : ranges)
        lines.push_back("acl allowed-source src " + range);
    const std::string refusal = answered ? "http-request deny deny_status 403" : "tcp-request connection reject";
    lines.push_back(ranges.empty() ? refusal : refusal + " if !allowed-source");
    return lines;
}

std::vector<std::string> backendDirectives(const LoadBalancer &balancer, const Listener &listener,
                                           std::string_view backend)
{
    const bool http = model::isHttpLayer(listener.protocol);
    const auto idle = seconds(balancer.attributes.idleTimeout);
    std::vector<std::string> lines{
        std::string(mode(http)),
        http ? "balance leastconn" : "balance roundrobin",
        "timeout connect 10s",
        "timeout server " + idle,
        "timeout tunnel " + idle,
        "timeout queue " + idle,
        "retries 3",
        "option redispatch",
    };
    append(lines, spillover(balancer, http, backend));
    if (!http)
        return lines;
    lines.push_back("http-reuse safe");
    append(lines, desyncRules(balancer.attributes.desyncMode));
    append(lines, forwardedHeaders(listener));
    append(lines, stickiness(balancer, listener.loadBalancerPort));
    return lines;
}

std::string serverOptions(const LoadBalancer &balancer, const Listener &listener)
{
    std::string options;
    const auto add = [&](const std::string &option) { options += (options.empty() ? "" : " ") + option; };
    // ELB: without a policy for it, an instance's certificate is not verified.
    if (model::isSecure(listener.instanceProtocol))
        add("ssl verify none");
    const auto proxy = model::backendRule<model::ProxyProtocol>(balancer, listener.instancePort);
    if (proxy && proxy->enabled)
        add("send-proxy");
    if (const auto most = maxConnections(balancer))
        add("maxconn " + std::to_string(*most));
    return options;
}

// ------------------------------------------------------------------------------------------ error answers

namespace {

struct ErrorAnswer
{
    int status;
    std::string_view line;
};

constexpr ErrorAnswer kErrorAnswers[] = {
    {400, "400 BAD_REQUEST"},
    {405, "405 METHOD_NOT_ALLOWED"},
    {408, "408 REQUEST_TIMEOUT"},
    {502, "502 BAD_GATEWAY"},
    {503, "503 Service Unavailable: Back-end server is at capacity"},
    {504, "504 GATEWAY_TIMEOUT"},
};

std::string errorFileName(const ErrorAnswer &answer)
{
    return "error-" + std::to_string(answer.status) + ".http";
}

std::map<std::string, std::string> makeErrorFiles()
{
    std::map<std::string, std::string> files;
    for (const auto &answer : kErrorAnswers)
        files.emplace(errorFileName(answer),
                      "HTTP/1.1 " + std::string(answer.line) + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    return files;
}

} // namespace

const std::map<std::string, std::string> &errorFiles()
{
    static const auto kFiles = makeErrorFiles();
    return kFiles;
}

std::string renderErrorSection()
{
    std::string text = "\nhttp-errors " + std::string(kErrorSection) + "\n";
    for (const auto &answer : kErrorAnswers)
        text += "    errorfile " + std::to_string(answer.status) + " " + errorFileName(answer) + "\n";
    return text;
}

} // namespace balancer::plan
