"""The rules that break clients of ELB when they are missed, by their numbers in the reference of the protocol."""

import re
import xml.etree.ElementTree as ElementTree

import botocore
import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest

from support import http
from support.addresses import API_PORT, INSTANCE_PORT
from support.boto2 import boto2
from support.node import http_listener, https_listener, instances, listener, quick_check, tcp_listener
from support.refusals import Refused
from support.world import World, requests

NAMESPACE = "http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def method(client, action):
    return getattr(client, botocore.xform_name(action))


def texts_of(client):
    """Fills with the answers that the client gets, as they came."""
    texts = []
    client.meta.events.register("after-call", lambda http_response, **_: texts.append(http_response))
    return texts


def assert_is_whole(answer, action):
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/xml") and "date" in answer.headers
    root = ElementTree.fromstring(answer.content)
    assert root.tag == f"{{{NAMESPACE}}}{action}Response"
    assert [child.tag for child in root] == [f"{{{NAMESPACE}}}{action}Result", f"{{{NAMESPACE}}}ResponseMetadata"]
    request_id = root.find(f"{{{NAMESPACE}}}ResponseMetadata/{{{NAMESPACE}}}RequestId").text
    assert re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", request_id)
    assert answer.headers["x-amzn-requestid"] == request_id


def test_rule_01_every_answer_has_a_result_and_metadata(node, ports, authority):
    """Even where the output is empty; botocore fails without."""
    world, port = World(node, ports), ports()
    certificate = node.upload("rule", authority.issue("rule.example"))
    node.create("tls", https_listener(port, INSTANCE_PORT, certificate))
    valid = {**requests(world), "SetLoadBalancerListenerSSLCertificate": {
        "LoadBalancerName": "tls", "LoadBalancerPort": port, "SSLCertificateId": certificate}}
    for number, action in enumerate(name for name in valid if name.startswith("Create") and name.endswith("Policy")):
        valid[action]["PolicyName"] = f"new-{number}"
    valid["DeleteLoadBalancerPolicy"]["PolicyName"] = "own"  # which is no longer in use then
    client = node.client(parameter_validation=False)
    assert sorted(valid) == sorted(client.meta.service_model.operation_names)
    answers = texts_of(client)
    last = "DeleteLoadBalancerPolicy", "DeleteLoadBalancer"  # what others need
    for action in [*sorted(set(valid) - set(last)), *last]:
        method(client, action)(**valid[action])
        assert_is_whole(answers[-1], action)
    assert node.ask("SetInstanceAddress", InstanceId="i-rule", Address="127.0.0.1").status == 200


def test_rule_02_the_health_check_is_always_there(node, web):
    assert node.describe("web")["HealthCheck"] == {
        "Target": f"TCP:{INSTANCE_PORT}", "Interval": 30, "Timeout": 5, "UnhealthyThreshold": 2, "HealthyThreshold": 10}
    node.elb.delete_load_balancer_listeners(LoadBalancerName="web", LoadBalancerPorts=[web])
    assert node.describe("web")["HealthCheck"]["Target"] == f"TCP:{INSTANCE_PORT}"


def test_rule_02_the_default_target_is_the_first_listener_as_given(node, ports):
    node.create("first", tcp_listener(ports() + 500, 7001), http_listener(ports(), 7002))
    assert node.describe("first")["HealthCheck"]["Target"] == "TCP:7001"


def is_empty_in(member, text):
    return re.search(f"<{member}\\s*/>|<{member}></{member}>", text)


def test_rule_03_every_list_is_there_even_when_empty(node, web):
    description = node.describe("web")
    for member in ("BackendServerDescriptions", "Subnets", "Instances", "SecurityGroups"):
        assert description[member] == [], member
    assert description["Policies"] == {
        "AppCookieStickinessPolicies": [], "LBCookieStickinessPolicies": [], "OtherPolicies": []}
    assert description["ListenerDescriptions"][0]["PolicyNames"] == []
    # botocore fills in lists that are missing, other clients do not: so the text itself counts too.
    text = node.ask("DescribeLoadBalancers").text
    for member in ("Subnets", "SecurityGroups", "Instances", "BackendServerDescriptions", "AppCookieStickinessPolicies",
                   "LBCookieStickinessPolicies", "OtherPolicies", "PolicyNames"):
        assert is_empty_in(member, text), member
    node.elb.delete_load_balancer_listeners(LoadBalancerName="web", LoadBalancerPorts=[web])
    assert is_empty_in("ListenerDescriptions", node.ask("DescribeLoadBalancers").text)


