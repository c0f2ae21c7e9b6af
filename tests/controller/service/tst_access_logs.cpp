#include "controller/base/readable.h"
#include "service/access_log_follower.h"
#include "support/builders.h"
#include "support/requests.h"
#include "support/service_node.h"

using namespace balancer;
using namespace balancer::tests;

namespace {

/// Remembers what it was told.
class FakeAccessLog : public ports::AccessLog
{
public:
    void setTargets(plan::AccessLogTargets targets) override { m_targets.push_back(std::move(targets)); }
    QCoro::Task<Result<void>> prepare(std::string balancer, model::AccessLog log) override
    {
        m_prepared.push_back(balancer + " in " + log.bucket);
        auto answer = m_answer;
        co_return answer;
    }

    void refuse(Error error) { m_answer = fail(std::move(error)); }
    const std::vector<std::string> &prepared() const { return m_prepared; }
    const std::vector<plan::AccessLogTargets> &targets() const { return m_targets; }
    /// The names of those who want logs now, "-" before anything was said.
    std::string wanted() const
    {
        std::string names = m_targets.empty() ? "-" : "";
        if (!m_targets.empty()) {
            for (const auto &[proxy, target] : m_targets.back())
                names += (names.empty() ? "" : " ") + proxy;
        }
        return names;
    }

private:
    Result<void> m_answer;
    std::vector<std::string> m_prepared;
    std::vector<plan::AccessLogTargets> m_targets;
};

model::ModifyAttributes accessLog(std::string_view balancer, bool enabled, const std::string &bucket = "bucket")
{
    model::ModifyAttributes request;
    request.name = name(balancer);
    request.change.accessLog = model::AccessLogChange{enabled, std::nullopt, std::nullopt, std::nullopt};
    if (enabled)
        request.change.accessLog->bucket = bucket;
    return request;
}

} // namespace

class AccessLogsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void preparesTheBucketWhenItIsNew();
    void storesNothingWhenTheBucketIsRefused();
    void preparesNothingForAPreview();
    void refusesAPlaceThatNoNodeCanHave();
    void tellsWhoWantsLogsBeforeHaproxyKnows();
    void tellsOfTheEndAfterHaproxyKnows();
    void tellsOnlyOfChanges();
    void countsWhatHaproxyCouldNotDeliver();

private:
    model::AccessLog stored(std::string_view balancer) const
    {
        return m_node->cache.find(name(balancer))->attributes.accessLog;
    }

    std::unique_ptr<FakeAccessLog> m_log;
    ServiceNode *m_node = nullptr;
    std::unique_ptr<service::AccessLogFollower> m_follower;
};

void AccessLogsTest::init()
{
    m_follower.reset();
    m_log = std::make_unique<FakeAccessLog>();
    NodeSettings settings;
    settings.accessLog = m_log.get();
    m_node = &ServiceNode::make(settings);
    QCOMPARE(describe(m_node->start()), std::string());
    QCOMPARE(describe(m_node->perform(createRequest("web"))), std::string());
    m_follower =
        std::make_unique<service::AccessLogFollower>(m_node->cache, m_node->reconciler(), m_node->haproxy, *m_log);
    m_follower->settle();
}

void AccessLogsTest::preparesTheBucketWhenItIsNew()
{
    QCOMPARE(describe(m_node->perform(accessLog("web", true))), std::string());
    QCOMPARE(m_log->prepared(), std::vector<std::string>{"web in bucket"});
    QVERIFY(stored("web").enabled);
    // Again the same, another attribute, off: nothing to prepare.
    QCOMPARE(describe(m_node->perform(accessLog("web", true))), std::string());
    model::ModifyAttributes idle;
    idle.name = name("web");
    idle.change.idleTimeoutSeconds = 30;
    QCOMPARE(describe(m_node->perform(idle)), std::string());
    QCOMPARE(m_log->prepared().size(), std::size_t(1));
    QCOMPARE(describe(m_node->perform(accessLog("web", true, "other"))), std::string());
    QCOMPARE(m_log->prepared().size(), std::size_t(2));
    QCOMPARE(describe(m_node->perform(accessLog("web", false))), std::string());
    QCOMPARE(m_log->prepared().size(), std::size_t(2));
}

