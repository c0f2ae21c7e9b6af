#include "support/haproxy_bench.h"

#include <QDir>
#include <QFile>

#include <arpa/inet.h>
#include <csignal>
#include <cstring>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace balancer::tests {

namespace {

namespace fs = std::filesystem;

sockaddr_in loopback(std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

std::string readFile(const fs::path &path)
{
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string readAll(int descriptor, bool untilBlankLine)
{
    std::string text;
    char buffer[4096];
    for (;;) {
        const auto size = recv(descriptor, buffer, sizeof buffer, 0);
        if (size <= 0)
            return text;
        text.append(buffer, std::size_t(size));
        if (untilBlankLine && text.find("\r\n\r\n") != std::string::npos)
            return text;
    }
}

bool isReadable(int descriptor, int milliseconds)
{
    pollfd waiting{descriptor, POLLIN, 0};
    return poll(&waiting, 1, milliseconds) > 0;
}

} // namespace

Scratch::Scratch() : m_directory(QStringLiteral("/tmp/ehXXXXXX"))
{
    if (!m_directory.isValid())
        qFatal("no temporary directory");
}

Scratch::~Scratch()
{
    for (const auto pid : haproxies())
        kill(static_cast<pid_t>(pid), SIGKILL);
}

std::string Scratch::path(const std::string &name) const
{
    return m_directory.path().toStdString() + (name.empty() ? "" : "/") + name;
}

void Scratch::write(const std::string &name, const std::string &content) const
{
    std::ofstream(path(name)) << content;
}

std::string Scratch::script(const std::string &name, const std::string &content) const
{
    // Renamed into place: a program that is still open for writing cannot be run.
    write(name + ".new", "#!/bin/sh\n" + content);
    fs::permissions(path(name + ".new"), fs::perms::owner_all);
    fs::rename(path(name + ".new"), path(name));
    return path(name);
}

std::vector<qint64> Scratch::haproxies() const
{
    std::vector<qint64> found;
    std::error_code error;
    for (fs::directory_iterator entry("/proc", error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
        const auto pid = QString::fromStdString(entry->path().filename().string()).toLongLong();
        if (pid > 0 && readFile(entry->path() / "comm").starts_with("haproxy") &&
            readFile(entry->path() / "cmdline").find(path("")) != std::string::npos)
            found.push_back(pid);
    }
    return found;
}

Listening::Listening(std::uint16_t port) : m_descriptor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    const int on = 1;
    setsockopt(m_descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    auto address = loopback(port);
    socklen_t size = sizeof address;
    if (bind(m_descriptor, reinterpret_cast<sockaddr *>(&address), size) != 0 || listen(m_descriptor, 1024) != 0)
        qFatal("cannot listen on port %d: %s", port, std::strerror(errno));
    getsockname(m_descriptor, reinterpret_cast<sockaddr *>(&address), &size);
    m_port = ntohs(address.sin_port);
}

Listening::~Listening()
{
    close(m_descriptor);
}

std::uint16_t freePort()
{
    // Below the ports that the kernel gives to clients: one of those can be taken at any time.
    constexpr int kFirst = 12000;
    constexpr int kCount = 20000;
    static int next = static_cast<int>(getpid()) * 61;
    for (int tries = 0; tries < kCount; ++tries) {
        const auto port = static_cast<std::uint16_t>(kFirst + ++next % kCount);
        const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const auto address = loopback(port);
        const bool isFree = bind(descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0;
        close(descriptor);
        if (isFree)
            return port;
    }
    qFatal("no free port");
}

WebInstance::WebInstance(std::string name) : m_name(std::move(name)), m_thread([this] { run(); }) {}

WebInstance::~WebInstance()
{
    m_stop = true;
    m_thread.join();
}

void WebInstance::run()
{
    while (!m_stop) {
        if (!isReadable(m_listening.descriptor(), 20))
            continue;
        const int client = accept4(m_listening.descriptor(), nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0)
            continue;
        m_last = isReadable(client, 1000) ? readAll(client, true) : std::string();
        const auto reply = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + std::to_string(m_name.size()) +
                           "\r\n\r\n" + m_name;
        (void)send(client, reply.data(), reply.size(), MSG_NOSIGNAL);
        close(client);
        ++m_requests;
    }
}

std::string get(std::uint16_t port)
{
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval timeout{5, 0};
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    const auto address = loopback(port);
    if (connect(descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0) {
        const auto reason = std::string("error: connect: ") + std::strerror(errno);
        close(descriptor);
        return reason;
    }
    const std::string request = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    (void)send(descriptor, request.data(), request.size(), MSG_NOSIGNAL);
    const auto reply = readAll(descriptor, false);
    close(descriptor);
    const auto body = reply.find("\r\n\r\n");
    if (!reply.starts_with("HTTP/1.1 200") || body == std::string::npos)
        return "error: answered '" + reply.substr(0, 40) + "'";
    return reply.substr(body + 4);
}

Hammer::Hammer(std::uint16_t port) : m_port(port)
{
    m_thread = std::thread([this] {
        while (!m_stop) {
            auto answer = get(m_port);
            if (answer.starts_with("error: "))
                m_errors.push_back(std::move(answer));
            else
                ++m_successes;
            poll(nullptr, 0, 1); // leaves the processors to those under test
        }
    });
}

Hammer::~Hammer()
{
    if (m_thread.joinable())
        stop();
}

std::vector<std::string> Hammer::stop()
{
    m_stop = true;
    m_thread.join();
    return m_errors;
}

} // namespace balancer::tests
