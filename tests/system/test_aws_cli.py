"""Debian's aws CLI, unmodified, against the daemon, a real HAProxy and real back ends."""

import json
import socket

import pytest

from support.addresses import HTTP_PORT, INSTANCE_PORT
from support.http import get
from support.load import Load
from support.node import http_listener, quick_check
from support.waiting import LONG, eventually, measured, report

ERROR_OF_THE_SERVICE = 254
NOTHING_CONNECTED = 255
ZONE = "local-a"
HTTP_LISTENER = f"Protocol=HTTP,LoadBalancerPort={HTTP_PORT},InstanceProtocol=HTTP,InstancePort={INSTANCE_PORT}"


def is_open(address, port):
    try:
        socket.create_connection((address, port), timeout=5).close()
        return True
    except ConnectionRefusedError:
        return False


def create(node, name, listener=HTTP_LISTENER):
    return node.aws("create-load-balancer", "--load-balancer-name", name, "--listeners", listener,
                    "--availability-zones", ZONE)["DNSName"]


def states(node, name):
    answer = node.aws("describe-instance-health", "--load-balancer-name", name)
    return {state["InstanceId"]: state["State"] for state in answer["InstanceStates"]}


def served_by_each(node, name, backends, requests=20):
    seen = {get(node.address, HTTP_PORT, host=name).text for _ in range(requests)}
    return seen == {backend.name for backend in backends}


def test_a_load_balancer_from_its_creation_to_its_deletion(own_node, make_backend):
    node = own_node
    one, two = make_backend("one"), make_backend("two")

    dns_name = create(node, "web")
    assert dns_name.startswith("web-") and dns_name.endswith(".local.elb.internal")
    assert get(node.address, HTTP_PORT, dns_name).status == 503  # nobody to serve it yet
    node.aws("configure-health-check", "--load-balancer-name", "web", "--health-check",
             json.dumps(quick_check(f"HTTP:{INSTANCE_PORT}/health")))
    registered = node.aws("register-instances-with-load-balancer", "--load-balancer-name", "web",
                          "--instances", one.address, two.address)
    assert {instance["InstanceId"] for instance in registered["Instances"]} == {one.address, two.address}

    # The command itself needs most of a second to end, so this is counted from its end.
    seconds = measured(lambda: served_by_each(node, dns_name, [one, two]), "both back ends are asked", within=5)
    report(f"both back ends have answered {seconds:.2f} s after the registration was answered (promised: 1 s)")
    eventually(lambda: set(states(node, "web").values()) == {"InService"}, "both are in service")
    assert node.aws("describe-load-balancers", "--load-balancer-names", "web")["LoadBalancerDescriptions"]

    with Load(node.address, HTTP_PORT, dns_name) as load:
        load.more()
        one.stop()
        node.await_state("web", "OutOfService", one.address, within=LONG)
        # Requests on their way at that moment may still end at the one that stopped; from here on none may.
        load.settle()
        asked_before, failed_before, ok_before = one.requests, load.failed, load.ok
        load.more(300)
        load.stop()
    report(f"while a back end stopped: {load.summary()}")
    assert states(node, "web") == {one.address: "OutOfService", two.address: "InService"}
    assert one.requests == asked_before
    assert load.failed == failed_before and load.ok > ok_before
    assert load.failed <= load.clients, load.summary()  # each may lose the one request it waits for as a back end ends

    left = node.aws("deregister-instances-from-load-balancer", "--load-balancer-name", "web",
                    "--instances", one.address)
    assert left["Instances"] == [{"InstanceId": two.address}]
    assert get(node.address, HTTP_PORT, dns_name).text == "two"

    assert is_open(node.address, HTTP_PORT)
    node.aws("delete-load-balancer", "--load-balancer-name", "web")
    assert not is_open(node.address, HTTP_PORT)
    assert node.aws("describe-load-balancers")["LoadBalancerDescriptions"] == []


def test_a_back_end_that_is_down_takes_no_traffic_until_it_is_up(node, make_backend):
    good, bad = make_backend("good"), make_backend("bad")
    bad.health_status = 500
    dns_name = create(node, "half")
    node.check_quickly("half", f"HTTP:{INSTANCE_PORT}/health")
    node.aws("register-instances-with-load-balancer", "--load-balancer-name", "half",
             "--instances", good.address, bad.address)
    node.await_state("half", "InService", good.address)
    assert {get(node.address, HTTP_PORT, dns_name).text for _ in range(20)} == {"good"}
    assert bad.requests == 0


