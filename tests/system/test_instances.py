"""Instances: their way through the health states, where they are, and what checks them."""

import concurrent.futures
import http.client
import json
import os
import shutil
import socket
import subprocess

import botocore.exceptions
import pytest

from support.addresses import HTTP_PORT, INSTANCE_PORT, OTHER_INSTANCE_PORT
from support.http import get
from support.load import Load
from support.node import http_listener, instances, quick_check, tcp_listener
from support.waiting import LONG, eventually, report

IN_SERVICE = ("InService", "N/A", "N/A")
REGISTERING = ("OutOfService", "ELB", "Instance registration is still in progress.")
FAILED = ("OutOfService", "Instance",
          "Instance has failed at least the UnhealthyThreshold number of health checks consecutively.")
NOT_YET = ("OutOfService", "Instance",
           "Instance has not passed the configured HealthyThreshold number of health checks consecutively.")
GONE = ("OutOfService", "Instance", "Instance is not currently registered with the LoadBalancer.")


@pytest.fixture
def web(node):
    """A load balancer on HTTP_PORT that checks http://INSTANCE/health as often as possible; gives its name."""
    node.create("web", http_listener(HTTP_PORT, INSTANCE_PORT))
    node.check_quickly("web", f"HTTP:{INSTANCE_PORT}/health")
    return "web"


def asked(node, requests=20, port=HTTP_PORT):
    """Who answers."""
    return {get(node.address, port).text for _ in range(requests)}


# --------------------------------------------------------------------------------------------- health states


def test_the_states_of_an_instance_through_its_life(node, web, make_backend):
    backend = make_backend("patient")
    backend.health_status = 500

    def is_in(state):
        return lambda: node.health(web)[backend.address] == state

    with pytest.raises(botocore.exceptions.ClientError, match="InvalidInstance.*Could not find EC2 instance ID"):
        node.health(web, backend.address)

    node.register(web, backend.address)
    assert node.health(web) == {backend.address: REGISTERING}
    eventually(is_in(FAILED), "two checks have failed", LONG)
    assert get(node.address, HTTP_PORT).status == 503
    backend.health_status = 200
    # Once it has failed, one success is not enough.
    eventually(is_in(NOT_YET), "one check has passed", LONG)
    assert get(node.address, HTTP_PORT).status == 503
    eventually(is_in(IN_SERVICE), "two checks have passed", LONG)
    assert asked(node) == {"patient"}

    node.deregister(web, backend.address)
    assert node.health(web) == {}
    assert node.health(web, backend.address) == {backend.address: GONE}
    assert get(node.address, HTTP_PORT).status == 503
    node.register(web, backend.address)
    node.await_state(web, "InService", backend.address)


def test_one_success_is_enough_for_a_new_instance(node, make_backend):
    backend = make_backend("late")
    backend.health_status = 500
    node.create("late", http_listener(HTTP_PORT, INSTANCE_PORT))
    check = {**quick_check(f"HTTP:{INSTANCE_PORT}/health"), "UnhealthyThreshold": 10, "HealthyThreshold": 10}
    node.elb.configure_health_check(LoadBalancerName="late", HealthCheck=check)
    node.register("late", backend.address)
    eventually(lambda: backend.health_checks, "it is checked")
    assert node.health("late") == {backend.address: REGISTERING}
    backend.health_status = 200
    # Ten successes would take 45 s.
    node.await_state("late", "InService", within=LONG)


def test_states_are_told_in_the_order_asked(node, web, block, make_backend):
    good, gone, new = make_backend("good"), block.address(), block.address()
    node.register(web, new, gone, good.address)
    node.deregister(web, gone)
    node.await_state(web, "InService", good.address)

    def told(*ids):
        answer = node.elb.describe_instance_health(LoadBalancerName=web, Instances=instances(*ids))
        return [(state["InstanceId"], state["State"]) for state in answer["InstanceStates"]]

    ids = [good.address, gone, new]
    assert told(*ids) == [(good.address, "InService"), (gone, "OutOfService"), (new, "OutOfService")]
    assert told(*ids[::-1]) == told(*ids)[::-1]
    assert told() == [(new, "OutOfService"), (good.address, "InService")]  # as registered
    with pytest.raises(botocore.exceptions.ClientError, match="InvalidInstance"):
        told(good.address, "i-never")


