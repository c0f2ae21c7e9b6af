"""ELB's table of errors: each row's condition has its code, HTTP status, type and the words that clients look for, in the
Query API and in the JSON API, and changes nothing."""

import json

import botocore.exceptions
import botocore.session
import pytest

from support.http import Answer
from support.node import Node, http_listener, https_listener, instances, listener, quick_check
from support.refusals import error_of
from support.waiting import eventually

LIMITS = """
[limits]
classic-load-balancers = 2
classic-listeners = 3
classic-registered-instances = 2
policies = 3
tags = 2
server-certificates = 1
"""

PORT = 10000
FULL = 10001  # the port of "full", which has as much of everything as it may
ARN = "arn:aws:iam::000000000000:server-certificate/absent"
ZONES = {"AvailabilityZones": ["a"]}
WEB, FULL_NAME, NOWHERE = ({"LoadBalancerName": name} for name in ("web", "full", "nowhere"))
ANOTHER = {"LoadBalancerName": "another", **ZONES}
NO_LOAD_BALANCER = "There is no ACTIVE Load Balancer named 'nowhere'"


def tag(key):
    return {"Key": key, "Value": "x"}


def policy(name, kind="ProxyProtocolPolicyType", **attributes):
    pairs = attributes or {"ProxyProtocol": "true"}
    return {"PolicyName": name, "PolicyTypeName": kind,
            "PolicyAttributes": [{"AttributeName": key, "AttributeValue": value} for key, value in pairs.items()]}


@pytest.fixture(scope="module")
def crowded(block, short_folders, authority):
    """A node whose limits are reached."""
    node = Node(short_folders(), block.address(), [block.address()], more=LIMITS).start()
    node.upload("only", authority.issue("only.example"))
    node.create("web", http_listener(PORT, 80), Tags=[tag("a")])
    elb = node.elb
    elb.create_load_balancer_policy(**WEB, **policy("proxy"))
    elb.create_lb_cookie_stickiness_policy(**WEB, PolicyName="own")
    elb.set_load_balancer_policies_of_listener(**WEB, LoadBalancerPort=PORT, PolicyNames=["own"])
    node.create("full", *(http_listener(FULL + number, 80) for number in range(3)), Tags=[tag("a"), tag("b")])
    node.register("full", "127.0.0.1", "127.0.0.2")
    for name in ("one", "two", "three"):
        elb.create_load_balancer_policy(**FULL_NAME, **policy(name))
    yield node
    node.close()


