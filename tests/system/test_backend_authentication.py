"""Backend server authentication: only instances whose certificate chain holds one of the policy's public keys get
traffic. Each on a node whose load balancers have addresses of their own, and on one where they share one."""

import concurrent.futures
import http.client
import os
import signal
import socket
import ssl
import subprocess

import pytest

from support.addresses import INSTANCE_PORT
from support.backends import HttpBackend, TcpBackend
from support.http import get
from support.load import Load
from support.node import http_listener, tcp_listener
from support.waiting import LONG, eventually, measured, report

PORT = 8443
WRONG = "Instance does not present a certificate with a public key that the backend server authentication policy accepts."
HELD = ("OutOfService", "Instance", WRONG)


class Renewing:
    """A back end that shows another certificate to whoever comes next."""

    def show(self, *files):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*files)
        self._tls = context


class SecureHttp(Renewing, HttpBackend):
    pass


class SecureTcp(Renewing, TcpBackend):
    pass


KINDS = {"HTTPS": (SecureHttp, http_listener), "SSL": (SecureTcp, tcp_listener)}


@pytest.fixture(scope="module", params=["pool", "shared"])
def site(request, make_lasting_node, block):
    """(node, the address of its only load balancer)"""
    if request.param == "pool":
        address = block.address()
        return make_lasting_node(pool=[f"{address}-{address}"]).start(), address
    node = make_lasting_node().start()
    return node, node.address


@pytest.fixture
def node(site):
    node, _ = site
    yield node
    for description in node.describe_all():
        node.elb.delete_load_balancer(LoadBalancerName=description["LoadBalancerName"])


class Keys:
    """Keys, and certificates for them."""

    def __init__(self, folder):
        self.folder = folder
        self._count = 0

    def _openssl(self, *arguments):
        done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, cwd=self.folder)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def make(self, name):
        self._openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-out", f"{name}.key")
        return name

    def public(self, name):
        """As a policy of the type PublicKeyPolicyType takes it."""
        lines = self._openssl("pkey", "-in", f"{name}.key", "-pubout").splitlines()
        return "".join(line for line in lines if not line.startswith("-----"))

    def certify(self, name, by=None, more=()):
        """A new certificate for the key, which signs it itself unless another one does: (certificates, key), as files.
        `more` are further certificates to be shown behind it."""
        self._count += 1
        made = self.folder / f"{name}-{self._count}.pem"
        self._openssl("req", "-new", "-key", f"{name}.key", "-subj", f"/CN={name}", "-out", "request.csr")
        signing = ["-CA", by[0], "-CAkey", by[1], "-CAcreateserial"] if by else ["-signkey", f"{name}.key"]
        self._openssl("x509", "-req", "-in", "request.csr", "-days", "2", *map(str, signing), "-out", str(made))
        with made.open("a") as file:
            file.writelines(path.read_text() for path in more)
        return made, self.folder / f"{name}.key"


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    keys = Keys(tmp_path_factory.mktemp("keys"))
    for name in ("right", "other", "wrong"):
        keys.make(name)
    return keys


def create_key_policy(node, name, key):
    node.elb.create_load_balancer_policy(
        LoadBalancerName="web", PolicyName=name, PolicyTypeName="PublicKeyPolicyType",
        PolicyAttributes=[{"AttributeName": "PublicKey", "AttributeValue": key}])


def demand(node, keys, *names):
    """A policy that accepts the keys of these names, in force at the instances' port."""
    for name in names:
        create_key_policy(node, f"key-{name}", keys.public(name))
    policy = f"trust-{'-'.join(names)}"
    node.elb.create_load_balancer_policy(
        LoadBalancerName="web", PolicyName=policy, PolicyTypeName="BackendServerAuthenticationPolicyType",
        PolicyAttributes=[{"AttributeName": "PublicKeyPolicyName", "AttributeValue": f"key-{name}"} for name in names])
    put_in_force(node, policy)


def put_in_force(node, *policies, port=INSTANCE_PORT):
    node.elb.set_load_balancer_policies_for_backend_server(LoadBalancerName="web", InstancePort=port,
                                                           PolicyNames=list(policies))


@pytest.fixture
def serve(node, make_backend, keys):
    """serve("HTTPS", "right", "wrong"): load balancer "web" in front of instances with certificates for these keys, all
    in service."""

    def make(protocol, *names):
        kind, front = KINDS[protocol]
        backends = [make_backend(name, kind=kind, certificate=keys.certify(name)) for name in names]
        node.create("web", front(PORT, INSTANCE_PORT, protocol))
        node.register("web", *(backend.address for backend in backends))
        node.await_state("web", "InService")
        return backends

    return make


