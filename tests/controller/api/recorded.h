#pragma once

#include "model/instance.h"
#include "ports/http.h"
#include "wire/leaves.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <map>
#include <string>

namespace balancer::tests {

/// A request that somebody really signed, and when.
struct Recorded
{
    ports::HttpRequest request;
    model::Timestamp time{};
};

/// Those of tests/data/api/signed_requests.json, by name.
inline std::map<std::string, Recorded> readRecorded()
{
    QFile file(QStringLiteral(BALANCER_TEST_DATA "/api/signed_requests.json"));
    if (!file.open(QFile::ReadOnly))
        return {};
    std::map<std::string, Recorded> all;
    for (const auto entry : QJsonDocument::fromJson(file.readAll()).array()) {
        const auto text = [&](const char *name) {
            return entry.toObject().value(QLatin1String(name)).toString().toStdString();
        };
        Recorded recorded;
        recorded.request.method = text("method");
        recorded.request.target = text("target");
        recorded.request.body = text("body");
        for (const auto header : entry.toObject().value(QLatin1String("headers")).toArray())
            recorded.request.headers.emplace_back(header.toArray()[0].toString().toStdString(),
                                                  header.toArray()[1].toString().toStdString());
        recorded.time = wire::Leaf<model::Timestamp>::parse(text("time")).value();
        all.emplace(text("name"), recorded);
    }
    return all;
}

} // namespace balancer::tests
