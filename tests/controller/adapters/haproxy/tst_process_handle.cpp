#include "adapters/haproxy/process_handle.h"
#include "controller/base/readable.h"

#include <QProcess>
#include <QSignalSpy>

#include <csignal>
#include <unistd.h>

using balancer::adapters::haproxy::ProcessHandle;

class ProcessHandleTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tellsOnceThatAProcessEnded();
    void sendsSignals();
    void isNullForNoProcess();
};

void ProcessHandleTest::tellsOnceThatAProcessEnded()
{
    QProcess process;
    process.start(QStringLiteral("sleep"), {QStringLiteral("100")});
    QVERIFY(process.waitForStarted());
    const auto handle = ProcessHandle::open(process.processId());
    QVERIFY(handle && handle->isAlive());
    QSignalSpy ended(handle.get(), &ProcessHandle::ended);
    process.kill();
    QTRY_COMPARE(ended.count(), 1);
    QVERIFY(!handle->isAlive());
    QTRY_COMPARE(process.state(), QProcess::NotRunning);
    QVERIFY(!handle->sendSignal(SIGTERM));
    QCoreApplication::processEvents();
    QCOMPARE(ended.count(), 1);
}

void ProcessHandleTest::sendsSignals()
{
    QProcess process;
    process.start(QStringLiteral("sleep"), {QStringLiteral("100")});
    QVERIFY(process.waitForStarted());
    const auto handle = ProcessHandle::open(process.processId());
    QCOMPARE(handle->pid(), process.processId());
    QVERIFY(handle->sendSignal(SIGTERM));
    QTRY_COMPARE(process.state(), QProcess::NotRunning);
    QCOMPARE(process.exitStatus(), QProcess::CrashExit);
}

void ProcessHandleTest::isNullForNoProcess()
{
    QVERIFY(!ProcessHandle::open(0x3fffffff));
    QVERIFY(!ProcessHandle::open(0));
    QVERIFY(!ProcessHandle::open(-1));
}

QTEST_GUILESS_MAIN(ProcessHandleTest)
#include "tst_process_handle.moc"
