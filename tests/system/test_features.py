"""What attributes and policies do to real traffic: what the client got, and what the back end saw. Each on a node whose
load balancers have addresses of their own, and on one where they share one."""

import contextlib
import http.client
import resource
import select
import socket

import pytest

from support.addresses import HTTP_PORT, INSTANCE_PORT
from support.backends import HttpBackend, TcpBackend
from support.http import get, request
from support.node import http_listener, tcp_listener
from support.waiting import eventually


class Application(HttpBackend):
    """Sets a cookie of its own in each answer."""

    cookie = "session=1; Path=/app; HttpOnly"

    def _answer(self, connection, request):
        self.seen.append(request)
        body = self.name.encode()
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nSet-Cookie: other=2\r\n"
                           f"Set-Cookie: {self.cookie}\r\nConnection: close\r\n\r\n".encode() + body)
        return False


class Silent(HttpBackend):
    """Never answers anything but health checks."""

    def _answer(self, connection, request):
        if request.target == self.health_path:
            return super()._answer(connection, request)
        connection.recv(1)
        return False


class Rubbish(HttpBackend):
    def _answer(self, connection, request):
        connection.sendall(b"this is no HTTP\r\n\r\n")
        return False


@pytest.fixture(params=["pool", "shared"])
def site(request, make_node, block):
    """(node, the address of its only load balancer)"""
    if request.param == "pool":
        address = block.addresses(1)[0]
        return make_node(pool=[f"{address}-{address}"]).start(), address
    node = make_node().start()
    return node, node.address


@pytest.fixture
def serve(site, make_backend):
    """serve(kind, kind, …): load balancer "web" with an HTTP listener over such back ends, all in service."""
    node, _ = site

    def make(*kinds):
        backends = [make_backend(f"back end {number}", kind=kind) for number, kind in enumerate(kinds)]
        node.create("web", http_listener(HTTP_PORT, INSTANCE_PORT))
        node.register("web", *(backend.address for backend in backends))
        node.await_state("web", "InService")
        return backends

    return make


def answer_with_cookies(address, headers=None):
    """(text, {cookie: its whole line})"""
    connection = http.client.HTTPConnection(address, HTTP_PORT, timeout=15)
    try:
        connection.request("GET", "/", headers=headers or {})
        answer = connection.getresponse()
        lines = answer.headers.get_all("Set-Cookie") or []
        return answer.read().decode(), {line.split("=", 1)[0]: line for line in lines}, answer.headers
    finally:
        connection.close()


def value_of(line):
    return line.split("=", 1)[1].split(";")[0]


def modify(node, **groups):
    node.elb.modify_load_balancer_attributes(LoadBalancerName="web", LoadBalancerAttributes=groups)


def stick(node, *names):
    node.elb.set_load_balancer_policies_of_listener(LoadBalancerName="web", LoadBalancerPort=HTTP_PORT,
                                                    PolicyNames=list(names))


# ------------------------------------------------------------------------------------------------ stickiness


def test_the_own_cookie_keeps_a_client_with_its_instance(site, serve):
    node, address = site
    serve(HttpBackend, HttpBackend, HttpBackend)
    node.elb.create_lb_cookie_stickiness_policy(LoadBalancerName="web", PolicyName="own", CookieExpirationPeriod=60)
    stick(node, "own")
    first, cookies, headers = answer_with_cookies(address)
    assert sorted(cookies) == ["AWSELB", "AWSELBCORS"]
    assert cookies["AWSELB"].split(";")[-1].strip() == "MAX-AGE=60"
    assert cookies["AWSELBCORS"].endswith(";PATH=/;MAX-AGE=60;SECURE;SAMESITE=None")
    assert headers["Cache-Control"] == 'no-cache="set-cookie"'
    own, twin = value_of(cookies["AWSELB"]), value_of(cookies["AWSELBCORS"])
    assert own == twin
    for cookie in (f"AWSELB={own}", f"AWSELBCORS={twin}"):
        answers = [answer_with_cookies(address, {"Cookie": cookie}) for _ in range(9)]
        assert {text for text, _, _ in answers} == {first}
        assert all(set_again == {} for _, set_again, _ in answers)
    assert len({answer_with_cookies(address)[0] for _ in range(30)}) == 3


def test_the_own_cookie_lasts_for_the_browsers_session_without_a_period(site, serve):
    node, address = site
    serve(HttpBackend)
    node.elb.create_lb_cookie_stickiness_policy(LoadBalancerName="web", PolicyName="own")
    stick(node, "own")
    _, cookies, _ = answer_with_cookies(address)
    assert "MAX-AGE" not in cookies["AWSELB"] + cookies["AWSELBCORS"]
    stick(node)
    assert answer_with_cookies(address)[1] == {}


