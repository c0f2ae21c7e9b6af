"""Every action of botocore's own model of the service: a valid request of each, every member it promises, and each error
it declares."""

import itertools
import json
import pathlib

import botocore
import botocore.exceptions
import pytest

from support.node import instances
from support.world import World, requests

MODEL = json.loads((pathlib.Path(botocore.__file__).parent / "data/elb/2012-06-01/service-2.json").read_text())
OPERATIONS = sorted(MODEL["operations"])
ARN = "arn:aws:iam::000000000000:server-certificate/absent"
STICKY = "LBCookieStickinessPolicyType"

# Members that are there only sometimes (ELB), or only beside an EC2 that knows groups (elb: VPCId).
SOMETIMES = {"NextMarker", "VPCId", "SourceSecurityGroup", "SSLCertificateId", "DefaultValue", "Description"}
# Of access logs that are off, nothing but that is told.
SOMETIMES |= {"S3BucketName", "S3BucketPrefix", "EmitInterval"}


def snake(name):
    """The method of a boto3 client."""
    return botocore.xform_name(name)


def shape(name):
    return MODEL["shapes"][name]


def promised(name):
    """The members an answer must have, as a tree: None for a scalar, a list of one for lists."""
    described = shape(name)
    if described["type"] == "structure":
        return {member: promised(inner["shape"]) for member, inner in described["members"].items()
                if member not in SOMETIMES}
    if described["type"] == "list":
        return [promised(described["member"]["shape"])]
    return None


def missing(tree, found, path=""):
    """The paths of members that are promised and not there."""
    if isinstance(tree, dict):
        for member, inner in tree.items():
            if member not in found:
                yield f"{path}.{member}"
            else:
                yield from missing(inner, found[member], f"{path}.{member}")
    if isinstance(tree, list):
        for item in found:
            yield from missing(tree[0], item, f"{path}[]")


@pytest.fixture
def world(node, ports):
    return World(node, ports)


@pytest.fixture(scope="module")
def lasting_world(shared_node):
    """For requests that change nothing."""
    yield World(shared_node, itertools.count(20000).__next__)
    for name in ("web", "in-subnets"):
        shared_node.elb.delete_load_balancer(LoadBalancerName=name)


# It needs a certificate that is there, so it has a test of its own: test_certificates.py.
ELSEWHERE = {"SetLoadBalancerListenerSSLCertificate"}


def test_there_is_a_request_for_every_action(world):
    assert sorted(set(requests(world)) | ELSEWHERE) == OPERATIONS


@pytest.mark.parametrize("action", sorted(set(OPERATIONS) - ELSEWHERE))
def test_a_valid_request_is_answered_with_every_member(world, action):
    answer = getattr(world.node.elb, snake(action))(**requests(world)[action])
    output = MODEL["operations"][action]["output"]["shape"]
    assert list(missing(promised(output), answer)) == []


def test_the_lists_that_prove_it_are_not_empty(world):
    """Else a member that is missing in an item would not show."""
    elb = world.node.elb
    [web] = elb.describe_load_balancers(LoadBalancerNames=["web"])["LoadBalancerDescriptions"]
    assert [bool(web[member]) for member in ("ListenerDescriptions", "AvailabilityZones", "Instances", "SecurityGroups",
                                             "BackendServerDescriptions")] == [True] * 5
    policies = web["Policies"]
    assert policies["AppCookieStickinessPolicies"] == [{"PolicyName": "app", "CookieName": "session"}]
    assert policies["LBCookieStickinessPolicies"] == [{"PolicyName": "own", "CookieExpirationPeriod": 60}]
    assert policies["OtherPolicies"] == ["proxy"]
    assert web["BackendServerDescriptions"] == [{"InstancePort": 9090, "PolicyNames": ["proxy"]}]
    described = elb.describe_load_balancer_policies(LoadBalancerName="web")["PolicyDescriptions"]
    assert [policy["PolicyName"] for policy in described] == ["own", "app", "proxy"]
    assert all(policy["PolicyAttributeDescriptions"] for policy in described)
    types = elb.describe_load_balancer_policy_types()["PolicyTypeDescriptions"]
    assert len(types) == 6 and all(kind["PolicyAttributeTypeDescriptions"] for kind in types)
    assert elb.describe_load_balancer_policies()["PolicyDescriptions"]
    assert len(elb.describe_account_limits()["Limits"]) == 3


# ------------------------------------------------------------------------------------------------- errors

def absent(parameters):
    """The same request for a load balancer that is not there."""
    if "LoadBalancerNames" in parameters:
        return {**parameters, "LoadBalancerNames": ["absent"]}
    return {**parameters, "LoadBalancerName": "absent"}