def test_rule_03_no_zones_are_an_empty_list_too(node, ports):
    node.create("nets", http_listener(ports(), INSTANCE_PORT), AvailabilityZones=[], Subnets=["subnet-1"])
    text = node.ask("DescribeLoadBalancers").text
    assert "<AvailabilityZones" in text and "<Subnets><member>subnet-1</member></Subnets>" in text


def test_rule_04_the_instance_protocol_is_always_there(node, ports):
    given = {"Protocol": "TCP", "LoadBalancerPort": ports(), "InstancePort": 25}
    node.create("mail", given)
    assert node.describe("mail")["ListenerDescriptions"] == [
        {"Listener": {**given, "InstanceProtocol": "TCP"}, "PolicyNames": []}]


def drain(node, **change):
    answer = node.elb.modify_load_balancer_attributes(
        LoadBalancerName="web", LoadBalancerAttributes={"ConnectionDraining": change})
    stored = node.elb.describe_load_balancer_attributes(LoadBalancerName="web")["LoadBalancerAttributes"]
    assert answer["LoadBalancerAttributes"]["ConnectionDraining"] == stored["ConnectionDraining"]
    return stored["ConnectionDraining"]


def test_rule_05_a_draining_timeout_left_out_is_kept(node, web):
    assert drain(node, Enabled=True) == {"Enabled": True, "Timeout": 300}
    assert drain(node, Enabled=True, Timeout=120) == {"Enabled": True, "Timeout": 120}
    assert drain(node, Enabled=False) == {"Enabled": False, "Timeout": 120}
    assert drain(node, Enabled=True) == {"Enabled": True, "Timeout": 120}


def test_rule_06_creating_an_identical_listener_again_succeeds(node, web):
    before = node.describe("web")
    node.elb.create_load_balancer_listeners(LoadBalancerName="web", Listeners=[http_listener(web, INSTANCE_PORT)])
    # As Terraform says it.
    node.elb.create_load_balancer_listeners(LoadBalancerName="web", Listeners=[
        {**listener("http", web, INSTANCE_PORT), "SSLCertificateId": ""}])
    assert node.describe("web") == before


def test_rule_07_an_empty_certificate_is_none(node, ports):
    port, more = ports(), ports()
    node.create("plain", {**http_listener(port, 80), "SSLCertificateId": ""})
    node.elb.create_load_balancer_listeners(
        LoadBalancerName="plain", Listeners=[{**http_listener(more, 80), "SSLCertificateId": ""}])
    described = [item["Listener"] for item in node.describe("plain")["ListenerDescriptions"]]
    assert described == [http_listener(port, 80), http_listener(more, 80)]


def test_rule_08_protocols_in_any_case_are_stored_in_capitals(node, ports):
    port = ports()
    node.create("lower", listener("http", port, 80, "hTTps"))
    assert node.describe("lower")["ListenerDescriptions"][0]["Listener"] == listener("HTTP", port, 80, "HTTPS")
    assert node.elb.configure_health_check(
        LoadBalancerName="lower", HealthCheck=quick_check("https:80/x"))["HealthCheck"]["Target"] == "HTTPS:80/x"


TAG = {"Key": "team", "Value": "a b"}

# What the load balancer "web" of support.world has, or has not, already.
SAID_AGAIN = {
    "EnableAvailabilityZonesForLoadBalancer": {"AvailabilityZones": ["local-a", "local-a"]},
    "DisableAvailabilityZonesForLoadBalancer": {"AvailabilityZones": ["local-z"]},
    "ApplySecurityGroupsToLoadBalancer": {"SecurityGroups": ["sg-1", "sg-1"]},
    "AttachLoadBalancerToSubnets": {"LoadBalancerName": "in-subnets", "Subnets": ["subnet-1"]},
    "DetachLoadBalancerFromSubnets": {"LoadBalancerName": "in-subnets", "Subnets": ["subnet-9"]},
    "RegisterInstancesWithLoadBalancer": {"Instances": instances("127.0.0.1:9")},
    "DeleteLoadBalancerListeners": {"LoadBalancerPorts": [1]},
    "AddTags": {"LoadBalancerNames": ["web"], "Tags": [TAG]},
    "RemoveTags": {"LoadBalancerNames": ["web"], "Tags": [{"Key": "absent"}]},
}


