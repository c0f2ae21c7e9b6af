"""Bad input from the network: each gets its documented answer, and nobody else notices."""

import concurrent.futures
import contextlib
import datetime
import email.utils
import json
import re
import socket
import time
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest

from support import http
from support.addresses import API_PORT, HTTP_PORT, INSTANCE_PORT
from support.load import Load
from support.node import http_listener
from support.refusals import error_of
from support.signing import signed_headers
from support.waiting import eventually, report

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DESCRIBE = "Action=DescribeLoadBalancers&Version=2012-06-01"


def assert_dated(answer):
    """Clients correct their clock by it."""
    date = email.utils.parsedate_to_datetime(answer.headers["date"])
    assert abs((datetime.datetime.now(datetime.timezone.utc) - date).total_seconds()) < 60


def unsigned(node, body=DESCRIBE, method="POST", path="/", headers=None):
    return http.request(node.api_address, API_PORT, method, path, {**FORM, **(headers or {})}, body)


def raw(node, data, timeout=20):
    """What comes back until the server closes."""
    with socket.create_connection((node.api_address, API_PORT), timeout=timeout) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(data)
        received = b""
        with contextlib.suppress(ConnectionResetError):
            while chunk := connection.recv(65536):
                received += chunk
        return received


@pytest.fixture
def works(node):
    """The node still does what it is asked after the test."""
    yield
    assert node.describe_all() == []


pytestmark = pytest.mark.usefixtures("works")

# ---------------------------------------------------------------------------------------------- who asks


def test_no_authentication(node):
    for answer in (unsigned(node), unsigned(node, method="GET", path="/?" + DESCRIBE, body=None),
                   unsigned(node, "Action=DeleteLoadBalancer&LoadBalancerName=x")):
        assert answer.status == 403
        assert error_of(answer) == ("MissingAuthenticationToken", "Request is missing Authentication Token")
        assert_dated(answer)


def test_a_wrong_signature(node):
    identity, secret = node.key
    wrong = secret[:-1] + ("a" if secret[-1] != "a" else "b")
    answer = node.request(body=DESCRIBE, headers=FORM, key=(identity, wrong))
    assert answer.status == 403
    code, text = error_of(answer)
    assert code == "SignatureDoesNotMatch"
    assert text.startswith("The request signature we calculated does not match the signature you provided.")
    assert_dated(answer)


@pytest.mark.parametrize("change", ["body", "path", "query", "method", "header"])
def test_what_was_signed_cannot_be_changed(node, change):
    headers = signed_headers(node.url + "/", node.key, "POST", DESCRIBE.encode(), {**FORM, "X-Amz-Extra": "a"})
    method, path, body = "POST", "/", DESCRIBE
    if change == "body":
        body = DESCRIBE.replace("Describe", "describe")
    elif change == "path":
        path = "/other/"
    elif change == "query":
        path = "/?PageSize=1"
    elif change == "method":
        method = "GET"
    else:
        headers["X-Amz-Extra"] = "b"
    answer = http.request(node.api_address, API_PORT, method, path, headers, body)
    assert answer.status == 403 and error_of(answer)[0] == "SignatureDoesNotMatch"


def test_an_unknown_key(node):
    answer = node.request(body=DESCRIBE, headers=FORM, key=("AKIAUNKNOWNUNKNOWNAA", "x" * 40))
    assert answer.status == 403
    assert error_of(answer) == ("InvalidClientTokenId", "The security token included in the request is invalid.")
    assert_dated(answer)


def test_a_session_token_that_nobody_issued(node):
    answer = node.request(body=DESCRIBE, headers={**FORM, "X-Amz-Security-Token": "abc"})
    assert answer.status == 403 and error_of(answer)[0] == "InvalidClientTokenId"


@pytest.mark.parametrize("minutes, text", [(-6, "Signature expired: "), (6, "Signature not yet current: "),
                                           (-60 * 24 * 400, "Signature expired: ")])
def test_a_clock_that_is_wrong(node, minutes, text):
    answer = node.request(body=DESCRIBE, headers=FORM, shift=datetime.timedelta(minutes=minutes))
    assert answer.status == 403
    code, found = error_of(answer)
    assert code == "SignatureDoesNotMatch" and found.startswith(text)
    assert_dated(answer)


