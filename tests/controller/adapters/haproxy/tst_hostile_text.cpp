#include "controller/base/readable.h"
#include "support/builders.h"
#include "support/certificates.h"
#include "support/haproxy_words.h"
#include "support/hostile_text.h"

#include "complaints.h"
#include "hostile_fields.h"

#include <QLoggingCategory>
#include <QRandomGenerator>
#include <QTest>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

using namespace balancer;
using namespace balancer::tests;

namespace {

constexpr unsigned kFixedSeed = 20260727;
constexpr int kTextsPerField = 400;

/// Escaped, so that a failure can be read.
std::string printable(std::string_view text)
{
    return QByteArray::fromRawData(text.data(), qsizetype(text.size())).toPercentEncoding(" /:=,;").toStdString();
}

std::string replaced(std::string text, const std::string &from, const std::string &to)
{
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

/// What HAProxy reads of this load balancer: its configuration and the files beside it.
std::vector<Words> whatHaproxyReads(const model::LoadBalancer &value, const plan::NodeView &view)
{
    const auto config = projected({value}, view);
    auto lines = readLines(plan::renderBalancer(*config.balancers.begin()->second));
    std::ranges::move(readLines(plan::renderFrontends(config.sharedFrontends)), std::back_inserter(lines));
    for (const auto &[name, content] : plan::renderFiles(config)) {
        lines.push_back({"file", name});
        if (name.ends_with(".map"))
            std::ranges::move(readLines(content), std::back_inserter(lines));
    }
    return lines;
}

std::string readable(const std::vector<Words> &lines)
{
    std::string text;
    for (const auto &line : lines) {
        for (const auto &word : line)
            text += "<" + word + "> ";
        text += "\n";
    }
    return text;
}

/// Of one field's text.
struct Outcome
{
    std::string flaw;
    std::optional<model::LoadBalancer> accepted; ///< what it made, or made of the victim
};

class Trial
{
public:
    explicit Trial(std::string certificate) : m_certificate(std::move(certificate)) {}

    Outcome perform(const HostileField &field, const std::string &text)
    {
        const auto before = balancersNow();
        Outcome outcome;
        bool all = true;
        for (const auto &form : field.requests(text)) {
            const auto answer = m_node.ask(form);
            if (!answer.flaw.empty())
                outcome.flaw = answer.flaw + "\n" + answer.body;
            all = all && answer.status == 200;
            if (!all)
                break;
        }
        if (outcome.flaw.empty() && all)
            outcome.accepted = changedSince(before);
        if (outcome.flaw.empty() && !all && field.requests(text).size() == 1 && balancersNow() != before)
            outcome.flaw = "refused, and something is changed";
        if (outcome.flaw.empty())
            outcome.flaw = flawOfCommands();
        if (balancersNow() != before || !certificateNames().empty())
            tidy();
        return outcome;
    }

    /// Gives how the victim's creation was answered.
    int begin() { return m_node.ask(createForm(std::string(kVictim))).status; }

    /// With every certificate that is named, so that its listeners are rendered.
    plan::NodeView viewFor(const std::vector<model::LoadBalancer> &values) const
    {
        auto view = nodeWithPool(values);
        for (const auto &value : values) {
            for (const auto &listener : value.listeners) {
                const std::string name(model::certificateNameIn(listener.certificateId));
                if (!name.empty())
                    view.certificates.emplace(name, plan::Certificate{name, "id", "00", "2030-01-01", m_certificate});
            }
        }
        return view;
    }

private:
    std::map<std::string, model::LoadBalancer> balancersNow()
    {
        std::map<std::string, model::LoadBalancer> all;
        for (const auto &[name, stored] : m_node.node().cache.state().balancers)
            all.emplace(name.text(), stored.value);
        return all;
    }

    std::optional<model::LoadBalancer> changedSince(const std::map<std::string, model::LoadBalancer> &before)
    {
        for (const auto &[name, value] : balancersNow()) {
            const auto found = before.find(name);
            if (found == before.end() || found->second != value)
                return value;
        }
        return std::nullopt;
    }

    std::vector<std::string> certificateNames()
    {
        std::vector<std::string> names;
        for (const auto &[name, stored] : m_node.node().cache.state().certificates)
            names.push_back(name);
        return names;
    }

    /// A command is one line, and HAProxy ends one at a semicolon.
    std::string flawOfCommands()
    {
        const auto &commands = m_node.node().haproxy.changes();
        for (; m_seen < commands.size(); ++m_seen) {
            const auto &command = commands[m_seen];
            const bool plain = std::ranges::all_of(command, [](char c) { return c >= ' ' && c < 0x7f && c != ';'; });
            if (!plain)
                return "a command that is more than one: " + printable(command);
        }
        return {};
    }

    /// The node is as it was, and small.
    void tidy()
    {
        for (const auto &[name, value] : balancersNow())
            m_node.ask(action("DeleteLoadBalancer", {{"LoadBalancerName", name}}));
        for (const auto &name : certificateNames())
            m_node.ask(iamAction("DeleteServerCertificate", {{"ServerCertificateName", name}}));
        if (begin() != 200)
            qFatal("the victim could not be created");
    }

    HostileNode m_node;
    std::string m_certificate;
    std::size_t m_seen = 0;
};

/// The same load balancer but for the text.
model::LoadBalancer alike(model::LoadBalancer tame, const model::LoadBalancer &hostile)
{
    tame.cookieKey = hostile.cookieKey;
    tame.dnsName = hostile.dnsName;
    return tame;
}

} // namespace

class HostileTextTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void readsWordsAsHaproxyDoes_data();
    void readsWordsAsHaproxyDoes();
    void isRefusedOrMeansItself_data();
    void isRefusedOrMeansItself();
};

