#pragma once

#include "plan/access_log_target.h"
#include "plan/access_record.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

/// What tests of access logs begin with.
namespace balancer::tests {

/// A record of a request to that path, as HAProxy logs it.
inline std::string recordOf(const std::string &backend, const std::string &path)
{
    plan::AccessRecord record;
    record.http = true;
    record.frontend = "f:80";
    record.backend = backend;
    record.server = "s1";
    record.clientAddress = "127.0.0.1";
    record.clientPort = 5000;
    record.instanceAddress = "10.0.0.1";
    record.instancePort = 80;
    record.status = 200;
    record.instanceStatus = 200;
    record.termination = "--";
    record.host = "a.test";
    record.method = "GET";
    record.version = "HTTP/1.1";
    record.uri = path;
    return plan::renderAccessRecord(record);
}

inline plan::AccessLogTarget logTarget(const std::string &balancer, int minutes = 5,
                                       const std::string &bucket = "bucket")
{
    plan::AccessLogTarget target;
    target.balancer = balancer;
    target.dnsName = balancer + "-1.local.elb.internal";
    target.port = 80;
    target.nodeAddress = "127.0.0.1";
    target.log = {true, bucket, "app", std::chrono::minutes(minutes)};
    return target;
}

/// Paths of all files below a folder from there, hidden ones too, sorted.
inline std::vector<std::string> filesIn(const std::string &folder)
{
    std::vector<std::string> found;
    std::error_code error;
    for (const auto &entry : std::filesystem::recursive_directory_iterator(folder, error)) {
        if (entry.is_regular_file())
            found.push_back(entry.path().lexically_relative(folder).string());
    }
    std::ranges::sort(found);
    return found;
}

inline std::string contentOf(const std::string &path)
{
    QFile file(QString::fromStdString(path));
    return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string();
}

} // namespace balancer::tests
