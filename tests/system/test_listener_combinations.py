"""Every pair of protocols that a listener and its instances may speak: what the client got, and what the instance saw,
byte by byte. Each on a node whose load balancers have addresses of their own, and on one where they share one."""

import collections
import socket
import ssl

import pytest

from support.addresses import INSTANCE_PORT
from support.backends import Backend, Request
from support.node import listener

PORT = 8443
LOCAL = "127.0.0.1"  # from which all clients of a test come
HOST = "shop.example"
EVERY_BYTE = bytes(range(256)) * 300  # more than fits into one record of TLS, or one buffer of HAProxy

# protocol of the listener, protocol to the instance
COMBINATIONS = [
    ("HTTP", "HTTP"),
    ("HTTP", "HTTPS"),
    ("HTTPS", "HTTP"),
    ("HTTPS", "HTTPS"),
    ("TCP", "TCP"),
    ("TCP", "SSL"),
    ("SSL", "TCP"),
    ("SSL", "SSL"),
]
SECURE = {"HTTPS", "SSL"}


Seen = collections.namedtuple("Seen", "tls head body")


class Witness(Backend):
    """Remembers everything that was said to it, and whether by TLS. Connections on which nothing is said are health
    checks."""

    def __init__(self, *arguments, **options):
        self.seen = collections.deque()
        super().__init__(*arguments, **options)

    def _remember(self, connection, head, body):
        self.seen.append(Seen(isinstance(connection, ssl.SSLSocket), head, body))


class HttpWitness(Witness):
    """Sends back the body of a request."""

    def _talk(self, connection):
        received = b""
        while b"\r\n\r\n" not in received:
            received += heard(connection)
        head, body = received.split(b"\r\n\r\n", 1)
        length = int(Request(head).header("content-length") or 0)
        while len(body) < length:
            body += heard(connection)
        self._remember(connection, head, body)
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nX-Mine: kept\r\n"
                           "Connection: close\r\n\r\n".encode() + body)


class TcpWitness(Witness):
    """Sends back what it got, once that is as long as EVERY_BYTE."""

    def _talk(self, connection):
        body = b""
        while len(body) < len(EVERY_BYTE):
            body += heard(connection)
        self._remember(connection, b"", body)
        connection.sendall(body)


def heard(connection):
    chunk = connection.recv(65536)
    if not chunk:
        raise ConnectionResetError("the other side has said less than it announced")
    return chunk


@pytest.fixture(scope="module", params=["pool", "shared"])
def site(request, make_lasting_node, block):
    """(node, the address of its only load balancer)"""
    if request.param == "pool":
        address = block.address()
        return make_lasting_node(pool=[f"{address}-{address}"]).start(), address
    node = make_lasting_node().start()
    return node, node.address


@pytest.fixture(scope="module")
def listeners_certificate(site, authority):
    node, _ = site
    return node.upload(HOST, authority.issue(HOST))


@pytest.fixture
def serve(site, make_backend, listeners_certificate, certificate):
    """serve("HTTP", "HTTPS") is the instance behind a load balancer of that kind, in service."""
    node, _ = site

    def make(protocol, instance_protocol):
        kind = HttpWitness if protocol.startswith("HTTP") else TcpWitness
        secured = {"certificate": certificate} if instance_protocol in SECURE else {}
        backend = make_backend("witness", kind=kind, **secured)
        front = listener(protocol, PORT, INSTANCE_PORT, instance_protocol)
        if protocol in SECURE:
            front["SSLCertificateId"] = listeners_certificate
        node.create("web", front)
        node.register("web", backend.address)
        node.await_state("web", "InService")
        return backend

    yield make
    node.elb.delete_load_balancer(LoadBalancerName="web")


@pytest.fixture
def connect(site, authority):
    """connect("HTTPS"): a connection to the listener, as a client of that protocol makes one, that trusts no
    certificate but the listener's."""
    _, address = site

    def make(protocol):
        plain = socket.create_connection((address, PORT), timeout=30)
        if protocol not in SECURE:
            return plain
        return ssl.create_default_context(cafile=authority.trust).wrap_socket(plain, server_hostname=HOST)

    return make


def conversation(connection, sent):
    """All that comes back until the other side closes, or until as much has come as was sent."""
    connection.sendall(sent)
    received = b""
    while chunk := connection.recv(65536):
        received += chunk
        if received.startswith(EVERY_BYTE):
            break
    return received


def all_pairs(*protocols):
    pairs = [pair for pair in COMBINATIONS if pair[0] in protocols]
    return pytest.mark.parametrize("protocol, instance_protocol", pairs, ids=[" to ".join(pair) for pair in pairs])


@all_pairs("HTTP", "HTTPS")
def test_requests(serve, connect, protocol, instance_protocol):
    backend = serve(protocol, instance_protocol)
    head = (f"POST /a%20b?c=%2f&d HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {len(EVERY_BYTE)}\r\n"
            "X-Forwarded-Proto: gopher\r\nX-Forwarded-Port: 1\r\nConnection: close\r\n\r\n")
    with connect(protocol) as connection:
        answer = conversation(connection, head.encode() + EVERY_BYTE)

    answered, body = answer.split(b"\r\n\r\n", 1)
    assert answered.startswith(b"HTTP/1.1 200 OK\r\n") and b"\r\nx-mine: kept" in answered.lower()
    assert body == EVERY_BYTE
    [seen] = backend.seen
    assert seen.tls == (instance_protocol == "HTTPS")
    assert seen.body == EVERY_BYTE
    request = Request(seen.head)
    assert (request.method, request.target, request.all("host")) == ("POST", "/a%20b?c=%2f&d", [HOST])
    assert request.all("x-forwarded-for") == [LOCAL]
    assert request.all("x-forwarded-proto") == [protocol.lower()]
    assert request.all("x-forwarded-port") == [str(PORT)]


@all_pairs("TCP", "SSL")
def test_streams(serve, connect, protocol, instance_protocol):
    backend = serve(protocol, instance_protocol)
    with connect(protocol) as connection:
        assert conversation(connection, EVERY_BYTE) == EVERY_BYTE
    [seen] = backend.seen
    assert seen.tls == (instance_protocol == "SSL")
    assert seen.body == EVERY_BYTE


@all_pairs("HTTPS", "SSL")
def test_a_listener_of_tls_serves_nothing_else(serve, connect, protocol, instance_protocol):
    backend = serve(protocol, instance_protocol)
    with connect("TCP") as connection:
        connection.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        assert not connection.recv(100).startswith(b"HTTP/1.1 200")
    assert not backend.seen
