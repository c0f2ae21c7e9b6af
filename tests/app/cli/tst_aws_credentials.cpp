#include "cli/aws_credentials.h"
#include "controller/base/readable.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include <map>

using namespace balancer;

namespace {

using Variables = std::map<std::string, std::string>;

Result<client::Credentials> find(const Variables &variables)
{
    return cli::findCredentials([&](const char *name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
}

std::string keyIn(const Result<client::Credentials> &found)
{
    return found ? found->accessKeyId + " " + found->secretAccessKey : tests::describe(found);
}

} // namespace

class AwsCredentialsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void takesTheEnvironmentFirst();
    void takesTheFileThatIsNamed();
    void takesTheFileInTheHomeDirectory();
    void takesTheRegion();
    void readsFiles_data();
    void readsFiles();
    void refusesHalfAKey();
    void saysWhereItLooked();

private:
    std::string write(const std::string &name, const QByteArray &content)
    {
        QFile file(m_folder.filePath(QString::fromStdString(name)));
        if (!file.open(QFile::WriteOnly) || file.write(content) != content.size())
            qFatal("cannot write a file for a test");
        return file.fileName().toStdString();
    }

    QTemporaryDir m_folder;
};

void AwsCredentialsTest::takesTheEnvironmentFirst()
{
    const auto file = write("other", "[default]\naws_access_key_id = file\naws_secret_access_key = file\n");
    QCOMPARE(keyIn(find({{"AWS_ACCESS_KEY_ID", "AKIA1"},
                         {"AWS_SECRET_ACCESS_KEY", "s/+="},
                         {"AWS_SHARED_CREDENTIALS_FILE", file}})),
             std::string("AKIA1 s/+="));
}

void AwsCredentialsTest::takesTheFileThatIsNamed()
{
    const auto file = write("named", "[default]\naws_access_key_id = one\naws_secret_access_key = first\n"
                                     "[second]\naws_access_key_id = two\naws_secret_access_key = second\n");
    QCOMPARE(keyIn(find({{"AWS_SHARED_CREDENTIALS_FILE", file}})), std::string("one first"));
    QCOMPARE(keyIn(find({{"AWS_SHARED_CREDENTIALS_FILE", file}, {"AWS_PROFILE", "second"}})),
             std::string("two second"));
}

void AwsCredentialsTest::takesTheFileInTheHomeDirectory()
{
    QVERIFY(QDir(m_folder.path()).mkpath(QStringLiteral(".aws")));
    write(".aws/credentials", "[default]\naws_access_key_id=home\naws_secret_access_key=sweet\n");
    QCOMPARE(keyIn(find({{"HOME", m_folder.path().toStdString()}})), std::string("home sweet"));
}

void AwsCredentialsTest::takesTheRegion()
{
    Variables variables{{"AWS_ACCESS_KEY_ID", "a"}, {"AWS_SECRET_ACCESS_KEY", "b"}};
    QCOMPARE(find(variables)->region, std::string("local"));
    variables["AWS_DEFAULT_REGION"] = "eu-1";
    QCOMPARE(find(variables)->region, std::string("eu-1"));
    variables["AWS_REGION"] = "eu-2";
    QCOMPARE(find(variables)->region, std::string("eu-2"));
}

void AwsCredentialsTest::readsFiles_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<std::string>("expected");
    const auto row = [](const char *name, const std::string &text, const std::string &expected) {
        QTest::newRow(name) << text << expected;
    };
    const std::string key = "aws_access_key_id = AKIA\naws_secret_access_key = abc/+==\n";
    const std::string none = "NotFound: there is no access key in profile [default]";
    row("plain", "[default]\n" + key, "AKIA abc/+==");
    row("without blanks and with carriage returns",
        "[default]\r\naws_access_key_id=AKIA\r\naws_secret_access_key=abc/+==\r\n", "AKIA abc/+==");
    row("names in capitals", "[default]\nAWS_ACCESS_KEY_ID = AKIA\nAWS_Secret_Access_Key = x", "AKIA x");
    row("comments and other names", "# a\n[default]\n;aws_access_key_id = no\nregion = x\n" + key, "AKIA abc/+==");
    row("after another profile", "[x]\naws_access_key_id = no\n[ default ]\n" + key + "[y]\naws_access_key_id = no\n",
        "AKIA abc/+==");
    row("empty", "", none);
    row("another profile only", "[x]\n" + key, none);
    row("no profile at all", key, none);
    row("garbage", std::string("\0\xff[[[]]]=\n=\n[", 12), none);
}

void AwsCredentialsTest::readsFiles()
{
    QFETCH(std::string, text);
    QFETCH(std::string, expected);
    QCOMPARE(keyIn(cli::parseCredentials(text, "default")), expected);
}

void AwsCredentialsTest::refusesHalfAKey()
{
    QCOMPARE(keyIn(find({{"AWS_ACCESS_KEY_ID", "AKIA1"}})),
             std::string("InvalidInput: the environment has only the id of an access key"));
    QCOMPARE(keyIn(cli::parseCredentials("[p]\naws_secret_access_key = s3cret\n", "p")),
             std::string("InvalidInput: profile [p] has only the secret of an access key"));
}

void AwsCredentialsTest::saysWhereItLooked()
{
    QCOMPARE(keyIn(find({{"AWS_SHARED_CREDENTIALS_FILE", "/nowhere/at/all"}})),
             std::string("NotFound: there is no file /nowhere/at/all"));
    const auto file = write("none", "[x]\n");
    QCOMPARE(keyIn(find({{"AWS_SHARED_CREDENTIALS_FILE", file}})),
             "NotFound: " + file + ": there is no access key in profile [default]");
}

QTEST_GUILESS_MAIN(AwsCredentialsTest)
#include "tst_aws_credentials.moc"
