#pragma once

#include "base/result.h"

#include <QtTest/QtTest>

#include <string>

/// Lets QCOMPARE show our types when they differ.
namespace QTest {

template <>
inline char *toString(const std::string &text)
{
    return qstrdup(text.c_str());
}

template <>
inline char *toString(const balancer::ErrorCode &code)
{
    return qstrdup(std::string(balancer::nameOf(code)).c_str());
}

} // namespace QTest

namespace balancer::tests {

/// "ValidationError: sentence", or "" on success.
template <typename T>
std::string describe(const Result<T> &result)
{
    if (result)
        return {};
    return std::string(nameOf(result.error().code)) + ": " + result.error().message;
}

} // namespace balancer::tests
