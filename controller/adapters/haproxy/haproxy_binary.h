#pragma once

#include "base/result.h"

#include <QCoro/QCoroTask>
#include <QString>
#include <QStringList>

#include <chrono>
#include <string>
#include <string_view>

namespace balancer::adapters::haproxy {

/// The HAProxy program on this machine.
class HaproxyBinary
{
public:
    /// `name` is a path, or looked up in PATH and in the directories of administration programs. Unavailable when there
    /// is none.
    static Result<HaproxyBinary> find(const QString &name);

    const QString &path() const { return m_path; }

    /// "2.6.12". Unavailable when it is older than 2.4 or does not answer as HAProxy does.
    QCoro::Task<Result<std::string>> version() const;

    /// Runs it to its end. Refused with HAProxy's alerts when it does not exit with 0; Timeout when it does not end in
    /// time and had to be killed.
    QCoro::Task<Result<std::string>> run(QStringList arguments, std::chrono::milliseconds deadline) const;

private:
    explicit HaproxyBinary(QString path) : m_path(std::move(path)) {}

    QString m_path;
};

/// The version in the output of `haproxy -v`; empty when there is none.
std::string parseVersion(std::string_view output);
/// HAProxy's alerts without their decoration, at most three of them; the last line when there is no alert.
std::string parseAlerts(std::string_view output);
bool isSupportedVersion(std::string_view version);

} // namespace balancer::adapters::haproxy