def test_waiters_end_when_their_state_is_reached(node, make_backend):
    backend = make_backend("waited-for")
    backend.health_status = 500
    node.create("waits", http_listener(HTTP_PORT, INSTANCE_PORT))
    node.check_quickly("waits", f"HTTP:{INSTANCE_PORT}/health")
    node.register("waits", backend.address)

    # The CLI asks every 15 s: their first question, seconds from here, finds it out of service.
    waiters = [node.start_aws("wait", waiter, "--load-balancer-name", "waits")
               for waiter in ("instance-in-service", "any-instance-in-service")]
    instances = ["--load-balancer-name", "waits", "--instances", backend.address]
    assert node.aws("describe-instance-health", *instances)["InstanceStates"][0]["State"] == "OutOfService"
    assert [waiter.poll() for waiter in waiters] == [None, None]
    backend.health_status = 200
    assert [waiter.wait(60) for waiter in waiters] == [0, 0]
    for waiter in waiters:
        waiter.communicate()

    node.deregister("waits", backend.address)
    assert node.aws("wait", "instance-deregistered", *instances) is None
    # An id that was never registered is as good as deregistered to this waiter.
    assert node.aws("wait", "instance-deregistered", "--load-balancer-name", "waits", "--instances", "i-never") is None


def test_describing_page_by_page(node, ports):
    names = [f"page-{number}" for number in range(5)]
    for name in names:
        node.create(name, http_listener(ports(), INSTANCE_PORT))

    def described(*arguments):
        answer = node.aws("describe-load-balancers", *arguments)
        found = [item["LoadBalancerName"] for item in answer["LoadBalancerDescriptions"]]
        return found, answer.get("NextMarker") or answer.get("NextToken")

    # This CLI takes --page-size for ELB's own parameter, and then follows no markers by itself.
    first, marker = described("--page-size", "2")
    second, marker_of_second = described("--page-size", "2", "--marker", marker)
    assert (first, second) == (names[:2], names[2:4])
    assert described("--page-size", "2", "--marker", marker_of_second) == (names[4:], None)

    first, token = described("--max-items", "3")
    assert first == names[:3] and token
    assert described("--starting-token", token) == (names[3:], None)


@pytest.mark.parametrize("arguments, error", [
    (["describe-load-balancers", "--load-balancer-names", "nowhere"],
     "An error occurred (LoadBalancerNotFound) when calling the DescribeLoadBalancers operation: "
     "There is no ACTIVE Load Balancer named 'nowhere'"),
    (["create-load-balancer", "--load-balancer-name", "web", "--listeners", HTTP_LISTENER],
     "An error occurred (ValidationError) when calling the CreateLoadBalancer operation: "
     "Either AvailabilityZones or SubnetIds must be specified"),
    (["create-load-balancer", "--load-balancer-name", "web", "--availability-zones", ZONE, "--listeners",
      "Protocol=HTTP,LoadBalancerPort=80,InstanceProtocol=TCP,InstancePort=80"],
     "An error occurred (InvalidConfigurationRequest) when calling the CreateLoadBalancer operation: "),
], ids=["unknown load balancer", "no zones", "layers that do not match"])
def test_an_error_of_the_service_is_told_with_its_code_and_text(node, arguments, error):
    code, output, errors = node.aws_ends_with(*arguments)
    assert code == ERROR_OF_THE_SERVICE
    assert error in errors
    assert output == ""


def test_wrong_credentials_are_told(node):
    identity, _ = node.key
    wrong_secret = {"AWS_ACCESS_KEY_ID": identity, "AWS_SECRET_ACCESS_KEY": "x" * 40}
    code, _, errors = node.aws_ends_with("describe-load-balancers", **wrong_secret)
    assert code == ERROR_OF_THE_SERVICE
    assert "(SignatureDoesNotMatch)" in errors
    unknown_key = {"AWS_ACCESS_KEY_ID": "AKIAUNKNOWNUNKNOWNAA", "AWS_SECRET_ACCESS_KEY": "x" * 40}
    code, _, errors = node.aws_ends_with("describe-load-balancers", **unknown_key)
    assert code == ERROR_OF_THE_SERVICE
    assert "(InvalidClientTokenId)" in errors and "The security token included in the request is invalid." in errors


def test_a_node_that_is_down_is_told(own_node):
    own_node.terminate()
    code, _, errors = own_node.aws_ends_with("describe-load-balancers", AWS_MAX_ATTEMPTS="1")
    assert code == NOTHING_CONNECTED
    assert "Could not connect to the endpoint URL" in errors