@pytest.mark.parametrize("minutes", [-4, 4])
def test_a_clock_that_is_a_little_wrong(node, minutes):
    assert node.request(body=DESCRIBE, headers=FORM, shift=datetime.timedelta(minutes=minutes)).status == 200


@pytest.mark.parametrize("authorization, names", [
    ("AWS4-HMAC-SHA256", ""),
    ("Basic dXNlcjpwYXNz", "AWS4-HMAC-SHA256"),
    ("AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host", "Signature"),
    ("AWS4-HMAC-SHA256 Credential=a/b/c/d/e, Signature=00", "SignedHeaders"),
    ("AWS4-HMAC-SHA256 SignedHeaders=host, Signature=00", "Credential"),
    ("AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=00", "Credential"),
    ("AWS4-HMAC-SHA256 Credential=a/20150830/c/d/aws4_request, SignedHeaders=host, Signature=00", "Date"),
    ("AWS4-HMAC-SHA256 Credential=a/20150830/c/d/aws4_request, SignedHeaders=x-a, Signature=00", "Host"),
    ("AWS4-HMAC-SHA256 " + "Credential=a/b/c/d/e," * 500, ""),
    ("AWS4-HMAC-SHA256 =,=,=", ""),
])
def test_an_authorization_that_is_none(node, authorization, names):
    answer = unsigned(node, headers={"Authorization": authorization})
    assert answer.status == 400
    code, text = error_of(answer)
    assert code == "IncompleteSignature" and names in text


def test_a_signed_url(node):
    """The other place of a signature; a GET, as browsers make it."""

    def presigned(expires):
        request = botocore.awsrequest.AWSRequest("GET", f"{node.url}/?{DESCRIBE}")
        credentials = botocore.credentials.Credentials(*node.key)
        botocore.auth.SigV4QueryAuth(credentials, "elasticloadbalancing", "local", expires).add_auth(request)
        return urllib.parse.urlsplit(request.url)

    url = presigned(60)
    assert http.get(node.api_address, API_PORT, path=f"/?{url.query}").status == 200
    answer = http.get(node.api_address, API_PORT, path=f"/?{url.query}&PageSize=1")
    assert answer.status == 403 and error_of(answer)[0] == "SignatureDoesNotMatch"
    url = presigned(1)
    time.sleep(2.1)  # until it is over by the clock, which is what is tested
    answer = http.get(node.api_address, API_PORT, path=f"/?{url.query}")
    assert answer.status == 400 and error_of(answer) == ("RequestExpired", "Request has expired")


def test_secrets_stay_out_of_the_log(node):
    node.request(body=DESCRIBE, headers=FORM)
    node.request(body=DESCRIBE, headers=FORM, key=(node.key[0], "wrong-secret-in-a-test"))
    assert node.key[1] not in node.log_text()
    assert "wrong-secret-in-a-test" not in node.log_text()


# ---------------------------------------------------------------------------------------------- what is asked