def test_health_survives_a_reload(node, web, make_backend, ports):
    """Neither does the healthy one flap nor does the one that never passed take traffic."""
    good, bad = make_backend("good"), make_backend("bad")
    bad.health_status = 500
    check = {**quick_check(f"HTTP:{INSTANCE_PORT}/health"), "Interval": 300, "UnhealthyThreshold": 10}
    node.elb.configure_health_check(LoadBalancerName=web, HealthCheck=check)
    node.register(web, good.address, bad.address)
    node.await_state(web, "InService", good.address)
    with Load(node.address, HTTP_PORT) as load:
        load.more()
        before = node.generation()
        for _ in range(3):
            node.elb.create_load_balancer_listeners(LoadBalancerName=web,
                                                    Listeners=[http_listener(ports(), INSTANCE_PORT)])
            assert node.health(web)[good.address] == IN_SERVICE
            assert node.health(web)[bad.address] == REGISTERING
            load.more()
        assert node.generation() == before + 3
    load.assert_nothing_failed()
    assert set(load.answers) == {"good"} and bad.requests == 0


def test_another_health_check_keeps_the_states(node, web, make_backend):
    backend = make_backend("steady")
    node.register(web, backend.address)
    node.await_state(web, "InService")
    with Load(node.address, HTTP_PORT) as load:
        load.more()
        for target in (f"TCP:{INSTANCE_PORT}", f"HTTP:{INSTANCE_PORT}/elsewhere", f"HTTP:{INSTANCE_PORT}/health"):
            node.check_quickly(web, target)
            assert node.health(web) == {backend.address: IN_SERVICE}
            load.more()
    load.assert_nothing_failed()


# --------------------------------------------------------------------------------------------- health checks


def test_what_a_health_check_sends(node, web, make_backend):
    backend = make_backend("checked")
    node.register(web, backend.address)
    # The first is the daemon's own, the others are HAProxy's. They must look alike.
    eventually(lambda: len(backend.health_checks) >= 2, "two health checks", LONG)
    for check in list(backend.health_checks):
        assert (check.method, check.target) == ("GET", "/health")
        assert check.all("Host") == [f"{backend.address}:{INSTANCE_PORT}"]
        assert check.all("User-Agent") == ["ELB-HealthChecker/1.0"]
        assert check.all("Accept") == ["*/*"]


def test_only_status_200_passes(node, web, make_backend):
    backend = make_backend("teapot")
    for status in (204, 301, 418, 503):
        backend.health_status = status
        checks = len(backend.health_checks)
        node.register(web, backend.address)
        eventually(lambda: len(backend.health_checks) > checks, "it is checked")
        assert node.health(web) == {backend.address: REGISTERING}, status
        node.deregister(web, backend.address)


def test_secure_health_checks(node, make_backend, certificate):
    """Their certificates are not verified."""
    secure, plain = make_backend("secure", certificate=certificate), make_backend("plain")
    for name, target in (("ssl", f"SSL:{INSTANCE_PORT}"), ("https", f"HTTPS:{INSTANCE_PORT}/health")):
        port = HTTP_PORT if name == "ssl" else HTTP_PORT + 1
        node.create(name, http_listener(port, INSTANCE_PORT, "HTTPS"))
        node.check_quickly(name, target)
        node.register(name, secure.address, plain.address)
        node.await_state(name, "InService", secure.address)
        assert node.health(name, plain.address) == {plain.address: REGISTERING}
        assert asked(node, port=port) == {"secure"}
    eventually(lambda: len(secure.health_checks) >= 2, "HAProxy's own check by HTTPS", LONG)
    assert node.health("https")[secure.address] == IN_SERVICE


def test_a_slow_health_check_fails(node, web, block):
    """Something that accepts connections and says nothing."""
    address = block.address()
    with socket.create_server((address, INSTANCE_PORT), backlog=100):
        node.register(web, address)
        eventually(lambda: node.health(web)[address] == FAILED, "two checks were too slow", LONG)


# ------------------------------------------------------------------------------------------ where they are


def test_a_port_in_the_id_replaces_that_of_every_listener(node, make_backend, ports):
    backend = make_backend("container", port=OTHER_INSTANCE_PORT)
    first, second = ports(), ports()
    node.create("containers", http_listener(first, 7001), http_listener(second, 7002))
    # The target names a listener's InstancePort, so the port in the id replaces that as well.
    node.check_quickly("containers", "HTTP:7002/health")
    node.register("containers", f"{backend.address}:{OTHER_INSTANCE_PORT}")
    node.await_state("containers", "InService")
    assert [get(node.address, port).text for port in (first, second)] == ["container", "container"]
    assert backend.health_checks[0].all("Host") == [f"{backend.address}:{OTHER_INSTANCE_PORT}"]


