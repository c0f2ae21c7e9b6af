#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What HAProxy logs of one request (mode http) or connection (mode tcp): one line of text, and the same as a value.
///
/// A line is fields with one blank between, in the order of one table; "-" is nothing. Host and user agent are base64,
/// for HAProxy prints variables as they came; method, version and URI have bytes beyond printable ASCII, quotes and
/// '#' as #XX, as HAProxy itself prints them, and "<BADREQ>" stands for what could not be read as a request.
namespace balancer::plan {

using LogTime = std::chrono::sys_time<std::chrono::microseconds>;

/// HAProxy's timers. Negative: it never came to that.
struct RequestTimers
{
    std::chrono::milliseconds handshake{-1}; ///< TLS and PROXY lines
    std::chrono::milliseconds idle{-1};      ///< on the open connection, before the request
    std::chrono::milliseconds request{-1};   ///< until its head was complete
    std::chrono::milliseconds queue{-1};
    std::chrono::milliseconds connect{-1};
    std::chrono::milliseconds response{-1}; ///< from connected until the head of the answer
    std::chrono::milliseconds data{-1};     ///< of the answer's body; of everything in mode tcp
    std::chrono::milliseconds active{-1};   ///< without `handshake` and `idle`
    std::chrono::milliseconds total{-1};

    bool operator==(const RequestTimers &) const = default;
};

/// What is known of one direction. Of a head and a body that say how long they are, `contentLength` is enough.
struct MessageSize
{
    std::uint64_t counted = 0;                  ///< what HAProxy counted: in mode http more than the body
    std::optional<std::uint64_t> contentLength; ///< as the head says
    std::optional<std::uint64_t> headerBytes;   ///< of all header lines, where there is no content length
    std::optional<std::uint64_t> headerCount;

    bool operator==(const MessageSize &) const = default;
};

struct AccessRecord
{
    bool http = false;
    std::string frontend;
    std::string backend;              ///< the frontend's name when none was chosen
    std::string server;               ///< empty: none was chosen
    std::optional<LogTime> requestAt; ///< when its head had been read
    LogTime acceptedAt{};             ///< the connection, or a later request on it; whole milliseconds
    std::string clientAddress;
    std::uint16_t clientPort = 0;
    std::string instanceAddress; ///< empty: no connection was tried
    std::uint16_t instancePort = 0;
    RequestTimers timers;
    int status = 0;                    ///< what the client was told; 0: nothing, or mode tcp
    std::optional<int> instanceStatus; ///< what the instance answered
    MessageSize received;              ///< from the client
    MessageSize sent;                  ///< to it
    std::string termination;           ///< HAProxy's two letters; "--" is an orderly end
    bool spilled = false;              ///< turned away because too many waited already
    std::string cipher;
    std::string protocol; ///< "TLSv1.2"; empty without TLS
    std::string host;     ///< the Host header as it came
    std::string userAgent;
    std::string method; ///< empty, as version and URI: there was no readable request
    std::string version;
    std::string uri;

    bool operator==(const AccessRecord &) const = default;
};

/// Nothing for text that is no such record, or was cut off. Whatever its bytes are.
std::optional<AccessRecord> parseAccessRecord(std::string_view text);

/// The `backend` of a record, without a look at the rest; empty for text that is no such record. On a port that many
/// share most records are nobody's.
std::string_view backendOfRecord(std::string_view text);

/// The text that HAProxy logs for such a record.
std::string renderAccessRecord(const AccessRecord &record);

/// HAProxy's format string for these records.
std::string accessRecordFormat(bool http);

} // namespace balancer::plan
