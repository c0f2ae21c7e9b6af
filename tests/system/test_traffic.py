"""Traffic through load balancers of every kind, with addresses of their own and with a shared one."""

import concurrent.futures
import socket

import botocore.exceptions
import pytest

from support.addresses import HTTP_PORT, INSTANCE_PORT, OTHER_INSTANCE_PORT
from support.http import get, request
from support.node import http_listener, tcp_listener
from support.waiting import eventually

LOCAL = "127.0.0.1"  # from which all clients of a test come


@pytest.fixture
def serve(make_backend):
    """serve(node, "web", port) is a load balancer with one healthy HTTP instance, which is given."""

    def make(node, name, port, **parameters):
        backend = make_backend(f"of {name}")
        backend.dns_name = node.create(name, http_listener(port, INSTANCE_PORT), **parameters)
        node.register(name, backend.address)
        node.await_state(name, "InService")
        return backend

    return make


def echo(address, port, *lines):
    """What a TcpBackend answers."""
    with socket.create_connection((address, port), timeout=10) as connection, connection.makefile("rb") as answers:
        for line in lines:
            connection.sendall(line.encode() + b"\n")
        return [answers.readline().decode().strip() for _ in range(len(lines) + 1)]


def hosts(node):
    """{DNS name: address} of the file that the daemon writes for /etc/hosts or dnsmasq."""
    lines = [line.split() for line in (node.data / "hosts").read_text().splitlines() if not line.startswith("#")]
    return {name: address for address, *names in lines for name in names}


# ------------------------------------------------------------------------------------ one port, two of them


@pytest.fixture
def pool(block):
    return block.addresses(3)


@pytest.fixture
def pool_node(make_node, pool):
    return make_node(pool=[f"{pool[0]}-{pool[-1]}"]).start()


def test_with_a_pool_each_has_an_address_of_its_own(pool_node, pool, serve):
    one, two = serve(pool_node, "one", HTTP_PORT), serve(pool_node, "two", HTTP_PORT)
    where = eventually(lambda: len(hosts(pool_node)) == 2 and hosts(pool_node), "both names are in DATA/hosts")
    assert set(where) == {one.dns_name, two.dns_name}
    assert where[one.dns_name] != where[two.dns_name] and set(where.values()) <= set(pool)
    for backend in (one, two):
        # Whatever host the client thinks it is.
        assert get(where[backend.dns_name], HTTP_PORT, "anything").text == backend.name
        assert get(where[backend.dns_name], HTTP_PORT, one.dns_name).text == backend.name
    zone = (pool_node.data / "zone").read_text()
    assert all(f"{name}. 60 IN A {address}\n" in zone for name, address in where.items())


def test_a_pool_keeps_its_addresses_and_takes_them_back(pool_node, pool, serve):
    names = ["one", "two", "three"]
    backends = {name: serve(pool_node, name, HTTP_PORT) for name in names}
    where = hosts(pool_node)
    assert sorted(where.values()) == sorted(pool)

    with pytest.raises(botocore.exceptions.ClientError, match="InvalidConfigurationRequest") as caught:
        pool_node.create("four", http_listener(HTTP_PORT, INSTANCE_PORT))
    assert "address" in str(caught.value)
    assert len(pool_node.describe_all()) == 3

    pool_node.restart()
    assert hosts(pool_node) == where
    pool_node.elb.delete_load_balancer(LoadBalancerName="two")
    four = serve(pool_node, "four", HTTP_PORT)
    freed = where[backends["two"].dns_name]
    eventually(lambda: hosts(pool_node).get(four.dns_name) == freed, "the address is used again")
    for name in ("one", "three"):
        assert get(where[backends[name].dns_name], HTTP_PORT).text == f"of {name}"


def test_with_a_pool_two_may_share_a_tcp_port(pool_node, make_tcp_backend):
    for name in ("a", "b"):
        backend = make_tcp_backend(name)
        pool_node.create(name, tcp_listener(2525, INSTANCE_PORT))
        pool_node.register(name, backend.address)
        pool_node.await_state(name, "InService")
    described = {item["LoadBalancerName"]: item["DNSName"] for item in pool_node.describe_all()}
    where = eventually(lambda: len(hosts(pool_node)) == 2 and hosts(pool_node), "both names are in DATA/hosts")
    for name, dns_name in described.items():
        assert echo(where[dns_name], 2525, "x") == [name, "x"]