void HostileTextTest::initTestCase()
{
    QLoggingCategory::setFilterRules(QStringLiteral("service.info=false\nservice.debug=false")); // it tells each reload
}

void HostileTextTest::readsWordsAsHaproxyDoes_data()
{
    QTest::addColumn<std::string>("line");
    QTest::addColumn<std::string>("words");
    const auto row = [](const char *line, const char *words) {
        QTest::newRow(line) << std::string(line) << std::string(words);
    };
    row("    a b", "<> <a> <b> ");
    row("a 'b c'd", "<a> <b cd> ");
    row("a 'b # $x \\' c", "<a> <b # $x \\> <c> ");
    row("a \"b # $x\"", "<a> <b # <variable>x> ");
    row("a \"b 'c\" d", "<a> <b 'c> <d> ");
    row("a\\ b\\'c d#e", "<a b'c> <d> <#e> ");
    row("a '' b", "<a> <> <b> ");
}

void HostileTextTest::readsWordsAsHaproxyDoes()
{
    QFETCH(std::string, line);
    QFETCH(std::string, words);
    QCOMPARE(readable(readLines(line)), words + "\n");
}

void HostileTextTest::isRefusedOrMeansItself_data()
{
    QTest::addColumn<unsigned>("seed");
    QTest::newRow("the same ones each time") << kFixedSeed;
    const auto seed = QRandomGenerator::global()->generate();
    QTest::addRow("seed %u", seed) << seed;
}

void HostileTextTest::isRefusedOrMeansItself()
{
    QFETCH(unsigned, seed);
    HostileText texts(seed);
    const auto certificate = TestCertificate::selfSigned(TestKey::ecdsa());
    Trial trial(certificate.pem + certificate.key.pem());
    QCOMPARE(trial.begin(), 200);

    std::vector<model::LoadBalancer> accepted;
    std::map<std::string_view, int> acceptedOf;
    for (const auto &field : hostileFields()) {
        const auto tame = trial.perform(field, field.tame);
        QCOMPARE(tame.flaw, std::string());
        QVERIFY2(tame.accepted.has_value() == field.isAccepted, std::string(field.name).c_str());
        for (int i = 0; i < kTextsPerField; ++i) {
            const auto text = texts.next();
            const auto what = "seed " + std::to_string(seed) + ", " + std::string(field.name) + ": " + printable(text);
            const auto outcome = trial.perform(field, text);
            QVERIFY2(outcome.flaw.empty(), (what + ": " + outcome.flaw).c_str());
            if (!outcome.accepted)
                continue;
            ++acceptedOf[field.name];
            const auto &hostile = *outcome.accepted;
            accepted.push_back(hostile);
            if (!field.isLiteral || !tame.accepted)
                continue;
            const auto found = readable(whatHaproxyReads(hostile, trial.viewFor({hostile})));
            const auto twin = alike(*tame.accepted, hostile);
            const bool isName = hostile.name != twin.name;
            const auto expected = replaced(readable(whatHaproxyReads(twin, trial.viewFor({twin}))), field.tame,
                                           isName ? hostile.name.folded() : text);
            QVERIFY2(found == expected, (what + "\n" + found + "\ninstead of\n" + expected).c_str());
        }
    }
    for (const auto &field : hostileFields())
        qInfo("%3d of %d accepted: %s", acceptedOf[field.name], kTextsPerField, std::string(field.name).c_str());

    // All that was accepted, many in one file, alone on an address and together on one.
    constexpr std::size_t kBatch = 200;
    for (std::size_t first = 0; first < accepted.size(); first += kBatch) {
        std::vector<model::LoadBalancer> values(accepted.begin() + std::ptrdiff_t(first),
                                                accepted.begin() +
                                                    std::ptrdiff_t(std::min(accepted.size(), first + kBatch)));
        for (std::size_t i = 0; i < values.size(); ++i) {
            values[i].name = name("h" + std::to_string(i));
            values[i].dnsName = "h" + std::to_string(i) + ".local.elb.internal";
        }
        const auto pool = trial.viewFor(values);
        QCOMPARE(complaints(projected(values, pool)), std::string());
        std::erase_if(values,
                      [](const auto &value) { return value.attributes.desyncMode == model::DesyncMode::Monitor; });
        plan::NodeView shared;
        shared.certificates = pool.certificates;
        QCOMPARE(complaints(projected(values, shared)), std::string());
    }
}

QTEST_GUILESS_MAIN(HostileTextTest)
#include "tst_hostile_text.moc"
