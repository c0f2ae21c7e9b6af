"""Connection draining: what happens to requests under way when their instance is deregistered."""

import concurrent.futures
import contextlib
import json
import os
import signal
import socket

import pytest

from support.addresses import HTTP_PORT, INSTANCE_PORT
from support.events import EventStream
from support.http import get
from support.node import http_listener, tcp_listener
from support.processes import is_alive
from support.waiting import LONG, eventually

TCP_PORT = 7007
DRAINING = ("InService", "N/A", "Instance deregistration currently in progress.")
FAILED = ("OutOfService", "Instance",
          "Instance has failed at least the UnhealthyThreshold number of health checks consecutively.")
GONE = ("OutOfService", "Instance", "Instance is not currently registered with the LoadBalancer.")


def set_draining(node, name, enabled, timeout=300):
    draining = {"Enabled": enabled, "Timeout": timeout}
    node.elb.modify_load_balancer_attributes(LoadBalancerName=name,
                                             LoadBalancerAttributes={"ConnectionDraining": draining})


class LongRequest:
    """A request that its instance answers when told so."""

    def __init__(self, node, backend, seconds):
        before = backend.requests
        backend.delay = seconds
        self._pool = concurrent.futures.ThreadPoolExecutor(1)
        self._answer = self._pool.submit(get, node.address, HTTP_PORT, timeout=60)
        eventually(lambda: backend.requests > before, "the long request has reached its instance")
        backend.delay = 0

    def is_done(self):
        return self._answer.done()

    def answer(self):
        return self._answer.result(60)


class Lines:
    """A connection to a TcpBackend, which says its name and sends lines back."""

    def __init__(self, address, port):
        self._socket = socket.create_connection((address, port), timeout=10)
        self._lines = self._socket.makefile("rb")
        self.greeting = self._lines.readline().decode().strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._lines.close()
        self._socket.close()

    def echoes(self, text):
        self._socket.sendall(text.encode() + b"\n")
        return self._lines.readline().decode().strip() == text

    def is_closed(self):
        """By the other side, which has sent nothing more."""
        self._socket.setblocking(False)
        try:
            return self._socket.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True
        finally:
            self._socket.settimeout(10)


@pytest.fixture
def web(node, make_backend):
    """A load balancer that drains, and its only instance; gives (name, instance)."""
    backend = make_backend("one")
    node.create("web", http_listener(HTTP_PORT, INSTANCE_PORT))
    node.check_quickly("web", f"HTTP:{INSTANCE_PORT}/health")
    set_draining(node, "web", True)
    node.register("web", backend.address)
    node.await_state("web", "InService", backend.address)
    return "web", backend


def is_gone(node, name, backend):
    return lambda: node.health(name, backend.address) == {backend.address: GONE}


def test_a_long_request_survives_until_it_ends(node, web):
    name, backend = web
    request = LongRequest(node, backend, 5)
    node.deregister(name, backend.address)
    assert node.health(name, backend.address) == {backend.address: DRAINING}
    assert node.health(name) == {}
    assert get(node.address, HTTP_PORT).status == 503 and not request.is_done()
    assert request.answer().text == "one"
    eventually(is_gone(node, name, backend), "it has drained", LONG)


def test_the_timeout_ends_what_still_runs(node, web):
    name, backend = web
    set_draining(node, name, True, timeout=1)
    request = LongRequest(node, backend, 30)
    node.deregister(name, backend.address)
    assert request.answer().status == 502
    eventually(is_gone(node, name, backend), "its time has passed", LONG)


def test_registered_again_while_it_drains(node, web):
    name, backend = web
    request = LongRequest(node, backend, 5)
    node.deregister(name, backend.address)
    node.register(name, backend.address)
    # It was checked all the while: no first check to wait for.
    assert node.health(name)[backend.address][0] == "InService"
    assert get(node.address, HTTP_PORT).text == "one" and not request.is_done()
    assert request.answer().text == "one"


