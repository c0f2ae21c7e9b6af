#pragma once

#include "base/result.h"
#include "plan/haproxy_config.h"
#include "plan/render.h"
#include "plan/servers_state.h"

#include <QtGlobal>

#include <string>
#include <vector>

namespace balancer::adapters::haproxy {

/// Where generations keep their files: each has a directory `gen-N` below `data`, and its socket and pid file in
/// `run`. Both directories must exist; a socket's path must stay below 108 bytes, so `run` must be short.
class GenerationFiles
{
public:
    GenerationFiles(std::string data, std::string run, std::string logSocket);

    std::string directory(int number) const;
    std::string socket(int number) const;
    std::string pidFile(int number) const;

    /// Writes everything a generation reads at its start.
    Result<void> write(int number, const plan::HaproxyConfig &config, const plan::SlotHealths &healths) const;
    /// Rewrites what says the present: the configuration and its maps. A reader sees each file old or new.
    Result<void> rewrite(int number, const plan::HaproxyConfig &config) const;
    Result<std::string> readConfig(int number) const;

    /// Numbers of which there is a directory, a socket or a pid file; newest first.
    std::vector<int> numbers() const;
    /// 0 when there is no such file or it holds no number.
    qint64 readPid(int number) const;
    void remove(int number) const;
    /// Keeps what a failed generation was given as `failed`, for people to look at; the one kept before goes.
    void keepAsFailed(int number) const;

private:
    plan::GenerationFacts facts(int number) const;

    std::string m_data;
    std::string m_run;
    std::string m_logSocket;
};

} // namespace balancer::adapters::haproxy
