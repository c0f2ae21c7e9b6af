"""Zones: whose instances get traffic, and what is said of the others; and what is said when HAProxy does not answer."""

import concurrent.futures
import contextlib
import json
import os
import signal
import socket

import botocore.exceptions
import pytest

from support.addresses import HTTP_PORT, INSTANCE_PORT
from support.events import EventStream
from support.http import get
from support.node import http_listener, tcp_listener
from support.waiting import LONG, eventually

IN_SERVICE = ("InService", "N/A", "N/A")
NOT_ENABLED = ("OutOfService", "ELB",
               "Instance is in the EC2 Availability Zone for which LoadBalancer is not configured to route traffic to.")
DISABLING = ("OutOfService", "ELB", "Disable Availability Zone is currently in progress.")
UNKNOWN = ("Unknown", "ELB", "A transient error occurred. Please try again later.")


def place(node, backend, zone):
    answer = node.action("SetInstanceAddress", InstanceId=backend.name, Address=backend.address, AvailabilityZone=zone)
    assert answer.status == 200, answer.text
    told = json.loads(answer.text)
    assert told.get("AvailabilityZone", "") == zone
    return backend


def asked(node, requests=20, port=HTTP_PORT):
    return {get(node.address, port).text for _ in range(requests)}


def enable(node, *zones):
    return node.elb.enable_availability_zones_for_load_balancer(LoadBalancerName="web", AvailabilityZones=zones)


def disable(node, *zones):
    return node.elb.disable_availability_zones_for_load_balancer(LoadBalancerName="web", AvailabilityZones=zones)


@contextlib.contextmanager
def frozen(process):
    """HAProxy does not answer."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


@pytest.fixture
def web(node, make_backend):
    """A load balancer in the zones a and b with an instance in each, and one in neither that anyone knows of."""
    node.create("web", http_listener(HTTP_PORT, INSTANCE_PORT), AvailabilityZones=["a", "b"])
    node.check_quickly("web", f"HTTP:{INSTANCE_PORT}/health")
    backends = [place(node, make_backend(name), zone) for name, zone in (("in-a", "a"), ("in-b", "b"), ("some", ""))]
    node.register("web", *(backend.name for backend in backends))
    node.await_state("web", "InService", "in-a", "in-b", "some")
    return backends


def test_a_zone_is_disabled_and_enabled(node, web):
    assert asked(node) == {"in-a", "in-b", "some"}
    generation = node.generation()
    assert disable(node, "b")["AvailabilityZones"] == ["a"]
    assert asked(node, 50) == {"in-a", "some"}
    assert node.health("web") == {"in-a": IN_SERVICE, "in-b": NOT_ENABLED, "some": IN_SERVICE}
    assert node.describe("web")["Instances"] == [{"InstanceId": name} for name in ("in-a", "in-b", "some")]
    enable(node, "b")
    # It was checked all the while.
    assert node.health("web")["in-b"] == IN_SERVICE
    assert asked(node) == {"in-a", "in-b", "some"}
    assert node.generation() == generation  # no reload


def test_an_instance_of_another_zone_takes_no_traffic(node, web, make_backend):
    far = place(node, make_backend("far"), "c")
    node.register("web", far.name)
    assert node.health("web", "far") == {"far": NOT_ENABLED}
    eventually(lambda: far.health_checks, "it is checked all the same")
    assert asked(node, 50) == {"in-a", "in-b", "some"} and far.requests == 0
    enable(node, "c")
    node.await_state("web", "InService", "far")
    assert "far" in asked(node)
    disable(node, "c")
    assert "far" not in asked(node, 50)
    # Across a reload, and a restart of the daemon's view of it, too.
    node.elb.create_load_balancer_listeners(LoadBalancerName="web", Listeners=[http_listener(10001, INSTANCE_PORT)])
    assert "far" not in asked(node, 50) | asked(node, 50, 10001)
    assert node.health("web", "far") == {"far": NOT_ENABLED}


def test_an_instance_moves_to_another_zone(node, web):
    in_a, in_b, _ = web
    place(node, in_b, "c")
    assert node.health("web")["in-b"] == NOT_ENABLED
    assert asked(node, 50) == {"in-a", "some"}
    # Another address alone leaves the zone as it is.
    assert json.loads(node.action("SetInstanceAddress", InstanceId="in-b", Address=in_b.address).text) == {
        "InstanceId": "in-b", "Address": in_b.address, "AvailabilityZone": "c"}
    assert node.health("web")["in-b"] == NOT_ENABLED
    answer = node.query(f"Action=SetInstanceAddress&Version=2012-06-01&InstanceId=in-b&Address={in_b.address}"
                        "&AvailabilityZone=")
    assert answer.status == 200 and "AvailabilityZone" not in answer.text
    assert node.health("web")["in-b"] == IN_SERVICE
    assert asked(node) == {"in-a", "in-b", "some"}


def test_zones_survive_a_restart(own_node, make_backend):
    own_node.create("web", http_listener(HTTP_PORT, INSTANCE_PORT), AvailabilityZones=["a"])
    for name, zone in (("near", "a"), ("far", "z")):
        place(own_node, make_backend(name), zone)
    own_node.register("web", "near", "far")
    own_node.await_state("web", "InService", "near")
    generation = own_node.generation()
    own_node.restart()
    assert own_node.generation() == generation
    assert own_node.health("web") == {"near": IN_SERVICE, "far": NOT_ENABLED}
    assert asked(own_node, 50) == {"near"}
    assert json.loads(own_node.action("SetInstanceAddress", InstanceId="far", Address="127.0.0.9").text)[
        "AvailabilityZone"] == "z"


def test_a_load_balancer_of_subnets_serves_every_zone(node, make_backend):
    node.elb.create_load_balancer(LoadBalancerName="web", Subnets=["subnet-1"],
                                  Listeners=[http_listener(HTTP_PORT, INSTANCE_PORT)])
    place(node, make_backend("anywhere"), "z")
    node.register("web", "anywhere")
    node.await_state("web", "InService", "anywhere")
    assert asked(node) == {"anywhere"}


def test_connections_to_a_zone_that_is_disabled_may_finish(node, make_tcp_backend, ports):
    port = ports()
    node.create("web", tcp_listener(port, 7007), AvailabilityZones=["a", "b"])
    place(node, make_tcp_backend("lines", port=7007), "b")
    node.register("web", "lines")
    node.await_state("web", "InService", "lines")
    with socket.create_connection((node.address, port), timeout=10) as connection, connection.makefile("rb") as lines:
        assert lines.readline() == b"lines\n"
        disable(node, "b")
        connection.sendall(b"hello\n")
        assert lines.readline() == b"hello\n"


def test_front_ends_see_zones(node, web):
    stream = EventStream(node).follow()
    eventually(lambda: stream.comments == 1, "the stream has begun")
    try:
        disable(node, "b")
        told = stream.until(lambda event: event.name == "instance", "the instance of that zone")
        assert (told.data["InstanceId"], told.data["State"], told.data["Description"]) == (
            "in-b", "OutOfService", NOT_ENABLED[2])
        shown = json.loads(node.request("GET", "/v1/load-balancers/web").body)["Instances"]
        assert [instance["State"] for instance in shown] == ["InService", "OutOfService", "InService"]
    finally:
        stream.close()


def test_while_a_zone_is_being_disabled(node, web):
    """HAProxy has not been told yet: it does not listen just now."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        with frozen(node.haproxy()):
            answer = pool.submit(disable, node, "b")
            eventually(lambda: node.describe("web")["AvailabilityZones"] == ["a"], "the zone is being disabled")
            assert node.health("web", "in-b") == {"in-b": DISABLING}
            assert not answer.done()
        assert answer.result()["AvailabilityZones"] == ["a"]
    assert node.health("web", "in-b") == {"in-b": NOT_ENABLED}
    assert asked(node, 50) == {"in-a", "some"}


