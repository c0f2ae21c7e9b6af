"""Access keys: made, listed, disabled and deleted by the command line, and what that does to those who use them."""

import concurrent.futures
import json
import os
import pty
import re
import subprocess

import pytest
from botocore.exceptions import ClientError

from support import http
from support.addresses import API_PORT
from support.events import EventStream
from support.waiting import eventually
from test_sessions import call, cookie_of
from test_tls import fingerprint_of

DONE, WRONG_USAGE, UNREACHABLE, REFUSED = 0, 2, 3, 4


def done(ended):
    assert ended.returncode == DONE, ended.stderr
    return ended.stdout


def make_key(node, role):
    """(id, secret)"""
    made = json.loads(done(node.run("keys", "create", "--role", role, "--json")))["AccessKey"]
    assert made["Role"] == role and made["Status"] == "Active"
    return made["AccessKeyId"], made["SecretAccessKey"]


def listed(node):
    """{id: (role, status)}"""
    keys = json.loads(done(node.run("keys", "list", "--json")))["AccessKeyMetadata"]
    return {key["AccessKeyId"]: (key["Role"], key["Status"]) for key in keys}


def code_of(client):
    with pytest.raises(ClientError) as refused:
        client.describe_load_balancers()
    return refused.value.response["Error"]["Code"]


def test_the_life_of_a_key(own_node):
    node = own_node
    identity, secret = make_key(node, "viewer")
    assert re.fullmatch("AKIA[A-Z2-7]{16}", identity) and re.fullmatch("[A-Za-z0-9+/]{40}", secret)
    assert listed(node) == {node.key[0]: ("admin", "Active"), identity: ("viewer", "Active")}
    client = node.client(key=(identity, secret))
    assert client.describe_load_balancers()["LoadBalancerDescriptions"] == []

    assert done(node.run("keys", "disable", identity)) == f"{identity} is disabled.\n"
    assert code_of(client) == "AccessDenied"
    assert listed(node)[identity] == ("viewer", "Inactive")
    assert done(node.run("keys", "enable", identity)) == f"{identity} is enabled.\n"
    assert client.describe_load_balancers()["LoadBalancerDescriptions"] == []

    node.restart()
    assert client.describe_load_balancers()["LoadBalancerDescriptions"] == []
    assert done(node.run("keys", "delete", identity)) == f"{identity} is deleted.\n"
    assert code_of(client) == "InvalidClientTokenId"
    assert listed(node) == {node.key[0]: ("admin", "Active")}

    history = json.loads(node.request("GET", "/v1/revisions").body)["Revisions"]
    changes = [(change["Actor"], change["Verb"], change["Target"]) for entry in history for change in entry["Changes"]]
    me = f"uid:{os.geteuid()}"
    assert changes == [(me, "DeleteAccessKey", identity), (me, "UpdateAccessKey", identity),
                       (me, "UpdateAccessKey", identity), (me, "CreateAccessKey", identity)]


def test_a_secret_is_told_once(own_node):
    node = own_node
    stream = EventStream(node).follow()
    identity, secret = make_key(node, "operator")
    told = stream.until(lambda event: event.name == "revision", "the new revision")
    assert told.data["Changes"][0]["Target"] == identity
    assert secret not in json.dumps([event.data for event in stream.events])
    stream.close()
    assert secret not in done(node.run("keys", "list")) + done(node.run("keys", "list", "--json"))
    assert secret not in node.request("GET", "/v1/revisions").text + node.log_text()
    for path in node.data.rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path


def test_a_disabled_key_ends_its_sessions_and_streams_at_once(node):
    key = make_key(node, "viewer")
    signed_in = call(node, "POST", "/v1/session", {"AccessKeyId": key[0], "SecretAccessKey": key[1]}, Origin=node.url)
    cookie = cookie_of(signed_in)
    by_session = EventStream(node, headers={"Cookie": cookie}).follow()
    other = EventStream(node).follow()
    assert by_session.status == 200 and call(node, "GET", "/v1/node", Cookie=cookie).status == 200

    done(node.run("keys", "disable", key[0]))
    assert call(node, "GET", "/v1/node", Cookie=cookie).status == 401
    eventually(lambda: by_session.ended, "the stream of the session has ended")
    other.until(lambda event: event.name == "revision", "of the other's stream")
    assert not other.ended
    other.close()
    done(node.run("keys", "delete", key[0]))


def test_the_last_admin_stays(node):
    first = node.key[0]
    for verb in ("disable", "delete"):
        refused = node.run("keys", verb, first)
        assert refused.returncode == REFUSED and "last enabled admin key" in refused.stderr
    changed = node.action("UpdateAccessKey", AccessKeyId=first, Role="viewer")
    assert changed.status == 409
    assert listed(node) == {first: ("admin", "Active")}


