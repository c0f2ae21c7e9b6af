"""Access logs of real traffic, compared field by field with what was sent."""

import datetime
import json
import random
import re
import socket
import ssl

import botocore.exceptions
import pytest

from support.access_logs import disable, enable, final_lines, new_bucket, parse, partial, published, root
from support.addresses import HTTP_PORT, INSTANCE_PORT
from support.backends import Backend
from support.http import get
from support.load import Load
from support.node import http_listener, https_listener, tcp_listener
from support.waiting import eventually


class Instance(Backend):
    """Does what the path says."""

    def _talk(self, connection):
        head = b""
        while b"\r\n\r\n" not in head:
            chunk = connection.recv(65536)
            if not chunk:
                return
            head += chunk
        path = head.split(b" ")[1].decode()
        if path == "/garbage":
            connection.sendall(b"this is not HTTP\r\n\r\n")
        elif path == "/chunks":
            connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-One: two\r\n\r\n"
                               b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")
        elif path == "/silence":
            connection.recv(1)
        elif path.startswith("/status/"):
            connection.sendall(f"HTTP/1.1 {path[8:]} Some Reason\r\nContent-Length: 4\r\n\r\nbody".encode())
        else:
            length = re.search(rb"(?i)content-length: (\d+)", head)
            body = head.split(b"\r\n\r\n", 1)[1]
            while length and len(body) < int(length[1]):
                body += connection.recv(65536)
            answer = b"" if head.startswith(b"HEAD") else b"hello"
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n" + answer)


def raw(address, port, data, shut=False):
    """Everything that is answered to these bytes."""
    with socket.create_connection((address, port), timeout=15) as connection:
        connection.sendall(data)
        if shut:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
        return received, "%s:%d" % connection.getsockname()


def one_request(head, body=b""):
    return "\r\n".join([*head, "Connection: close", "", ""]).encode("latin-1") + body


@pytest.fixture
def logged(node, make_backend, ports):
    """logged("web") is a load balancer with access logs and one healthy instance; gives (instance, port)."""

    def make(name="web", **more):
        port = ports()
        backend = make_backend(name, kind=Instance)
        node.create(name, http_listener(port, INSTANCE_PORT))
        node.check_quickly(name, f"TCP:{INSTANCE_PORT}")
        node.register(name, backend.address)
        node.await_state(name, "InService")
        enable(node, name, **more)
        return backend, port

    return make


@pytest.fixture(autouse=True)
def bucket():
    return new_bucket()


def test_a_request_is_a_line(node, logged):
    backend, port = logged()
    before = datetime.datetime.now(datetime.timezone.utc)
    _, client = raw(node.address, port, one_request(
        ["GET /a/b?c=d&e=%20 HTTP/1.1", "Host: www.test:1234", "User-Agent: one two (three)"]))
    after = datetime.datetime.now(datetime.timezone.utc)
    [line] = final_lines(node, "web", 1)
    assert line.elb == "web"
    assert line.client == client
    assert line.backend == f"{backend.address}:{INSTANCE_PORT}"
    assert (line.elb_status, line.backend_status) == ("200", "200")
    assert line.sizes == (0, 5)
    assert line.request == f"GET http://www.test:{port}/a/b?c=d&e=%20 HTTP/1.1"
    assert line.user_agent == "one two (three)"
    assert (line.cipher, line.protocol) == ("-", "-")
    assert all(re.fullmatch(r"\d+\.\d{6}", value) for value in line.times), line.times
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", line.timestamp)
    arrived = datetime.datetime.fromisoformat(line.timestamp.replace("Z", "+00:00"))
    tick = datetime.timedelta(seconds=1)  # HAProxy's clock is read once a turn of its loop
    assert before - tick <= arrived <= after + tick