# (code, HTTP status, words, action, parameters)
ROWS = [
    ("LoadBalancerNotFound", 400, NO_LOAD_BALANCER, "DescribeInstanceHealth", NOWHERE),
    ("LoadBalancerNotFound", 400, "Cannot find Load Balancer nowhere", "DescribeLoadBalancerAttributes", NOWHERE),
    ("LoadBalancerNotFound", 400, "Cannot find Load Balancer nowhere", "ModifyLoadBalancerAttributes",
     {**NOWHERE, "LoadBalancerAttributes": {"CrossZoneLoadBalancing": {"Enabled": True}}}),
    ("DuplicateLoadBalancerName", 400,
     "Load Balancer named web already exists and it is configured with different listeners", "CreateLoadBalancer",
     {**WEB, **ZONES, "Listeners": [http_listener(PORT, 81)], "Tags": [tag("a")]}),
    ("DuplicateLoadBalancerName", 400,
     "Load Balancer named web already exists and it is configured with different tags", "CreateLoadBalancer",
     {**WEB, "AvailabilityZones": ["local-a"], "Listeners": [http_listener(PORT, 80)]}),
    ("TooManyLoadBalancers", 400, "2", "CreateLoadBalancer", {**ANOTHER, "Listeners": [http_listener(PORT, 80)]}),
    ("TooManyPolicies", 400, "3", "CreateLoadBalancerPolicy", {**FULL_NAME, **policy("four")}),
    ("TooManyTags", 400, "2", "AddTags", {"LoadBalancerNames": ["full"], "Tags": [tag("c")]}),
    ("DuplicateTagKeys", 400, "'c'", "AddTags", {"LoadBalancerNames": ["web"], "Tags": [tag("c"), tag("c")]}),
    ("DuplicateListener", 400,
     f"A listener already exists for web with LoadBalancerPort {PORT}, but with a different InstancePort, Protocol, or "
     "SSLCertificateId", "CreateLoadBalancerListeners", {**WEB, "Listeners": [http_listener(PORT, 81)]}),
    ("ListenerNotFound", 400, "", "SetLoadBalancerPoliciesOfListener",
     {**WEB, "LoadBalancerPort": 1, "PolicyNames": []}),
    ("ListenerNotFound", 400, "", "SetLoadBalancerListenerSSLCertificate",
     {**WEB, "LoadBalancerPort": 1, "SSLCertificateId": ARN}),
    ("CertificateNotFound", 400, f"Server Certificate not found for the key: {ARN}", "CreateLoadBalancerListeners",
     {**WEB, "Listeners": [https_listener(443, 80, ARN)]}),
    ("InvalidInstance", 400, "Could not find EC2 instance ID.", "RegisterInstancesWithLoadBalancer",
     {**WEB, "Instances": instances("i-nobody")}),
    ("InvalidInstance", 400, "Could not find EC2 instance ID.", "DescribeInstanceHealth",
     {**WEB, "Instances": instances("127.0.0.9")}),
    ("DuplicatePolicyName", 400, "There is already a policy with name proxy for load balancer web",
     "CreateLoadBalancerPolicy", {**WEB, **policy("proxy")}),
    ("PolicyNotFound", 400, "There is no policy with name absent for load balancer web",
     "SetLoadBalancerPoliciesOfListener", {**WEB, "LoadBalancerPort": PORT, "PolicyNames": ["absent"]}),
    ("PolicyNotFound", 400, "There is no policy with name absent for load balancer web",
     "DescribeLoadBalancerPolicies", {**WEB, "PolicyNames": ["absent"]}),
    ("PolicyTypeNotFound", 400, "Nothing", "CreateLoadBalancerPolicy", {**WEB, **policy("x", "Nothing")}),
    ("InvalidConfigurationRequest", 409,
     "You cannot delete policy [own] since it is enabled or referred by other enabled policy.",
     "DeleteLoadBalancerPolicy", {**WEB, "PolicyName": "own"}),
    ("InvalidConfigurationRequest", 409, "proxy cannot be enabled", "SetLoadBalancerPoliciesOfListener",
     {**WEB, "LoadBalancerPort": PORT, "PolicyNames": ["proxy"]}),
    ("InvalidConfigurationRequest", 409, "own cannot be enabled", "SetLoadBalancerPoliciesForBackendServer",
     {**WEB, "InstancePort": 80, "PolicyNames": ["own"]}),
    ("InvalidConfigurationRequest", 409, "SSL Certificate is required", "CreateLoadBalancerListeners",
     {**WEB, "Listeners": [listener("HTTPS", 443, 80)]}),
    ("InvalidConfigurationRequest", 409, "layer", "CreateLoadBalancerListeners",
     {**WEB, "Listeners": [listener("HTTP", 81, 80, "TCP")]}),
    ("InvalidConfigurationRequest", 409, "at most 3 listeners", "CreateLoadBalancerListeners",
     {**FULL_NAME, "Listeners": [http_listener(99, 80)]}),
    ("InvalidConfigurationRequest", 409, "at most 2 registered instances", "RegisterInstancesWithLoadBalancer",
     {**FULL_NAME, "Instances": instances("127.0.0.3")}),
    ("InvalidScheme", 400, "", "CreateLoadBalancer",
     {**ANOTHER, "Listeners": [http_listener(PORT, 80)], "Scheme": "public"}),
    ("UnsupportedProtocol", 400, "", "CreateLoadBalancer", {**ANOTHER, "Listeners": [listener("UDP", 53, 53)]}),
    ("ValidationError", 400, "timeout must be less than interval", "ConfigureHealthCheck",
     {**WEB, "HealthCheck": {**quick_check("TCP:80"), "Timeout": 5}}),
    ("ValidationError", 400, "Member must not be null", "ConfigureHealthCheck", WEB),
]


def state(node):
    described = node.describe_all()
    names = [item["LoadBalancerName"] for item in described]
    return described, node.elb.describe_tags(LoadBalancerNames=names)["TagDescriptions"], [
        node.elb.describe_load_balancer_policies(LoadBalancerName=name)["PolicyDescriptions"] for name in names]


