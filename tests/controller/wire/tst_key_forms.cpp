#include "controller/base/readable.h"
#include "wire/json_text.h"
#include "wire/key_forms.h"

using namespace balancer;
using model::KeyStatus;
using model::Role;

namespace {

template <typename Request>
Result<Request> fromJson(std::string_view text)
{
    return wire::readRequest<Request>(wire::parseJson(text).value());
}

template <typename T>
std::string json(const T &value)
{
    return wire::renderJson(wire::writeForm(value));
}

const model::KeyMetadata kViewer{"AKIAVIEWER", KeyStatus::Inactive, Role::Viewer,
                                 model::Timestamp(std::chrono::milliseconds(1'700'000'000'123))};
const std::string kViewerMembers = R"("AccessKeyId":"AKIAVIEWER","Status":"Inactive","Role":"viewer",)"
                                   R"("CreateDate":"2023-11-14T22:13:20.123Z")";

} // namespace

class KeyFormsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsRequests();
    void refusesRequests_data();
    void refusesRequests();
    void writesAnswersAsAwsDoes();
    void readsItsOwnAnswers();
    void comesBackAsItWas();
    void rendersCommandLines_data();
    void rendersCommandLines();
};

void KeyFormsTest::readsRequests()
{
    QVERIFY(fromJson<model::CreateAccessKey>(R"({"Role":"operator"})") == model::CreateAccessKey{Role::Operator});
    QVERIFY(fromJson<model::ListAccessKeys>("{}") == model::ListAccessKeys());
    QVERIFY(fromJson<model::DeleteAccessKey>(R"({"AccessKeyId":"A"})") == model::DeleteAccessKey{"A"});
    const model::UpdateAccessKey nothing{"A", {}, {}};
    QVERIFY(fromJson<model::UpdateAccessKey>(R"({"AccessKeyId":"A"})") == nothing);
    QVERIFY(fromJson<model::UpdateAccessKey>(R"({"AccessKeyId":"A","Status":"","Role":null})") == nothing);
    const model::UpdateAccessKey both{"A", KeyStatus::Inactive, Role::Admin};
    QVERIFY(fromJson<model::UpdateAccessKey>(R"({"AccessKeyId":"A","Status":"Inactive","Role":"admin"})") == both);
}

void KeyFormsTest::refusesRequests_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<std::string>("code");
    QTest::newRow("no id") << std::string(R"({"Status":"Active"})") << std::string("ValidationError");
    QTest::newRow("another status") << std::string(R"({"AccessKeyId":"A","Status":"active"})")
                                    << std::string("InvalidParameterValue");
    QTest::newRow("another role") << std::string(R"({"AccessKeyId":"A","Role":"root"})")
                                  << std::string("InvalidParameterValue");
    QTest::newRow("a number") << std::string(R"({"AccessKeyId":7})") << std::string("ValidationError");
    QTest::newRow("a long id") << R"({"AccessKeyId":")" + std::string(5000, 'A') + "\"}"
                               << std::string("ValidationError");
}

void KeyFormsTest::refusesRequests()
{
    QFETCH(std::string, text);
    QFETCH(std::string, code);
    const auto said = tests::describe(fromJson<model::UpdateAccessKey>(text));
    QVERIFY2(said.starts_with(code), said.c_str());
    QVERIFY(!fromJson<model::CreateAccessKey>(text));
}

void KeyFormsTest::writesAnswersAsAwsDoes()
{
    QCOMPARE(json(model::CreateAccessKeyAnswer{{kViewer, "s/+"}}),
             R"({"AccessKey":{)" + kViewerMembers + R"(,"SecretAccessKey":"s/+"}})");
    QCOMPARE(json(model::ListAccessKeysAnswer{{kViewer}}), R"({"AccessKeyMetadata":[{)" + kViewerMembers + "}]}");
    QCOMPARE(json(model::ListAccessKeysAnswer()), std::string(R"({"AccessKeyMetadata":[]})"));
}

void KeyFormsTest::readsItsOwnAnswers()
{
    const model::CreateAccessKeyAnswer made{{kViewer, "s/+"}};
    QVERIFY(wire::readAnswer<model::CreateAccessKeyAnswer>(wire::writeForm(made)) == made);
    const model::ListAccessKeysAnswer listed{{kViewer, kViewer}};
    QVERIFY(wire::readAnswer<model::ListAccessKeysAnswer>(wire::writeForm(listed)) == listed);
}

void KeyFormsTest::comesBackAsItWas()
{
    for (const auto status : {std::optional<KeyStatus>(), std::optional(KeyStatus::Active)}) {
        for (const auto role : {std::optional<Role>(), std::optional(Role::Viewer), std::optional(Role::Admin)}) {
            const model::UpdateAccessKey request{"AKIA", status, role};
            QVERIFY(fromJson<model::UpdateAccessKey>(json(request)) == request);
        }
    }
    for (const auto role : {Role::Viewer, Role::Operator, Role::Admin})
        QVERIFY(fromJson<model::CreateAccessKey>(json(model::CreateAccessKey{role})) == model::CreateAccessKey{role});
}

void KeyFormsTest::rendersCommandLines_data()
{
    QTest::addColumn<std::string>("line");
    QTest::addColumn<std::string>("expected");
    const auto row = [](const char *name, const std::string &line, const std::string &expected) {
        QTest::newRow(name) << line << expected;
    };
    using wire::renderKeyCommandLine;
    row("create", renderKeyCommandLine(model::CreateAccessKey{Role::Operator}),
        "elastic-haproxy keys create --role operator");
    row("list", renderKeyCommandLine(model::ListAccessKeys()), "elastic-haproxy keys list");
    row("disable", renderKeyCommandLine(model::UpdateAccessKey{"AKIA7", KeyStatus::Inactive, {}}),
        "elastic-haproxy keys disable AKIA7");
    row("enable", renderKeyCommandLine(model::UpdateAccessKey{"AKIA7", KeyStatus::Active, {}}),
        "elastic-haproxy keys enable AKIA7");
    row("delete", renderKeyCommandLine(model::DeleteAccessKey{"AKIA7"}), "elastic-haproxy keys delete AKIA7");
    row("a new role", renderKeyCommandLine(model::UpdateAccessKey{"AKIA7", {}, Role::Admin}), "");
    row("an id for a shell", renderKeyCommandLine(model::DeleteAccessKey{"$(reboot)"}), "");
    row("an id for the program", renderKeyCommandLine(model::DeleteAccessKey{"--help"}), "");
}

void KeyFormsTest::rendersCommandLines()
{
    QFETCH(std::string, line);
    QFETCH(std::string, expected);
    QCOMPARE(line, expected);
}

QTEST_GUILESS_MAIN(KeyFormsTest)
#include "tst_key_forms.moc"