void AccessLogsTest::storesNothingWhenTheBucketIsRefused()
{
    const auto revision = m_node->cache.state().revision;
    m_log->refuse(Error{ErrorCode::InvalidConfigurationRequest, "Access Denied for bucket: bucket."});
    QCOMPARE(describe(m_node->perform(accessLog("web", true))),
             std::string("InvalidConfigurationRequest: Access Denied for bucket: bucket."));
    QVERIFY(!stored("web").enabled);
    QVERIFY(m_node->cache.state().revision == revision);
    QVERIFY(!m_node->perform(accessLog("missing", true)));
    QCOMPARE(m_log->prepared().size(), std::size_t(1));
}

void AccessLogsTest::preparesNothingForAPreview()
{
    QCOMPARE(describe(m_node->preview(accessLog("web", true))), std::string());
    QVERIFY(m_log->prepared().empty());
}

void AccessLogsTest::refusesAPlaceThatNoNodeCanHave()
{
    auto request = accessLog("web", true);
    request.change.accessLog->prefix = "a/.partial/b";
    const auto refused = m_node->perform(request);
    QVERIFY(!refused);
    QVERIFY(refused.error().code == ErrorCode::InvalidConfigurationRequest);
    QVERIFY(!stored("web").enabled);
}

void AccessLogsTest::tellsWhoWantsLogsBeforeHaproxyKnows()
{
    QCOMPARE(m_log->wanted(), std::string());
    m_node->haproxy.gate().close();
    auto change = m_node->service().perform(accessLog("web", true), model::Caller{"AKID", model::Role::Operator});
    QTRY_COMPARE(m_log->wanted(), std::string("b:web:80 f:80"));
    QTRY_VERIFY(m_node->haproxy.gate().waiting() > 0);
    m_node->haproxy.gate().open();
    QCOMPARE(describe(QCoro::waitFor(change)), std::string());
    QCOMPARE(m_log->wanted(), std::string("b:web:80 f:80"));
}

void AccessLogsTest::tellsOfTheEndAfterHaproxyKnows()
{
    QCOMPARE(describe(m_node->perform(accessLog("web", true))), std::string());
    m_node->haproxy.gate().close();
    auto change = m_node->service().perform(accessLog("web", false), model::Caller{"AKID", model::Role::Operator});
    QTRY_VERIFY(m_node->haproxy.gate().waiting() > 0);
    QCOMPARE(m_log->wanted(), std::string("b:web:80 f:80"));
    m_node->haproxy.gate().open();
    QCOMPARE(describe(QCoro::waitFor(change)), std::string());
    QTRY_COMPARE(m_log->wanted(), std::string());

    QCOMPARE(describe(m_node->perform(accessLog("web", true))), std::string());
    QCOMPARE(describe(m_node->perform(deleteRequest("web"))), std::string());
    QTRY_COMPARE(m_log->wanted(), std::string());
}

void AccessLogsTest::tellsOnlyOfChanges()
{
    QCOMPARE(describe(m_node->perform(accessLog("web", true))), std::string());
    const auto told = m_log->targets().size();
    QCOMPARE(describe(m_node->perform(createRequest("other", 81))), std::string());
    QCoreApplication::processEvents();
    QCOMPARE(m_log->targets().size(), told);
}

void AccessLogsTest::countsWhatHaproxyCouldNotDeliver()
{
    const auto look = [this](const char *dropped) {
        m_node->haproxy.answerInstead("show info", std::string("Name: HAProxy\n") + dropped + "\n", 1);
        return describe(QCoro::waitFor(m_follower->askForLosses()));
    };
    QCOMPARE(look("DroppedLogs: 7"), std::string()); // lost while nobody took records
    QCOMPARE(m_follower->lost(), std::uint64_t(0));
    const QRegularExpression warning(QStringLiteral("access logs lack up to \\d+ requests"));
    QTest::ignoreMessage(QtWarningMsg, warning);
    QCOMPARE(look("DroppedLogs: 10"), std::string());
    QCOMPARE(m_follower->lost(), std::uint64_t(3));
    QCOMPARE(look("DroppedLogs: 10"), std::string());
    QTest::ignoreMessage(QtWarningMsg, warning);
    QCOMPARE(look("DroppedLogs: 2"), std::string()); // another generation
    QCOMPARE(m_follower->lost(), std::uint64_t(5));
    QCOMPARE(look("DroppedLogs: many"), std::string());
    QCOMPARE(look("Nothing: 1"), std::string());
    m_node->haproxy.failNextSend(Error{ErrorCode::Unavailable, "gone"});
    QVERIFY(!QCoro::waitFor(m_follower->askForLosses()));
    QCOMPARE(m_follower->lost(), std::uint64_t(5));
}

QTEST_GUILESS_MAIN(AccessLogsTest)
#include "tst_access_logs.moc"