def test_without_a_pool_the_host_decides(node, serve):
    one = serve(node, "one", HTTP_PORT)
    # Alone on its port, it gets everything.
    assert get(node.address, HTTP_PORT, "anything.test").text == one.name
    tags = [{"Key": "elastic-haproxy:hostnames", "Value": "www.two.test two.test"}]
    two = serve(node, "two", HTTP_PORT, Tags=tags)

    for backend in (one, two):
        name = backend.dns_name
        for host in (name, name.upper(), f"{name}:{HTTP_PORT}", f"{name}:1"):
            assert get(node.address, HTTP_PORT, host).text == backend.name, host
    for host in ("www.two.test", "two.test", "WWW.two.test:80"):
        assert get(node.address, HTTP_PORT, host).text == two.name, host
    for host in ("anything.test", "two", "x.two.test", node.address):
        assert get(node.address, HTTP_PORT, host).status == 404, host
    assert hosts(node)[one.dns_name] == hosts(node)[two.dns_name] == node.address

    node.elb.delete_load_balancer(LoadBalancerName="one")
    assert get(node.address, HTTP_PORT, one.dns_name).text == two.name  # alone again


def test_one_of_many_that_share_a_port(node, serve):
    backends = [serve(node, f"number-{number}", HTTP_PORT) for number in range(6)]
    for backend in backends:
        assert get(node.address, HTTP_PORT, backend.dns_name).text == backend.name


@pytest.mark.parametrize("first, second", [
    (tcp_listener, tcp_listener), (tcp_listener, http_listener), (http_listener, tcp_listener)])
def test_without_a_pool_a_tcp_port_belongs_to_one(node, ports, first, second):
    port = ports()
    node.create("first", first(port, INSTANCE_PORT))
    node.create("second", http_listener(ports(), INSTANCE_PORT))
    before = node.describe_all()
    for attempt in (lambda: node.create("third", second(port, INSTANCE_PORT)),
                    lambda: node.elb.create_load_balancer_listeners(LoadBalancerName="second",
                                                                    Listeners=[second(port, INSTANCE_PORT)])):
        with pytest.raises(botocore.exceptions.ClientError) as caught:
            attempt()
        error = caught.value.response["Error"]
        assert error["Code"] == "InvalidConfigurationRequest"
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409
        assert "first" in error["Message"] and str(port) in error["Message"]
    assert node.describe_all() == before


# --------------------------------------------------------------------------------------------- other protocols


def test_tcp(node, make_tcp_backend, ports):
    backends = [make_tcp_backend(name) for name in ("one", "two")]
    port = ports()
    node.create("tcp", tcp_listener(port, INSTANCE_PORT))
    node.register("tcp", *(backend.address for backend in backends))
    node.await_state("tcp", "InService")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        talk = [pool.submit(echo, node.address, port, f"first {number}", f"second {number}") for number in range(40)]
        answers = [one.result(60) for one in talk]
    assert [answer[1:] for answer in answers] == [[f"first {number}", f"second {number}"] for number in range(40)]
    # In turn, so evenly; two threads of HAProxy may each begin with the same one.
    counts = {name: sum(answer[0] == name for answer in answers) for name in ("one", "two")}
    assert all(15 <= count <= 25 for count in counts.values()), counts


def test_a_tcp_connection_outlives_reloads(node, make_tcp_backend, ports):
    backend = make_tcp_backend("long")
    port = ports()
    node.create("long", tcp_listener(port, INSTANCE_PORT))
    node.register("long", backend.address)
    node.await_state("long", "InService")
    with socket.create_connection((node.address, port), timeout=10) as connection, connection.makefile("rb") as answers:
        assert answers.readline() == b"long\n"
        for number in range(3):
            node.create(f"other-{number}", http_listener(ports(), INSTANCE_PORT))
            connection.sendall(f"{number}\n".encode())
            assert answers.readline() == f"{number}\n".encode()


