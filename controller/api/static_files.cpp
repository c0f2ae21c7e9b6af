#include "api/static_files.h"

#include "api/crypto.h"
#include "api/responses.h"
#include "api/target.h"
#include "base/text.h"

#include <algorithm>
#include <memory>

namespace balancer::api {

namespace {

using ports::HttpHeaders;
using ports::HttpRequest;
using ports::HttpResponse;

void addCommonHeaders(HttpHeaders &headers)
{
    headers.emplace_back("X-Content-Type-Options", "nosniff");
    headers.emplace_back("Referrer-Policy", "same-origin");
    headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
}

std::string contentSecurityPolicy(std::string_view nonce)
{
    return "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-" + std::string(nonce) +
           "'; connect-src 'self'; img-src 'self' data:; font-src 'self'; base-uri 'self'; form-action 'none'; "
           "frame-ancestors 'none'";
}

std::string replaced(std::string text, std::string_view placeholder, std::string_view value)
{
    for (auto at = text.find(placeholder); at != std::string::npos; at = text.find(placeholder, at + value.size()))
        text.replace(at, placeholder.size(), value);
    return text;
}

/// "gzip;q=0" is a coding that is not wanted.
bool isRefused(std::string_view coding)
{
    const auto parts = split(coding, ';');
    return std::any_of(parts.begin() + 1, parts.end(), [](std::string_view part) {
        const auto weight = toLower(trimmed(part));
        return weight.starts_with("q=0") && weight.find_first_not_of("0.", 2) == std::string::npos;
    });
}

bool isKnownTo(const HttpRequest &request, const StaticFile &file)
{
    const auto tags = split(ports::findHeader(request.headers, "If-None-Match").value_or(""), ',');
    return std::ranges::any_of(tags, [&](std::string_view tag) {
        tag = trimmed(tag);
        if (tag.starts_with("W/")) // a proxy that compressed the answer itself
            tag.remove_prefix(2);
        return tag == file.etag || tag == "*";
    });
}

bool namesAFile(std::string_view path)
{
    return path.substr(path.rfind('/') + 1).find('.') != std::string_view::npos;
}

} // namespace

bool acceptsGzip(const HttpHeaders &headers)
{
    const auto codings = split(ports::findHeader(headers, "Accept-Encoding").value_or(""), ',');
    return std::ranges::any_of(codings, [](std::string_view coding) {
        return toLower(trimmed(coding.substr(0, coding.find(';')))) == "gzip" && !isRefused(coding);
    });
}

StaticFiles::StaticFiles(std::string_view folder, std::span<const StaticFile> files) : m_folder(folder), m_files(files)
{
}

HttpResponse StaticFiles::answer(const HttpRequest &request) const
{
    if (!isGetOrHead(request))
        return methodNotAllowed("GET, HEAD");
    auto path = pathOf(request.target);
    path.remove_prefix(std::min(path.size(), m_folder.size()));
    if (path.empty()) {
        auto response = respondText(308, "Moved permanently");
        response.headers.emplace_back("Location", std::string(m_folder) + "/");
        return response;
    }
    path.remove_prefix(1);
    if (const auto *file = find(path); file && path != kPageFile)
        return answerFile(*file, request);
    if (path != kPageFile && namesAFile(path))
        return respondText(404, "Not found");
    return answerPage();
}

HttpResponse StaticFiles::answerFile(const StaticFile &file, const HttpRequest &request) const
{
    HttpResponse response;
    auto &headers = response.headers;
    addCommonHeaders(headers);
    headers.emplace_back("ETag", file.etag);
    headers.emplace_back("Cache-Control", file.immutable ? "public, max-age=31536000, immutable" : "no-cache");
    if (!file.gzip.empty())
        headers.emplace_back("Vary", "Accept-Encoding");
    if (isKnownTo(request, file)) {
        response.status = 304;
        return response;
    }
    headers.emplace_back("Content-Type", file.contentType);
    const bool compressed = !file.gzip.empty() && acceptsGzip(request.headers);
    if (compressed)
        headers.emplace_back("Content-Encoding", "gzip");
    response.body = compressed ? file.gzip : file.body;
    return response;
}

HttpResponse StaticFiles::answerPage() const
{
    const auto *page = find(kPageFile);
    const auto nonce = randomToken();
    if (!page || !nonce)
        return respondText(500, page ? nonce.error().message : "The page is missing");
    auto response = respond(200, page->contentType, replaced(std::string(page->body), kNoncePlaceholder, *nonce));
    addCommonHeaders(response.headers);
    response.headers.emplace_back("Content-Security-Policy", contentSecurityPolicy(*nonce));
    return response;
}

const StaticFile *StaticFiles::find(std::string_view path) const
{
    const auto found = std::ranges::find(m_files, path, &StaticFile::path);
    return found == m_files.end() ? nullptr : std::to_address(found);
}

} // namespace balancer::api
