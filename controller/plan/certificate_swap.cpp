#include "plan/certificate_swap.h"

#include "base/text.h"

namespace balancer::plan {

bool needsSwap(const Certificate &running, const Certificate &desired)
{
    return running.pem != desired.pem || running.fingerprint != desired.fingerprint;
}

std::optional<std::string> swapObstacle(const CertificateFile &running, const CertificateFile &desired,
                                        const Capabilities &capabilities)
{
    if (!needsSwap(*running.certificate, *desired.certificate))
        return std::nullopt;
    if (!capabilities.setCertificate)
        return "HAProxy " + capabilities.version + " cannot change certificates at run time";
    if (desired.certificate->pem.size() > kMaxPayload)
        return "certificate " + desired.certificate->name + " with its chain is too long for a command: it has " +
               std::to_string(desired.certificate->pem.size()) + " bytes, and HAProxy takes " +
               std::to_string(kMaxPayload);
    return std::nullopt;
}

std::vector<Command> swapCommands(const CertificateFile &desired)
{
    return {{Command::Kind::SetCertificate, "set ssl cert " + desired.file, desired.certificate->pem},
            {Command::Kind::CommitCertificate, "commit ssl cert " + desired.file}};
}

Command abortCommand(const CertificateFile &file)
{
    return {Command::Kind::CommitCertificate, "abort ssl cert " + file.file};
}

std::string showCertificate(std::string_view file)
{
    return "show ssl cert " + std::string(file);
}

std::string parseFingerprintShown(std::string_view reply)
{
    constexpr std::string_view kLabel = "SHA1 FingerPrint:";
    for (const auto line : split(reply, '\n')) {
        if (line.starts_with(kLabel))
            return std::string(trimmed(line.substr(kLabel.size())));
    }
    return {};
}

} // namespace balancer::plan