@pytest.fixture
def ask(site):
    """ask("HTTPS"): what the client of such a load balancer gets: an instance's name, the status of an error, or
    nothing when the connection is closed."""
    _, address = site

    def by_http():
        answer = get(address, PORT)
        return answer.text if answer.status == 200 else answer.status

    def by_tcp():
        try:
            with socket.create_connection((address, PORT), timeout=15) as connection:
                connection.sendall(b"hello\n")
                with connection.makefile("rb") as lines:
                    return lines.readline().decode().strip() or None
        except ConnectionResetError:
            return None

    return {"HTTPS": by_http, "SSL": by_tcp}.__getitem__


def refusal(protocol):
    return [502, 503] if protocol == "HTTPS" else [None]


both = pytest.mark.parametrize("protocol", ["HTTPS", "SSL"])


@both
def test_the_right_key_passes_and_the_wrong_one_does_not(node, serve, ask, keys, protocol):
    right, wrong = serve(protocol, "right", "wrong")
    asked = ask(protocol)
    assert {asked() for _ in range(10)} == {"right", "wrong"}
    demand(node, keys, "right")
    assert {asked() for _ in range(20)} == {"right"}
    health = node.health("web", right.address, wrong.address)
    assert health == {right.address: ("InService", "N/A", "N/A"), wrong.address: HELD}
    shown = node.request("GET", "/v1/load-balancers/web").text
    assert WRONG in shown

    put_in_force(node)
    assert {asked() for _ in range(10)} == {"right", "wrong"}
    node.await_state("web", "InService")


@both
def test_nothing_is_served_when_no_instance_has_the_key(node, serve, ask, keys, protocol):
    [wrong] = serve(protocol, "wrong")
    demand(node, keys, "right")
    assert all(ask(protocol)() in refusal(protocol) for _ in range(5))
    assert node.health("web") == {wrong.address: HELD}
    put_in_force(node)
    assert ask(protocol)() == "wrong"


@both
def test_several_keys(node, serve, ask, keys, protocol):
    right, other, wrong = serve(protocol, "right", "other", "wrong")
    demand(node, keys, "right", "other")
    assert {ask(protocol)() for _ in range(20)} == {"right", "other"}
    assert [node.health("web")[backend.address][0] for backend in (right, other, wrong)] == [
        "InService", "InService", "OutOfService"]


@both
def test_instances_that_come_later_are_judged_before_they_serve(node, serve, make_backend, ask, keys, protocol):
    serve(protocol, "right")
    demand(node, keys, "right", "other")
    kind, _ = KINDS[protocol]
    wrong = make_backend("wrong", kind=kind, certificate=keys.certify("wrong"))
    other = make_backend("other", kind=kind, certificate=keys.certify("other"))
    node.register("web", wrong.address, other.address)
    node.await_state("web", "InService", other.address)
    eventually(lambda: node.health("web", wrong.address)[wrong.address] == HELD, "the wrong one is held")
    assert {ask(protocol)() for _ in range(20)} == {"right", "other"}
    assert not getattr(wrong, "requests", 0)


@both
def test_a_renewed_certificate_with_the_same_key(node, serve, ask, keys, protocol):
    """Is found by the answers refused, long before the next check of health, and needs no reload."""
    [right] = serve(protocol, "right")
    demand(node, keys, "right")
    generation = node.generation()
    assert ask(protocol)() == "right"
    right.show(*keys.certify("right"))
    right.stop()  # and what HAProxy has open with it
    right.start()
    took = measured(lambda: ask(protocol)() == "right", "the renewed certificate is accepted")
    report(f"{protocol}: a renewed certificate is accepted after {took:.2f} s")
    assert took < 5
    assert all(ask(protocol)() == "right" for _ in range(10))
    assert node.generation() == generation


