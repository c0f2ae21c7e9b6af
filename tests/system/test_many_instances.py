"""A thousand instances, in one call and in many at once."""

import contextlib
import socket
import time

import pytest

from support.addresses import API_PORT, HTTP_PORT, INSTANCE_PORT
from support.http import get
from support.load import Load
from support.node import http_listener
from support.signing import signed_headers
from support.waiting import eventually, report

MANY = 1000


@pytest.fixture
def web(own_node, make_backend):
    """A node under a load balancer with one healthy instance; the first check of the thousand others fails at once,
    for nobody listens there."""
    backend = make_backend("only one")
    own_node.create("web", http_listener(HTTP_PORT, INSTANCE_PORT))
    own_node.register("web", backend.address)
    own_node.await_state("web", "InService")
    own_node.backend = backend
    return own_node


def assert_all_are_there(node, ids):
    described = [instance["InstanceId"] for instance in node.describe("web")["Instances"]]
    assert len(described) == len(set(described)) == len(ids) + 1
    assert set(described) == {*ids, node.backend.address}
    health = node.health("web")
    assert set(health) == set(described)
    assert [identity for identity, state in health.items() if state[0] == "InService"] == [node.backend.address]
    # HAProxy's file follows its run time by a moment.
    eventually(lambda: all(f" {address}:{INSTANCE_PORT} " in node.haproxy_config() for address in ids),
               "all are in HAProxy's file")


def test_a_thousand_in_one_call(web, block):
    ids = block.addresses(MANY)
    generation = web.generation()
    with Load(web.address, HTTP_PORT) as load:
        load.more()
        start = time.monotonic()
        assert set(web.register("web", *ids)) == {*ids, web.backend.address}
        report(f"{MANY} instances in one call: {time.monotonic() - start:.2f} s (promised: 1 s)")
        load.more()
    report(f"meanwhile {load.summary()}; reloads: {web.generation() - generation}")
    load.assert_nothing_failed()
    assert web.generation() - generation <= 2
    assert_all_are_there(web, ids)

    generation = web.generation()
    with Load(web.address, HTTP_PORT) as load:
        load.more()
        assert web.deregister("web", *ids) == [web.backend.address]
        load.more()
    load.assert_nothing_failed()
    assert web.generation() == generation
    assert web.health("web") == {web.backend.address: ("InService", "N/A", "N/A")}
    assert get(web.address, HTTP_PORT).text == "only one"


def signed_request(node, body):
    """The bytes of a request, so that sending many at once costs the sender nothing."""
    headers = signed_headers(node.url + "/", node.key, body=body.encode(),
                             headers={"Content-Type": "application/x-www-form-urlencoded"})
    lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
    host = node.url.removeprefix("http://")
    return (f"POST / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
            f"{''.join(lines)}\r\n{body}").encode()


def received(connection):
    answer = b""
    while chunk := connection.recv(65536):
        answer += chunk
    return answer


def test_a_thousand_in_two_hundred_calls_at_once(web, block):
    ids = block.addresses(MANY)
    calls = []
    for start in range(0, MANY, 5):
        members = "".join(f"&Instances.member.{number}.InstanceId={identity}"
                          for number, identity in enumerate(ids[start:start + 5], 1))
        calls.append(signed_request(web, f"Action=RegisterInstancesWithLoadBalancer&LoadBalancerName=web{members}"))

    generation = web.generation()
    with Load(web.address, HTTP_PORT) as load, contextlib.ExitStack() as stack:
        load.more()
        connections = [stack.enter_context(socket.create_connection((web.api_address, API_PORT), timeout=60))
                       for _ in calls]
        start = time.monotonic()
        for connection, call in zip(connections, calls):
            connection.sendall(call)
        answers = [received(connection) for connection in connections]
        seconds = time.monotonic() - start
        load.more()
    report(f"{MANY} instances in 200 concurrent calls: {seconds:.2f} s (promised: 1 s)")
    report(f"meanwhile {load.summary()}; reloads: {web.generation() - generation}")
    assert [answer for answer in answers if not answer.startswith(b"HTTP/1.1 200 ")] == []
    load.assert_nothing_failed()
    assert_all_are_there(web, ids)
    # Which calls a reload finds waiting is a matter of time, but each at least doubles the slots: 2, 4, … 1,024.
    assert web.generation() - generation <= 9


def test_all_of_them_survive_a_crash(web, block):
    ids = block.addresses(MANY)
    web.register("web", *ids)
    assert_all_are_there(web, ids)
    pid = web.haproxy()
    with Load(web.address, HTTP_PORT) as load:
        load.more()
        web.kill()
        web.start()
        load.more()
    load.assert_nothing_failed()
    assert web.haproxy() == pid
    assert_all_are_there(web, ids)


def test_more_than_a_load_balancer_may_have_are_refused_as_a_whole(web, block):
    before = web.describe_all()
    # By the number of instances, or by that of the parameters: 10,000 is the most of both.
    with pytest.raises(web.elb.exceptions.ClientError, match="InvalidConfigurationRequest|MalformedQueryString"):
        web.register("web", *block.addresses(10001))
    assert web.describe_all() == before