def test_without_draining_it_ends_at_once(node, web):
    name, backend = web
    set_draining(node, name, False)
    request = LongRequest(node, backend, 30)
    node.deregister(name, backend.address)
    assert node.health(name, backend.address) == {backend.address: GONE}
    assert request.answer().status == 502


def test_an_unhealthy_instance_finishes_what_it_has(node, web):
    name, backend = web
    request = LongRequest(node, backend, 20)
    backend.health_status = 500
    eventually(lambda: node.health(name)[backend.address] == FAILED, "it failed two checks", LONG)
    assert get(node.address, HTTP_PORT).status == 503 and not request.is_done()
    assert request.answer().text == "one"


@pytest.mark.parametrize("draining", [True, False])
def test_an_unhealthy_instance_loses_what_it_has_where_draining_is_off(node, web, make_tcp_backend, ports, draining):
    """Also connections without requests; those of a healthy instance go on. With draining on all of them do."""
    healthy, failing = make_tcp_backend("healthy", port=TCP_PORT), make_tcp_backend("failing", port=TCP_PORT)
    port = ports()
    node.create("lines", tcp_listener(port, TCP_PORT))
    node.check_quickly("lines", f"TCP:{TCP_PORT}")
    set_draining(node, "lines", draining)
    node.register("lines", healthy.address, failing.address)
    node.await_state("lines", "InService")
    with contextlib.ExitStack() as stack:
        lines = {}
        for _ in range(2):
            connection = stack.enter_context(Lines(node.address, port))
            lines[connection.greeting] = connection
        assert set(lines) == {"healthy", "failing"}
        failing.stop_listening()
        eventually(lambda: node.health("lines")[failing.address] == FAILED, "it failed two checks", LONG)
        if not draining:
            eventually(lines["failing"].is_closed, "its connection is closed")
        else:
            assert lines["failing"].echoes("still there")
        assert lines["healthy"].echoes("hello")


def test_an_unhealthy_instance_without_draining_ends_requests(node, web):
    name, backend = web
    set_draining(node, name, False)
    request = LongRequest(node, backend, 60)
    backend.health_status = 500
    assert request.answer().status == 502
    assert node.health(name)[backend.address] == FAILED


def reload(node, name, port):
    before = node.generation()
    node.elb.create_load_balancer_listeners(LoadBalancerName=name, Listeners=[http_listener(port, INSTANCE_PORT)])
    assert node.generation() == before + 1


def has_left(node):
    """Whether the generations before the present one are gone."""
    return lambda: len(node.haproxies()) == 1


def test_a_long_request_survives_a_reload(node, web, ports):
    name, backend = web
    request = LongRequest(node, backend, 5)
    node.deregister(name, backend.address)
    reload(node, name, ports())
    assert get(node.address, HTTP_PORT).status == 503 and not request.is_done()
    # It is the generation that leaves which has the request.
    assert len(node.haproxies()) == 2
    while not request.is_done():
        health = node.health(name, backend.address)
        assert health == {backend.address: DRAINING} or request.is_done(), health
    assert request.answer().text == "one"
    eventually(is_gone(node, name, backend), "it has drained", LONG)
    eventually(has_left(node), "nothing keeps the old generation")


@pytest.mark.parametrize("reload_first", [True, False])
def test_the_timeout_ends_what_a_leaving_generation_has(node, web, ports, reload_first):
    name, backend = web
    set_draining(node, name, True, timeout=2)
    request = LongRequest(node, backend, 60)
    if reload_first:
        reload(node, name, ports())
        node.deregister(name, backend.address)
    else:
        node.deregister(name, backend.address)
        reload(node, name, ports())
    assert node.health(name, backend.address) == {backend.address: DRAINING} and not request.is_done()
    assert request.answer().status == 502
    eventually(is_gone(node, name, backend), "its time has passed", LONG)
    eventually(has_left(node), "nothing keeps the old generation")