@both
def test_another_key_in_place_of_the_right_one(node, serve, ask, keys, protocol):
    """HAProxy itself lets no answer pass, before anybody has looked again; the instance gets no traffic afterwards."""
    [right] = serve(protocol, "right")
    node.check_quickly("web", f"TCP:{INSTANCE_PORT}")
    demand(node, keys, "right")
    assert ask(protocol)() == "right"
    right.show(*keys.certify("wrong"))
    right.stop()
    right.start()
    assert ask(protocol)() in refusal(protocol)
    eventually(lambda: ask(protocol)() in refusal(protocol) and node.health("web") == {right.address: HELD},
               "the instance is held")
    right.show(*keys.certify("right"))
    eventually(lambda: ask(protocol)() == "right", "the instance serves again", within=LONG)
    node.await_state("web", "InService")


def test_any_certificate_of_the_chain_that_signed_the_one_before(node, serve, ask, keys):
    [issued] = serve("HTTPS", "wrong")
    authority = keys.certify("right")
    issued.show(*keys.certify("wrong", by=authority, more=[authority[0]]))
    demand(node, keys, "right")
    assert ask("HTTPS")() == "wrong"
    assert node.health("web")[issued.address][0] == "InService"


def test_a_certificate_that_anybody_could_append_proves_nothing(node, serve, ask, keys):
    [foreign] = serve("HTTPS", "wrong")
    foreign.show(*keys.certify("wrong", more=[keys.certify("right")[0]]))
    demand(node, keys, "right")
    assert ask("HTTPS")() in refusal("HTTPS")
    assert node.health("web") == {foreign.address: HELD}


def test_requests_go_on_while_keys_begin_to_matter(site, node, serve, keys):
    _, address = site
    serve("HTTPS", "right", "right")
    with Load(address, PORT) as load:
        load.more()
        demand(node, keys, "right", "other")
        put_in_force(node)
        put_in_force(node, "trust-right-other")
        load.more()
    load.assert_nothing_failed()


def test_a_draining_instance_may_finish(site, node, serve, keys):
    _, address = site
    leaving, staying = serve("HTTPS", "right", "other")
    demand(node, keys, "right", "other")
    node.elb.modify_load_balancer_attributes(
        LoadBalancerName="web", LoadBalancerAttributes={"ConnectionDraining": {"Enabled": True, "Timeout": 60}})
    for backend in (leaving, staying):
        backend.delay = 3
    with concurrent.futures.ThreadPoolExecutor() as pool:
        answers = [pool.submit(get, address, PORT) for _ in range(4)]
        eventually(lambda: leaving.requests >= 1, "a request is with the one that leaves")
        node.deregister("web", leaving.address)
        assert sorted({answer.result().text for answer in answers}) == ["other", "right"]


def test_behind_a_proxy_line(node, make_backend, keys, site):
    class Lined(SecureHttp):
        def _serve(self, connection):
            line = b""
            while not line.endswith(b"\r\n"):
                byte = connection.recv(1)
                if not byte:
                    return connection.close()
                line += byte
            self.lines_seen = line
            return super()._serve(connection)

    _, address = site
    backend = make_backend("lined", kind=Lined, certificate=keys.certify("right"))
    node.create("web", http_listener(PORT, INSTANCE_PORT, "HTTPS"))
    node.register("web", backend.address)
    node.await_state("web", "InService")
    node.elb.create_load_balancer_policy(
        LoadBalancerName="web", PolicyName="proxy", PolicyTypeName="ProxyProtocolPolicyType",
        PolicyAttributes=[{"AttributeName": "ProxyProtocol", "AttributeValue": "true"}])
    demand(node, keys, "right")
    put_in_force(node, "proxy", "trust-right")
    eventually(lambda: node.health("web")[backend.address][0] == "InService", "it has been judged behind the line")
    assert get(address, PORT).text == "lined"
    assert backend.lines_seen.startswith(b"PROXY TCP4 ")


def test_a_restart_of_the_daemon_refuses_nobody(site, node, serve, keys):
    _, address = site
    serve("HTTPS", "right", "wrong")
    demand(node, keys, "right")
    generation = node.generation()
    with Load(address, PORT) as load:
        load.more()
        node.kill()
        node.start()
        load.more()
    load.assert_nothing_failed()
    assert node.generation() == generation
    assert {state[0] for state in node.health("web").values()} == {"InService", "OutOfService"}


def test_haproxy_that_died_comes_back_with_what_it_knew(site, node, serve, ask, keys):
    [right] = serve("HTTPS", "right")
    demand(node, keys, "right")
    os.kill(node.haproxy(), signal.SIGKILL)

    def served():
        try:
            return ask("HTTPS")() == "right"
        except (OSError, http.client.HTTPException):
            return False

    eventually(served, "it serves again")
    assert right.requests > 0