def test_rule_09_what_is_said_again_changes_nothing(node, ports):
    World(node, ports)

    def state():
        tags = node.elb.describe_tags(LoadBalancerNames=["web", "in-subnets"])["TagDescriptions"]
        return node.describe_all(), tags

    before = state()
    for action, more in SAID_AGAIN.items():
        name = {} if "LoadBalancerNames" in more else {"LoadBalancerName": "web"}
        method(node.elb, action)(**{**name, **more})
        assert state() == before, action


def test_rule_10_an_empty_list_is_a_name_without_a_value(node, ports):
    world = World(node, ports)
    answer = node.ask("SetLoadBalancerPoliciesOfListener", LoadBalancerName="web", LoadBalancerPort=world.port,
                      PolicyNames="")
    assert answer.status == 200, answer.text
    answer = node.ask("SetLoadBalancerPoliciesForBackendServer", LoadBalancerName="web", InstancePort=9090,
                      PolicyNames="")
    assert answer.status == 200, answer.text
    described = node.describe("web")
    assert described["BackendServerDescriptions"] == []
    assert [item["PolicyNames"] for item in described["ListenerDescriptions"]] == [[], []]
    answer = node.ask("DescribeLoadBalancers", LoadBalancerNames="")
    assert answer.status == 200 and "<LoadBalancerName>web</LoadBalancerName>" in answer.text


def test_rule_10_an_empty_list_next_to_its_members_is_ignored(node, web, block):
    address = block.address()
    answer = node.ask("RegisterInstancesWithLoadBalancer", LoadBalancerName="web", Instances="",
                      Instances__member__1__InstanceId=address)
    assert answer.status == 200, answer.text
    assert node.describe("web")["Instances"] == instances(address)
    answer = node.ask("CreateLoadBalancerPolicy", LoadBalancerName="web", PolicyName="app", PolicyAttributes="",
                      PolicyTypeName="AppCookieStickinessPolicyType",
                      PolicyAttributes__member__1__AttributeName="CookieName",
                      PolicyAttributes__member__1__AttributeValue="session")
    assert answer.status == 200, answer.text
    assert attributes_of(node, "app") == {"CookieName": "session"}


def attributes_of(node, policy):
    """Of a policy of "web", with how often each is there checked."""
    [found] = node.elb.describe_load_balancer_policies(LoadBalancerName="web", PolicyNames=[policy])["PolicyDescriptions"]
    pairs = [(item["AttributeName"], item["AttributeValue"]) for item in found["PolicyAttributeDescriptions"]]
    assert len(pairs) == len(dict(pairs))
    return dict(pairs)


def make_policy(node, name, kind, **attributes):
    node.elb.create_load_balancer_policy(
        LoadBalancerName="web", PolicyName=name, PolicyTypeName=kind,
        PolicyAttributes=[{"AttributeName": key, "AttributeValue": value} for key, value in attributes.items()])


@pytest.mark.parametrize("text, value", [("true", True), ("True", True), ("false", False), ("False", False)])
def test_rule_11_booleans_in_either_case(node, web, text, value):
    answer = node.ask("ModifyLoadBalancerAttributes", LoadBalancerName="web",
                      LoadBalancerAttributes__CrossZoneLoadBalancing__Enabled=text)
    assert f"<Enabled>{str(value).lower()}</Enabled>" in answer.text
    stored = node.elb.describe_load_balancer_attributes(LoadBalancerName="web")["LoadBalancerAttributes"]
    assert stored["CrossZoneLoadBalancing"] == {"Enabled": value}


@pytest.mark.parametrize("text", ["true", "True", "false", "False"])
def test_rule_11_values_of_policies_are_echoed_as_they_came(node, web, text):
    make_policy(node, "proxy", "ProxyProtocolPolicyType", ProxyProtocol=text)
    assert attributes_of(node, "proxy") == {"ProxyProtocol": text}