@pytest.mark.parametrize("body, code, status, text", [
    ("", "MissingAction", 400, "Action"),
    ("Action=&Version=2012-06-01", "MissingAction", 400, "Action"),
    ("Action=Nonsense&Version=2012-06-01", "InvalidAction", 400,
     "Could not find operation Nonsense for version 2012-06-01"),
    ("Action=describeLoadBalancers&Version=2012-06-01", "InvalidAction", 400, ""),
    ("Action=StopNode&Version=2012-06-01", "InvalidAction", 400, ""),
    ("Action=DescribeLoadBalancers&Version=2015-12-01", "InvalidAction", 400,
     "Could not find operation DescribeLoadBalancers for version 2015-12-01"),
    ("Action=DescribeTargetGroups&Version=2015-12-01", "InvalidAction", 400, ""),
    ("Action=DescribeLoadBalancers&Version=1999-01-01", "InvalidAction", 400, ""),
    ("Action=%ff%fe&Version=2012-06-01", "InvalidAction|MalformedQueryString|ValidationError", None, ""),
    ("Action=%zz", "MalformedQueryString", 404, ""),
    ("Action=" + "A" * 100_000, "InvalidAction", 400, ""),
    ("Action=DescribeLoadBalancers&LoadBalancerNames.member.x=a", "ValidationError", 400, ""),
    ("Action=DescribeLoadBalancers&LoadBalancerNames.member.0=a", "ValidationError", 400, ""),
    ("Action=DescribeLoadBalancers&LoadBalancerNames.member.99999999999999999999=a", "ValidationError", 400, ""),
    ("Action=DescribeLoadBalancers&PageSize=1e3", "ValidationError", 400, ""),
    ("Action=DescribeLoadBalancers&PageSize=99999999999999999999", "ValidationError", 400, ""),
    ("Action=DescribeLoadBalancers&LoadBalancerNames.member.1=%00", "ValidationError|MalformedQueryString", None, ""),
    ("Action=DescribeLoadBalancers&LoadBalancerNames.member.1=%c3%28", "ValidationError|MalformedQueryString", None,
     ""),
    ("Action=CreateLoadBalancer&Listeners.member.1=HTTP&LoadBalancerName=x", "ValidationError", 400, ""),
    ("Action=ConfigureHealthCheck&LoadBalancerName=x&HealthCheck=y", "ValidationError", 400, ""),
    ("Action=DescribeLoadBalancers" + "&x=y" * 100_000, "MalformedQueryString|ValidationError", None, ""),
], ids=lambda value: value[:50] if isinstance(value, str) else None)
def test_a_query_that_is_none(node, body, code, status, text):
    answer = node.request(body=body, headers=FORM)
    if answer.status == 200:
        pytest.fail(f"answered with {answer.text[:200]}")
    found, message = error_of(answer)
    assert found in code.split("|")
    assert status is None and 400 <= answer.status < 500 or answer.status == status
    assert text in message and len(message) < 2000


def test_parameters_that_nobody_knows_are_ignored(node):
    for extra in ("Nonsense=1", "Nonsense.member.1.Deeper=1", "a." * 50_000 + "a=1", "=", "Marker"):
        assert node.request(body=f"{DESCRIBE}&{extra}", headers=FORM).status == 200, extra[:50]


def test_an_echoed_text_cannot_break_the_answer(node):
    answer = node.request(body="Action=" + urllib.parse.quote("<x>&\"'</Message>"), headers=FORM)
    assert "<x>&\"'</Message>" in error_of(answer)[1]


def test_json_problems(node):
    def problem(answer):
        assert answer.headers["content-type"] == "application/problem+json"
        value = json.loads(answer.body)
        assert value["status"] == answer.status and value["requestId"] == answer.headers["x-amzn-requestid"]
        assert value["type"] and value["title"] and value["detail"]
        return value["status"], value["code"]

    def post(path, body, **options):
        return node.request(path=path, body=body, headers={"Content-Type": "application/json"}, **options)

    delete = "/v1/actions/DeleteLoadBalancer"
    assert problem(post(delete, "{}")) == (400, "ValidationError")
    assert problem(post(delete, "")) == (400, "ValidationError")
    for text in ("{", "[]", "null", "1", '"x"', "[" * 10_000, '{"LoadBalancerName": 1}', '{"LoadBalancerName": ["x"]}',
                 '{"LoadBalancerName": "x"', '{"LoadBalancerName": "\\ud800"}', "\xff", '{"LoadBalancerName": null}'):
        assert problem(post(delete, text)) == (400, "ValidationError"), text[:50]
    assert problem(post("/v1/actions/Nonsense", "{}")) == (400, "InvalidAction")
    assert problem(post("/v1/actions/", "{}")) == (400, "InvalidAction")
    nowhere = post("/v1/actions/DescribeInstanceHealth", '{"LoadBalancerName": "x"}')
    assert problem(nowhere) == (400, "LoadBalancerNotFound")
    assert problem(unsigned(node, "{}", path=delete)) == (403, "MissingAuthenticationToken")
    assert problem(post(delete, "{}", key=("AKIAUNKNOWNUNKNOWNAA", "x" * 40))) == (403, "InvalidClientTokenId")
    for wish in ("dryRun", "dryRun=1", "dryRun=True", "dryRun=true%20"):
        refused = post(f"{delete}?{wish}", '{"LoadBalancerName": "x"}')
        assert problem(refused) == (400, "InvalidParameterValue"), "what is not understood must not be carried out"


