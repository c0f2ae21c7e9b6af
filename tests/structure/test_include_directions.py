"""Nothing points upwards: every #include follows the table, and the reader of it notices when one does not."""

import pytest

from include_directions import MAY_INCLUDE, MAY_USE, reachable, violations
from sources import ROOT


def test_every_include_of_the_program_follows_the_table():
    found = violations(ROOT)
    assert not found, "\n" + "\n".join(found)


def test_the_table_has_no_circles():
    assert [row for row in MAY_INCLUDE if row in reachable(row)] == []


def test_both_tables_speak_of_the_same_folders():
    assert MAY_INCLUDE.keys() == MAY_USE.keys()


@pytest.fixture
def tree(tmp_path):
    """A made-up tree: tree({path: text}) writes the files and gives the complaints about them."""

    def write(files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return violations(tmp_path)

    return write


def test_following_the_table_is_no_violation(tree):
    assert tree({
        "controller/base/ids.h": "#include <string>\n#include <arpa/inet.h>\n",
        "controller/model/instance.h": '#include "base/ids.h"\n#include <tl/expected.hpp>\n',
        "controller/plan/plan.h": '#include "model/instance.h"\n#include "base/ids.h"\n',
        "controller/wire/json.cpp": '#include <nlohmann/json.hpp>\n#include "model/instance.h"\n',
        "controller/ports/store.h": '#include <QCoro/QCoroTask>\n#include "model/instance.h"\n',
        "controller/service/verbs.h": '#include "plan/plan.h"\n#include "ports/store.h"\n#include <QObject>\n',
        "controller/adapters/sqlite/sqlite_store.cpp":
            '#include "ports/store.h"\n#include "wire/json.cpp"\n#include <sqlite3.h>\n',
        "controller/api/router.cpp": '#include "service/verbs.h"\n#include <openssl/hmac.h>\n#include "router.moc"\n',
        "app/daemon/daemon.h": '#include "api/router.cpp"\n#include "adapters/sqlite/sqlite_store.cpp"\n',
        "app/main.cpp": '#include "daemon/daemon.h"\n#include <CLI/CLI.hpp>\n',
    }) == []


@pytest.mark.parametrize("includer, header", [
    ("controller/model/a.h", "plan/x.h"),
    ("controller/base/a.h", "model/x.h"),
    ("controller/plan/a.cpp", "wire/x.h"),
    ("controller/plan/a.cpp", "ports/x.h"),
    ("controller/wire/a.cpp", "ports/x.h"),
    ("controller/service/a.cpp", "wire/x.h"),
    ("controller/service/a.cpp", "api/x.h"),
    ("controller/service/a.cpp", "adapters/http/x.h"),
    ("controller/api/a.cpp", "adapters/http/x.h"),
    ("controller/client/a.cpp", "service/x.h"),
    ("controller/adapters/sqlite/a.cpp", "adapters/http/x.h"),
    ("controller/adapters/sqlite/a.cpp", "service/x.h"),
    ("controller/api/a.cpp", "daemon/x.h"),
    ("app/cli/a.cpp", "service/x.h"),
    ("app/tui/a.cpp", "adapters/http/x.h"),
    ("app/daemon/a.cpp", "client/x.h"),
    ("app/models/a.cpp", "desktop/x.h"),
])
def test_an_include_against_the_direction_is_found(tree, includer, header):
    top = "app" if header.split("/")[0] in ("daemon", "desktop") else "controller"
    [complaint] = tree({includer: f'\n#include "{header}"\n', f"{top}/{header}": ""})
    assert complaint.startswith(f"{includer}:2: {header} ")


@pytest.mark.parametrize("includer, header", [
    ("controller/model/a.cpp", "QString"),
    ("controller/base/a.cpp", "QtCore/QObject"),
    ("controller/plan/a.cpp", "nlohmann/json.hpp"),
    ("controller/plan/a.cpp", "fstream"),
    ("controller/model/a.cpp", "thread"),
    ("controller/model/a.cpp", "sys/socket.h"),
    ("controller/model/a.cpp", "arpa/inet.h"),
    ("controller/wire/a.cpp", "QCoro/QCoroTask"),
    ("controller/wire/a.cpp", "openssl/hmac.h"),
    ("controller/service/a.cpp", "openssl/sha.h"),
    ("controller/service/a.cpp", "boost/asio.hpp"),
    ("controller/api/a.cpp", "boost/beast.hpp"),
    ("controller/api/a.cpp", "sqlite3.h"),
    ("controller/adapters/http/a.cpp", "toml++/toml.h"),
    ("controller/adapters/http/a.cpp", "unheard/of.hpp"),
])
def test_a_library_in_the_wrong_folder_is_found(tree, includer, header):
    [complaint] = tree({includer: f"#  include <{header}>\n"})
    assert complaint.startswith(f"{includer}:1: {header} ")


@pytest.mark.parametrize("path", [
    "controller/helpers/a.cpp",
    "controller/a.cpp",
    "controller/adapters/a.cpp",
    "app/windows/a.cpp",
])
def test_a_folder_that_the_table_does_not_know_is_found(tree, path):
    assert tree({path: ""}) == [f"{path}: the table does not know this folder"]


def test_climbing_and_missing_includes_are_found(tree):
    complaints = tree({"controller/plan/a.cpp": '#include "../model/b.h"\n#include "gone.h"\n', "controller/model/b.h": ""})
    assert [complaint.split(" ", 2)[1:] for complaint in complaints] == [
        ["../model/b.h", "climbs out of its folder: include by folder and name"],
        ["gone.h", "is no file of ours"],
    ]