def test_any_other_target_port_is_checked_as_written(node, make_backend, ports):
    backend = make_backend("container", port=OTHER_INSTANCE_PORT)
    health = make_backend("health", address=backend.address, port=7003)
    port = ports()
    node.create("sidecar", http_listener(port, 7001))
    node.check_quickly("sidecar", "HTTP:7003/health")
    node.register("sidecar", f"{backend.address}:{OTHER_INSTANCE_PORT}")
    node.await_state("sidecar", "InService")
    assert get(node.address, port).text == "container"
    eventually(lambda: len(health.health_checks) >= 2, "HAProxy's own check", LONG)
    assert not backend.health_checks
    assert set(node.health("sidecar").values()) == {IN_SERVICE}


def has_ipv6():
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6 loopback address")
@pytest.mark.parametrize("form", ["[::1]:{port}", "[::1]"])
def test_an_ipv6_instance(node, make_backend, form):
    # There is one IPv6 loopback address for everybody, so the system chooses the port.
    backend = make_backend("six", address="::1", port=0)
    node.create("six", http_listener(HTTP_PORT, backend.port))
    node.check_quickly("six", f"HTTP:{backend.port}/health")
    identity = form.format(port=backend.port)
    assert node.register("six", identity) == [identity]
    node.await_state("six", "InService")
    assert asked(node) == {"six"}
    if form != "[::1]":  # once is enough for something that takes 5 s
        eventually(lambda: len(backend.health_checks) >= 2, "HAProxy's own check", LONG)
    assert {check.header("Host") for check in backend.health_checks} == {f"[::1]:{backend.port}"}


def test_a_host_name_as_id(make_node, make_backend, tmp_path):
    """A name that only this daemon can look up: it sees another /etc/hosts."""
    backend = make_backend("named")
    hosts = tmp_path / "hosts"
    hosts.write_text(f"127.0.0.1 localhost\n{backend.address} web1.corp.test\n")
    inside = ["unshare", "--mount", "--propagation", "private", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"',
              str(hosts)]
    if os.geteuid() != 0 or not shutil.which("unshare") or subprocess.run([*inside, "true"]).returncode != 0:
        pytest.skip("needs the right to mount a file over /etc/hosts")
    node = make_node()
    node.prefix = inside
    node.start()
    node.create("named", http_listener(HTTP_PORT, 1))
    node.check_quickly("named", "TCP:1")
    identity = f"web1.corp.test:{INSTANCE_PORT}"
    assert node.register("named", identity) == [identity]
    node.await_state("named", "InService")
    assert asked(node) == {"named"}
    with pytest.raises(botocore.exceptions.ClientError, match="InvalidInstance.*Could not find EC2 instance ID"):
        node.register("named", "web2.corp.test")


def set_address(node, how, identity, address):
    if how == "JSON":
        answer = node.action("SetInstanceAddress", InstanceId=identity, Address=address)
        if answer.status == 200:
            assert json.loads(answer.text) == {"InstanceId": identity, "Address": address}
    else:
        answer = node.query(f"Action=SetInstanceAddress&Version=2012-06-01&InstanceId={identity}&Address={address}")
        if answer.status == 200:
            assert f"<InstanceId>{identity}</InstanceId>" in answer.text
    return answer


@pytest.mark.parametrize("how", ["JSON", "Query"])
def test_moving_an_instance_moves_the_traffic(node, web, make_backend, how):
    here, there = make_backend("here"), make_backend("there", port=OTHER_INSTANCE_PORT)
    assert set_address(node, how, "i-0abc", here.address).status == 200
    assert node.register(web, "i-0abc") == ["i-0abc"]
    node.await_state(web, "InService")
    assert asked(node) == {"here"}

    generation = node.generation()
    assert set_address(node, how, "i-0abc", f"{there.address}:{OTHER_INSTANCE_PORT}").status == 200
    node.await_state(web, "InService")
    assert asked(node) == {"there"}
    assert node.describe(web)["Instances"] == instances("i-0abc")
    assert node.generation() == generation  # no reload
    requests = here.requests
    if how == "JSON":  # once is enough for something that takes 5 s
        eventually(lambda: len(there.health_checks) >= 2, "HAProxy checks it where it is now", LONG)
    assert {check.header("Host") for check in there.health_checks} == {f"{there.address}:{OTHER_INSTANCE_PORT}"}
    assert here.requests == requests

    # Forgotten, it stays where it is; to be registered anew it needs an address again.
    assert set_address(node, how, "i-0abc", "").status == 200
    assert asked(node) == {"there"}
    node.deregister(web, "i-0abc")
    with pytest.raises(botocore.exceptions.ClientError, match="InvalidInstance"):
        node.register(web, "i-0abc")