def test_nothing_is_known_while_haproxy_does_not_answer(node, web):
    with frozen(node.haproxy()):
        assert set(node.health("web").values()) == {UNKNOWN}
        assert node.health("web", "in-a") == {"in-a": UNKNOWN}
    eventually(lambda: set(node.health("web").values()) == {IN_SERVICE}, "it answers again", LONG)


def cross_zone(node, enabled):
    node.elb.modify_load_balancer_attributes(
        LoadBalancerName="web", LoadBalancerAttributes={"CrossZoneLoadBalancing": {"Enabled": enabled}})


@pytest.fixture
def zoned_node(make_node):
    """It is in zone a."""
    return make_node(more='[cluster]\nzone = "a"').start()


def test_without_cross_zone_a_node_prefers_its_zone(zoned_node, make_backend):
    node = zoned_node
    node.create("web", http_listener(HTTP_PORT, INSTANCE_PORT), AvailabilityZones=["a", "b"])
    node.check_quickly("web", f"HTTP:{INSTANCE_PORT}/health")
    backends = {name: place(node, make_backend(name), zone)
                for name, zone in (("in-a", "a"), ("in-b", "b"), ("also-b", "b"), ("some", ""))}
    node.register("web", *backends)
    node.await_state("web", "InService", *backends)
    assert asked(node, 50) == {"in-a", "some"}
    # All of them are in service: the other zone has a node of its own.
    assert set(node.health("web").values()) == {IN_SERVICE}
    cross_zone(node, True)
    assert asked(node, 50) == set(backends)
    cross_zone(node, False)
    assert asked(node, 50) == {"in-a", "some"}
    # When there is nobody left in its own, all of the other zone stand in.
    node.deregister("web", "some")
    backends["in-a"].health_status = 500
    eventually(lambda: node.health("web")["in-a"][0] == "OutOfService", "it failed two checks", LONG)
    assert asked(node, 50) == {"in-b", "also-b"}
    node.deregister("web", "in-a")
    assert asked(node, 50) == {"in-b", "also-b"}
    place(node, backends["in-b"], "a")
    assert asked(node, 50) == {"in-b"}


@pytest.mark.parametrize("zone", ["", "z"])
def test_a_zone_is_forgotten_with_its_address(node, zone):
    """An empty address forgets the id, its zone too."""
    with pytest.raises(botocore.exceptions.ClientError, match="InvalidInstance"):
        node.action("SetInstanceAddress", InstanceId="i-1", Address="127.0.0.9", AvailabilityZone="z")
        node.action("SetInstanceAddress", InstanceId="i-1", Address="", AvailabilityZone=zone)
        node.create("web", http_listener(HTTP_PORT, INSTANCE_PORT))
        node.register("web", "i-1")
    again = json.loads(node.action("SetInstanceAddress", InstanceId="i-1", Address="127.0.0.9").text)
    assert "AvailabilityZone" not in again