def test_every_verb_is_also_json(node, block):
    address = block.address()
    listener = http_listener(HTTP_PORT, INSTANCE_PORT)

    def done(verb, **members):
        answer = node.action(verb, **members)
        assert answer.status == 200, answer.text
        assert answer.headers["content-type"] == "application/json"
        return json.loads(answer.body)

    name = {"LoadBalancerName": "web"}
    dns_name = done("CreateLoadBalancer", **name, Listeners=[listener], AvailabilityZones=["a"])["DNSName"]
    done("CreateLoadBalancerListeners", **name, Listeners=[http_listener(HTTP_PORT + 1, 81)])
    done("DeleteLoadBalancerListeners", **name, LoadBalancerPorts=[HTTP_PORT + 1])
    assert done("RegisterInstancesWithLoadBalancer", **name, Instances=[{"InstanceId": address}]) == {
        "Instances": [{"InstanceId": address}]}
    check = {"Target": "TCP:80", "Interval": 30, "Timeout": 5, "UnhealthyThreshold": 2, "HealthyThreshold": 2}
    assert done("ConfigureHealthCheck", **name, HealthCheck=check) == {"HealthCheck": check}
    described = done("DescribeLoadBalancers", LoadBalancerNames=["web"])["LoadBalancerDescriptions"]
    assert described[0]["DNSName"] == dns_name and described[0]["HealthCheck"] == check
    assert described[0]["ListenerDescriptions"][0]["Listener"] == listener
    assert done("DescribeInstanceHealth", **name)["InstanceStates"][0]["State"] == "OutOfService"
    assert done("DeregisterInstancesFromLoadBalancer", **name, Instances=[{"InstanceId": address}]) == {"Instances": []}
    assert done("DeleteLoadBalancer", **name) == {}


@pytest.mark.parametrize("path, method, status", [
    ("/healthz", "GET", 200), ("/readyz", "GET", 200), ("/healthz", "POST", 405), ("/readyz", "DELETE", 405),
    ("/", "DELETE", 405), ("/", "PUT", 405), ("/v1/actions/DescribeLoadBalancers", "GET", 405),
    ("/nonsense", "GET", 404), ("/v1/nonsense", "GET", 404), ("/../etc/passwd", "GET", 404),
    ("/v1/actions/../../x", "POST", None),
])
def test_paths_and_methods(node, path, method, status):
    answer = http.request(node.api_address, API_PORT, method, path)
    assert answer.status == status or status is None and 400 <= answer.status < 500
    assert answer.status != 405 or answer.headers["allow"]


# ----------------------------------------------------------------------------------------------- how it is sent


def status_of(received):
    return int(received.split(b" ", 2)[1]) if received.startswith(b"HTTP/1.1 ") else None


