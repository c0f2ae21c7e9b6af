"""Following a node: every change is told, nothing is told twice or lost without a word."""

import json

import pytest
from support import http
from support.addresses import API_PORT, INSTANCE_PORT
from support.events import EventStream
from support.node import http_listener, tcp_listener
from support.waiting import eventually


def read(node, path):
    return json.loads(node.request("GET", path).body)


@pytest.fixture
def listen(node):
    streams = []

    def make(query="", on=node, **options):
        streams.append(EventStream(on, query, **options).follow())
        return streams[-1]

    yield make
    for stream in streams:
        stream.close()


def in_service(event):
    return event.name == "instance" and event.data["State"] == "InService"


def test_a_load_balancers_life_is_told(node, make_backend, listen):
    backend = make_backend("one")
    stream = listen()
    assert stream.status == 200 and stream.headers["content-type"] == "text/event-stream"
    eventually(lambda: stream.comments == 1, "the stream begins at once")
    node.create("Web", tcp_listener(10101, INSTANCE_PORT))
    node.register("web", backend.address)
    stream.until(in_service, "the instance is in service")
    node.deregister("web", backend.address)
    node.elb.delete_load_balancer(LoadBalancerName="web")
    stream.until(lambda event: event.name == "load-balancer-deleted", "it is gone")

    names = [event.name for event in stream.named("load-balancer", "instance", "instance-deregistered",
                                                  "load-balancer-deleted")]
    assert names == ["load-balancer", "load-balancer", "instance", "instance", "load-balancer", "instance-deregistered",
                     "load-balancer-deleted"]
    verbs = [event.data["Changes"][0]["Verb"] for event in stream.named("revision")]
    assert verbs == ["CreateLoadBalancer", "RegisterInstancesWithLoadBalancer", "DeregisterInstancesFromLoadBalancer",
                     "DeleteLoadBalancer"]
    revision = stream.named("revision")[-1].data["Revision"]
    applied = stream.until(lambda event: event.name == "applied" and event.data["Revision"] == revision, "it is applied")
    assert applied.data["Generation"] == node.generation()
    numbers = [int(event.id.rsplit("-", 1)[1]) for event in stream.events]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_health_is_told_when_it_changes(node, make_backend, listen):
    backend = make_backend("one")
    node.create("web", tcp_listener(10102, INSTANCE_PORT))
    node.check_quickly("web", f"TCP:{INSTANCE_PORT}")
    node.register("web", backend.address)
    node.await_state("web", "InService")
    stream = listen()
    backend.close()
    failed = stream.until(lambda event: event.name == "instance", "the failure", within=40)
    assert failed.data["LoadBalancerName"] == "web" and failed.data["State"] == "OutOfService"
    assert failed.data["ReasonCode"] == "Instance"


def test_one_of_many_instances_is_one_event(node, listen):
    node.create("web", tcp_listener(10103, INSTANCE_PORT))
    node.register("web", *(f"127.9.{i // 200}.{i % 200 + 1}" for i in range(1000)))
    last = read(node, "/v1/load-balancers")["EventId"]
    stream = listen(last_id=last)
    node.register("web", "127.9.9.9")
    stream.until(lambda event: event.data.get("InstanceId") == "127.9.9.9", "the one that is new")
    node.deregister("web", "127.9.0.1")
    stream.until(lambda event: event.name == "instance-deregistered", "the one that goes")
    others = {event.data["InstanceId"] for event in stream.named("instance") if event.data["ReasonCode"] == "ELB"}
    assert others == {"127.9.9.9"}
    assert not stream.named("reset")


def test_who_comes_back_misses_nothing(node, listen):
    first = listen()
    node.create("a", tcp_listener(10104, INSTANCE_PORT))
    known = first.until(lambda event: event.name == "applied", "a is there").id
    first.close()
    node.create("b", tcp_listener(10105, INSTANCE_PORT))
    for stream in (listen(last_id=known), listen(query=f"?after={known}")):
        stream.until(lambda event: event.name == "applied", "what was missed")
        assert [event.data["LoadBalancerName"] for event in stream.named("load-balancer")] == ["b"]
        assert not stream.named("reset")


