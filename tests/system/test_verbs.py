"""Every verb through boto3: what is answered, what is refused and how, and that a refusal changes nothing."""

import base64
import concurrent.futures
import re

import pytest

from support.addresses import INSTANCE_PORT
from support.http import get
from support.node import http_listener, instances, listener, quick_check, tcp_listener
from support.refusals import Refused

# --------------------------------------------------------------------------------------------- load balancers


def test_a_description_has_every_member_that_is_promised(node, ports, block):
    port, address = ports(), block.address()
    dns_name = node.create("Whole", http_listener(port, 8080), SecurityGroups=["sg-2", "sg-1", "sg-2"],
                           AvailabilityZones=["local-b", "local-a", "local-b"], Scheme="internal")
    node.register("Whole", address)
    description = node.describe("Whole")
    created = description.pop("CreatedTime")
    assert description == {
        "LoadBalancerName": "Whole",
        "DNSName": dns_name,
        "CanonicalHostedZoneName": dns_name,
        "CanonicalHostedZoneNameID": description["CanonicalHostedZoneNameID"],
        "ListenerDescriptions": [{"Listener": http_listener(port, 8080), "PolicyNames": []}],
        "Policies": {"AppCookieStickinessPolicies": [], "LBCookieStickinessPolicies": [], "OtherPolicies": []},
        "BackendServerDescriptions": [],
        "AvailabilityZones": ["local-b", "local-a"],
        "Subnets": [],
        "Instances": instances(address),
        "HealthCheck": {"Target": "TCP:8080", "Interval": 30, "Timeout": 5, "UnhealthyThreshold": 2,
                        "HealthyThreshold": 10},
        "SecurityGroups": ["sg-2", "sg-1"],
        "Scheme": "internal",
    }
    assert re.fullmatch(r"internal-whole-\d{9,10}\.local\.elb\.internal", dns_name)
    assert created.tzinfo is not None
    assert description["CanonicalHostedZoneNameID"]


def test_subnets_instead_of_zones(node, ports):
    node.create("nets", http_listener(ports(), 80), AvailabilityZones=[], Subnets=["subnet-1"])
    assert node.describe("nets")["Subnets"] == ["subnet-1"]


def test_creating_the_same_again_succeeds_and_changes_nothing(node, ports):
    port, other = ports(), ports()
    listeners = [http_listener(port, 80), tcp_listener(other, 25)]
    tags = [{"Key": "b", "Value": "2"}, {"Key": "a", "Value": "1"}]
    dns_name = node.create("same", *listeners, AvailabilityZones=["a", "b"], Tags=tags)
    node.elb.configure_health_check(LoadBalancerName="same", HealthCheck=quick_check("TCP:80"))
    before = node.describe("same")
    # Order, case and defaults make no difference.
    again = [{"Protocol": "tcp", "LoadBalancerPort": other, "InstancePort": 25}, listener("http", port, 80, "http")]
    assert dns_name == node.create("same", *again, AvailabilityZones=["b", "a"], Tags=tags[::-1],
                                   Scheme="internet-facing")
    assert node.describe("same") == before


@pytest.mark.parametrize("difference", [
    {"Listeners": [http_listener(10000, 81)]},
    {"Scheme": "internal"},
    {"AvailabilityZones": ["elsewhere"]},
    {"SecurityGroups": ["sg-1"]},
    {"Tags": [{"Key": "a", "Value": "2"}]},
], ids=lambda difference: next(iter(difference)))
def test_creating_another_one_of_that_name_is_refused(node, difference):
    parameters = {"Listeners": [http_listener(10000, 80)], "AvailabilityZones": ["a"]}
    node.elb.create_load_balancer(LoadBalancerName="taken", **parameters)
    with Refused(node) as refused:
        refused("DuplicateLoadBalancerName",
                "Load Balancer named taken already exists and it is configured with different",
                node.elb.create_load_balancer, LoadBalancerName="taken", **{**parameters, **difference})