def test_rule_12_an_lb_cookie_policy_has_one_attribute_and_it_is_a_number(node, web):
    node.elb.create_lb_cookie_stickiness_policy(LoadBalancerName="web", PolicyName="none")
    node.elb.create_lb_cookie_stickiness_policy(LoadBalancerName="web", PolicyName="some", CookieExpirationPeriod=60)
    make_policy(node, "general", "LBCookieStickinessPolicyType")
    make_policy(node, "told", "LBCookieStickinessPolicyType", CookieExpirationPeriod="86400")
    periods = {"none": 0, "some": 60, "general": 0, "told": 86400}
    for name, period in periods.items():
        assert attributes_of(node, name) == {"CookieExpirationPeriod": str(period)}
    assert node.describe("web")["Policies"]["LBCookieStickinessPolicies"] == [
        {"PolicyName": name, "CookieExpirationPeriod": period} for name, period in periods.items()]


def test_rule_13_an_app_cookie_policy_has_one_attribute(node, web):
    node.elb.create_app_cookie_stickiness_policy(LoadBalancerName="web", PolicyName="app", CookieName="session")
    make_policy(node, "general", "AppCookieStickinessPolicyType", CookieName="JSESSIONID")
    assert attributes_of(node, "app") == {"CookieName": "session"}
    assert attributes_of(node, "general") == {"CookieName": "JSESSIONID"}
    assert node.describe("web")["Policies"]["AppCookieStickinessPolicies"] == [
        {"PolicyName": "app", "CookieName": "session"}, {"PolicyName": "general", "CookieName": "JSESSIONID"}]


def test_rule_14_tags_are_described_for_each_load_balancer_asked_for(node, ports):
    for name in ("one", "two"):
        node.create(name, http_listener(ports(), INSTANCE_PORT))
    node.elb.add_tags(LoadBalancerNames=["two"], Tags=[TAG, {"Key": "empty"}])
    assert node.elb.describe_tags(LoadBalancerNames=["one", "two"])["TagDescriptions"] == [
        {"LoadBalancerName": "one", "Tags": []},
        {"LoadBalancerName": "two", "Tags": [{"Key": "empty", "Value": ""}, TAG]}]
    text = node.ask("DescribeTags", LoadBalancerNames__member__1="one").text
    assert "<LoadBalancerName>one</LoadBalancerName>" in text and is_empty_in("Tags", text)


def test_rule_15_only_instance_ports_with_policies_are_described(node, web):
    make_policy(node, "proxy", "ProxyProtocolPolicyType", ProxyProtocol="true")
    assert node.describe("web")["BackendServerDescriptions"] == []
    unused = INSTANCE_PORT + 1  # by any listener
    for port in (unused, INSTANCE_PORT):
        node.elb.set_load_balancer_policies_for_backend_server(LoadBalancerName="web", InstancePort=port,
                                                               PolicyNames=["proxy"])
    assert node.describe("web")["BackendServerDescriptions"] == [
        {"InstancePort": port, "PolicyNames": ["proxy"]} for port in (INSTANCE_PORT, unused)]
    node.elb.set_load_balancer_policies_for_backend_server(LoadBalancerName="web", InstancePort=INSTANCE_PORT,
                                                           PolicyNames=[])
    assert node.describe("web")["BackendServerDescriptions"] == [{"InstancePort": unused, "PolicyNames": ["proxy"]}]


ATTRIBUTE_ACTIONS = {"DescribeLoadBalancerAttributes", "ModifyLoadBalancerAttributes"}
ARN = "arn:aws:iam::000000000000:server-certificate/absent"


def for_one_that_is_not_there(world):
    """A request of each action that names a load balancer which must exist."""
    valid = {**requests(world), "SetLoadBalancerListenerSSLCertificate": {
        "LoadBalancerName": "web", "LoadBalancerPort": world.port, "SSLCertificateId": ARN}}
    for action in ("CreateLoadBalancer", "DeleteLoadBalancer"):
        valid.pop(action)
    valid["DescribeLoadBalancers"] = {"LoadBalancerNames": ["web"]}
    for action, parameters in sorted(valid.items()):
        if "LoadBalancerName" in parameters:
            yield action, {**parameters, "LoadBalancerName": "nowhere"}
        elif "LoadBalancerNames" in parameters:
            yield action, {**parameters, "LoadBalancerNames": ["nowhere"]}


def test_rule_16_a_missing_load_balancer_has_one_code_everywhere(node, ports):
    world = World(node, ports)
    asked = dict(for_one_that_is_not_there(world))
    assert len(asked) == 25  # of 29; two are of the account, Create needs none, Delete succeeds
    with Refused(node) as refused:
        for action, parameters in asked.items():
            text = "Cannot find Load Balancer nowhere" if action in ATTRIBUTE_ACTIONS \
                else "There is no ACTIVE Load Balancer named 'nowhere'"
            refused("LoadBalancerNotFound", text, method(node.elb, action), **parameters)
    node.elb.delete_load_balancer(LoadBalancerName="nowhere")