@pytest.mark.parametrize("cipher", ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"])
@pytest.mark.parametrize("protocol, instance_protocol", [("HTTPS", "HTTP"), ("SSL", "TCP")])
def test_tls_shows_its_cipher_and_protocol(node, make_backend, ports, authority, protocol, instance_protocol, cipher):
    made = authority.issue("logs.example")
    port = ports()
    backend = make_backend("web", kind=Instance)
    node.create("web", https_listener(port, INSTANCE_PORT, node.upload("logs", made), protocol, instance_protocol))
    node.register("web", backend.address)
    node.await_state("web", "InService")
    enable(node, "web")
    context = ssl.create_default_context(cafile=authority.trust)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(cipher)
    with socket.create_connection((node.address, port), timeout=15) as connection, \
            context.wrap_socket(connection, server_hostname="logs.example") as secure:
        secure.sendall(one_request(["GET /a HTTP/1.1", "Host: www.test"]))
        while secure.recv(65536):
            pass
    [line] = final_lines(node, "web", 1)
    assert (line.cipher, line.protocol) == (cipher, "TLSv1.2")
    assert line.request == (f"GET https://www.test:{port}/a HTTP/1.1" if protocol == "HTTPS" else "- - - ")
    node.elb.delete_load_balancer(LoadBalancerName="web")
    node.iam.delete_server_certificate(ServerCertificateName="logs")


def test_the_file_has_the_name_that_aws_gives_it(node, logged, bucket):
    _, port = logged(S3BucketPrefix="my/app")
    test_file = root(node) / bucket / "my/app/AWSLogs/000000000000/ELBAccessLogTestFile"
    assert "ELB: web" in test_file.read_text()
    get(node.address, port)
    eventually(lambda: partial(node, "web"), "the file of this interval is there")
    assert not published(node, "web")
    final_lines(node, "web", 1)
    [path] = published(node, "web")
    assert not partial(node, "web")
    key = str(path.relative_to(root(node) / bucket))
    match = re.fullmatch(r"my/app/AWSLogs/000000000000/elasticloadbalancing/local/(\d{4})/(\d\d)/(\d\d)/"
                         r"000000000000_elasticloadbalancing_local_web_(\d{8}T\d{4}Z)_([\d.]+)_[a-z0-9]{8}\.log", key)
    assert match, key
    end = datetime.datetime.strptime(match[4], "%Y%m%dT%H%MZ").replace(tzinfo=datetime.timezone.utc)
    assert end.strftime("%Y/%m/%d") == "/".join(match.groups()[:3])
    assert end.minute % 5 == 0
    assert 0 <= (end - datetime.datetime.now(datetime.timezone.utc)).total_seconds() + 60 <= 360
    assert match[5] == node.address


def test_methods_statuses_and_sizes(node, logged):
    backend, port = logged()
    where = f"{backend.address}:{INSTANCE_PORT}"
    host = "Host: www.test"
    chunked = b"3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"
    cases = [
        (one_request(["POST /form HTTP/1.1", host, "Content-Length: 7"], b"1234567"), "200 200", (7, 5), where),
        (one_request(["PUT /form HTTP/1.1", host, "Content-Length: 0"]), "200 200", (0, 5), where),
        (one_request(["HEAD /head HTTP/1.1", host]), "200 200", (0, 0), where),
        (one_request(["DELETE /status/404 HTTP/1.1", host]), "404 404", (0, 4), where),
        (one_request(["GET /status/503 HTTP/1.1", host]), "503 503", (0, 4), where),
        (one_request(["GET /status/304 HTTP/1.1", host]), "304 304", (0, 0), where),
        (one_request(["GET /chunks HTTP/1.1", host]), "200 200", (0, 11), where),
        (one_request(["POST /status/200 HTTP/1.1", host, "Transfer-Encoding: chunked"], chunked), "200 200", (7, 4),
         where),
        (one_request(["OPTIONS * HTTP/1.1", host]), "200 200", (0, 5), where),
        (one_request(["GET http://other.test/abs HTTP/1.1", "Host: other.test"]), "200 200", (0, 5), where),
        (one_request(["GET /garbage HTTP/1.1", host]), "502 0", (0, 0), "-"),
    ]
    for sent, *_ in cases:
        raw(node.address, port, sent)
    lines = final_lines(node, "web", len(cases))
    for line, (sent, statuses, sizes, instance) in zip(lines, cases, strict=True):
        what = sent.split(b"\r\n")[0].decode()
        assert f"{line.elb_status} {line.backend_status}" == statuses, what
        assert line.sizes == sizes, what
        assert line.backend == instance, what
        assert line.request.split(" ")[0] == what.split(" ")[0]
        if instance == "-":
            assert line.times == ("-1", "-1", "-1")
    assert lines[8].request == f"OPTIONS http://www.test:{port}/* HTTP/1.1"
    assert lines[9].request == f"GET http://other.test:{port}/abs HTTP/1.1"


def test_requests_that_no_instance_answered(node, logged):
    backend, port = logged()
    attributes = {"ConnectionSettings": {"IdleTimeout": 1}}
    node.elb.modify_load_balancer_attributes(LoadBalancerName="web", LoadBalancerAttributes=attributes)
    assert get(node.address, port, "www.test", "/silence").status == 504
    node.deregister("web", backend.address)
    eventually(lambda: get(node.address, port, "www.test", "/nobody").status == 503, "there is no instance")
    disable(node, "web")
    [path] = eventually(lambda: published(node, "web"), "the log is published")
    lines = parse(path.read_text())
    assert lines[0].elb_status == "504" and lines[-1].elb_status == "503"
    for line in (lines[0], lines[-1]):
        assert line.backend == "-" and line.backend_status == "0"
        assert line.times == ("-1", "-1", "-1")
        assert line.sizes == (0, 0)
    assert lines[0].request == f"GET http://www.test:{port}/silence HTTP/1.1"


@pytest.mark.parametrize("agent, logged_as", [
    ('quo"ted', r"quo\x22ted"),
    ("back\\slash\\", r"back\x5Cslash\x5C"),
    ("Mozilla/5.0 {a} |b| #c %d ]", "Mozilla/5.0 {a} |b| #c %d ]"),
    ("\u00fcml\u00e4ut\x7f", r"\xFCml\xE4ut\x7F"),
    ("x" * 8000, "x" * 8000),
    ("y" * 9000, "y" * 8192),
    ("", "-"),
    (None, "-"),
], ids=["quote", "backslash", "signs", "8 bits", "8,000 bytes", "cut at 8 KB", "empty", "none"])
def test_odd_user_agents(node, logged, agent, logged_as):
    _, port = logged()
    headers = [] if agent is None else [f"User-Agent: {agent}"]
    raw(node.address, port, one_request(["GET / HTTP/1.1", "Host: a", *headers]))
    [line] = final_lines(node, "web", 1)
    assert line.user_agent == logged_as


def escaped(data):
    return "".join(chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\x{byte:02X}" for byte in data)


def test_any_bytes(node, logged):
    """Whatever bytes a header has, its line is one line and has them all."""
    _, port = logged()
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    allowed = bytes(set(range(256)) - set(b"\r\n"))
    count, expected = 150, {}
    for number in range(count):
        agent = bytes(chance.choice(allowed) for _ in range(chance.randrange(1, 200)))
        head = b"GET /%d HTTP/1.1\r\nHost: a\r\nUser-Agent: %s\r\nConnection: close\r\n\r\n" % (number, agent)
        answer, _ = raw(node.address, port, head)
        assert answer, f"seed {seed}"
        if answer.startswith(b"HTTP/1.1 200 "):
            expected[str(number)] = escaped(agent.strip(b" \t")) or "-"
    lines = final_lines(node, "web", count)
    taken = [line for line in lines if line.elb_status == "200"]
    assert {line.request.split("/")[3].split()[0]: line.user_agent for line in taken} == expected, f"seed {seed}"
    assert len(taken) == len(expected) > 0, f"seed {seed}"
    assert {line.elb_status for line in lines} <= {"200", "400"}, f"seed {seed}"


def test_odd_hosts_and_uris(node, logged):
    _, port = logged()
    long = "/" + "p" * 7000
    quoted = "'$HOME`;|\\^{}[]~!*()"
    heads = [
        ["GET / HTTP/1.0"],
        [f"GET {long}?q HTTP/1.1", "Host: a"],
        [f"GET /{quoted} HTTP/1.1", "Host: a"],
        ["GET / HTTP/1.1", "Host: [::1]:8080"],
        ["GET / HTTP/1.1", 'Host: a"b'],
    ]
    for head in heads:
        raw(node.address, port, one_request(head))
    lines = final_lines(node, "web", len(heads))
    dns_name = node.describe("web")["DNSName"]
    assert lines[0].request == f"GET http://{dns_name}:{port}/ HTTP/1.0"
    assert lines[1].request == f"GET http://a:{port}{long}?q HTTP/1.1"
    assert lines[2].request == f"GET http://a:{port}/{quoted} HTTP/1.1".replace("\\", r"\x5C")
    assert lines[3].request == f"GET http://[::1]:{port}/ HTTP/1.1"
    # However HAProxy judges this one, the line is a line.
    assert "\n" not in lines[4].request


def test_what_is_no_request(node, logged):
    _, port = logged()
    answer, client = raw(node.address, port, b"GET / nonsense\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    with socket.create_connection((node.address, port)):
        pass  # browsers do that; nobody wants a line for it
    assert get(node.address, port).status == 200
    bad, good = final_lines(node, "web", 2)
    assert bad.client == client and bad.elb_status == "400"
    assert bad.request == "- - - " and bad.user_agent == "-"
    assert good.elb_status == "200"


def test_kept_connections_are_a_line_a_request(node, make_backend, ports):
    port = ports()
    backend = make_backend("kept")
    node.create("kept", http_listener(port, INSTANCE_PORT))
    node.register("kept", backend.address)
    node.await_state("kept", "InService")
    enable(node, "kept")
    with socket.create_connection((node.address, port), timeout=15) as connection:
        for number in range(5):
            connection.sendall(f"GET /{number} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            received = b""
            while not received.endswith(b"kept"):
                received += connection.recv(65536)
    lines = final_lines(node, "kept", 5)
    assert [line.request.split(" ")[1] for line in lines] == [f"http://a:{port}/{n}" for n in range(5)]
    assert len({line.client for line in lines}) == 1
    assert [line.timestamp for line in lines] == sorted(line.timestamp for line in lines)


def test_a_connection_is_a_line(node, make_tcp_backend, ports):
    port = ports()
    backend = make_tcp_backend("mail")
    node.create("mail", tcp_listener(port, INSTANCE_PORT))
    node.register("mail", backend.address)
    node.await_state("mail", "InService")
    enable(node, "mail")
    answer, client = raw(node.address, port, b"one\ntwo\n", shut=True)
    assert answer == b"mail\none\ntwo\n"
    [line] = final_lines(node, "mail", 1)
    assert line.client == client
    assert line.backend == f"{backend.address}:{INSTANCE_PORT}"
    assert (line.elb_status, line.backend_status) == ("-", "-")
    assert line.sizes == (len("one\ntwo\n"), len(answer))
    assert (line.request, line.user_agent, line.cipher, line.protocol) == ("- - - ", "-", "-", "-")
    assert all(re.fullmatch(r"\d+\.\d{6}", value) for value in line.times)


def test_on_a_shared_port_only_those_who_want_it_are_logged(node, make_backend):
    for name in ("loud", "quiet"):
        backend = make_backend(name)
        node.create(name, http_listener(HTTP_PORT, INSTANCE_PORT))
        node.register(name, backend.address)
        node.await_state(name, "InService")
    names = {item["LoadBalancerName"]: item["DNSName"] for item in node.describe_all()}
    assert " local1" not in node.haproxy_config()
    enable(node, "loud")
    for number in range(10):
        for name, dns_name in names.items():
            assert get(node.address, HTTP_PORT, dns_name, f"/{number}").text == name
        assert get(node.address, HTTP_PORT, "nobody.test").status == 404
    lines = final_lines(node, "loud", 10)
    assert {line.elb for line in lines} == {"loud"}
    assert not published(node, "quiet") and not partial(node, "quiet")
    # Nobody wants logs any longer, so HAProxy writes none.
    assert " local1" not in node.haproxy_config()


def test_with_a_pool_each_has_files_of_its_own_address(make_node, block, make_backend):
    pool = block.addresses(2)
    node = make_node(pool=[f"{pool[0]}-{pool[-1]}"]).start()
    for name in ("one", "two"):
        backend = make_backend(name)
        node.create(name, http_listener(HTTP_PORT, INSTANCE_PORT))
        node.register(name, backend.address)
        node.await_state(name, "InService")
        enable(node, name)

    def hosts():
        lines = [line.split() for line in (node.data / "hosts").read_text().splitlines() if line[0] != "#"]
        return {name.split("-")[0]: address for address, name in lines}

    where = eventually(lambda: len(hosts()) == 2 and hosts(), "both have an address")
    for name, address in where.items():
        assert get(address, HTTP_PORT, "anything").text == name
    for name, address in where.items():
        [line] = final_lines(node, name, 1)
        assert line.elb == name
        assert f"_{address}_" in published(node, name)[0].name


def test_a_bucket_that_cannot_be_written_is_refused(node, make_backend, ports):
    node.create("web", http_listener(ports(), INSTANCE_PORT))
    root(node).mkdir(exist_ok=True)
    (root(node) / "taken").write_text("a file")
    before = node.elb.describe_load_balancer_attributes(LoadBalancerName="web")["LoadBalancerAttributes"]
    generation = node.generation()
    with pytest.raises(botocore.exceptions.ClientError, match="Access Denied for bucket: taken. ") as caught:
        enable(node, "web", bucket="taken")
    assert caught.value.response["Error"]["Code"] == "InvalidConfigurationRequest"
    after = node.elb.describe_load_balancer_attributes(LoadBalancerName="web")["LoadBalancerAttributes"]
    assert after == before and not after["AccessLog"]["Enabled"]
    assert node.generation() == generation
    (root(node) / "taken").unlink()


def test_where_buckets_are_not_made_they_must_exist(make_node, ports, tmp_path):
    logs = tmp_path / "logs"
    node = make_node(more=f'[log]\naccess_root = "{logs}"\ncreate_buckets = false\n').start()
    node.create("web", http_listener(ports(), INSTANCE_PORT))
    with pytest.raises(botocore.exceptions.ClientError, match="Access Denied for bucket: my-bucket"):
        enable(node, "web", bucket="my-bucket")
    (logs / "my-bucket").mkdir(parents=True)
    enable(node, "web", bucket="my-bucket")
    assert (logs / "my-bucket/AWSLogs/000000000000/ELBAccessLogTestFile").exists()


def test_a_preview_writes_nothing(node, ports):
    node.create("web", http_listener(ports(), INSTANCE_PORT))
    body = {"LoadBalancerName": "web",
            "LoadBalancerAttributes": {"AccessLog": {"Enabled": True, "S3BucketName": "previewed"}}}
    answer = node.request(path="/v1/actions/ModifyLoadBalancerAttributes?dryRun=true", body=json.dumps(body),
                          headers={"Content-Type": "application/json"})
    assert answer.status == 200, answer.text
    assert not (root(node) / "previewed").exists()


def test_deletion_publishes_at_once(node, logged):
    _, port = logged("gone")
    get(node.address, port)
    node.elb.delete_load_balancer(LoadBalancerName="gone")
    [path] = eventually(lambda: published(node, "gone"), "the log is published")
    assert len(parse(path.read_text())) == 1


def test_kill_and_restart_lose_no_line_that_was_written(make_node, make_backend, ports):
    node = make_node().start()
    port = ports()
    backend = make_backend("web")
    node.create("web", http_listener(port, INSTANCE_PORT))
    node.register("web", backend.address)
    node.await_state("web", "InService")
    enable(node, "web")

    def lines():
        files = published(node, "web") + partial(node, "web")
        return [line for path in files for line in path.read_text().splitlines()]

    get(node.address, port, "a", "/before")
    eventually(lambda: len(lines()) == 1, "the line is written")
    node.kill()
    assert get(node.address, port, "a", "/lost").status == 200  # HAProxy goes on; nobody takes its records
    node.start()
    assert "access logs lack requests between" in node.log_text()
    gaps = (root(node) / ".access-log-gaps.jsonl").read_text().splitlines()
    assert len(gaps) == 1 and set(json.loads(gaps[0])) == {"from", "until"}
    get(node.address, port, "a", "/between")
    eventually(lambda: len(lines()) == 2, "the line is written")
    node.restart()
    get(node.address, port, "a", "/after")
    eventually(lambda: len(lines()) == 3, "the line is written")
    disable(node, "web")
    eventually(lambda: published(node, "web") and not partial(node, "web"), "the log is published")
    paths = [line.request.split(" ")[1].rsplit("/", 1)[1]
             for path in published(node, "web") for line in parse(path.read_text())]
    assert sorted(paths) == ["after", "before", "between"]


def test_a_flood_of_requests_does_not_delay_health(node, logged, make_backend):
    """Each instance that comes and goes under load is noticed, and every request has its line."""
    _, port = logged()
    extra = make_backend("extra", kind=Instance)
    with Load(node.address, port, clients=8, pause=0) as load:
        load.more(500)
        node.register("web", extra.address)
        node.await_state("web", "InService", extra.address)
        extra.stop()
        node.await_state("web", "OutOfService", extra.address, within=30)
        load.stop()
        total = load.total

    def counted():
        files = published(node, "web") + partial(node, "web")
        return sum(len(path.read_text().splitlines()) for path in files)

    eventually(lambda: counted() >= total, f"there are {total} lines", within=30)
    disable(node, "web")
