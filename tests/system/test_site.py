"""What an operator says of the site: its zones, subnets and security groups, and who may connect."""

import http.client
import socket

import pytest
from botocore.exceptions import ClientError

from support.addresses import HTTP_PORT, INSTANCE_PORT
from support.node import http_listener, tcp_listener

SITE = """zones = ["a", "b"]
subnets = { subnet-1 = "a", subnet-2 = "b", subnet-3 = "a" }
security_groups = { sg-office = ["127.10.0.0/16"], sg-home = ["127.20.0.7"], sg-nobody = [], sg-all = ["0.0.0.0/0"] }"""

TCP_PORT = 7007
OFFICE, HOME, ABROAD = "127.10.1.2", "127.20.0.7", "127.20.0.8"


@pytest.fixture
def site(make_node):
    return make_node(api=SITE).start()


@pytest.fixture
def own_address_site(make_node, block):
    return make_node(api=SITE, pool=[block.address()]).start()


def refused(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def create(node, **parameters):
    return node.elb.create_load_balancer(LoadBalancerName="web", Listeners=[http_listener(HTTP_PORT, INSTANCE_PORT)],
                                         **parameters)


def test_names_that_are_not_in_the_catalogue(site):
    no_zone = ("ValidationError", "The availability zone 'c' does not exist")
    no_subnet = ("SubnetNotFound", "The subnet ID 'subnet-9' does not exist")
    no_group = ("InvalidSecurityGroup", "The security group 'sg-9' does not exist")
    same_zone = ("InvalidConfigurationRequest", "ELB cannot be attached to multiple subnets in the same AZ.")
    elb = site.elb
    assert refused(create, node=site, AvailabilityZones=["a", "c"]) == no_zone
    assert refused(create, node=site, Subnets=["subnet-1", "subnet-9"]) == no_subnet
    assert refused(create, node=site, Subnets=["subnet-1", "subnet-3"]) == same_zone
    assert refused(create, node=site, Subnets=["subnet-1"], SecurityGroups=["sg-9"]) == no_group
    assert site.describe_all() == []
    create(site, Subnets=["subnet-1"], SecurityGroups=["sg-all"])
    assert refused(elb.enable_availability_zones_for_load_balancer, LoadBalancerName="web",
                   AvailabilityZones=["c"]) == no_zone
    assert refused(elb.attach_load_balancer_to_subnets, LoadBalancerName="web", Subnets=["subnet-9"]) == no_subnet
    assert refused(elb.attach_load_balancer_to_subnets, LoadBalancerName="web", Subnets=["subnet-3"]) == same_zone
    assert refused(elb.apply_security_groups_to_load_balancer, LoadBalancerName="web",
                   SecurityGroups=["sg-nobody", "sg-9"]) == no_group
    described = site.describe("web")
    assert (described["Subnets"], described["SecurityGroups"]) == (["subnet-1"], ["sg-all"])


def test_the_zones_of_subnets(site):
    create(site, Subnets=["subnet-1"])
    assert site.describe("web")["AvailabilityZones"] == ["a"]
    site.elb.attach_load_balancer_to_subnets(LoadBalancerName="web", Subnets=["subnet-2"])
    assert site.describe("web")["AvailabilityZones"] == ["a", "b"]
    site.elb.detach_load_balancer_from_subnets(LoadBalancerName="web", Subnets=["subnet-1"])
    described = site.describe("web")
    assert (described["AvailabilityZones"], described["Subnets"]) == (["b"], ["subnet-2"])
    # Creating it again as it was changes nothing.
    assert create(site, Subnets=["subnet-1"])["DNSName"] == described["DNSName"]


def ask(address, source, port=HTTP_PORT):
    """The status, or "reset"."""
    connection = http.client.HTTPConnection(address, port, timeout=10, source_address=(source, 0))
    try:
        connection.request("GET", "/", headers={"Connection": "close"})
        return connection.getresponse().status
    except (ConnectionError, http.client.RemoteDisconnected):
        return "reset"
    finally:
        connection.close()


def lines(address, source, port):
    try:
        with socket.create_connection((address, port), timeout=10, source_address=(source, 0)) as connection:
            return connection.recv(100).decode().strip() or "reset"
    except ConnectionError:
        return "reset"


def serve(node, make_backend, make_tcp_backend):
    node.create("web", http_listener(HTTP_PORT, INSTANCE_PORT), tcp_listener(10001, TCP_PORT),
                AvailabilityZones=["a"], SecurityGroups=["sg-office"])
    backend = make_backend("web")
    make_tcp_backend("lines", address=backend.address, port=TCP_PORT)
    node.register("web", backend.address)
    node.await_state("web", "InService")
    return backend


def apply(node, *groups):
    node.elb.apply_security_groups_to_load_balancer(LoadBalancerName="web", SecurityGroups=groups)


def test_groups_decide_who_may_connect(site, make_backend, make_tcp_backend):
    """On shared addresses HTTP is answered, for the port may be another load balancer's too."""
    backend = serve(site, make_backend, make_tcp_backend)
    address = site.address
    site.elb.create_load_balancer(LoadBalancerName="open", AvailabilityZones=["a"],
                                  Listeners=[http_listener(10002, INSTANCE_PORT)])
    assert [ask(address, source) for source in (OFFICE, HOME, ABROAD)] == [200, 403, 403]
    assert [lines(address, source, 10001) for source in (OFFICE, HOME, ABROAD)] == ["lines", "reset", "reset"]
    assert backend.requests == 1
    apply(site, "sg-office", "sg-home", "sg-nobody")
    assert [ask(address, source) for source in (OFFICE, HOME, ABROAD)] == [200, 200, 403]
    assert [lines(address, source, 10001) for source in (OFFICE, HOME, ABROAD)] == ["lines", "lines", "reset"]
    apply(site, "sg-nobody")
    assert [ask(address, source) for source in (OFFICE, HOME, ABROAD)] == [403, 403, 403]
    assert [lines(address, source, 10001) for source in (OFFICE, HOME, ABROAD)] == ["reset"] * 3
    apply(site, "sg-all")
    assert [ask(address, source) for source in (OFFICE, HOME, ABROAD)] == [200, 200, 200]
    assert [lines(address, source, 10001) for source in (OFFICE, HOME, ABROAD)] == ["lines"] * 3
    assert ask(address, ABROAD, 10002) == 503


def test_another_load_balancer_on_the_port_is_open(site, make_backend, make_tcp_backend):
    serve(site, make_backend, make_tcp_backend)
    name = create_second(site)
    address = site.address

    def status(source, host):
        connection = http.client.HTTPConnection(address, HTTP_PORT, timeout=10, source_address=(source, 0))
        connection.request("GET", "/", headers={"Host": host, "Connection": "close"})
        return connection.getresponse().status

    assert status(ABROAD, site.describe("web")["DNSName"]) == 403
    assert status(ABROAD, name) == 503  # it has no instances


def create_second(node):
    return node.elb.create_load_balancer(LoadBalancerName="second", AvailabilityZones=["a"],
                                         Listeners=[http_listener(HTTP_PORT, INSTANCE_PORT)])["DNSName"]


def test_a_load_balancer_with_an_address_of_its_own_resets(own_address_site, make_backend, make_tcp_backend):
    node = own_address_site
    backend = serve(node, make_backend, make_tcp_backend)
    address = (node.data / "hosts").read_text().split()
    address = next(word for word in address if word.startswith("127."))
    assert [ask(address, source) for source in (OFFICE, HOME, ABROAD)] == [200, "reset", "reset"]
    assert [lines(address, source, 10001) for source in (OFFICE, HOME, ABROAD)] == ["lines", "reset", "reset"]
    assert backend.requests == 1
    apply(node, "sg-home")
    assert [ask(address, source) for source in (OFFICE, HOME, ABROAD)] == ["reset", 200, "reset"]
    apply(node, "sg-nobody")
    assert [ask(address, source) for source in (OFFICE, HOME, ABROAD)] == ["reset"] * 3
