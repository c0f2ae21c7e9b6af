"""Starting: what is in the way is told in one sentence, with exit code 1, and nothing is lost; the command line."""

import json
import os
import pathlib
import random
import re
import socket
import sqlite3
import stat
import subprocess

import botocore.exceptions
import pytest

from support import http
from support.addresses import API_PORT, HTTP_PORT, INSTANCE_PORT
from support.http import get
from support.load import Load
from support.node import PROGRAM, http_listener, instances, tcp_listener
from support.processes import kill
from support.waiting import USUAL, eventually

NEVER_OURS = "203.0.113.7"  # kept for documentation by everybody


def run(*arguments, **options):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=60, **options)


def refusal_to_start(node):
    """The one sentence with which the daemon refuses to start."""
    ended = subprocess.run([*node.prefix, *node.command("--daemon")], capture_output=True, text=True, timeout=60)
    sentences = [line for line in ended.stderr.splitlines() if line.startswith("elastic-haproxy: ")]
    assert ended.returncode == 1, ended.stderr
    assert len(sentences) == 1, ended.stderr
    assert ended.stderr.splitlines()[-1] == sentences[0] and ended.stdout == ""
    return sentences[0].removeprefix("elastic-haproxy: ")


def files(folder):
    """All files and what they hold; sockets and the lock aside."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != "lock"}


@pytest.fixture
def stopped_node(own_node, make_backend):
    """A node whose daemon is gone and whose HAProxy serves."""
    backend = make_backend("still there")
    own_node.create("web", http_listener(HTTP_PORT, INSTANCE_PORT))
    own_node.register("web", backend.address)
    own_node.await_state("web", "InService")
    # HAProxy's file follows its run time by a moment.
    eventually(lambda: backend.address in own_node.haproxy_config(), "the file is written")
    own_node.terminate()
    return own_node


def assert_untouched(node, before, haproxy):
    assert files(node.data) == before
    assert node.processes() == [haproxy]
    assert get(node.address, HTTP_PORT).text == "still there"


def starts_again(node):
    node.start()
    assert [item["LoadBalancerName"] for item in node.describe_all()] == ["web"]
    return get(node.address, HTTP_PORT).text == "still there"


# ---------------------------------------------------------------------------------------- what is in the way


def test_the_api_address_is_taken(stopped_node):
    node, haproxy, before = stopped_node, stopped_node.haproxy(), files(stopped_node.data)
    with socket.create_server((node.api_address, API_PORT)):
        sentence = refusal_to_start(node)
        assert f"{node.api_address}:{API_PORT}" in sentence and "in use" in sentence
        assert_untouched(node, before, haproxy)
    assert starts_again(node)


def test_the_api_address_is_not_on_this_machine(make_node):
    node = make_node()
    text = node.config.read_text()
    node.config.write_text(text.replace(node.api_address, "[::1]").replace(f":{API_PORT}", ":1"))
    if os.geteuid() != 0:
        assert "[::1]:1" in refusal_to_start(node)
    node.config.write_text(text.replace(node.api_address, NEVER_OURS))
    assert NEVER_OURS in refusal_to_start(node)


def test_haproxy_is_missing(make_node):
    node = make_node(more='binary = "/nowhere/haproxy"')
    sentence = refusal_to_start(node)
    assert "/nowhere/haproxy" in sentence and "not found" in sentence


@pytest.mark.parametrize("says, words", [
    ("echo 'HA-Proxy version 2.2.9-2+deb11u6 2023/12/12 - https://haproxy.org/'", ["2.2.9", "too old", "2.4"]),
    ("echo 'HA-Proxy version 1.8.30 2021/04/12'", ["1.8.30", "too old", "2.4"]),
    ("echo 'nginx version: nginx/1.22.1'", ["is not HAProxy"]),
    ("exit 1", []),
    ("echo", ["is not HAProxy"]),
])
def test_haproxy_is_not_what_it_should_be(make_node, tmp_path, says, words):
    double = tmp_path / "haproxy"
    double.write_text(f"#!/bin/sh\n{says}\n")
    double.chmod(0o755)
    sentence = refusal_to_start(make_node(more=f'binary = "{double}"'))
    for word in [*words, str(double) if words else "refused"]:
        assert word in sentence


def test_haproxy_of_the_wrong_version_leaves_the_running_one_alone(stopped_node, tmp_path):
    node, haproxy = stopped_node, stopped_node.haproxy()
    before, config = files(node.data), node.config.read_text()
    double = tmp_path / "haproxy"
    double.write_text("#!/bin/sh\necho 'HA-Proxy version 2.2.9-2 2020/11/05'\n")
    double.chmod(0o755)
    node.config.write_text(config + f'\nbinary = "{double}"\n')
    assert "too old" in refusal_to_start(node)
    assert_untouched(node, before, haproxy)
    node.config.write_text(config)
    assert starts_again(node)


def test_the_data_directory_is_in_use(own_node, block):
    node = own_node
    second = node.folder / "second.toml"
    second.write_text(f'[api]\nlisten = ["{block.address()}:{API_PORT}"]\n')
    ended = run("--daemon", "--config", second, "--data-dir", node.data)
    assert ended.returncode == 1
    assert ended.stderr.strip().splitlines()[-1] == (
        f"elastic-haproxy: data directory {node.data} is in use by another elastic-haproxy (pid {node.process.pid})")
    node.create("web", http_listener(HTTP_PORT, INSTANCE_PORT))
    assert get(node.address, HTTP_PORT).status == 503
    eventually(lambda: len(node.haproxies()) == 1, "the one before has left")


def corrupt_all(database):
    database.write_bytes(b"nonsense " * 1000)


def corrupt_tail(database):
    text = database.read_bytes()
    database.write_bytes(text[:4096] + random.Random(1).randbytes(len(text) - 4096))


def cut(database):
    database.write_bytes(database.read_bytes()[:len(database.read_bytes()) // 2 // 4096 * 4096 + 100])


def from_a_later_version(database):
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA user_version = 9999")
    connection.close()


@pytest.mark.parametrize("damage", [corrupt_all, corrupt_tail, cut, from_a_later_version])
def test_a_database_that_cannot_be_read(stopped_node, damage):
    node, haproxy = stopped_node, stopped_node.haproxy()
    database = node.data / "state.db"
    # All of it in the one file.
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    good = database.read_bytes()
    damage(database)
    damaged = database.read_bytes()
    for _ in range(2):
        sentence = refusal_to_start(node)
        assert str(database) in sentence
        assert ("version" if damage is from_a_later_version else "cannot be used") in sentence
        assert database.read_bytes() == damaged
        assert node.processes() == [haproxy] and get(node.address, HTTP_PORT).text == "still there"
    database.write_bytes(good)
    assert starts_again(node)


@pytest.mark.parametrize("damage", [
    lambda key: key.write_bytes(b"x" * 32), lambda key: key.write_bytes(b"x"), lambda key: key.unlink(),
    lambda key: key.chmod(0o644),
], ids=["another", "too short", "missing", "open to others"])
def test_the_key_of_the_secrets_is_not_right(stopped_node, damage):
    node, haproxy = stopped_node, stopped_node.haproxy()
    key = node.data / "secret.key"
    good = key.read_bytes()
    damage(key)
    before = files(node.data)
    assert "secret.key" in refusal_to_start(node)
    assert {name: text for name, text in files(node.data).items() if "state.db" not in name} == \
        {name: text for name, text in before.items() if "state.db" not in name}
    assert node.processes() == [haproxy]
    key.write_bytes(good)
    key.chmod(0o600)
    assert starts_again(node)


def test_too_few_descriptors(stopped_node):
    node, haproxy, before = stopped_node, stopped_node.haproxy(), files(stopped_node.data)
    node.prefix = ["prlimit", "--nofile=200:200"]
    sentence = refusal_to_start(node)
    assert "200 open files" in sentence and "LimitNOFILE" in sentence
    assert_untouched(node, before, haproxy)
    node.prefix = []
    assert starts_again(node)


def test_too_few_descriptors_for_a_change(make_node, block, make_backend):
    """Refused with a sentence before HAProxy would refuse it."""
    node, backend = make_node(), make_backend("still there")
    node.prefix = ["prlimit", "--nofile=1500:1500"]
    node.start()
    node.create("web", http_listener(HTTP_PORT, INSTANCE_PORT))
    node.register("web", backend.address)
    node.await_state("web", "InService")
    before, generation = node.describe_all(), node.generation()
    with Load(node.address, HTTP_PORT) as load:
        load.more(20)
        with pytest.raises(botocore.exceptions.ClientError, match="InvalidConfigurationRequest") as caught:
            node.register("web", *block.addresses(900))
        assert "open files" in str(caught.value) or "descriptors" in str(caught.value)
        load.more(20)
    load.assert_nothing_failed()
    assert node.describe_all() == before and node.generation() == generation


def test_a_listeners_port_is_taken_when_it_is_wanted(node, ports):
    taken, free = ports(), ports()
    node.create("web", http_listener(free, INSTANCE_PORT))
    before, generation = node.describe_all(), node.generation()
    with socket.create_server((node.address, taken)):
        for attempt in (
            lambda: node.create("other", http_listener(taken, INSTANCE_PORT)),
            lambda: node.create("other", tcp_listener(ports(), INSTANCE_PORT), tcp_listener(taken, INSTANCE_PORT)),
            lambda: node.elb.create_load_balancer_listeners(LoadBalancerName="web",
                                                            Listeners=[http_listener(taken, INSTANCE_PORT)]),
        ):
            with pytest.raises(botocore.exceptions.ClientError) as caught:
                attempt()
            error = caught.value.response["Error"]
            assert error["Code"] == "InvalidConfigurationRequest"
            # It names the address and who has it: this process.
            assert f"{node.address}:{taken}" in error["Message"] and str(os.getpid()) in error["Message"]
    assert node.describe_all() == before and node.generation() == generation
    node.create("other", http_listener(taken, INSTANCE_PORT))
    assert get(node.address, taken).status == 503


def test_the_apis_own_port_is_taken_too(make_node, block):
    node = make_node()
    node.config.write_text(node.config.read_text().replace(node.address, node.api_address))
    node.start()
    with pytest.raises(botocore.exceptions.ClientError, match="InvalidConfigurationRequest") as caught:
        node.create("web", tcp_listener(API_PORT, INSTANCE_PORT))
    assert f"{node.api_address}:{API_PORT}" in str(caught.value)
    assert node.describe_all() == []


def test_a_pool_of_addresses_that_this_machine_has_not(make_node):
    node = make_node(pool=[NEVER_OURS]).start()
    with pytest.raises(botocore.exceptions.ClientError, match="InvalidConfigurationRequest") as caught:
        node.create("web", http_listener(HTTP_PORT, INSTANCE_PORT))
    assert NEVER_OURS in str(caught.value)
    assert node.describe_all() == []


def test_a_listeners_port_is_taken_while_nothing_runs(stopped_node):
    node = stopped_node
    kill(node.haproxy())
    with socket.create_server((node.address, HTTP_PORT)):
        sentence = refusal_to_start(node)
        assert f"{node.address}:{HTTP_PORT}" in sentence
        assert node.processes() == []
    node.start()
    node.await_state("web", "InService")
    assert get(node.address, HTTP_PORT).text == "still there"


@pytest.mark.parametrize("obstacle", ["a file", "of another user", "below a file", "too long"])
def test_a_data_directory_that_cannot_be_one(make_node, obstacle):
    node = make_node()
    if obstacle == "a file":
        node.data.write_text("mine")
    elif obstacle == "of another user":
        if os.geteuid() != 0:
            pytest.skip("only root can give a folder away")
        node.data.mkdir()
        os.chown(node.data, 65534, 65534)
    elif obstacle == "below a file":
        node.data.write_text("mine")
        node.data = node.data / "d"
    else:
        node.data = node.data / ("x" * 100)
    sentence = refusal_to_start(node)
    assert str(node.data) in sentence
    if obstacle == "a file":
        assert node.data.read_text() == "mine"


# ---------------------------------------------------------------------------------------- the configuration


@pytest.mark.parametrize("text, where, words", [
    ('[api]\nlisten = "127.0.0.1:1"\n', "2:", ["[api] listen", "allowed"]),
    ("[api]\nlitsen = []\n", "2:1:", ["litsen", "did you mean listen?"]),
    ("[ap]\n", "1:", ["[ap]", "did you mean [api]?"]),
    ('[haproxy]\naddresses = ["one"]\n', "2:13:", ["[haproxy] addresses"]),
    ('[haproxy]\naddress_pool = ["127.0.0.9-127.0.0.1"]\n', "2:", ["[haproxy] address_pool"]),
    ("[haproxy]\nnbthread = -1\n", "2:12:", ["[haproxy] nbthread", "allowed"]),
    ('[log]\n\n  level = "loud"\n', "3:11:", ["[log] level", "debug", "info"]),
    ("[api\n", "1:5:", []),
    ("[statsd]\nenabled = true\n", "2:", ["[statsd] enabled"]),
], ids=lambda value: value.split("\n")[-2] if isinstance(value, str) and "\n" in value else "")
@pytest.mark.parametrize("task", ["--check-config", "--daemon"])
def test_a_mistake_in_the_configuration(tmp_path, task, text, where, words):
    config = tmp_path / "elastic.toml"
    config.write_text(text)
    ended = run(task, "--config", config, "--data-dir", tmp_path / "d")
    assert ended.returncode == 1 and ended.stdout == ""
    assert ended.stderr.startswith(f"elastic-haproxy: {config}:{where}"), ended.stderr
    assert re.match(r"elastic-haproxy: .+:\d+:\d+: ", ended.stderr)
    for word in words:
        assert word in ended.stderr
    assert not (tmp_path / "d").exists()


def test_all_mistakes_are_told_at_once(tmp_path):
    config = tmp_path / "elastic.toml"
    config.write_text('[haproxy]\nnbthread = -1\nmaxcon = 3\n[log]\nlevel = "loud"\n')
    ended = run("--check-config", "--config", config)
    assert ended.returncode == 1
    assert [re.sub("^(elastic-haproxy: )?", "", line).split(": ")[0] for line in ended.stderr.splitlines()] == [
        f"{config}:2:12", f"{config}:3:1", f"{config}:5:9"]


def test_a_configuration_file_that_is_not_there(tmp_path):
    for config in (tmp_path / "nothing.toml", tmp_path):
        ended = run("--check-config", "--config", config)
        assert ended.returncode == 1 and str(config) in ended.stderr
        assert ended.stderr.count("\n") == 1


def test_a_configuration_that_is_right(make_node):
    node = make_node()
    ended = subprocess.run(node.command("--check-config"), capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert str(node.config) in ended.stdout and re.search(r"HAProxy \d+\.\d+", ended.stdout)
    assert not node.data.exists()


# ----------------------------------------------------------------------------------------- the command line


def test_version():
    ended = run("--version")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert re.fullmatch(r"elastic-haproxy \d+\.\d+(\.\d+)?\n", ended.stdout)


def test_help():
    ended = run("--help")
    assert (ended.returncode, ended.stderr) == (0, "")
    for word in ("--daemon", "--config", "--data-dir", "--check-config", "--version", "stop", "Exit codes"):
        assert word in ended.stdout
    of_stop = run("stop", "--help")
    assert of_stop.returncode == 0 and "--traffic" in of_stop.stdout


@pytest.mark.parametrize("arguments", [
    ["--nonsense"], ["nonsense"], ["--daemon", "--check-config"], ["--daemon", "stop"], ["--config"],
    ["--daemon", "--config"], ["--daemon", "extra"], ["--theme", "pink"], ["stop", "--nonsense"], ["--traffic"],
], ids=" ".join)
def test_wrong_usage(arguments):
    ended = run(*arguments)
    assert ended.returncode == 2, (ended.stdout, ended.stderr)
    assert ended.stderr and "terminate" not in ended.stderr


def test_stopping_where_nothing_is(tmp_path):
    config = tmp_path / "elastic.toml"
    config.write_text("")
    ended = run("stop", "--traffic", "--config", config, "--data-dir", tmp_path / "d")
    assert ended.returncode == 0
    assert not (tmp_path / "d").exists()


# ----------------------------------------------------------------------------------------------- a good start


def test_what_a_first_start_leaves(own_node):
    node = own_node

    def mode(name):
        return stat.S_IMODE((node.data / name).stat().st_mode)

    assert stat.S_IMODE(node.data.stat().st_mode) == 0o700
    for name in ("first-key.json", "aws-credentials", "state.db", "secret.key"):
        assert mode(name) == 0o600, name
    assert set(json.loads((node.data / "first-key.json").read_text())) == {"AccessKeyId", "SecretAccessKey", "Role"}
    key = node.key
    # At rest the secret is only in the two files that are there to be read.
    for path in (node.data / "state.db", node.data / "state.db-wal", node.log):
        assert key[1].encode() not in path.read_bytes(), path
    assert key[1] not in " ".join(pathlib.Path(f"/proc/{pid}/cmdline").read_text() for pid in node.processes())
    node.restart()
    assert node.key == key


def test_the_service_manager_is_told(make_node, tmp_path):
    node = make_node()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(node.folder / "notify"))
        manager.settimeout(USUAL)
        node.prefix = ["env", f"NOTIFY_SOCKET={node.folder / 'notify'}"]
        node.start()
        assert "READY=1" in manager.recv(4096).decode().splitlines()
        assert node.terminate() == 0
        assert "STOPPING=1" in manager.recv(4096).decode().splitlines()
        # HAProxy, which stays, must not speak for the service.
        environment = pathlib.Path(f"/proc/{node.haproxy()}/environ").read_bytes()
        assert b"NOTIFY_SOCKET" not in environment


def test_haproxy_inherits_nothing_of_the_daemon(own_node):
    """Else the API's port would stay taken by it."""
    haproxy = own_node.haproxy()
    own_node.kill()
    links = [os.readlink(path) for path in pathlib.Path(f"/proc/{haproxy}/fd").iterdir()]
    assert not [link for link in links if str(own_node.data / "state.db") in link or link.endswith("/lock")]
    with socket.create_server((own_node.api_address, API_PORT)):
        pass
    own_node.start()


def test_the_own_socket_needs_no_signature(own_node):
    class UnixConnection(http.http.client.HTTPConnection):
        def connect(self):
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.connect(str(own_node.data / "run" / "control.sock"))

    own_node.create("web", http_listener(HTTP_PORT, INSTANCE_PORT))
    connection = UnixConnection("localhost", timeout=15)
    connection.request("POST", "/v1/actions/RegisterInstancesWithLoadBalancer",
                       json.dumps({"LoadBalancerName": "web", "Instances": instances("127.0.0.1")}))
    response = connection.getresponse()
    assert response.status == 200 and json.loads(response.read()) == {"Instances": instances("127.0.0.1")}
    connection.close()


def test_the_log_level(make_node):
    loud, quiet = make_node(more='[log]\nlevel = "debug"'), make_node(more='[log]\nlevel = "error"')
    loud.start(), quiet.start()
    assert "info daemon: ready" in loud.log_text()
    assert quiet.log_text() == ""


def test_readiness(own_node):
    assert http.get(own_node.api_address, API_PORT, path="/readyz").status == 200
    assert http.get(own_node.api_address, API_PORT, path="/healthz").status == 200
