"""The API by TLS: with the certificate the node makes for itself, seen by real clients."""

import contextlib
import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess

import pytest

from support import http as plain_http
from support.addresses import API_PORT, HTTP_PORT
from support.node import Node, http_listener
from support.waiting import USUAL, eventually


@pytest.fixture
def tls_node(make_node):
    return make_node(tls=True).start()


def fingerprint_of(certificate):
    """As OpenSSL's own program says, in the form we use."""
    said = subprocess.run(["openssl", "x509", "-in", str(certificate), "-noout", "-fingerprint", "-sha256"], check=True,
                          capture_output=True, text=True).stdout
    return said.split("=")[1].strip().replace(":", "").lower()


def s_client(node, *options, words="Q\n"):
    """(succeeded, everything it said)"""
    ended = subprocess.run(["openssl", "s_client", "-connect", f"{node.api_address}:{API_PORT}", *options], input=words,
                           capture_output=True, text=True, timeout=60)
    return ended.returncode == 0, ended.stdout + ended.stderr


def certificate_and_key(node):
    return node.certificate.read_bytes(), (node.data / "api-key.pem").read_bytes()


# Clients


def test_the_aws_cli_works_with_the_nodes_certificate(tls_node):
    tls_node.aws("--ca-bundle", str(tls_node.certificate), "create-load-balancer", "--load-balancer-name", "web",
                 "--listeners", f"Protocol=HTTP,LoadBalancerPort={HTTP_PORT},InstanceProtocol=HTTP,InstancePort=8080",
                 "--availability-zones", "local-a")
    described = tls_node.aws("--no-verify-ssl", "describe-load-balancers")
    assert [each["LoadBalancerName"] for each in described["LoadBalancerDescriptions"]] == ["web"]


def test_the_aws_cli_refuses_a_certificate_it_does_not_know(tls_node):
    code, _, errors = tls_node.aws_ends_with("describe-load-balancers")
    assert code != 0 and "SSL validation failed" in errors


def test_boto3_works_with_the_nodes_certificate(tls_node):
    tls_node.create("web", http_listener(HTTP_PORT, 8080))
    assert tls_node.describe("web")["LoadBalancerName"] == "web"


def test_a_request_is_answered_with_every_way_to_name_the_node(tls_node):
    for name in [tls_node.api_address, "localhost", socket.gethostname()]:
        context = tls_node.tls
        with socket.create_connection((tls_node.api_address, API_PORT), timeout=15) as raw:
            with context.wrap_socket(raw, server_hostname=name) as connection:
                connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                assert connection.recv(12) == b"HTTP/1.1 200"


def test_the_unix_socket_stays_in_the_clear(tls_node):
    assert over_unix_socket(tls_node, "/readyz") == 200
    assert tls_node.stop_traffic().returncode == 0


# The certificate


def test_the_log_tells_the_fingerprint_that_clients_see(tls_node):
    told = re.search(r"API at (https://\S+), certificate SHA-256 ([0-9a-f]{64})$", tls_node.log_text(), re.MULTILINE)
    assert told.group(1) == tls_node.url
    assert told.group(2) == fingerprint_of(tls_node.certificate)
    shown = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate((tls_node.api_address, API_PORT)))
    assert shown == ssl.PEM_cert_to_DER_cert(tls_node.certificate.read_text())


def test_the_node_tells_its_fingerprint_and_its_endpoint(tls_node):
    status = tls_node.request("GET", "/v1/node")
    assert status.status == 200, status.text
    assert f'"{fingerprint_of(tls_node.certificate)}"' in status.text
    assert f'"{tls_node.url}"' in status.text


def test_the_certificate_stays_the_same(tls_node):
    before = certificate_and_key(tls_node)
    tls_node.restart()
    assert certificate_and_key(tls_node) == before
    assert (tls_node.data / "api-key.pem").stat().st_mode & 0o777 == 0o600


def test_no_certificate_is_made_where_no_tls_is_spoken(own_node):
    assert list(own_node.data.glob("api-*")) == []