def test_the_own_cookie_survives_a_reload(site, serve):
    node, address = site
    serve(HttpBackend, HttpBackend, HttpBackend)
    node.elb.create_lb_cookie_stickiness_policy(LoadBalancerName="web", PolicyName="own")
    stick(node, "own")
    first, cookies, _ = answer_with_cookies(address)
    generation = node.generation()
    modify(node, ConnectionSettings={"IdleTimeout": 50})
    assert node.generation() > generation
    cookie = {"Cookie": f"AWSELB={value_of(cookies['AWSELB'])}"}
    assert {answer_with_cookies(address, cookie)[0] for _ in range(9)} == {first}


def test_a_cookie_beside_the_applications_has_its_attributes(site, serve):
    node, address = site
    serve(Application, Application, Application)
    node.elb.create_app_cookie_stickiness_policy(LoadBalancerName="web", PolicyName="app", CookieName="session")
    stick(node, "app")
    first, cookies, _ = answer_with_cookies(address)
    assert cookies["session"] == Application.cookie and cookies["other"] == "other=2"
    assert cookies["AWSELB"].split(";")[1:] == [" Path=/app", " HttpOnly"]
    cookie = {"Cookie": f"AWSELB={value_of(cookies['AWSELB'])}"}
    assert {answer_with_cookies(address, cookie)[0] for _ in range(9)} == {first}


def test_there_is_no_cookie_while_the_application_sets_none(site, serve):
    node, address = site
    serve(HttpBackend)
    node.elb.create_app_cookie_stickiness_policy(LoadBalancerName="web", PolicyName="app", CookieName="session")
    stick(node, "app")
    assert answer_with_cookies(address)[1] == {}


# -------------------------------------------------------------------------------------------- proxy protocol


def proxy_policy(node, port, names):
    node.elb.set_load_balancer_policies_for_backend_server(LoadBalancerName="web", InstancePort=port,
                                                           PolicyNames=names)


def test_the_proxy_line_goes_before_all_else(site, make_backend):
    node, address = site
    backend = make_backend("echo", kind=TcpBackend)
    node.create("web", tcp_listener(HTTP_PORT, INSTANCE_PORT))
    node.register("web", backend.address)
    node.await_state("web", "InService")
    node.elb.create_load_balancer_policy(
        LoadBalancerName="web", PolicyName="proxy", PolicyTypeName="ProxyProtocolPolicyType",
        PolicyAttributes=[{"AttributeName": "ProxyProtocol", "AttributeValue": "True"}])
    proxy_policy(node, INSTANCE_PORT, ["proxy"])
    with socket.create_connection((address, HTTP_PORT), timeout=15) as connection:
        client, port = connection.getsockname()
        connection.sendall(b"hello\n")
        lines = connection.makefile("rb")
        assert lines.readline() == b"echo\n"
        assert lines.readline() == f"PROXY TCP4 {client} {address} {port} {HTTP_PORT}\r\n".encode()
        assert lines.readline() == b"hello\n"
    proxy_policy(node, INSTANCE_PORT, [])
    with socket.create_connection((address, HTTP_PORT), timeout=15) as connection:
        connection.sendall(b"hello\n")
        assert connection.makefile("rb").read(11) == b"echo\nhello\n"
    assert node.health("web", backend.address)[backend.address][0] == "InService"


# ------------------------------------------------------------------------------------- time-outs and errors


