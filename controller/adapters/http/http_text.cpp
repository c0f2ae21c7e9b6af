#include "adapters/http/http_text.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <span>

namespace balancer::adapters::http {

namespace {

constexpr std::string_view kTokenSigns = "!#$%&'*+-.^_`|~";
constexpr std::array<std::string_view, 4> kManagedByResponse = {"date", "content-length", "connection",
                                                                "transfer-encoding"};
constexpr std::array<std::string_view, 3> kManagedByRequest = {"content-length", "connection", "transfer-encoding"};
constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool isControl(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

bool isSafeHeader(const std::pair<std::string, std::string> &header)
{
    return isToken(header.first) && isHeaderValue(header.second);
}

bool isTarget(std::string_view text)
{
    return !text.empty() && std::ranges::none_of(text, [](char c) { return c == ' ' || isControl(c); });
}

void appendHeader(std::string &head, std::string_view name, std::string_view value)
{
    head.append(name).append(": ").append(value).append("\r\n");
}

void appendOthers(std::string &head, const ports::HttpHeaders &headers, std::span<const std::string_view> managed)
{
    for (const auto &[name, value] : headers) {
        if (std::ranges::find(managed, toLower(name)) == managed.end())
            appendHeader(head, name, value);
    }
}

} // namespace

bool isToken(std::string_view text)
{
    const auto fits = [](char c) { return isAlphanumeric(c) || kTokenSigns.find(c) != std::string_view::npos; };
    return !text.empty() && std::ranges::all_of(text, fits);
}

bool isHeaderValue(std::string_view text)
{
    return std::ranges::none_of(text, [](char c) { return c != '\t' && isControl(c); });
}

bool isSendable(const ports::HttpResponse &response)
{
    return response.status >= 200 && response.status <= 599 && std::ranges::all_of(response.headers, isSafeHeader);
}

bool mayHaveBody(int status)
{
    return status != 204 && status != 304;
}

std::string renderHttpDate(std::chrono::system_clock::time_point time)
{
    const auto seconds = std::chrono::system_clock::to_time_t(time);
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                  kDays.at(static_cast<std::size_t>(utc.tm_wday)), utc.tm_mday,
                  kMonths.at(static_cast<std::size_t>(utc.tm_mon)), utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
                  utc.tm_sec);
    return text.data();
}

std::string renderResponseHead(const ports::HttpResponse &response, std::string_view reason, BodyEnd end,
                               bool keepAlive, std::chrono::system_clock::time_point now)
{
    auto head = "HTTP/1.1 " + std::to_string(response.status) + " " + std::string(reason) + "\r\n";
    appendHeader(head, "Date", renderHttpDate(now));
    appendHeader(head, "Connection", keepAlive ? "keep-alive" : "close");
    if (mayHaveBody(response.status) && end == BodyEnd::Length)
        appendHeader(head, "Content-Length", std::to_string(response.body.size()));
    if (mayHaveBody(response.status) && end == BodyEnd::LastChunk)
        appendHeader(head, "Transfer-Encoding", "chunked");
    appendOthers(head, response.headers, kManagedByResponse);
    return head + "\r\n";
}

std::string renderChunk(std::string_view content)
{
    std::array<char, 16> size{};
    const auto end = std::to_chars(size.data(), size.data() + size.size(), content.size(), 16).ptr;
    std::string chunk(size.data(), end);
    return chunk.append("\r\n").append(content).append("\r\n");
}

Result<std::string> renderRequestHead(const ports::HttpRequest &request, std::string_view authority, bool keepAlive)
{
    if (!isToken(request.method) || !isTarget(request.target) || !std::ranges::all_of(request.headers, isSafeHeader))
        return fail(ErrorCode::InvalidInput,
                    "the request's method, target or headers hold characters HTTP cannot carry");

    auto head = request.method + " " + request.target + " HTTP/1.1\r\n";
    if (!ports::findHeader(request.headers, "Host"))
        appendHeader(head, "Host", authority);
    appendHeader(head, "Connection", keepAlive ? "keep-alive" : "close");
    appendHeader(head, "Content-Length", std::to_string(request.body.size()));
    appendOthers(head, request.headers, kManagedByRequest);
    return head + "\r\n";
}

ports::HttpResponse textResponse(int status, std::string_view sentence)
{
    ports::HttpResponse response;
    response.status = status;
    response.headers.emplace_back("Content-Type", "text/plain; charset=utf-8");
    response.body = std::string(sentence) + "\n";
    return response;
}

} // namespace balancer::adapters::http