@pytest.mark.parametrize("file", ["api-certificate.pem", "api-key.pem"])
def test_a_damaged_file_stops_the_start_and_stays(tls_node, file):
    tls_node.terminate()
    damaged = tls_node.data / file
    damaged.write_bytes(b"garbage")
    before = certificate_and_key(tls_node)
    ended = subprocess.run(tls_node.command("--daemon"), capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    last = ended.stderr.strip().splitlines()[-1]
    assert "api-certificate.pem and api-key.pem" in last and "remove both, and new ones are made" in last
    assert certificate_and_key(tls_node) == before


# What is spoken


def test_plain_http_is_told_to_come_by_tls(tls_node):
    answer = plain_http.get(tls_node.api_address, API_PORT, path="/healthz")
    assert answer.status == 400
    assert answer.text == "this port speaks HTTPS only\n"


@pytest.mark.parametrize("version", ["tls1_2", "tls1_3"])
def test_current_versions_of_tls_are_spoken(tls_node, version):
    worked, said = s_client(tls_node, f"-{version}")
    assert worked, said


@pytest.mark.parametrize("version", ["tls1", "tls1_1"])
def test_old_versions_of_tls_are_not(tls_node, version):
    worked, said = s_client(tls_node, f"-{version}", "-cipher", "DEFAULT@SECLEVEL=0")
    assert not worked
    assert "alert protocol version" in said, said


def test_ciphers_of_the_past_are_not(tls_node):
    worked, said = s_client(tls_node, "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA")
    assert not worked and "handshake failure" in said, said


def test_a_client_cannot_negotiate_again(tls_node):
    said = s_client(tls_node, "-tls1_2", words="R\nQ\n")[1]
    assert "RENEGOTIATING" in said and "no renegotiation" in said, said
    assert tls_node.request("GET", "/v1/node").status == 200


def test_half_a_request_by_tls_does_not_stop_others(tls_node):
    with socket.create_connection((tls_node.api_address, API_PORT), timeout=30) as raw:
        with tls_node.tls.wrap_socket(raw, server_hostname=tls_node.api_address) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf")
            assert plain_http.get(tls_node.api_address, API_PORT, path="/healthz", tls=tls_node.tls).status == 200
            assert connection.recv(12) == b"HTTP/1.1 408"


# Beyond loopback


def over_unix_socket(node, path):
    """The status of a GET."""
    connection = http.client.HTTPConnection("localhost", timeout=15)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(str(node.data / "run" / "control.sock"))
    with contextlib.closing(connection):
        connection.request("GET", path)
        return connection.getresponse().status


class Network:
    """Two machines and a cable, as namespaces of this one."""

    NODE, CLIENT = "192.0.2.1", "192.0.2.2"

    def __init__(self):
        self.inside = {}
        sides = [("node", self.NODE), ("client", self.CLIENT)]
        for side, _ in sides:
            name = f"eh-{os.getpid()}-{side}"
            ip("netns", "add", name)
            self.inside[side] = name
        ip("link", "add", "cable", "netns", self.inside["node"], "type", "veth", "peer", "name", "cable", "netns",
           self.inside["client"])
        for side, address in sides:
            ip("-n", self.inside[side], "addr", "add", f"{address}/24", "dev", "cable")
            for device in ["lo", "cable"]:
                ip("-n", self.inside[side], "link", "set", device, "up")

    def at(self, side, *command):
        return ["ip", "netns", "exec", self.inside[side], *command]

    def close(self):
        for name in self.inside.values():
            ip("netns", "delete", name)


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)


class NodeElsewhere(Node):
    """One that this process reaches over its unix socket only."""

    def _is_ready(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"the daemon ended with {self.process.returncode}:\n{self.log_text()}")
        with contextlib.suppress(OSError):
            return over_unix_socket(self, "/readyz") == 200
        return False


@pytest.fixture
def network():
    if os.geteuid() != 0 or not shutil.which("ip"):
        pytest.skip("making network namespaces takes root and the program ip")
    made = Network()
    yield made
    made.close()


@pytest.fixture
def remote_node(network, short_folders):
    node = NodeElsewhere(short_folders(), network.NODE, [network.NODE])
    node.prefix = network.at("node")
    node.url = f"https://{network.NODE}:{API_PORT}"
    node.start()
    yield node
    node.close()


def at_client(network, node, *command):
    return subprocess.run(network.at("client", *command), capture_output=True, text=True, timeout=120,
                          env=node.aws_environment())


def test_an_address_beyond_loopback_is_served_by_tls_alone(network, remote_node):
    node = remote_node
    created = at_client(network, node, "/usr/bin/aws", "--endpoint-url", node.url, "--ca-bundle", str(node.certificate),
                        "elb", "create-load-balancer", "--load-balancer-name", "web", "--listeners",
                        "Protocol=HTTP,LoadBalancerPort=80,InstanceProtocol=HTTP,InstancePort=8080",
                        "--availability-zones", "local-a")
    assert created.returncode == 0, created.stderr
    assert '"DNSName": "web-' in created.stdout

    answered = at_client(network, node, "curl", "-sS", "--cacert", str(node.certificate), f"{node.url}/healthz")
    assert answered.returncode == 0, answered.stderr
    refused = at_client(network, node, "curl", "-sS", "-w", "%{http_code}", f"http://{node.api_address}:{API_PORT}/")
    assert refused.stdout == "this port speaks HTTPS only\n400"
    assert f"API at {node.url}, certificate SHA-256 {fingerprint_of(node.certificate)}" in node.log_text()
    eventually(lambda: over_unix_socket(node, "/readyz") == 200, "the node is ready", within=USUAL)
