#include "cli/exit_code.h"
#include "cli/table.h"
#include "controller/base/readable.h"

using namespace balancer;

class PrintingTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void alignsColumnsForPeople();
    void separatesCellsByTabsForPrograms();
    void endsAsTheErrorSays_data();
    void endsAsTheErrorSays();

private:
    const std::vector<cli::TableRow> m_rows = {{"Id", "Role", "Created"}, {"AKIA1", "viewer", "2026"}, {"A", "", "x"}};
};

void PrintingTest::alignsColumnsForPeople()
{
    QCOMPARE(cli::renderTable(m_rows, true), std::string("Id     Role    Created\n"
                                                         "AKIA1  viewer  2026\n"
                                                         "A              x\n"));
}

void PrintingTest::separatesCellsByTabsForPrograms()
{
    QCOMPARE(cli::renderTable(m_rows, false), std::string("Id\tRole\tCreated\nAKIA1\tviewer\t2026\nA\t\tx\n"));
    QCOMPARE(cli::renderTable({}, true), std::string());
}

void PrintingTest::endsAsTheErrorSays_data()
{
    QTest::addColumn<ErrorCode>("code");
    QTest::addColumn<int>("expected");
    const auto row = [](ErrorCode code, int expected) {
        QTest::newRow(std::string(nameOf(code)).c_str()) << code << expected;
    };
    row(ErrorCode::Unavailable, 3);
    row(ErrorCode::Timeout, 3);
    row(ErrorCode::Untrusted, 3);
    row(ErrorCode::Refused, 4);
    row(ErrorCode::AccessDenied, 4);
    row(ErrorCode::NoSuchEntity, 4);
    row(ErrorCode::InvalidConfigurationRequest, 4);
    row(ErrorCode::ValidationError, 4);
    row(ErrorCode::InvalidInput, 2);
    row(ErrorCode::Corrupt, 1);
    row(ErrorCode::Internal, 1);
}

void PrintingTest::endsAsTheErrorSays()
{
    QFETCH(ErrorCode, code);
    QFETCH(int, expected);
    const Error error{code, "x"};
    QCOMPARE(int(cli::exitCode(error)), expected);
}

QTEST_GUILESS_MAIN(PrintingTest)
#include "tst_printing.moc"