def test_an_instance_that_is_silent_beyond_the_idle_timeout(site, serve):
    node, address = site
    serve(Silent)
    modify(node, ConnectionSettings={"IdleTimeout": 1})
    answer = raw(address, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert answer.startswith("HTTP/1.1 504 GATEWAY_TIMEOUT\r\n")


def test_a_request_that_is_never_completed(site, serve):
    node, address = site
    serve(HttpBackend)
    modify(node, ConnectionSettings={"IdleTimeout": 1})
    # HAProxy's parser says so itself, in words of its own.
    assert raw(address, "GET / HTTP/1.1\r\nHost: a\r\n").startswith("HTTP/1.1 408 ")


def test_connections_are_kept_for_the_idle_timeout(site, make_backend):
    node, address = site
    backend = make_backend("echo", kind=TcpBackend)
    node.create("web", tcp_listener(HTTP_PORT, INSTANCE_PORT))
    node.register("web", backend.address)
    node.await_state("web", "InService")
    modify(node, ConnectionSettings={"IdleTimeout": 2})
    with socket.create_connection((address, HTTP_PORT), timeout=30) as connection:
        assert connection.recv(100) == b"echo\n"
        assert connection.recv(100) == b""  # with ELB's default this would not come for a minute


def raw(address, text):
    with socket.create_connection((address, HTTP_PORT), timeout=30) as connection:
        connection.sendall(text.encode())
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
            if b"\r\n\r\n" in answer:
                break
    return answer.decode("latin-1")


def test_answers_for_what_goes_wrong_are_elbs(site, serve):
    node, address = site
    [rubbish] = serve(Rubbish)
    assert raw(address, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").startswith("HTTP/1.1 502 BAD_GATEWAY\r\n")
    method = "M" * 128
    assert raw(address, f"{method} / HTTP/1.1\r\nHost: a\r\n\r\n").startswith("HTTP/1.1 405 METHOD_NOT_ALLOWED\r\n")
    node.deregister("web", rubbish.address)
    empty = raw(address, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert empty.startswith("HTTP/1.1 503 Service Unavailable: Back-end server is at capacity\r\n")
    assert "content-length: 0" in empty.lower()


# ---------------------------------------------------------------------------------------------- desync modes


def desync(node, mode):
    modify(node, AdditionalAttributes=[{"Key": "elb.http.desyncmitigationmode", "Value": mode}])


AMBIGUOUS = "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"
EIGHT_BIT = "GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n"


def status(address, text):
    with socket.create_connection((address, HTTP_PORT), timeout=30) as connection:
        connection.sendall(text.encode("latin-1"))
        return int(connection.recv(100).split(b" ")[1])


@pytest.mark.parametrize("mode, ambiguous, eight_bit", [("monitor", 200, 200), ("defensive", 200, 400),
                                                        ("strictest", 400, 400)])
def test_what_each_desync_mode_lets_pass(site, serve, mode, ambiguous, eight_bit):
    node, address = site
    serve(HttpBackend)
    desync(node, mode)
    assert (status(address, AMBIGUOUS), status(address, EIGHT_BIT)) == (ambiguous, eight_bit)
    assert get(address, HTTP_PORT).status == 200


# ------------------------------------------------------------------------------------------------ the queue


def test_more_connections_than_an_instance_takes_wait_for_it(site, serve):
    """And are served by and by: the surge queue."""
    node, address = site
    [backend] = serve(HttpBackend)
    node.elb.add_tags(LoadBalancerNames=["web"], Tags=[{"Key": "elastic-haproxy:max-connections", "Value": "1"}])
    backend.delay = 0.2
    waiting = [socket.create_connection((address, HTTP_PORT), timeout=30) for _ in range(5)]
    for connection in waiting:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert all(connection.recv(100).startswith(b"HTTP/1.1 200") for connection in waiting)
    for connection in waiting:
        connection.close()


@pytest.fixture
def many_descriptors():
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_what_comes_after_a_full_queue_is_refused_at_once(site, serve, many_descriptors):
    """Spillover. HAProxy's threads look at the queue's length at the same moment, so it can be one longer for each."""
    queue, more, threads = 1024, 8, 2
    node, address = site
    serve(Silent)
    node.elb.add_tags(LoadBalancerNames=["web"], Tags=[{"Key": "elastic-haproxy:max-connections", "Value": "1"}])
    with contextlib.ExitStack() as open_connections:
        poll, by_number = select.poll(), {}
        for _ in range(1 + queue + more):
            connection = open_connections.enter_context(socket.create_connection((address, HTTP_PORT), timeout=30))
            connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            poll.register(connection, select.POLLIN)
            by_number[connection.fileno()] = connection
        refused = eventually(lambda: [number for number, _ in found] if len(found := poll.poll(0)) > more - threads
                             else None, "those who came too late are answered")
        assert len(refused) <= more
        for number in refused:
            assert by_number[number].recv(1000).startswith(
                b"HTTP/1.1 503 Service Unavailable: Back-end server is at capacity\r\n")


def test_post_bodies_and_forwarded_headers_reach_the_instance(site, serve):
    node, address = site
    [backend] = serve(HttpBackend)
    answer = request(address, HTTP_PORT, "POST", "/form", {"X-Forwarded-For": "192.0.2.1"}, body=b"a=b")
    assert answer.status == 200
    [seen] = backend.seen
    assert seen.all("x-forwarded-for")[0].startswith("192.0.2.1, ")
    assert (seen.header("x-forwarded-proto"), seen.header("x-forwarded-port")) == ("http", str(HTTP_PORT))