def test_names_differ_by_more_than_case(node, web, ports, refused):
    # As a DNS label they would be one. The text names one of both.
    refused("DuplicateLoadBalancerName", "already exists", node.create, "WEB", http_listener(ports(), INSTANCE_PORT))


@pytest.mark.parametrize("name", ["", "-a", "a-", "a.b", "a_b", "a b", "a\nb", "ü", "a" * 33, "a;b", "../a"])
def test_a_name_that_is_none_is_refused(node, refused, name):
    refused("ValidationError", "", node.create, name, http_listener(10000, 80))


@pytest.mark.parametrize("name", ["a", "A1", "a" * 32, "9-9"])
def test_names_at_their_limits(node, ports, name):
    node.create(name, http_listener(ports(), 80))
    assert node.describe(name)["LoadBalancerName"] == name


ZONES = {"AvailabilityZones": ["a"]}
ONE_LISTENER = {"Listeners": [http_listener(10000, 80)]}


@pytest.mark.parametrize("code, text, parameters", [
    ("ValidationError", "", {"Listeners": [http_listener(0, 80)], **ZONES}),
    ("ValidationError", "", {"Listeners": [http_listener(65536, 80)], **ZONES}),
    ("ValidationError", "", {"Listeners": [http_listener(10000, 0)], **ZONES}),
    ("ValidationError", "", {"Listeners": [http_listener(10000, 65536)], **ZONES}),
    ("ValidationError", "", {"Listeners": [http_listener(-1, 80)], **ZONES}),
    ("ValidationError", "", {"Listeners": [http_listener(10000, 10**30)], **ZONES}),
    ("UnsupportedProtocol|ValidationError", "", {"Listeners": [listener("UDP", 10000, 80)], **ZONES}),
    ("UnsupportedProtocol|ValidationError", "", {"Listeners": [listener("HTTP", 10000, 80, "QUIC")], **ZONES}),
    ("InvalidConfigurationRequest", "layer", {"Listeners": [listener("HTTP", 10000, 80, "TCP")], **ZONES}),
    ("InvalidConfigurationRequest", "layer", {"Listeners": [listener("TCP", 10000, 80, "HTTPS")], **ZONES}),
    ("InvalidConfigurationRequest", "InstancePort 80",
     {"Listeners": [listener("HTTP", 10000, 80, "HTTP"), listener("HTTP", 10001, 80, "HTTPS")], **ZONES}),
    ("InvalidConfigurationRequest", "SSL Certificate is required",
     {"Listeners": [listener("HTTPS", 10000, 80)], **ZONES}),
    ("InvalidConfigurationRequest", "SSL Certificate is required",
     {"Listeners": [listener("SSL", 10000, 80)], **ZONES}),
    ("InvalidConfigurationRequest", "SSL Certificate",
     {"Listeners": [{**http_listener(10000, 80), "SSLCertificateId": "arn:x"}], **ZONES}),
    ("CertificateNotFound", "Server Certificate not found for the key: arn:x",
     {"Listeners": [{**listener("HTTPS", 10000, 80), "SSLCertificateId": "arn:x"}], **ZONES}),
    ("DuplicateListener", "10000", {"Listeners": [http_listener(10000, 80), http_listener(10000, 81)], **ZONES}),
    ("ValidationError", "Listeners cannot be empty", {"Listeners": [], **ZONES}),
    ("ValidationError", "Either AvailabilityZones or SubnetIds must be specified", {**ONE_LISTENER}),
    ("ValidationError", "Only one of SubnetIds or AvailabilityZones may be specified",
     {**ONE_LISTENER, "Subnets": ["s"], **ZONES}),
    ("InvalidScheme|ValidationError", "", {**ONE_LISTENER, "Scheme": "public", **ZONES}),
    ("DuplicateTagKeys", "", {**ONE_LISTENER, **ZONES,
                              "Tags": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]}),
    ("ValidationError", "", {**ONE_LISTENER, **ZONES, "Tags": [{"Key": "", "Value": "1"}]}),
    ("ValidationError", "", {**ONE_LISTENER, **ZONES, "Tags": [{"Key": "k" * 129, "Value": ""}]}),
    ("ValidationError", "", {**ONE_LISTENER, **ZONES, "Tags": [{"Key": "k", "Value": "v" * 257}]}),
    ("ValidationError", "aws:", {**ONE_LISTENER, **ZONES, "Tags": [{"Key": "aws:x", "Value": ""}]}),
    ("ValidationError", "", {**ONE_LISTENER, **ZONES, "Tags": [{"Key": "a<b>", "Value": ""}]}),
    ("TooManyTags", "", {**ONE_LISTENER, **ZONES,
                         "Tags": [{"Key": f"k{number}", "Value": ""} for number in range(51)]}),
    ("ValidationError", "", {"Listeners": [{"Protocol": "HTTP", "LoadBalancerPort": 10000}], **ZONES}),
    ("ValidationError", "", {"Listeners": [{"LoadBalancerPort": 10000, "InstancePort": 80}], **ZONES}),
    ("ValidationError", "", {**ZONES}),
])
def test_creating_against_the_rules_is_refused(node, refused, code, text, parameters):
    refused(code, text, node.elb.create_load_balancer, LoadBalancerName="wrong", **parameters)