def with_many_policies(world, parameters):
    described = world.node.elb.describe_load_balancer_policies(LoadBalancerName="web")["PolicyDescriptions"]
    for number in range(len(described), 100):
        world.policy(f"p{number}", STICKY)
    return {**parameters, "PolicyName": "one-more"}


def with_listener(parameters, **changes):
    [first] = parameters["Listeners"]
    return {**parameters, "Listeners": [{**first, **changes}]}


def many_tags(parameters):
    return {**parameters, "Tags": [{"Key": f"k{number}", "Value": "x"} for number in range(60)]}


TWICE = [{"Key": "same", "Value": "1"}, {"Key": "same", "Value": "2"}]

# (action, code): makes the request that must have that answer of the valid one.
CONDITIONS = {
    ("AddTags", "TooManyTags"): lambda world, valid: many_tags(valid),
    ("AddTags", "DuplicateTagKeys"): lambda world, valid: {**valid, "Tags": TWICE},
    ("ApplySecurityGroupsToLoadBalancer", "InvalidConfigurationRequest"):
        lambda world, valid: {**valid, "SecurityGroups": [f"sg-{number}" for number in range(6)]},
    ("CreateAppCookieStickinessPolicy", "DuplicatePolicyName"): lambda world, valid: {**valid, "PolicyName": "own"},
    ("CreateAppCookieStickinessPolicy", "TooManyPolicies"): with_many_policies,
    ("CreateAppCookieStickinessPolicy", "InvalidConfigurationRequest"):
        lambda world, valid: {**valid, "CookieName": "AWSELB"},
    ("CreateLBCookieStickinessPolicy", "DuplicatePolicyName"): lambda world, valid: {**valid, "PolicyName": "app"},
    ("CreateLBCookieStickinessPolicy", "TooManyPolicies"): with_many_policies,
    ("CreateLoadBalancer", "DuplicateLoadBalancerName"): lambda world, valid: {**valid, "LoadBalancerName": "web"},
    ("CreateLoadBalancer", "CertificateNotFound"):
        lambda world, valid: with_listener(valid, Protocol="HTTPS", SSLCertificateId=ARN),
    ("CreateLoadBalancer", "InvalidConfigurationRequest"):
        lambda world, valid: with_listener(valid, InstanceProtocol="TCP"),
    ("CreateLoadBalancer", "InvalidScheme"): lambda world, valid: {**valid, "Scheme": "public"},
    ("CreateLoadBalancer", "TooManyTags"): lambda world, valid: many_tags(valid),
    ("CreateLoadBalancer", "DuplicateTagKeys"): lambda world, valid: {**valid, "Tags": TWICE},
    ("CreateLoadBalancer", "UnsupportedProtocol"): lambda world, valid: with_listener(valid, Protocol="UDP"),
    ("CreateLoadBalancerListeners", "DuplicateListener"):
        lambda world, valid: with_listener(valid, LoadBalancerPort=world.port),
    ("CreateLoadBalancerListeners", "CertificateNotFound"):
        lambda world, valid: with_listener(valid, Protocol="HTTPS", SSLCertificateId=ARN),
    ("CreateLoadBalancerListeners", "InvalidConfigurationRequest"):
        lambda world, valid: with_listener(valid, InstanceProtocol="TCP"),
    ("CreateLoadBalancerListeners", "UnsupportedProtocol"): lambda world, valid: with_listener(valid, Protocol="UDP"),
    ("CreateLoadBalancerPolicy", "PolicyTypeNotFound"): lambda world, valid: {**valid, "PolicyTypeName": "NoSuchType"},
    ("CreateLoadBalancerPolicy", "DuplicatePolicyName"): lambda world, valid: {**valid, "PolicyName": "own"},
    ("CreateLoadBalancerPolicy", "TooManyPolicies"): with_many_policies,
    ("CreateLoadBalancerPolicy", "InvalidConfigurationRequest"):
        lambda world, valid: {**valid, "PolicyAttributes": [{"AttributeName": "Nothing", "AttributeValue": "x"}]},
    ("DeleteLoadBalancerPolicy", "InvalidConfigurationRequest"): lambda world, valid: {**valid, "PolicyName": "own"},
    ("DeregisterInstancesFromLoadBalancer", "InvalidInstance"):
        lambda world, valid: {**valid, "Instances": instances("127.0.0.77:9")},
    ("DescribeInstanceHealth", "InvalidInstance"):
        lambda world, valid: {**valid, "Instances": instances("127.0.0.77:9")},
    ("DescribeLoadBalancerPolicies", "PolicyNotFound"): lambda world, valid: {**valid, "PolicyNames": ["absent"]},
    ("DescribeLoadBalancerPolicyTypes", "PolicyTypeNotFound"):
        lambda world, valid: {"PolicyTypeNames": ["NoSuchType"]},
    ("DescribeLoadBalancers", "LoadBalancerNotFound"): lambda world, valid: {"LoadBalancerNames": ["web", "absent"]},
    ("DetachLoadBalancerFromSubnets", "InvalidConfigurationRequest"):
        lambda world, valid: {**valid, "Subnets": ["subnet-1", "subnet-2"]},
    ("DisableAvailabilityZonesForLoadBalancer", "InvalidConfigurationRequest"):
        lambda world, valid: {**valid, "AvailabilityZones": ["local-a"]},
    ("ModifyLoadBalancerAttributes", "InvalidConfigurationRequest"):
        lambda world, valid: {**valid, "LoadBalancerAttributes": {"AccessLog": {"Enabled": True}}},
    ("RegisterInstancesWithLoadBalancer", "InvalidInstance"):
        lambda world, valid: {**valid, "Instances": instances("i-nobody")},
    ("SetLoadBalancerPoliciesForBackendServer", "PolicyNotFound"):
        lambda world, valid: {**valid, "PolicyNames": ["absent"]},
    ("SetLoadBalancerPoliciesForBackendServer", "InvalidConfigurationRequest"):
        lambda world, valid: {**valid, "PolicyNames": ["own"]},
    ("SetLoadBalancerPoliciesOfListener", "PolicyNotFound"): lambda world, valid: {**valid, "PolicyNames": ["absent"]},
    ("SetLoadBalancerPoliciesOfListener", "ListenerNotFound"): lambda world, valid: {**valid, "LoadBalancerPort": 1},
    ("SetLoadBalancerPoliciesOfListener", "InvalidConfigurationRequest"):
        lambda world, valid: {**valid, "PolicyNames": ["own", "app"]},
}

