#include "controller/base/readable.h"
#include "model/access.h"

using namespace balancer;
using model::Role;

class AccessTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsTheRolesItWrites();
    void refusesOtherRoles();
    void ordersRolesByWhatTheyMay();
};

void AccessTest::readsTheRolesItWrites()
{
    for (const auto role : {Role::Viewer, Role::Operator, Role::Admin})
        QVERIFY(model::parseRole(model::renderRole(role)) == role);
}

void AccessTest::refusesOtherRoles()
{
    for (const auto *text : {"", "Admin", "root", "viewer "})
        QCOMPARE(model::parseRole(text).error().code, ErrorCode::InvalidParameterValue);
}

void AccessTest::ordersRolesByWhatTheyMay()
{
    QVERIFY(Role::Viewer < Role::Operator);
    QVERIFY(Role::Operator < Role::Admin);
}

QTEST_GUILESS_MAIN(AccessTest)
#include "tst_access.moc"