def test_a_load_balancer_without_a_name_is_refused(node, refused):
    refused("ValidationError", "", node.elb.create_load_balancer, Listeners=[http_listener(10000, 80)], **ZONES)


def test_a_number_that_is_none_is_refused(node, refused):
    answer = node.ask("CreateLoadBalancer", LoadBalancerName="x", AvailabilityZones__member__1="a",
                      Listeners__member__1__Protocol="HTTP", Listeners__member__1__LoadBalancerPort="eighty",
                      Listeners__member__1__InstancePort="80")
    assert answer.status == 400 and "<Code>ValidationError</Code>" in answer.text


def test_pages(node, ports):
    names = [f"page-{number}" for number in range(7)]
    for name in reversed(names):
        node.create(name, http_listener(ports(), 80))
    paginator = node.elb.get_paginator("describe_load_balancers")
    pages = list(paginator.paginate(PaginationConfig={"PageSize": 3}))
    assert [[item["LoadBalancerName"] for item in page["LoadBalancerDescriptions"]] for page in pages] == [
        names[:3], names[3:6], names[6:]]
    assert "NextMarker" not in pages[-1]
    # A page may end with a load balancer that is deleted before the next is asked for.
    first = node.elb.describe_load_balancers(PageSize=3)
    node.elb.delete_load_balancer(LoadBalancerName=names[2])
    rest = node.elb.describe_load_balancers(PageSize=3, Marker=first["NextMarker"])
    assert [item["LoadBalancerName"] for item in rest["LoadBalancerDescriptions"]] == names[3:6]
    # No paging where names are given.
    named = node.elb.describe_load_balancers(LoadBalancerNames=names[:2], PageSize=1)
    assert len(named["LoadBalancerDescriptions"]) == 2 and "NextMarker" not in named


@pytest.mark.parametrize("parameters", [
    {"PageSize": 0}, {"PageSize": 401}, {"PageSize": -1}, {"Marker": "%%%"}, {"Marker": "nonsense"},
    {"Marker": base64.b64encode(b"not a name!").decode()},
], ids=str)
def test_a_page_that_cannot_be_is_refused(node, refused, parameters):
    refused("ValidationError", "", node.elb.describe_load_balancers, **parameters)


def test_deleting_is_idempotent(node, web):
    for _ in range(2):
        node.elb.delete_load_balancer(LoadBalancerName="web")
        assert node.describe_all() == []
    node.elb.delete_load_balancer(LoadBalancerName="never-was")