# Declared by ELB, and not to be had here: why.
NEVER = {
    ("AttachLoadBalancerToSubnets", "InvalidConfigurationRequest"): "subnets are names, which are in no zone",
    ("AttachLoadBalancerToSubnets", "InvalidSubnet"): "no subnet lacks an Internet gateway here",
    ("AttachLoadBalancerToSubnets", "SubnetNotFound"): "without a catalogue of the site any name is a subnet",
    ("CreateLoadBalancer", "InvalidSubnet"): "no subnet lacks an Internet gateway here",
    ("CreateLoadBalancer", "SubnetNotFound"): "without a catalogue of the site any name is a subnet",
    ("CreateLoadBalancer", "InvalidSecurityGroup"): "without a catalogue of the site any name is a group",
    ("ApplySecurityGroupsToLoadBalancer", "InvalidSecurityGroup"): "without a catalogue of the site any name is a group",
    ("CreateLoadBalancer", "OperationNotPermitted"): "there is nothing that a role would not already forbid",
    ("CreateLoadBalancer", "TooManyLoadBalancers"): "5,000 take too long: test_errors.py has a node with room for two",
    ("CreateLBCookieStickinessPolicy", "InvalidConfigurationRequest"): "a wrong period is a ValidationError",
    ("DescribeLoadBalancers", "DependencyThrottle"): "there is no dependency that throttles",
    ("DescribeLoadBalancerAttributes", "LoadBalancerAttributeNotFound"): "the request names no attribute",
    ("ModifyLoadBalancerAttributes", "LoadBalancerAttributeNotFound"): "ELB answers InvalidConfigurationRequest",
}


def declared():
    for action, operation in sorted(MODEL["operations"].items()):
        for error in operation.get("errors", []):
            code = shape(error["shape"]).get("error", {}).get("code", error["shape"])
            if action not in ELSEWHERE:
                yield action, code


def condition(action, code):
    return CONDITIONS.get((action, code)) or (
        (lambda world, valid: absent(valid)) if code == "LoadBalancerNotFound" else None)


def test_every_declared_error_has_its_condition_or_its_reason():
    assert [pair for pair in declared() if not condition(*pair) and pair not in NEVER] == []
    assert set(CONDITIONS) <= set(declared()) and set(NEVER) <= set(declared())


# The load balancer is full of policies after them.
LAST = "TooManyPolicies"


@pytest.mark.parametrize("action, code", sorted((pair for pair in declared() if pair not in NEVER),
                                                key=lambda pair: (pair[1] == LAST, pair)))
def test_a_declared_error(lasting_world, action, code):
    world = lasting_world
    wrong = condition(action, code)(world, requests(world)[action])
    before = world.node.describe_all()
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        getattr(world.node.elb, snake(action))(**wrong)
    answer = caught.value.response
    assert answer["Error"]["Code"] == code
    expected = shape(next(error["shape"] for error in MODEL["operations"][action]["errors"]
                          if shape(error["shape"]).get("error", {}).get("code") == code))
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == expected["error"]["httpStatusCode"]
    assert world.node.describe_all() == before