def test_without_draining_a_leaving_generation_ends_at_once_too(node, web, ports):
    name, backend = web
    set_draining(node, name, False)
    request = LongRequest(node, backend, 60)
    reload(node, name, ports())
    assert not request.is_done()
    node.deregister(name, backend.address)
    assert request.answer().status == 502
    eventually(has_left(node), "nothing keeps the old generation")


def test_an_unhealthy_instance_loses_what_a_leaving_generation_has(node, web, ports):
    name, backend = web
    set_draining(node, name, False)
    request = LongRequest(node, backend, 60)
    reload(node, name, ports())
    assert not request.is_done()
    backend.health_status = 500
    assert request.answer().status == 502
    assert node.health(name)[backend.address] == FAILED


def test_what_a_leaving_generation_has_of_others_goes_on(node, web, make_backend, ports):
    """The slot that becomes free is taken by another instance, which leaves in its turn."""
    name, backend = web
    staying = make_backend("staying")
    node.register(name, staying.address)
    node.await_state(name, "InService", staying.address)
    backend.stop_listening()
    request = LongRequest(node, staying, 12)
    reload(node, name, ports())
    set_draining(node, name, False)
    node.deregister(name, backend.address)
    other = make_backend("other")
    node.register(name, other.address)
    node.await_state(name, "InService", other.address)
    node.deregister(name, other.address)
    assert request.answer().text == "staying"


def test_kill_9_of_the_daemon_while_it_drains(own_node, make_backend):
    backend = make_backend("one")
    own_node.create("web", http_listener(HTTP_PORT, INSTANCE_PORT))
    own_node.check_quickly("web", f"HTTP:{INSTANCE_PORT}/health")
    set_draining(own_node, "web", True)
    own_node.register("web", backend.address)
    own_node.await_state("web", "InService", backend.address)
    request = LongRequest(own_node, backend, 10)
    own_node.deregister("web", backend.address)
    own_node.kill()
    own_node.start()
    assert own_node.health("web", backend.address) == {backend.address: DRAINING}
    assert get(own_node.address, HTTP_PORT).status == 503 and not request.is_done()
    assert request.answer().text == "one"
    eventually(is_gone(own_node, "web", backend), "it has drained", LONG)


def test_kill_9_of_haproxy_while_it_drains(node, web):
    name, backend = web
    LongRequest(node, backend, 5)
    node.deregister(name, backend.address)
    killed = node.haproxy()
    os.kill(killed, signal.SIGKILL)
    # Every session went with it; the one that comes back sends nothing to the instance.

    def serves():
        with contextlib.suppress(OSError):
            return get(node.address, HTTP_PORT).status == 503
        return False

    eventually(lambda: not is_alive(killed) and serves(), "HAProxy is back")
    eventually(is_gone(node, name, backend), "nothing is left to drain", LONG)


def test_front_ends_see_it_until_it_has_drained(node, web):
    name, backend = web

    def shown():
        detail = json.loads(node.request("GET", f"/v1/load-balancers/{name}").body)
        return [(instance["InstanceId"], instance["State"], instance["ReasonCode"], instance["Description"])
                for instance in detail["Instances"]]

    request = LongRequest(node, backend, 3)
    stream = EventStream(node).follow()
    eventually(lambda: stream.comments == 1, "the stream has begun")
    try:
        node.deregister(name, backend.address)
        assert shown() == [(backend.address, *DRAINING)]
        assert request.answer().text == "one"
        gone = stream.until(lambda event: event.name == "instance-deregistered", "it has drained", LONG)
        assert gone.data == {"LoadBalancerName": name, "InstanceId": backend.address}
        assert [event.data["Description"] for event in stream.named("instance")] == [DRAINING[2]]
        assert shown() == []
    finally:
        stream.close()


def test_the_waiter_of_the_aws_cli_waits_for_the_end(node, web):
    name, backend = web
    request = LongRequest(node, backend, 5)
    node.deregister(name, backend.address)
    node.aws("wait", "instance-deregistered", "--load-balancer-name", name, "--instances", backend.address)
    assert request.is_done() and request.answer().text == "one"