# -------------------------------------------------------------------------------------------------- listeners


def test_listeners_come_and_go(node, web, ports):
    more = ports()
    node.elb.create_load_balancer_listeners(LoadBalancerName="web", Listeners=[http_listener(more, 81)])
    assert get(node.address, more).status == 503
    described = [item["Listener"] for item in node.describe("web")["ListenerDescriptions"]]
    assert described == [http_listener(web, INSTANCE_PORT), http_listener(more, 81)]

    for _ in range(2):  # ports without a listener are ignored
        node.elb.delete_load_balancer_listeners(LoadBalancerName="web", LoadBalancerPorts=[more, 1])
        with pytest.raises(ConnectionRefusedError):
            get(node.address, more)
    assert get(node.address, web).status == 503
    node.elb.delete_load_balancer_listeners(LoadBalancerName="web", LoadBalancerPorts=[web])
    assert node.describe("web")["ListenerDescriptions"] == []
    node.elb.create_load_balancer_listeners(LoadBalancerName="web", Listeners=[http_listener(web, 82)])
    assert get(node.address, web).status == 503


@pytest.mark.parametrize("code, text, change", [
    ("DuplicateListener", "A listener already exists for web with LoadBalancerPort 10000, but with a different "
                          "InstancePort, Protocol, or SSLCertificateId", [http_listener(10000, 81)]),
    ("DuplicateListener", "10000", [http_listener(10001, 81), listener("TCP", 10000, INSTANCE_PORT)]),
    ("InvalidConfigurationRequest", "layer", [http_listener(10001, 81), listener("TCP", 10002, 80, "HTTP")]),
    ("InvalidConfigurationRequest", "InstancePort", [listener("HTTP", 10001, INSTANCE_PORT, "HTTPS")]),
    ("CertificateNotFound", "arn:x", [{**listener("HTTPS", 10001, 80), "SSLCertificateId": "arn:x"}]),
    ("ValidationError", "", [http_listener(0, 80)]),
    ("ValidationError", "", []),
])
def test_a_wrong_listener_refuses_the_whole_request(node, web, refused, code, text, change):
    refused(code, text, node.elb.create_load_balancer_listeners, LoadBalancerName="web", Listeners=change)


def test_deleting_no_listeners_is_refused(node, web, refused):
    refused("ValidationError", "", node.elb.delete_load_balancer_listeners, LoadBalancerName="web")


# -------------------------------------------------------------------------------------------------- instances


def test_registering_is_idempotent_and_keeps_the_order(node, web, block):
    one, two, three = block.addresses(3)
    assert node.register("web", two, one, two) == [two, one]
    assert node.register("web", three, one) == [two, one, three]
    assert node.deregister("web", one, one) == [two, three]
    assert node.deregister("web", one) == [two, three]  # registered earlier, not now
    assert node.describe("web")["Instances"] == instances(two, three)


def test_an_instance_that_nothing_resolves_is_refused_with_all_others(node, web, refused, block):
    refused("InvalidInstance", "Could not find EC2 instance ID.", node.register, "web", block.address(), "i-0123456789")
    refused("InvalidInstance", "Could not find EC2 instance ID.", node.deregister, "web", "i-0123456789")


@pytest.mark.parametrize("identity", [
    "", "a b", "a\nb", "x" * 256, "a;b", "-1.2.3.4", "1.2.3.4|show info", "ü.example",
])
def test_an_instance_id_that_is_none_is_refused(node, web, refused, identity):
    refused("ValidationError", "", node.register, "web", identity)


@pytest.mark.parametrize("verb", ["register_instances_with_load_balancer", "deregister_instances_from_load_balancer"])
def test_a_list_of_no_instances_is_refused(node, web, refused, verb):
    refused("ValidationError", "", getattr(node.elb, verb), LoadBalancerName="web", Instances=[])
    refused("ValidationError", "", getattr(node.elb, verb), LoadBalancerName="web")