def test_http_to_https(node, make_backend, ports, certificate):
    backend = make_backend("secure", certificate=certificate)
    port = ports()
    node.create("secure", http_listener(port, INSTANCE_PORT, "HTTPS"))
    node.register("secure", backend.address)
    node.await_state("secure", "InService")
    assert {get(node.address, port).text for _ in range(10)} == {"secure"}
    assert backend.seen[0].header("X-Forwarded-Proto") == "http"


def test_tcp_to_ssl(node, make_tcp_backend, ports, certificate):
    backend = make_tcp_backend("secure", certificate=certificate)
    port = ports()
    node.create("secure", tcp_listener(port, INSTANCE_PORT, "SSL"))
    node.register("secure", backend.address)
    node.await_state("secure", "InService")
    assert echo(node.address, port, "a", "b") == ["secure", "a", "b"]


def test_several_listeners_of_one_load_balancer(node, make_backend, make_tcp_backend, ports):
    web = make_backend("web")
    lines = make_tcp_backend("lines", address=web.address, port=OTHER_INSTANCE_PORT)
    first, second, third = ports(), ports(), ports()
    node.create("several", http_listener(first, INSTANCE_PORT), http_listener(second, INSTANCE_PORT),
                tcp_listener(third, OTHER_INSTANCE_PORT))
    node.register("several", web.address)
    node.await_state("several", "InService")
    assert get(node.address, first).text == get(node.address, second).text == "web"
    assert echo(node.address, third, "x") == ["lines", "x"]
    assert lines.lines == 1
    assert [seen.header("X-Forwarded-Port") for seen in web.seen] == [str(first), str(second)]


# ------------------------------------------------------------------------------------ what instances are told


@pytest.mark.parametrize("given, seen", [
    ([], [LOCAL]),
    (["10.1.2.3"], [f"10.1.2.3, {LOCAL}"]),
    (["10.1.2.3, 10.4.5.6"], [f"10.1.2.3, 10.4.5.6, {LOCAL}"]),
    # Several lines cannot be joined, so the address gets its own: the same list by the rules of HTTP.
    (["10.1.2.3", "10.4.5.6"], ["10.1.2.3", "10.4.5.6", LOCAL]),
], ids=["none", "one", "a list", "several lines"])
def test_x_forwarded_for(node, serve, given, seen):
    backend = serve(node, "web", HTTP_PORT)
    lines = "".join(f"X-Forwarded-For: {value}\r\n" for value in given)
    with socket.create_connection((node.address, HTTP_PORT), timeout=10) as connection:
        connection.sendall(f"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{lines}\r\n".encode())
        with connection.makefile("rb") as answer:
            assert b" 200 " in answer.readline()
            answer.read()
    assert backend.seen[-1].all("X-Forwarded-For") == seen


def test_x_forwarded_proto_and_port_cannot_be_forged(node, serve):
    backend = serve(node, "web", HTTP_PORT)
    forged = {"X-Forwarded-Proto": "https", "X-Forwarded-Port": "443", "x-forwarded-port": "444"}
    assert get(node.address, HTTP_PORT, headers=forged).status == 200
    seen = backend.seen[-1]
    assert seen.all("X-Forwarded-Proto") == ["http"]
    assert seen.all("X-Forwarded-Port") == [str(HTTP_PORT)]


def test_requests_arrive_as_they_were_sent(node, serve):
    backend = serve(node, "web", HTTP_PORT)
    headers = {"Host": "shop.test", "X-Mine": "a  b", "Cookie": "a=1; b=2", "Content-Type": "text/plain"}
    answer = request(node.address, HTTP_PORT, "PUT", "/a%20b/../c?x=%2f&y", headers, b"x" * 100_000)
    assert (answer.status, answer.text) == (200, backend.name)
    seen = backend.seen[-1]
    assert (seen.method, seen.target) == ("PUT", "/a%20b/../c?x=%2f&y")
    for name, value in headers.items():
        assert seen.all(name) == [value]


def test_a_load_balancer_without_a_healthy_instance_answers_503(node, block, ports):
    port = ports()
    node.create("empty", http_listener(port, INSTANCE_PORT))
    assert get(node.address, port).status == 503
    node.register("empty", block.address())  # nobody listens there
    assert get(node.address, port).status == 503