def test_one_of_several_admins_who_go_at_once_stays(own_node):
    node = own_node
    keys = [node.key[0]] + [make_key(node, "admin")[0] for _ in range(5)]
    with concurrent.futures.ThreadPoolExecutor(len(keys)) as pool:
        codes = list(pool.map(lambda key: node.run("keys", "delete", key).returncode, keys))
    assert sorted(codes) == [DONE] * 5 + [REFUSED]
    assert [role for role, _ in listed(node).values()] == ["admin"]


def test_keys_of_another_node(make_node):
    """By TLS, with the key the aws CLI has, and the fingerprint from the log."""
    node = make_node(tls=True).start()
    fingerprint = fingerprint_of(node.certificate)
    assert fingerprint in node.log_text()
    there = ["--node", node.url, "--fingerprint", fingerprint]
    admin = {"AWS_ACCESS_KEY_ID": node.key[0], "AWS_SECRET_ACCESS_KEY": node.key[1]}
    by_file = {"AWS_SHARED_CREDENTIALS_FILE": str(node.data / "aws-credentials")}

    made = json.loads(done(node.run("keys", "create", "--role", "operator", "--json", *there, **admin)))["AccessKey"]
    lines = done(node.run("keys", "list", *there, **by_file)).splitlines()
    assert lines[0] == "AccessKeyId\tRole\tStatus\tCreateDate" and len(lines) == 3
    colons = ":".join(fingerprint[i:i + 2] for i in range(0, 64, 2)).upper()
    assert made["AccessKeyId"] in done(node.run("keys", "list", "--node", node.url, "--fingerprint", colons, **admin))

    operator = {"AWS_ACCESS_KEY_ID": made["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"]}
    refused = node.run("keys", "list", *there, **operator)
    assert refused.returncode == REFUSED and "is not authorized to perform" in refused.stderr
    wrong = node.run("keys", "list", *there, **{**admin, "AWS_SECRET_ACCESS_KEY": "wrong-secret-in-a-test"})
    assert wrong.returncode == REFUSED and "wrong-secret" not in wrong.stderr + wrong.stdout

    unpinned = node.run("keys", "list", "--node", node.url, **admin)
    assert unpinned.returncode == WRONG_USAGE and fingerprint in unpinned.stderr
    other = node.run("keys", "list", "--node", node.url, "--fingerprint", "0" * 64, **admin)
    assert other.returncode == UNREACHABLE and fingerprint in other.stderr
    nobody = node.run("keys", "list", *there)
    assert nobody.returncode == WRONG_USAGE and "AWS_ACCESS_KEY_ID" in nobody.stderr
    assert node.key[1] not in node.log_text() and made["SecretAccessKey"] not in node.log_text()


def test_the_words_of_the_command_line(node, make_node):
    for arguments in (["keys"], ["keys", "create"], ["keys", "create", "--role", "root"], ["keys", "delete"],
                      ["keys", "list", "--fingerprint", "12"], ["keys", "lost"], ["keys", "list", "--node", "nonsense"]):
        wrong = node.run(*arguments, AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b")
        assert (wrong.returncode, wrong.stdout) == (WRONG_USAGE, ""), arguments
    unknown = node.run("keys", "delete", "AKIANOBODY")
    assert unknown.returncode == REFUSED and "AKIANOBODY cannot be found" in unknown.stderr
    assert make_node().run("keys", "list").returncode == UNREACHABLE
    for verb in ("create", "list", "disable", "enable", "delete"):
        assert verb in done(node.run("keys", "--help"))
        assert done(node.run("keys", verb, "--help"))


def test_a_terminal_shows_a_table(node):
    ours, theirs = pty.openpty()
    with subprocess.Popen(node.command("keys", "list"), stdout=theirs, stdin=subprocess.DEVNULL) as process:
        assert process.wait(60) == DONE
    os.close(theirs)
    lines = os.read(ours, 65536).decode().splitlines()
    os.close(ours)
    assert re.fullmatch(r"AccessKeyId {11}Role {3}Status {2}CreateDate", lines[0])
    assert lines[1].startswith(f"{node.key[0]}  admin  Active  20")


def test_own_verbs_are_not_in_the_query_api(node):
    answer = node.query("Action=ListAccessKeys&Version=2012-06-01")
    assert answer.status == 400 and "<Code>InvalidAction</Code>" in answer.text
    dry = node.request(path="/v1/actions/CreateAccessKey?dryRun=true", body='{"Role": "viewer"}',
                       headers={"Content-Type": "application/json"})
    assert json.loads(dry.body)["CommandLine"] == "elastic-haproxy keys create --role viewer"
    assert len(listed(node)) == 1


def test_health_is_told_without_a_body(node):
    for path in ("/healthz", "/readyz"):
        full = http.request(node.api_address, API_PORT, "GET", path)
        head = http.request(node.api_address, API_PORT, "HEAD", path)
        assert (head.status, head.body) == (200, b"")
        assert head.headers["content-length"] == str(len(full.body))
    assert http.request(node.api_address, API_PORT, "HEAD", "/v1/node").status == 405