def test_moving_an_instance_of_several_load_balancers(node, make_backend, make_tcp_backend, ports):
    here = make_backend("here")
    there = make_backend("there")
    listeners = {name: ports() for name in ("a", "b", "c")}
    set_address(node, "JSON", "web-1", here.address)
    for name, port in listeners.items():
        node.create(name, http_listener(port, INSTANCE_PORT))
        node.register(name, "web-1")
    for name, port in listeners.items():
        node.await_state(name, "InService")
        assert asked(node, 3, port) == {"here"}
    set_address(node, "JSON", "web-1", there.address)
    for name, port in listeners.items():
        node.await_state(name, "InService")
        assert asked(node, 3, port) == {"there"}


@pytest.mark.parametrize("address", ["nonsense", "1.2.3", "1.2.3.4:0", "1.2.3.4:65536", "[::1", "a b.c", "1.2.3.4;x"])
def test_an_address_that_is_none_is_refused(node, address):
    answer = node.action("SetInstanceAddress", InstanceId="i-1", Address=address)
    assert answer.status == 400
    assert json.loads(answer.text)["code"] == "ValidationError"


def test_an_id_that_is_an_address_can_be_moved_too(node, web, make_backend):
    named, real = make_backend("named"), make_backend("real")
    set_address(node, "JSON", named.address, real.address)
    node.register(web, named.address)
    node.await_state(web, "InService")
    assert asked(node) == {"real"}


# --------------------------------------------------------------------------------------- coming and going


def test_registrations_come_and_go_under_load_without_a_reload(node, web, make_backend):
    """Draining is off, so what the leaving instance still serves is cut; all else must not notice."""
    staying, coming = make_backend("staying"), make_backend("coming")
    node.register(web, staying.address)
    node.await_state(web, "InService")
    generation = node.generation()
    with Load(node.address, HTTP_PORT) as new, Load(node.address, HTTP_PORT, keep_alive=True) as kept:
        new.more(), kept.more()
        for _ in range(30):
            node.register(web, coming.address)
            node.await_state(web, "InService")
            node.deregister(web, coming.address)
        new.settle(), kept.settle()
        failed = new.failed + kept.failed
        new.more(), kept.more()
    report(f"30 registrations and deregistrations: {new.summary()}; kept connections: {kept.summary()}")
    assert node.generation() == generation
    assert new.answers["coming"] + kept.answers["coming"] > 0
    assert staying.requests == new.answers["staying"] + kept.answers["staying"]
    assert new.failed + kept.failed == failed
    assert set(new.failures + kept.failures) <= {"status 502", "closed without an answer"}


def test_registering_alone_loses_nothing(node, web, make_backend):
    """Growing slots, with reloads, included."""
    backends = [make_backend(f"number {number}") for number in range(6)]
    node.register(web, backends[0].address)
    node.await_state(web, "InService")
    with Load(node.address, HTTP_PORT) as new, Load(node.address, HTTP_PORT, keep_alive=True) as kept:
        new.more(), kept.more()
        for backend in backends[1:]:
            node.register(web, backend.address)
            node.await_state(web, "InService")
            new.more(), kept.more()
    new.assert_nothing_failed()
    kept.assert_nothing_failed()
    assert set(new.answers) == {backend.name for backend in backends}


def test_deregistering_ends_what_the_instance_still_serves(node, web, make_backend):
    """As ELB does while draining is off: nobody waits for an instance that may be gone already."""
    slow = make_backend("slow")
    node.register(web, slow.address)
    node.await_state(web, "InService")
    slow.delay = 120
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(get, node.address, HTTP_PORT, timeout=100)
        eventually(lambda: slow.requests == 1, "the request has arrived")
        assert not waiting.done()
        node.deregister(web, slow.address)
        try:
            assert waiting.result(30).status == 502
        except http.client.RemoteDisconnected:
            pass


def test_after_the_deregistration_is_answered_no_request_comes(node, web, make_backend):
    staying, leaving = make_backend("staying"), make_backend("leaving")
    node.register(web, staying.address, leaving.address)
    node.await_state(web, "InService")
    assert asked(node) == {"staying", "leaving"}
    node.deregister(web, leaving.address)
    requests = leaving.requests
    assert asked(node, 100) == {"staying"}
    assert leaving.requests == requests


def test_instances_of_a_tcp_load_balancer(node, make_tcp_backend, ports):
    backend = make_tcp_backend("lines", port=OTHER_INSTANCE_PORT)
    port = ports()
    node.create("lines", tcp_listener(port, OTHER_INSTANCE_PORT))
    node.register("lines", backend.address)
    node.await_state("lines", "InService")
    with socket.create_connection((node.address, port), timeout=10) as connection, connection.makefile("rb") as lines:
        connection.sendall(b"hello\n")
        assert [lines.readline(), lines.readline()] == [b"lines\n", b"hello\n"]
