#pragma once

#include "base/endpoint.h"

#include <QTemporaryDir>
#include <QtGlobal>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

/// What tests with the real HAProxy need around it.
namespace balancer::tests {

/// A directory of its own, below /tmp: the paths of unix sockets must be short. Processes of HAProxy that were started
/// with a file in it are killed at its end.
class Scratch
{
public:
    Scratch();
    ~Scratch();
    Scratch(const Scratch &) = delete;
    Scratch &operator=(const Scratch &) = delete;

    std::string path(const std::string &name) const;
    void write(const std::string &name, const std::string &content) const;
    /// A program: a shell script.
    std::string script(const std::string &name, const std::string &content) const;

    /// Processes of HAProxy that were started with a file in here.
    std::vector<qint64> haproxies() const;

private:
    QTemporaryDir m_directory;
};

/// A TCP port of 127.0.0.1 that nobody has now; another one with each call.
std::uint16_t freePort();

/// Occupies a TCP port of 127.0.0.1.
class Listening
{
public:
    /// 0: any port.
    explicit Listening(std::uint16_t port = 0);
    ~Listening();
    Listening(const Listening &) = delete;
    Listening &operator=(const Listening &) = delete;

    std::uint16_t port() const { return m_port; }
    int descriptor() const { return m_descriptor; }

private:
    int m_descriptor;
    std::uint16_t m_port = 0;
};

/// An instance: answers every request with 200 and its name, on a thread of its own.
class WebInstance
{
public:
    explicit WebInstance(std::string name);
    ~WebInstance();

    std::uint16_t port() const { return m_listening.port(); }
    int requestCount() const { return m_requests; }
    /// The last request as it came; only while no other is under way.
    std::string lastRequest() const { return m_last; }

private:
    void run();

    Listening m_listening;
    std::string m_name;
    std::atomic<int> m_requests{0};
    std::atomic<bool> m_stop{false};
    std::string m_last;
    std::thread m_thread;
};

/// One request over a connection of its own: the body of a 200, or "error: …".
std::string get(std::uint16_t port);

/// Sends request after request, each over a new connection, until it is stopped.
class Hammer
{
public:
    explicit Hammer(std::uint16_t port);
    ~Hammer();

    /// Ends it; the errors there were.
    std::vector<std::string> stop();
    int successCount() const { return m_successes; }

private:
    std::uint16_t m_port;
    std::atomic<bool> m_stop{false};
    std::atomic<int> m_successes{0};
    std::vector<std::string> m_errors;
    std::thread m_thread;
};

} // namespace balancer::tests