def test_a_list_and_its_events_fit(node, listen):
    node.create("a", tcp_listener(10106, INSTANCE_PORT))
    listed = read(node, "/v1/load-balancers")
    node.create("b", tcp_listener(10107, INSTANCE_PORT))
    stream = listen(last_id=listed["EventId"])
    stream.until(lambda event: event.name == "applied", "b is there")
    told = [{name: value for name, value in event.data.items()} for event in stream.named("load-balancer")]
    now = read(node, "/v1/load-balancers")["LoadBalancers"]
    for balancer in now:
        assert balancer.pop("Instances") == []
    assert listed["LoadBalancers"][0]["LoadBalancerName"] == "a"
    assert told[-1] == now[-1] and len(now) == 2


def test_after_a_restart_everything_is_read_anew(own_node):
    own_node.create("a", tcp_listener(10108, INSTANCE_PORT))
    last = read(own_node, "/v1/load-balancers")["EventId"]
    own_node.restart()
    stream = EventStream(own_node, last_id=last).follow()
    reset = stream.until(lambda event: True, "the reset")
    assert reset.name == "reset" and reset.data == {}
    assert reset.id == read(own_node, "/v1/load-balancers")["EventId"] != last
    own_node.create("b", tcp_listener(10109, INSTANCE_PORT))
    stream.until(lambda event: event.name == "load-balancer", "the stream goes on")
    stream.close()


def test_rates_are_measured_for_those_who_want_them(node, make_backend, listen):
    backend = make_backend("one")
    dns_name = node.create("web", http_listener(10110, INSTANCE_PORT))
    node.create("idle", tcp_listener(10111, INSTANCE_PORT))
    node.register("web", backend.address)
    node.await_state("web", "InService")
    plain = listen()
    stream = listen("?rates=1")

    def busy():
        for _ in range(20):
            assert http.get(node.address, 10110, host=dns_name).status == 200
        rates = [{rate["LoadBalancerName"]: rate for rate in event.data["Rates"]} for event in stream.named("rates")]
        return next((rate for rate in rates if rate["web"]["RequestsPerSecond"] > 0), None)

    rates = eventually(busy, "requests are counted")
    assert set(rates) == {"web", "idle"}
    assert rates["web"]["ConnectionsPerSecond"] > 0 and rates["web"]["BytesOutPerSecond"] > 0
    assert rates["idle"]["RequestsPerSecond"] == rates["idle"]["BytesInPerSecond"] == 0
    assert all(event.id == "" for event in stream.named("rates"))
    seen = len(stream.named("rates"))
    node.create("another", tcp_listener(10112, INSTANCE_PORT))  # a reload: counters begin anew
    eventually(lambda: len(stream.named("rates")) > seen + 2, "rates go on after a reload")
    assert all(value >= 0 for event in stream.named("rates") for rate in event.data["Rates"]
               for value in rate.values() if isinstance(value, int))
    assert not plain.named("rates")


def test_who_does_not_read_is_dropped_and_others_go_on(node, listen):
    quick = listen()
    slow = EventStream(node, buffer=4096)  # nobody reads from it
    node.create("web", tcp_listener(10113, INSTANCE_PORT))
    ids = [f"127.8.{i // 200}.{i % 200 + 1}" for i in range(2000)]
    for _ in range(12):
        node.register("web", *ids)
        node.deregister("web", *ids)
    node.create("last", tcp_listener(10114, INSTANCE_PORT))
    quick.until(lambda event: event.data.get("LoadBalancerName") == "last", "others hear everything", within=60)
    assert not quick.ended
    slow.follow()
    eventually(lambda: slow.ended, "the node has let go of the one that did not read")
    assert all(event.data.get("LoadBalancerName") != "last" for event in slow.events)
    slow.close()


def test_streams_end_with_the_node(own_node):
    stream = EventStream(own_node, "?rates=1").follow()
    stream.until(lambda event: event.name == "rates", "it has begun")
    assert own_node.terminate() == 0
    eventually(lambda: stream.ended, "the stream ends")
    stream.close()


@pytest.mark.parametrize("headers", [{}, {"Cookie": "elastic-haproxy-session=x"}])
def test_strangers_hear_nothing(node, headers):
    stream = EventStream(node, headers=headers)
    assert stream.status in (401, 403)
    stream.close()