def by_query(node, action, parameters):
    """The answer as it came."""
    client = node.client(parameter_validation=False)
    answers = []
    client.meta.events.register("after-call", lambda http_response, **_: answers.append(http_response))
    with pytest.raises(botocore.exceptions.ClientError):
        getattr(client, botocore.xform_name(action))(**parameters)
    headers = {name.lower(): value for name, value in answers[0].headers.items()}
    return Answer(answers[0].status_code, headers, answers[0].content)


@pytest.mark.parametrize("code, status, words, action, parameters", ROWS,
                         ids=lambda value: value if isinstance(value, str) else "")
def test_a_row(crowded, code, status, words, action, parameters):
    before = state(crowded)
    answer = by_query(crowded, action, parameters)
    found, message = error_of(answer)
    assert (found, answer.status) == (code, status), message
    assert words in message
    problem = crowded.action(action, **parameters)
    told = json.loads(problem.body)
    assert (problem.status, told["code"], told["detail"]) == (status, code, message)
    assert state(crowded) == before


# Rows without a condition here: why, or where they are tested.
NOT_HERE = {
    "LoadBalancerAttributeNotFound": "ELB answers an unknown attribute with InvalidConfigurationRequest",
    "SubnetNotFound": "any name is a subnet", "InvalidSubnet": "any name is a subnet",
    "InvalidSecurityGroup": "any name is a group", "OperationNotPermitted": "roles forbid with AccessDenied",
    "DependencyThrottle": "there is no dependency that throttles",
    "MissingParameter": "ELB says ValidationError", "InvalidParameterCombination": "ELB says ValidationError",
    "InvalidParameterValue": "test_bad_input.py: only in previews", "InvalidAction": "test_bad_input.py",
    "MissingAction": "test_bad_input.py", "MalformedQueryString": "test_bad_input.py",
    "Throttling": "test_signatures.py", "InternalFailure": "tst_request_router.cpp",
    "ServiceUnavailable": "test_startup.py, tst_request_router.cpp",
}


def test_there_is_a_row_for_each_error_of_the_model():
    model = botocore.session.get_session().get_service_model("elb")
    known = {code for code, *_ in ROWS} | set(NOT_HERE)
    assert {shape.error_code for shape in model.error_shapes} <= known
    assert not {code for code, *_ in ROWS} & set(NOT_HERE)


def test_the_limits_are_told(crowded):
    limits = crowded.elb.describe_account_limits()["Limits"]
    assert {limit["Name"]: limit["Max"] for limit in limits} == {
        "classic-load-balancers": "2", "classic-listeners": "3", "classic-registered-instances": "2"}


def test_the_limit_of_certificates_is_kept(crowded, authority):
    with pytest.raises(crowded.iam.exceptions.LimitExceededException) as refused:
        crowded.upload("one-more", authority.issue("more.example"))
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409
    assert [item["ServerCertificateName"] for item in
            crowded.iam.list_server_certificates()["ServerCertificateMetadataList"]] == ["only"]


def test_what_is_deleted_makes_room(crowded):
    crowded.elb.delete_load_balancer(**FULL_NAME)
    crowded.create("another", http_listener(FULL, 80))
    crowded.elb.delete_load_balancer(LoadBalancerName="another")


def test_what_is_there_stays_when_a_limit_is_lowered(make_node):
    node = make_node(more=LIMITS).start()
    for name in ("one", "two"):
        node.create(name, http_listener(PORT, 80), http_listener(PORT + 1, 80), Tags=[tag("a"), tag("b")])
        node.register(name, "127.0.0.1", "127.0.0.2")
    node.config.write_text(node.config.read_text().replace(" = 2", " = 1").replace(" = 3", " = 1"))
    node.restart()
    eventually(lambda: len(node.describe_all()) == 2, "both are there")
    assert node.register("one", "127.0.0.1") == ["127.0.0.1", "127.0.0.2"]
    node.elb.create_load_balancer_listeners(LoadBalancerName="one", Listeners=[http_listener(PORT, 80)])
    node.elb.add_tags(LoadBalancerNames=["one"], Tags=[{"Key": "a", "Value": "y"}])
    node.deregister("one", "127.0.0.1")
    with pytest.raises(node.elb.exceptions.TooManyAccessPointsException):
        node.create("three", http_listener(PORT, 80))
