#include "api/static_files.h"

#include <QtTest>

#include <array>

using namespace balancer;
using namespace balancer::api;

namespace {

constexpr std::array kFiles = {
    StaticFile{"favicon.svg", "image/svg+xml", "\"f1\"", "<svg/>", "", false},
    StaticFile{"index.html", "text/html; charset=utf-8", "\"i1\"", "<app nonce=\"{{nonce}}\"><style nonce={{nonce}}>",
               "never sent", false},
    StaticFile{"main-5FAD3L1Q.js", "text/javascript", "\"m1\"", "let everything = 1;", "\x1f\x8b smaller", true},
    StaticFile{"media/inter-AAAA1111.woff2", "font/woff2", "\"w1\"", "font", "", true},
};

ports::HttpResponse get(std::string target, ports::HttpHeaders headers = {})
{
    const StaticFiles files("/dashboard", kFiles);
    return files.answer({"GET", std::move(target), std::move(headers), "", {}});
}

QByteArray header(const ports::HttpResponse &response, std::string_view name)
{
    const auto value = ports::findHeader(response.headers, name).value_or("");
    return QByteArray(value.data(), static_cast<qsizetype>(value.size()));
}

QByteArray body(const ports::HttpResponse &response)
{
    return QByteArray::fromStdString(response.body);
}

} // namespace

class StaticFilesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sendsTheFolderToItsSlash()
    {
        for (const auto *target : {"/dashboard", "/dashboard?from=mail"}) {
            const auto response = get(target);
            QCOMPARE(response.status, 308);
            QCOMPARE(header(response, "Location"), QByteArray("/dashboard/"));
        }
    }

    void answersAFileWithItsType()
    {
        const auto response = get("/dashboard/main-5FAD3L1Q.js?cache=no");
        QCOMPARE(response.status, 200);
        QCOMPARE(body(response), QByteArray("let everything = 1;"));
        QCOMPARE(header(response, "Content-Type"), QByteArray("text/javascript"));
        QCOMPARE(header(response, "X-Content-Type-Options"), QByteArray("nosniff"));
        QCOMPARE(header(response, "Content-Encoding"), QByteArray());
    }

    void answersAFileOfASubfolder()
    {
        QCOMPARE(body(get("/dashboard/media/inter-AAAA1111.woff2")), QByteArray("font"));
    }

    void letsOnlyFilesWithAChangingNameBeKept()
    {
        QCOMPARE(header(get("/dashboard/main-5FAD3L1Q.js"), "Cache-Control"),
                 QByteArray("public, max-age=31536000, immutable"));
        QCOMPARE(header(get("/dashboard/favicon.svg"), "Cache-Control"), QByteArray("no-cache"));
        QCOMPARE(header(get("/dashboard/"), "Cache-Control"), QByteArray("no-store"));
    }

    void saysNothingToAClientThatHasTheFile_data()
    {
        QTest::addColumn<QString>("tags");
        QTest::addColumn<int>("status");
        QTest::newRow("the same") << R"("m1")" << 304;
        QTest::newRow("among others") << R"("a", "m1")" << 304;
        QTest::newRow("weak") << R"(W/"m1")" << 304;
        QTest::newRow("any") << "*" << 304;
        QTest::newRow("another") << R"("f1")" << 200;
        QTest::newRow("nothing") << "" << 200;
    }

    void saysNothingToAClientThatHasTheFile()
    {
        QFETCH(QString, tags);
        QFETCH(int, status);
        const auto response = get("/dashboard/main-5FAD3L1Q.js", {{"if-none-match", tags.toStdString()}});
        QCOMPARE(response.status, status);
        QCOMPARE(response.body.empty(), status == 304);
        QCOMPARE(header(response, "ETag"), QByteArray("\"m1\""));
    }

    void compressesForThoseWhoTakeIt_data()
    {
        QTest::addColumn<QString>("accepted");
        QTest::addColumn<bool>("compressed");
        QTest::newRow("a browser") << "gzip, deflate, br" << true;
        QTest::newRow("capitals and blanks") << "br ,\tGZip ; q=0.5" << true;
        QTest::newRow("nothing") << "" << false;
        QTest::newRow("others") << "br, deflate" << false;
        QTest::newRow("refused") << "gzip;q=0, br" << false;
        QTest::newRow("refused with digits") << "gzip; q=0.000" << false;
        QTest::newRow("hardly wanted") << "gzip;q=0.001" << true;
        QTest::newRow("something that begins so") << "gzipped" << false;
    }

    void compressesForThoseWhoTakeIt()
    {
        QFETCH(QString, accepted);
        QFETCH(bool, compressed);
        const auto response = get("/dashboard/main-5FAD3L1Q.js", {{"Accept-Encoding", accepted.toStdString()}});
        QCOMPARE(header(response, "Content-Encoding"), compressed ? QByteArray("gzip") : QByteArray());
        QCOMPARE(body(response), compressed ? QByteArray("\x1f\x8b smaller") : QByteArray("let everything = 1;"));
        QCOMPARE(header(response, "Vary"), QByteArray("Accept-Encoding"));
    }

    void leavesAFileAloneThatCompressionDoesNotHelp()
    {
        const auto response = get("/dashboard/favicon.svg", {{"Accept-Encoding", "gzip"}});
        QCOMPARE(body(response), QByteArray("<svg/>"));
        QCOMPARE(header(response, "Content-Encoding"), QByteArray());
    }

    void givesThePageToAddressesWithinTheApplication_data()
    {
        QTest::addColumn<QString>("target");
        for (const auto *target : {"/dashboard/", "/dashboard/index.html", "/dashboard/load-balancers/web",
                                   "/dashboard/history?x=a.b", "/dashboard/a/b/c/"})
            QTest::newRow(target) << target;
    }

    void givesThePageToAddressesWithinTheApplication()
    {
        QFETCH(QString, target);
        const auto response = get(target.toStdString());
        QCOMPARE(response.status, 200);
        QCOMPARE(header(response, "Content-Type"), QByteArray("text/html; charset=utf-8"));
        QVERIFY(body(response).startsWith("<app nonce="));
    }

    void givesEachPageANonceOfItsOwn()
    {
        const auto first = get("/dashboard/"), second = get("/dashboard/");
        const auto policy = header(first, "Content-Security-Policy");
        const auto nonce = policy.mid(policy.indexOf("'nonce-") + 7, 64);
        QCOMPARE(body(first), "<app nonce=\"" + nonce + "\"><style nonce=" + nonce + ">");
        QVERIFY(!body(second).contains(nonce));
    }

    void allowsThePageNothingFromElsewhere()
    {
        const auto policy = header(get("/dashboard/"), "Content-Security-Policy");
        for (const auto *part : {"default-src 'none';", "script-src 'self';", "connect-src 'self';",
                                 "form-action 'none';", "frame-ancestors 'none'", "base-uri 'self';"})
            QVERIFY2(policy.contains(part), part);
        QVERIFY(!policy.contains("unsafe"));
    }

    void findsNothingOutsideItsTable_data()
    {
        QTest::addColumn<QString>("target");
        for (const auto *target :
             {"/dashboard/main-OTHER.js", "/dashboard/../etc/passwd.txt", "/dashboard/..", "/dashboard/.",
              "/dashboard//favicon.svg", "/dashboard/FAVICON.svg", "/dashboard/%66avicon.svg",
              "/dashboard/main-5FAD3L1Q.js%00.svg", "/dashboard/media/../favicon.svg", "/dashboard/%2e%2e/x.js"})
            QTest::newRow(target) << target;
    }

    void findsNothingOutsideItsTable()
    {
        QFETCH(QString, target);
        QCOMPARE(get(target.toStdString()).status, 404);
    }

    void answersHeadAsGet()
    {
        const StaticFiles files("/dashboard", kFiles);
        for (const auto *target : {"/dashboard", "/dashboard/", "/dashboard/main-5FAD3L1Q.js", "/dashboard/none.js"}) {
            const auto response = files.answer({"HEAD", target, {}, "", {}});
            QCOMPARE(response.status, get(target).status);
            QCOMPARE(header(response, "ETag"), header(get(target), "ETag"));
            QCOMPARE(response.body.size(), get(target).body.size()); // for Content-Length; the server leaves it out
        }
    }

    void onlyAnswersGetAndHead()
    {
        const StaticFiles files("/dashboard", kFiles);
        for (const auto *method : {"POST", "PUT", "DELETE", "OPTIONS"}) {
            const auto response = files.answer({method, "/dashboard/", {}, "", {}});
            QCOMPARE(response.status, 405);
            QCOMPARE(header(response, "Allow"), QByteArray("GET, HEAD"));
        }
    }
};

QTEST_GUILESS_MAIN(StaticFilesTest)
#include "tst_static_files.moc"