# ----------------------------------------------------------------------------------------------- health check


def test_configuring_a_health_check_answers_what_is_stored(node, web):
    check = {"Target": "HTTP:8080/ping?a=1&b=<2>", "Interval": 300, "Timeout": 60, "UnhealthyThreshold": 10,
             "HealthyThreshold": 10}
    for _ in range(2):
        assert node.elb.configure_health_check(LoadBalancerName="web", HealthCheck=check)["HealthCheck"] == check
        assert node.describe("web")["HealthCheck"] == check


@pytest.mark.parametrize("target", ["TCP:1", "SSL:65535", "HTTP:80/", "HTTPS:443/a/b", "HTTP:80/" + "x" * 1023])
def test_targets_at_their_limits(node, web, target):
    answer = node.elb.configure_health_check(LoadBalancerName="web", HealthCheck=quick_check(target))
    assert answer["HealthCheck"]["Target"] == target


@pytest.mark.parametrize("text, change", [
    ("must begin with one of HTTP, TCP, HTTPS, SSL", {"Target": "UDP:80"}),
    ("must begin with one of HTTP, TCP, HTTPS, SSL", {"Target": "80"}),
    ("must begin with one of HTTP, TCP, HTTPS, SSL", {"Target": ""}),
    ("must specify a port", {"Target": "TCP"}),
    ("must specify a port number", {"Target": "TCP:0"}),
    ("must specify a port number", {"Target": "TCP:65536"}),
    ("must specify a port number", {"Target": "TCP:http"}),
    ("must specify a port number", {"Target": "TCP:80/"}),
    ("must specify a port followed by a path that begins with a slash", {"Target": "HTTP:80"}),
    ("", {"Target": "HTTP:80/" + "x" * 1024}),
    ("", {"Target": "HTTP:80/a b"}),
    ("", {"Target": "HTTP:80/a\nstats socket /tmp/x"}),
    ("", {"Target": "HTTP:80/\"quoted\""}),
    ("interval", {"Interval": 4}), ("interval", {"Interval": 301}),
    ("timeout", {"Timeout": 1}), ("timeout", {"Timeout": 61, "Interval": 300}),
    ("timeout must be less than interval", {"Timeout": 5, "Interval": 5}),
    ("unhealthyThreshold", {"UnhealthyThreshold": 1}), ("unhealthyThreshold", {"UnhealthyThreshold": 11}),
    ("healthyThreshold", {"HealthyThreshold": 1}), ("healthyThreshold", {"HealthyThreshold": 11}),
    ("", {"Interval": None}), ("", {"Timeout": None}), ("", {"UnhealthyThreshold": None}),
    ("", {"HealthyThreshold": None}), ("", {"Target": None}),
], ids=str)
def test_a_health_check_against_the_rules_is_refused(node, web, refused, text, change):
    check = {name: value for name, value in {**quick_check("TCP:80"), **change}.items() if value is not None}
    refused("ValidationError", text, node.elb.configure_health_check, LoadBalancerName="web", HealthCheck=check)


# ------------------------------------------------------------------------------------------------- all of them


def test_verbs_at_the_same_time_all_have_their_effect(node, ports, block):
    """Create, register and delete from many clients at once."""
    wanted = {f"many-{number}": (ports(), block.address()) for number in range(16)}

    def work(name):
        port, address = wanted[name]
        node.create(name, http_listener(port, 80))
        assert node.register(name, address) == [address]
        if name.endswith("3"):
            node.elb.delete_load_balancer(LoadBalancerName=name)
        return get(node.address, port).status if not name.endswith("3") else None

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = dict(zip(wanted, pool.map(work, wanted)))
    left = {description["LoadBalancerName"]: description for description in node.describe_all()}
    assert set(left) == {name for name in wanted if not name.endswith("3")}
    for name, description in left.items():
        assert description["Instances"] == instances(wanted[name][1])
        assert answers[name] == 503  # nobody listens on that instance
