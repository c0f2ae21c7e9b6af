"""The examples that botocore has for the service, input and output: each is sent as it is to a node in the state that it
takes for granted, and must have the answer that is written there.

This shows that the answers have the members, the types and, where they do not depend on chance or time, the values of
ELB's own. The node has the region, the domain and the account of the examples, so that even names and ARNs are theirs.
"""

import datetime
import json
import pathlib
import re

import botocore
import pytest

from support.addresses import HTTP_PORT, INSTANCE_PORT
from support.node import Node, http_listener, https_listener, quick_check

EXAMPLES = json.loads((pathlib.Path(botocore.__file__).parent / "data/elb/2012-06-01/examples-1.json").read_text())
PAIRS = {example["id"].removeprefix("elb-"): (action, example.get("input", {}), example.get("output", {}))
         for action, examples in EXAMPLES["examples"].items() for example in examples}

NAME = "my-load-balancer"
ARN = "arn:aws:iam::123456789012:server-certificate/my-server-cert"
STAYING = ["i-207d9717", "i-afefb49b"]
# Of the examples. It is cut off, and stands only where a key does; nobody judges it before a back end shows its own.
[PUBLIC_KEY] = PAIRS["create-load-balancer-policy-2"][1]["PolicyAttributes"]

pytestmark = pytest.mark.skipif(HTTP_PORT != 80, reason="the examples listen on ports that only root may bind")


@pytest.fixture(scope="module")
def lasting_node(block, short_folders, authority):
    settings = 'region = "us-west-2"\ndomain = "amazonaws.com"\naccount_id = "123456789012"'
    node = Node(short_folders(), block.address(), [block.address()], api=settings).start()
    for name in ("my-server-cert", "new-server-cert"):
        node.upload(name, authority.issue(f"{name}.example"))
    yield node
    node.close()


class Scene:
    """What the examples take for granted, on a node that is empty before."""

    def __init__(self, node, backend):
        self.node, self.elb, self.backend = node, node.elb, backend

    def create(self, *listeners, **parameters):
        self.node.create(NAME, *(listeners or [http_listener(80, 80)]), **parameters)

    def in_subnets(self, *subnets):
        self.create(AvailabilityZones=[], Subnets=list(subnets))

    def in_zones(self, *zones):
        self.create(AvailabilityZones=list(zones))

    def tagged(self):
        self.create(Tags=[{"Key": "project", "Value": "lima"}, {"Key": "department", "Value": "digital-media"}])

    def with_tls(self, port=443):
        self.create(https_listener(port, 80, ARN))

    def with_cookies(self):
        self.create()
        self.elb.create_lb_cookie_stickiness_policy(LoadBalancerName=NAME, PolicyName="my-duration-cookie-policy",
                                                    CookieExpirationPeriod=60)

    def policy(self, name, kind, **attributes):
        self.elb.create_load_balancer_policy(
            LoadBalancerName=NAME, PolicyName=name, PolicyTypeName=kind,
            PolicyAttributes=[{"AttributeName": key, "AttributeValue": value} for key, value in attributes.items()])

    def with_proxy_policy(self):
        self.create()
        self.policy("my-ProxyProtocol-policy", "ProxyProtocolPolicyType", ProxyProtocol="true")

    def with_negotiation(self):
        self.with_tls(80)
        self.policy("my-SSLNegotiation-policy", "SSLNegotiationPolicyType")

    def with_public_key(self):
        self.create()
        self.policy("my-PublicKey-policy", "PublicKeyPolicyType", PublicKey=PUBLIC_KEY["AttributeValue"])

    def with_authentication(self):
        self.with_public_key()
        self.policy("my-authentication-policy", "BackendServerAuthenticationPolicyType",
                    PublicKeyPolicyName="my-PublicKey-policy")

    def with_instances(self, *more, in_service=False):
        """Two stay; i-d6f6fae3 comes and goes."""
        self.create(http_listener(80, INSTANCE_PORT))
        for identity in (*STAYING, "i-d6f6fae3"):
            answer = self.node.action("SetInstanceAddress", InstanceId=identity, Address=self.backend.address)
            assert answer.status == 200, answer.text
        self.node.register(NAME, *STAYING, *more)
        if in_service:
            self.node.await_state(NAME, "InService")

    def with_everything(self):
        """What the example of DescribeLoadBalancers shows."""
        self.with_instances()
        self.elb.delete_load_balancer_listeners(LoadBalancerName=NAME, LoadBalancerPorts=[80])
        self.elb.create_load_balancer_listeners(LoadBalancerName=NAME, Listeners=[
            http_listener(80, 80), https_listener(443, 443, ARN, instance_protocol="HTTPS")])
        self.elb.apply_security_groups_to_load_balancer(LoadBalancerName=NAME, SecurityGroups=["sg-a61988c3"])
        self.elb.enable_availability_zones_for_load_balancer(LoadBalancerName=NAME, AvailabilityZones=["us-west-2a"])
        self.elb.disable_availability_zones_for_load_balancer(LoadBalancerName=NAME, AvailabilityZones=["local-a"])
        self.elb.configure_health_check(LoadBalancerName=NAME, HealthCheck={
            **quick_check("HTTP:80/png"), "Interval": 30, "Timeout": 3})
        self.elb.create_lb_cookie_stickiness_policy(LoadBalancerName=NAME, PolicyName="my-duration-cookie-policy",
                                                    CookieExpirationPeriod=60)
        self.policy("my-PublicKey-policy", "PublicKeyPolicyType", PublicKey=PUBLIC_KEY["AttributeValue"])
        self.policy("my-authentication-policy", "BackendServerAuthenticationPolicyType",
                    PublicKeyPolicyName="my-PublicKey-policy")
        self.policy("my-SSLNegotiation-policy", "SSLNegotiationPolicyType")
        self.policy("my-ProxyProtocol-policy", "ProxyProtocolPolicyType", ProxyProtocol="true")
        old = "ELBSecurityPolicy-2015-03"
        self.policy(old, "SSLNegotiationPolicyType", **{"Reference-Security-Policy": old})
        self.elb.set_load_balancer_policies_of_listener(LoadBalancerName=NAME, LoadBalancerPort=443,
                                                        PolicyNames=[old])
        self.elb.delete_load_balancer_policy(LoadBalancerName=NAME, PolicyName="ELBSecurityPolicy-2016-08")
        self.elb.set_load_balancer_policies_for_backend_server(LoadBalancerName=NAME, InstancePort=80,
                                                               PolicyNames=["my-ProxyProtocol-policy"])


