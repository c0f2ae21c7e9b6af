#include "daemon/address_pool.h"

#include <QTest>

using namespace balancer;
using namespace balancer::daemon;

class AddressPoolTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsRanges_data();
    void readsRanges();
    void refusesOtherTexts_data();
    void refusesOtherTexts();
    void takesAsManyAsAllowed();
    void endsAtTheLastAddressThereIs();
};

void AddressPoolTest::readsRanges_data()
{
    QTest::addColumn<QStringList>("ranges");
    QTest::addColumn<QString>("addresses");
    const auto row = [](const char *name, const QStringList &ranges, const char *addresses) {
        QTest::newRow(name) << ranges << QString::fromLatin1(addresses);
    };
    row("nothing", {}, "");
    row("one address", {QStringLiteral("10.0.0.5")}, "10.0.0.5");
    row("a range", {QStringLiteral("127.0.1.1-127.0.1.3")}, "127.0.1.1 127.0.1.2 127.0.1.3");
    row("a range of one", {QStringLiteral("10.0.0.5-10.0.0.5")}, "10.0.0.5");
    row("blanks around the hyphen", {QStringLiteral(" 10.0.0.5 - 10.0.0.6 ")}, "10.0.0.5 10.0.0.6");
    row("a range over a byte", {QStringLiteral("10.0.0.254-10.0.1.1")}, "10.0.0.254 10.0.0.255 10.0.1.0 10.0.1.1");
    row("IPv6", {QStringLiteral("fd00::fffe-fd00::1:1")}, "fd00::fffe fd00::ffff fd00::1:0 fd00::1:1");
    row("in the order written", {QStringLiteral("10.0.0.9"), QStringLiteral("fd00::1"), QStringLiteral("10.0.0.1")},
        "10.0.0.9 fd00::1 10.0.0.1");
}

void AddressPoolTest::readsRanges()
{
    QFETCH(QStringList, ranges);
    QFETCH(QString, addresses);
    std::vector<std::string> texts;
    for (const auto &range : ranges)
        texts.push_back(range.toStdString());
    const auto pool = parseAddressRanges(texts);
    QVERIFY2(pool, pool ? "" : pool.error().message.c_str());
    QStringList found;
    for (const auto &address : *pool)
        found.append(QString::fromStdString(address.text()));
    QCOMPARE(found.join(u' '), addresses);
}

void AddressPoolTest::refusesOtherTexts_data()
{
    QTest::addColumn<QString>("range");
    for (const auto *range : {"", "-", "10.0.0.1-", "-10.0.0.1", "10.0.0.1-10.0.0.3-10.0.0.5", "10.0.0.1:80",
                              "web1.corp", "10.0.0.256", "10.0.0.1-fd00::1", "10.0.0.9-10.0.0.1", "10.0.0.0/24",
                              "0.0.0.0", "::", "224.0.0.1", "255.255.255.255", "ff02::1", "10.0.0.1-10.255.0.0"})
        QTest::newRow(range) << QString::fromLatin1(range);
}

void AddressPoolTest::refusesOtherTexts()
{
    QFETCH(QString, range);
    const auto pool = parseAddressRanges({range.toStdString()});
    QVERIFY(!pool);
    QCOMPARE(pool.error().code, ErrorCode::InvalidInput);
}

void AddressPoolTest::takesAsManyAsAllowed()
{
    QCOMPARE(parseAddressRanges({"10.0.0.0-10.0.255.255"})->size(), kMaxPoolAddresses);
    QVERIFY(!parseAddressRanges({"10.0.0.0-10.0.255.255", "10.1.0.0"}));
}

void AddressPoolTest::endsAtTheLastAddressThereIs()
{
    QCOMPARE(parseAddressRanges({"223.255.255.254-223.255.255.255"})->size(), 2U);
    QCOMPARE(
        parseAddressRanges({"feff:ffff:ffff:ffff:ffff:ffff:ffff:fffe-feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"})->size(),
        2U);
}

QTEST_GUILESS_MAIN(AddressPoolTest)
#include "tst_address_pool.moc"