@pytest.mark.parametrize("data, status", [
    (b"nonsense\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    (b"GET / HTTP/9.9\r\nHost: a\r\n\r\n", 400),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200, 400),  # TLS to a plain port
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
    (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n", 400),
    (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
    (b"POST / HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\nContent-Length: 1\r\n\r\n", 417),
    (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 40_000 + b"\r\n\r\n", 431),
    (b"GET /" + b"x" * 40_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 431),
    (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 5000 + b"\r\n", 431),
    (b"GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n", 400),
], ids=lambda value: str(value[:40]) if isinstance(value, bytes) else str(value))
def test_a_request_that_is_none(node, data, status):
    assert status_of(raw(node, data)) == status


def test_a_huge_body(node):
    """Refused as soon as it says how long it is, or as soon as it is too long."""
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    assert status_of(raw(node, head + b"Content-Length: 99999999999\r\n\r\n")) == 413
    assert status_of(raw(node, head + b"Content-Length: 2000000\r\n\r\n" + b"x" * 2_000_000)) == 413
    chunk = b"%x\r\n" % 100_000 + b"x" * 100_000 + b"\r\n"
    assert status_of(raw(node, head + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 30)) == 413
    answer = node.request(body="Action=Nonsense&x=" + "y" * 1_000_000, headers=FORM)
    assert error_of(answer)[0] == "InvalidAction"


def test_slow_clients_are_dropped_and_disturb_nobody(own_node, make_backend):
    """Slowloris: 200 connections that say something every now and then, and never finish."""
    node, backend = own_node, make_backend("busy")
    node.create("web", http_listener(HTTP_PORT, INSTANCE_PORT))
    node.register("web", backend.address)
    node.await_state("web", "InService")
    beginnings = [b"", b"P", b"POST / HTTP/1.1\r\nHost: a\r\n",
                  b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999\r\n\r\nabc"]
    slow = []
    with contextlib.ExitStack() as stack, Load(node.address, HTTP_PORT) as load:
        for number in range(200):
            slow.append(stack.enter_context(socket.create_connection((node.api_address, API_PORT), timeout=60)))
            slow[-1].sendall(beginnings[number % 4])
        stopped = concurrent.futures.ThreadPoolExecutor(1)

        def drip():
            alive = list(slow)
            while alive:
                time.sleep(0.5)
                for connection in list(alive):
                    try:
                        connection.sendall(b"a")
                    except OSError:
                        alive.remove(connection)

        dripping = stopped.submit(drip)
        slowest = 0.0
        for _ in range(20):
            start = time.monotonic()
            assert len(node.describe_all()) == 1
            node.register("web", backend.address)
            slowest = max(slowest, time.monotonic() - start)
        report(f"two calls beside 200 slow clients: {slowest * 1000:.0f} ms at most")
        # They are dropped after 10 s, whatever they drip; those that had begun are told so.
        last_words = []
        for connection in slow[:8]:
            received = b""
            with contextlib.suppress(ConnectionResetError):
                while chunk := connection.recv(65536):
                    received += chunk
            last_words.append(status_of(received))
        assert set(last_words) <= {408, None} and 408 in last_words
        dripping.result(60)
        load.more()
    load.assert_nothing_failed()


def test_too_many_connections_of_one_peer_leave_room_for_others(own_node):
    node = own_node
    with contextlib.ExitStack() as stack:
        for _ in range(400):
            connection = stack.enter_context(socket.socket())
            connection.bind(("127.0.0.9", 0))
            connection.settimeout(20)
            with contextlib.suppress(OSError):
                connection.connect((node.api_address, API_PORT))
        assert http.get(node.api_address, API_PORT, path="/healthz").status == 200  # from 127.0.0.1
        assert node.describe_all() == []
    eventually(lambda: raw_from("127.0.0.9", node) == 200, "that peer is welcome again")


def raw_from(source, node):
    with socket.create_connection((node.api_address, API_PORT), 10, (source, 0)) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        with contextlib.suppress(ConnectionResetError):
            return status_of(connection.recv(65536))


def test_bad_requests_from_many_at_once_disturb_nobody(node):
    bad = [lambda: unsigned(node).status, lambda: raw(node, b"nonsense\r\n\r\n"),
           lambda: node.request(body="Action=x", headers=FORM).status,
           lambda: node.action("DeleteLoadBalancer").status]
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        storm = [pool.submit(bad[number % len(bad)]) for number in range(400)]
        for number in range(5):
            node.create("web", http_listener(HTTP_PORT, INSTANCE_PORT))
            assert len(node.describe_all()) == 1
            node.elb.delete_load_balancer(LoadBalancerName="web")
        for one in storm:
            one.result(60)


def test_a_client_that_goes_away_changes_nothing(node):
    """Its request is carried out or not, and the next is answered."""
    body = f"{DESCRIBE}&PageSize=1".encode()
    headers = signed_headers(node.url + "/", node.key, "POST", body, FORM)
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    host = re.sub("^http://", "", node.url)
    text = f"POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(body)}\r\n{head}\r\n".encode() + body
    for length in (10, len(text) - 3, len(text)):
        for _ in range(20):
            with socket.create_connection((node.api_address, API_PORT)) as connection:
                connection.sendall(text[:length])
    assert node.describe_all() == []
