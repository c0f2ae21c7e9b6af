#include "daemon/paths.h"

#include <QTest>

#include <map>

using namespace balancer::daemon;

namespace {

Environment environment(const std::map<std::string, std::string> &variables)
{
    return [variables](const char *name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
}

} // namespace

class PathsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void givesRootTheSystemsFolders();
    void givesOthersTheirHome();
    void followsTheXdgVariables();
    void ignoresRelativeXdgVariables();
    void followsSystemd();
};

void PathsTest::givesRootTheSystemsFolders()
{
    const DefaultPaths expected{"/etc/elastic-haproxy/elastic.toml", "/var/lib/elastic-haproxy",
                                "/run/elastic-haproxy"};
    QCOMPARE(defaultPaths(true, environment({{"HOME", "/root"}, {"XDG_STATE_HOME", "/x"}})), expected);
}

void PathsTest::givesOthersTheirHome()
{
    const DefaultPaths expected{"/h/me/.config/elastic-haproxy/elastic.toml",
                                "/h/me/.local/state/elastic-haproxy", "/h/me/.local/state/elastic-haproxy/run"};
    QCOMPARE(defaultPaths(false, environment({{"HOME", "/h/me"}})), expected);
}

void PathsTest::followsTheXdgVariables()
{
    const DefaultPaths expected{"/c/elastic-haproxy/elastic.toml", "/s/elastic-haproxy", "/run/user/1/elastic-haproxy"};
    QCOMPARE(defaultPaths(false, environment({{"HOME", "/h/me"},
                                              {"XDG_CONFIG_HOME", "/c"},
                                              {"XDG_STATE_HOME", "/s"},
                                              {"XDG_RUNTIME_DIR", "/run/user/1"}})),
             expected);
}

void PathsTest::ignoresRelativeXdgVariables()
{
    QCOMPARE(defaultPaths(false, environment({{"HOME", "/h/me"}, {"XDG_STATE_HOME", "s"}})).dataDirectory,
             "/h/me/.local/state/elastic-haproxy");
}

void PathsTest::followsSystemd()
{
    const DefaultPaths expected{"/etc/lb/elastic.toml", "/var/lib/lb", "/run/lb"};
    const auto given = environment({{"CONFIGURATION_DIRECTORY", "/etc/lb"},
                                    {"STATE_DIRECTORY", "/var/lib/lb:/var/lib/more"},
                                    {"RUNTIME_DIRECTORY", "/run/lb"}});
    QCOMPARE(defaultPaths(false, given), expected);
    QCOMPARE(defaultPaths(true, given), expected);
}

QTEST_GUILESS_MAIN(PathsTest)
#include "tst_paths.moc"
