#pragma once

#include "ports/http.h"

#include <span>
#include <string>
#include <string_view>

/// A web application that is part of the program, answered from a table of its files.
namespace balancer::api {

/// One file; all views live as long as the program.
struct StaticFile
{
    std::string_view path; ///< below the application's folder, as its address has it: "main-5FAD3L1Q.js"
    std::string_view contentType;
    std::string_view etag; ///< with its quotes
    std::string_view body;
    std::string_view gzip;  ///< the same compressed; empty when that would not make it smaller
    bool immutable = false; ///< the path changes with the content
};

/// The page's name in the table, and what stands in it where the answer's nonce comes.
constexpr std::string_view kPageFile = "index.html";
constexpr std::string_view kNoncePlaceholder = "{{nonce}}";

/// Whether the client takes gzip, by its Accept-Encoding.
bool acceptsGzip(const ports::HttpHeaders &headers);

/// Answers GET and HEAD for everything at and below one folder. A file is found by its exact path in the table, so no
/// path leads anywhere else. Other paths are addresses within the application and get its page, unless they name a file
/// (their last part has a dot): those are 404.
///
/// The page is never kept by anyone, and carries a nonce of its own for the styles it makes; its
/// Content-Security-Policy allows nothing but this node's scripts, styles, fonts, images and API.
class StaticFiles
{
public:
    /// `folder` has a slash at its beginning only: "/dashboard". `files` has the page, and lives longer than this.
    StaticFiles(std::string_view folder, std::span<const StaticFile> files);

    ports::HttpResponse answer(const ports::HttpRequest &request) const;

private:
    ports::HttpResponse answerFile(const StaticFile &file, const ports::HttpRequest &request) const;
    ports::HttpResponse answerPage() const;
    const StaticFile *find(std::string_view path) const;

    std::string_view m_folder;
    std::span<const StaticFile> m_files;
};

} // namespace balancer::api
