#include "plan/access_record.h"

#include "base/text.h"
#include "plan/log_encoding.h"

#include <array>
#include <charconv>

namespace balancer::plan {

namespace {

using std::chrono::milliseconds;

constexpr std::string_view kNothing = "-";
constexpr std::string_view kUnreadable = "<BADREQ>";
constexpr std::string_view kNoServer = "<NOSRV>";
constexpr std::string_view kHttpMark = "H1";
constexpr std::string_view kTcpMark = "T1";

// --------------------------------------------------------------------------- kinds of fields

template <typename Number>
bool parseNumber(std::string_view text, Number &number)
{
    const auto *end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && stop == end;
}

/// How a member is read from its field and written into one.
template <typename T>
struct Form;

template <>
struct Form<std::uint64_t>
{
    static bool read(std::string_view text, std::uint64_t &value) { return parseNumber(text, value); }
    static std::string write(std::uint64_t value) { return std::to_string(value); }
};

/// 0 is nothing: of ports and statuses.
template <typename Number>
struct SmallNumber
{
    static bool read(std::string_view text, Number &value)
    {
        value = 0;
        // HAProxy prints -1 for a status that was never given.
        return text == kNothing || text == "-1" || (parseNumber(text, value) && value > 0);
    }
    static std::string write(Number value) { return value == 0 ? std::string(kNothing) : std::to_string(value); }
};

template <>
struct Form<std::uint16_t> : SmallNumber<std::uint16_t>
{
};

template <>
struct Form<int> : SmallNumber<int>
{
};

template <typename T>
struct Form<std::optional<T>>
{
    static bool read(std::string_view text, std::optional<T> &value)
    {
        value.reset();
        return text == kNothing || Form<T>::read(text, value.emplace());
    }
    static std::string write(const std::optional<T> &value)
    {
        return value ? Form<T>::write(*value) : std::string(kNothing);
    }
};

template <>
struct Form<milliseconds>
{
    static bool read(std::string_view text, milliseconds &value)
    {
        std::int64_t count = -1;
        // '+': the time that has passed so far, where `option logasap` is on.
        if (text.starts_with('+'))
            text.remove_prefix(1);
        if (text != kNothing && !parseNumber(text, count))
            return false;
        value = milliseconds(count < 0 ? -1 : count);
        return true;
    }
    static std::string write(milliseconds value) { return std::to_string(value.count()); }
};

template <>
struct Form<LogTime>
{
    static bool read(std::string_view text, LogTime &value)
    {
        std::uint64_t count = 0;
        constexpr std::uint64_t kLatest = 253402300799999999; // the year 9999: the last with four digits
        if (!parseNumber(text, count) || count > kLatest)
            return false;
        value = LogTime(std::chrono::microseconds(count));
        return true;
    }
    static std::string write(LogTime value) { return std::to_string(value.time_since_epoch().count()); }
};

template <>
struct Form<bool>
{
    static bool read(std::string_view text, bool &value)
    {
        value = text == "1";
        return value || text == kNothing || text == "0";
    }
    static std::string write(bool value) { return value ? "1" : "-"; }
};

/// Texts that hold neither blanks nor anything else that is not ours or HAProxy's.
template <>
struct Form<std::string>
{
    static bool read(std::string_view text, std::string &value)
    {
        value = text == kNothing || text == kNoServer ? std::string() : std::string(text);
        return !text.empty();
    }
    static std::string write(const std::string &value) { return value.empty() ? std::string(kNothing) : value; }
};

struct Base64
{
    static bool read(std::string_view text, std::string &value)
    {
        value.clear();
        if (text == kNothing)
            return true;
        auto decoded = decodeBase64(text);
        if (decoded)
            value = std::move(*decoded);
        return decoded && !text.empty();
    }
    static std::string write(const std::string &value)
    {
        return value.empty() ? std::string(kNothing) : encodeBase64(value);
    }
};

struct Hashed
{
    static bool read(std::string_view text, std::string &value)
    {
        value = text == kUnreadable || text == kNothing ? std::string() : decodeHashed(text);
        return !text.empty();
    }
    static std::string write(const std::string &value)
    {
        // What looks like one of the two signs must not be taken for it.
        if (value == kNothing)
            return "#2D";
        if (value == kUnreadable)
            return "#3CBADREQ>";
        return value.empty() ? std::string(kUnreadable) : encodeHashed(value);
    }
};

/// "1795732230.175": seconds and milliseconds, which HAProxy has in two fields.
struct SecondsAndMilliseconds
{
    static bool read(std::string_view text, LogTime &value)
    {
        const auto parts = split(text, '.');
        std::uint64_t seconds = 0;
        std::uint64_t fraction = 0;
        constexpr std::uint64_t kLatest = 253402300799;
        if (parts.size() != 2 || !parseNumber(parts[0], seconds) || !parseNumber(parts[1], fraction) ||
            seconds > kLatest || fraction > 999)
            return false;
        value = LogTime(std::chrono::seconds(seconds) + milliseconds(fraction));
        return true;
    }
    static std::string write(LogTime value)
    {
        const auto count = std::chrono::duration_cast<milliseconds>(value.time_since_epoch()).count();
        return std::to_string(count / 1000) + "." + std::to_string(count % 1000);
    }
};

// --------------------------------------------------------------------------- the table

struct Field
{
    std::string_view http; ///< HAProxy's words for it
    std::string_view tcp;
    bool (*read)(std::string_view text, AccessRecord &record);
    std::string (*write)(const AccessRecord &record);
};

template <auto member, typename As = void>
constexpr Field field(std::string_view http, std::string_view tcp)
{
    using Member = std::remove_reference_t<decltype(std::declval<AccessRecord &>().*member)>;
    using Codec = std::conditional_t<std::is_void_v<As>, Form<Member>, As>;
    return {http, tcp, [](std::string_view text, AccessRecord &record) { return Codec::read(text, record.*member); },
            [](const AccessRecord &record) { return Codec::write(record.*member); }};
}

/// The same for a member of a part.
template <auto part, auto member>
constexpr Field partOf(std::string_view http, std::string_view tcp)
{
    using Part = std::remove_reference_t<decltype(std::declval<AccessRecord &>().*part)>;
    using Codec = Form<std::remove_reference_t<decltype(std::declval<Part &>().*member)>>;
    return {http, tcp,
            [](std::string_view text, AccessRecord &record) { return Codec::read(text, record.*part.*member); },
            [](const AccessRecord &record) { return Codec::write(record.*part.*member); }};
}

template <auto member>
constexpr Field timer(std::string_view http, std::string_view tcp)
{
    return partOf<&AccessRecord::timers, member>(http, tcp);
}

template <auto member>
constexpr Field received(std::string_view http, std::string_view tcp)
{
    return partOf<&AccessRecord::received, member>(http, tcp);
}

template <auto member>
constexpr Field sent(std::string_view http, std::string_view tcp)
{
    return partOf<&AccessRecord::sent, member>(http, tcp);
}

// Variables: access_log_format.cpp.
constexpr std::array kFields{
    field<&AccessRecord::frontend>("%f", "%f"),
    field<&AccessRecord::backend>("%b", "%b"),
    field<&AccessRecord::server>("%s", "%s"),
    field<&AccessRecord::requestAt>("%[var(txn.log_at)]", "-"),
    field<&AccessRecord::acceptedAt, SecondsAndMilliseconds>("%Ts.%ms", "%Ts.%ms"),
    field<&AccessRecord::clientAddress>("%ci", "%ci"),
    field<&AccessRecord::clientPort>("%cp", "%cp"),
    field<&AccessRecord::instanceAddress>("%si", "%si"),
    field<&AccessRecord::instancePort>("%sp", "%sp"),
    timer<&RequestTimers::handshake>("%Th", "%Th"),
    timer<&RequestTimers::idle>("%Ti", "-"),
    timer<&RequestTimers::request>("%TR", "-"),
    timer<&RequestTimers::queue>("%Tw", "%Tw"),
    timer<&RequestTimers::connect>("%Tc", "%Tc"),
    timer<&RequestTimers::response>("%Tr", "-"),
    timer<&RequestTimers::data>("%Td", "%Td"),
    timer<&RequestTimers::active>("%Ta", "-"),
    timer<&RequestTimers::total>("%Tt", "%Tt"),
    field<&AccessRecord::status>("%ST", "-"),
    field<&AccessRecord::instanceStatus>("%[var(txn.log_status)]", "-"),
    received<&MessageSize::counted>("%U", "%U"),
    received<&MessageSize::contentLength>("%[var(txn.log_in)]", "-"),
    received<&MessageSize::headerBytes>("%[var(txn.log_in_head)]", "-"),
    received<&MessageSize::headerCount>("%[var(txn.log_in_count)]", "-"),
    sent<&MessageSize::counted>("%B", "%B"),
    sent<&MessageSize::contentLength>("%[var(txn.log_out)]", "-"),
    sent<&MessageSize::headerBytes>("%[var(txn.log_out_head)]", "-"),
    sent<&MessageSize::headerCount>("%[var(txn.log_out_count)]", "-"),
    field<&AccessRecord::termination>("%ts", "%ts"),
    field<&AccessRecord::spilled>("%[var(txn.spill)]", "-"),
    field<&AccessRecord::cipher>("%sslc", "%sslc"),
    field<&AccessRecord::protocol>("%sslv", "%sslv"),
    field<&AccessRecord::host, Base64>("%[var(txn.log_host)]", "-"),
    field<&AccessRecord::userAgent, Base64>("%[var(txn.log_agent)]", "-"),
    field<&AccessRecord::method, Hashed>("%HM", "-"),
    field<&AccessRecord::version, Hashed>("%HV", "-"),
    field<&AccessRecord::uri, Hashed>("%HU", "-"),
};

} // namespace

std::optional<AccessRecord> parseAccessRecord(std::string_view text)
{
    // HAProxy ends a record with a line end: one that lost it has lost more.
    if (!text.ends_with('\n'))
        return std::nullopt;
    text.remove_suffix(1);
    const auto mark = text.substr(0, text.find(' '));
    if (mark != kHttpMark && mark != kTcpMark)
        return std::nullopt;
    const auto parts = split(text, ' ');
    if (parts.size() != kFields.size() + 1)
        return std::nullopt;
    AccessRecord record;
    record.http = mark == kHttpMark;
    for (std::size_t i = 0; i < kFields.size(); ++i) {
        if (!kFields[i].read(parts[i + 1], record))
            return std::nullopt;
    }
    return record;
}

std::string_view backendOfRecord(std::string_view text)
{
    // Mark, frontend, backend.
    for (int i = 0; i < 2; ++i) {
        const auto blank = text.find(' ');
        if (blank == std::string_view::npos)
            return {};
        text.remove_prefix(blank + 1);
    }
    return text.substr(0, text.find_first_of(" \n"));
}

std::string renderAccessRecord(const AccessRecord &record)
{
    std::string text(record.http ? kHttpMark : kTcpMark);
    for (const auto &column : kFields)
        text += " " + column.write(record);
    return text + "\n";
}

std::string accessRecordFormat(bool http)
{
    std::string format(http ? kHttpMark : kTcpMark);
    for (const auto &column : kFields) {
        format += ' ';
        format += http ? column.http : column.tcp;
    }
    return format;
}

} // namespace balancer::plan
