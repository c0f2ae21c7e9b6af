"""What is installed beside the program: accepted by the tools that read it, and with the settings HAProxy's survival needs.

Reads the program's path from ELASTIC_HAPROXY where it is built; otherwise /bin/true stands in for it.
"""

import os
import re
import subprocess

import pytest

from sources import ROOT, read_text, repository_files

LINUX = ROOT / "installers" / "linux"
UNIT = LINUX / "elastic-haproxy.service"
SHELL = re.compile(r"#!.*\b(?:ba|da)?sh\b|# shellcheck shell=")


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def shell_scripts():
    return [path for path in repository_files() if path.suffix == ".sh" or SHELL.match(read_text(path))]


def settings(section):
    """{key: [value...]} of one section of the unit."""
    found, current = {}, None
    for line in read_text(UNIT).splitlines():
        if line.startswith("["):
            current = line.strip("[]")
        elif current == section and "=" in line and not line.startswith("#"):
            key, value = line.split("=", 1)
            found.setdefault(key, []).append(value)
    return found


@pytest.mark.parametrize("script", shell_scripts(), ids=lambda path: str(path.relative_to(ROOT)))
def test_shellcheck_has_nothing_to_say(script):
    result = run("shellcheck", "--external-sources", "--source-path", str(ROOT), str(script))
    assert result.stdout + result.stderr == ""


def test_the_scripts_people_start_are_executable():
    scripts = ["installers/quickstart", "installers/sample-server", "tests/run", ".ci/run"]
    assert [script for script in scripts if not os.access(ROOT / script, os.X_OK)] == []


def test_systemd_accepts_the_unit(tmp_path):
    program = os.environ.get("ELASTIC_HAPROXY", "/bin/true")
    unit = tmp_path / UNIT.name
    unit.write_text(read_text(UNIT).replace("/usr/bin/elastic-haproxy", program))
    result = run("systemd-analyze", "verify", "--man=no", str(unit))
    complaints = [line for line in result.stderr.splitlines() if UNIT.name in line]
    assert (result.returncode, complaints) == (0, [])


def test_systemd_would_refuse_a_wrong_unit(tmp_path):
    unit = tmp_path / UNIT.name
    unit.write_text(read_text(UNIT).replace("Type=notify", "Type=notifu").replace("/usr/bin/elastic-haproxy", "/bin/true"))
    assert UNIT.name in run("systemd-analyze", "verify", "--man=no", str(unit)).stderr


@pytest.mark.parametrize("key, value", [
    ("Type", "notify"),
    ("KillMode", "process"),
    ("RuntimeDirectory", "elastic-haproxy"),
    ("RuntimeDirectoryPreserve", "yes"),
    ("StateDirectory", "elastic-haproxy"),
    ("StateDirectoryMode", "0700"),
    ("OOMPolicy", "continue"),
    ("LimitNOFILE", "524288"),
    ("AmbientCapabilities", "CAP_NET_BIND_SERVICE"),
    ("CapabilityBoundingSet", "CAP_NET_BIND_SERVICE"),
    ("NoNewPrivileges", "yes"),
    ("ProtectSystem", "strict"),
])
def test_the_unit_keeps_what_the_node_relies_on(key, value):
    assert settings("Service").get(key) == [value]


@pytest.mark.parametrize("key", [
    "PrivateTmp",               # a later daemon would not see what HAProxy has in /tmp
    "PrivateUsers",             # the capability to bind low ports would not count
    "PrivatePIDs",
    "PrivateNetwork",
    "ProcSubset",               # /proc/meminfo and /proc/sys are read
    "MemoryDenyWriteExecute",   # HAProxy compiles regular expressions to machine code
    "DynamicUser",              # HAProxy outlives the daemon and its user
    "RemoveIPC",
])
def test_the_unit_sets_nothing_that_haproxy_would_not_survive(key):
    assert key not in settings("Service")


def test_sysusers_accepts_its_file(tmp_path):
    (tmp_path / "etc").mkdir()
    result = run("systemd-sysusers", "--dry-run", f"--root={tmp_path}", str(LINUX / "elastic-haproxy.sysusers"))
    assert result.returncode == 0, result.stderr
    assert "elastic-haproxy" in result.stdout + result.stderr


def test_tmpfiles_makes_the_directories_of_the_unit():
    rows = [line.split() for line in read_text(LINUX / "elastic-haproxy.tmpfiles").splitlines() if line.startswith("d ")]
    made = {row[1]: row[2:5] for row in rows}
    service = settings("Service")
    owner = [service["User"][0], service["Group"][0]]
    assert made == {
        "/etc/elastic-haproxy": ["0755", "root", "root"],
        "/run/" + service["RuntimeDirectory"][0]: [service["RuntimeDirectoryMode"][0], *owner],
        "/var/lib/" + service["StateDirectory"][0]: [service["StateDirectoryMode"][0], *owner],
    }