def nothing(_):
    """For examples that make the load balancer."""


# What each example takes for granted; the others take a load balancer.
SCENES = {
    **{f"create-load-balancer-{number}": nothing for number in range(1, 6)},
    "attach-load-balancer-to-subnets-1": lambda scene: scene.in_subnets("subnet-15aaab61"),
    "create-load-balancer-listeners-1": lambda scene: scene.create(http_listener(8080, 8080)),
    "create-load-balancer-policy-3": Scene.with_public_key,
    "delete-load-balancer-policy-1": Scene.with_cookies,
    "deregister-instances-from-load-balancer-1": lambda scene: scene.with_instances("i-d6f6fae3"),
    "describe-instance-health-1": lambda scene: scene.with_instances(in_service=True),
    "describe-load-balancer-policies-1": Scene.with_authentication,
    "describe-load-balancers-1": Scene.with_everything,
    "describe-tags-1": Scene.tagged,
    "detach-load-balancer-from-subnets-1": lambda scene: scene.in_subnets("subnet-15aaab61", "subnet-0ecac448"),
    "disable-availability-zones-for-load-balancer-1": lambda scene: scene.in_zones("us-west-2a", "us-west-2b"),
    "enable-availability-zones-for-load-balancer-1": lambda scene: scene.in_zones("us-west-2a"),
    "register-instances-with-load-balancer-1": Scene.with_instances,
    "remove-tags-1": Scene.tagged,
    "set-load-balancer-listener-ssl-certificate-1": Scene.with_tls,
    "set-load-balancer-policies-for-backend-server-1": Scene.with_proxy_policy,
    "set-load-balancer-policies-of-listener-1": Scene.with_negotiation,
}

def is_text(value):
    return isinstance(value, str) and value


def is_like(name):
    """Chance chooses the digits."""
    pattern = re.sub(r"-\d{9,10}\.", "-DIGITS.", name)
    return lambda found: re.fullmatch(re.escape(pattern).replace("DIGITS", r"\d{9,10}"), found)


# Members whose values are not the example's: what they must be instead.
OTHER_VALUES = {
    "CanonicalHostedZoneNameID": lambda expected: is_text,  # AWS has one of its own in each region
    "CreatedTime": lambda expected: lambda found: isinstance(found, datetime.datetime),
    "DNSName": is_like,
    "CanonicalHostedZoneName": is_like,
}
# The same for one example, and why.
OTHER_HERE = {
    # Words for people.
    ("describe-load-balancer-policy-types-1", "Description"): is_text,
    # Only EC2 knows which zone a subnet is in.
    ("describe-load-balancers-1", "Subnets"): lambda found: found == [],
}
# What would have to be true in EC2 too.
ABSENT = {"VPCId", "SourceSecurityGroup"}
# Members that the example does not have: an attribute is younger than it, and ours are described.
ADDED = {("describe-load-balancer-attributes-1", "AdditionalAttributes"),
         ("describe-load-balancer-policy-types-1", "Description")}
# Ours are in order of arrival; tags are sorted.
UNORDERED = {("register-instances-with-load-balancer-1", "Instances"), ("describe-tags-1", "Tags")}


def other_value(identity, member, expected):
    if (identity, member) in OTHER_HERE:
        return OTHER_HERE[identity, member]
    return OTHER_VALUES[member](expected) if member in OTHER_VALUES else None


def assert_like(identity, expected, found, member=""):
    assert type(found) is type(expected) or member == "CreatedTime", (member, found)
    if other := other_value(identity, member, expected):
        assert other(found), (member, found)
    elif isinstance(expected, dict):
        added = {name for name in set(found) - set(expected) if (identity, name) in ADDED}
        assert set(found) - added == set(expected) - ABSENT, member
        for name in set(found) - added:
            assert_like(identity, expected[name], found[name], name)
    elif isinstance(expected, list):
        if (identity, member) in UNORDERED:
            expected, found = (sorted(items, key=str) for items in (expected, found))
        assert len(found) == len(expected), (member, found)
        for one, other in zip(expected, found):
            assert_like(identity, one, other, member)
    else:
        assert found == expected, member


@pytest.fixture
def scene(lasting_node, make_backend):
    yield Scene(lasting_node, make_backend("one"))
    lasting_node.elb.delete_load_balancer(LoadBalancerName=NAME)


@pytest.mark.parametrize("identity", sorted(PAIRS))
def test_an_example_has_its_answer(scene, identity):
    action, given, expected = PAIRS[identity]
    SCENES.get(identity, Scene.create)(scene)
    client = scene.node.client()  # which checks the input against the model
    answer = getattr(client, botocore.xform_name(action))(**given)
    answer.pop("ResponseMetadata")
    assert_like(identity, expected, answer)


def test_every_scene_is_an_examples():
    assert set(SCENES) <= set(PAIRS) and len(PAIRS) == 36
    assert {action for action, _, _ in PAIRS.values()} == set(EXAMPLES["examples"])