def test_rule_16_also_among_names_that_exist(node, web, refused):
    refused("LoadBalancerNotFound", "There is no ACTIVE Load Balancer named 'nowhere'",
            node.elb.describe_load_balancers, LoadBalancerNames=["web", "nowhere"])


def test_rule_17_the_canonical_query_is_sorted_by_name(node, web):
    """Not by "name=value": boto 2 signs `PolicyAttributes=` before `PolicyAttributes.member.1…=`."""
    old = boto2(node)
    for number in range(5):  # a wrong order fails only sometimes
        old.create_lb_policy("web", f"app-{number}", "AppCookieStickinessPolicyType", {"CookieName": f"c{number}"})
        assert attributes_of(node, f"app-{number}") == {"CookieName": f"c{number}"}
    old.set_lb_policies_of_listener("web", web, [])
    old.create_lb_policy("web", "proxy", "ProxyProtocolPolicyType", {"ProxyProtocol": True})
    assert attributes_of(node, "proxy") == {"ProxyProtocol": "True"}


def signed_for(node, host, region, service, body):
    """An answer to who calls the endpoint by that name, and makes up the scope from it."""
    headers = {**FORM, "Host": host}
    request = botocore.awsrequest.AWSRequest("POST", f"http://{host}/", data=body, headers=headers)
    botocore.auth.SigV4Auth(botocore.credentials.Credentials(*node.key), service, region).add_auth(request)
    return http.request(node.api_address, API_PORT, "POST", "/", dict(request.headers.items()), body)


# host → (region, service) as boto 2 derives them.
SCOPES = {f"127.0.0.1:{API_PORT}": ("0", "127"), f"localhost:{API_PORT}": ("localhost", "localhost"),
          "lb.corp.example": ("us-east-1", "lb"), "api.lb.corp.example": ("lb", "api"),
          "elasticloadbalancing.eu-west-1.corp.example": ("eu-west-1", "elasticloadbalancing")}


@pytest.mark.parametrize("host", SCOPES)
def test_rule_18_scopes_are_what_the_hosts_name_makes_them(node, web, host):
    answer = signed_for(node, host, *SCOPES[host], "Action=DescribeLoadBalancers&Version=2012-06-01")
    assert answer.status == 200 and "<LoadBalancerName>web</LoadBalancerName>" in answer.text


def test_rule_18_boto_2_itself(node, web):
    assert [one.name for one in boto2(node).get_all_load_balancers()] == ["web"]


def test_rule_19_what_ec2_must_know_is_left_out(node, web):
    """Terraform would look the group of the source up in the VPC."""
    text = node.ask("DescribeLoadBalancers").text
    assert "VPCId" not in text and "SourceSecurityGroup" not in text


# The same question by each service's own scope, and by scopes that tell nothing.
QUESTIONS = {
    "sts": ("Action=GetCallerIdentity&Version=2011-06-15", "<GetCallerIdentityResult>"),
    "iam": ("Action=ListServerCertificates&Version=2010-05-08", "<ListServerCertificatesResult>"),
    "ec2": ("Action=DescribeVpcs&Version=2016-11-15", "<vpcSet>"),
    "elasticloadbalancing": ("Action=DescribeLoadBalancers&Version=2012-06-01", "<DescribeLoadBalancersResult>"),
}


@pytest.mark.parametrize("service", QUESTIONS)
def test_rule_20_one_endpoint_serves_all_of_them(node, service):
    body, expected = QUESTIONS[service]
    for scope in (service, "127", "localhost"):
        answer = signed_for(node, f"{node.api_address}:{API_PORT}", "local", scope, body)
        assert answer.status == 200 and expected in answer.text, (scope, answer.text)


def test_rule_20_one_url_for_all_clients(node, web):
    assert node.elb.describe_load_balancers()["LoadBalancerDescriptions"]
    assert node.client("sts").get_caller_identity()["Account"]
    assert node.iam.list_server_certificates()["ServerCertificateMetadataList"] == []
    assert node.client("ec2").describe_network_interfaces()["NetworkInterfaces"]
