"""Texts that want a line of their own in HAProxy's configuration, sent to a real node: each is refused in ELB's words, or
is stored as it came and changes nothing in the file but its own place. A larger number of them, judged more strictly, is
in tests/controller/adapters/haproxy/tst_hostile_text.cpp."""

import random
import string

import botocore.exceptions
import pytest

from support.addresses import INSTANCE_PORT
from support.node import http_listener, instances, quick_check

PIECES = ["\n", "\r\n", "\t", " ", '"', "'", "#", "\\", "\\n", "\x00", "\x7f", "\x1b", "ü", "\u2028", "😀", "$()", "$(id)",
          "${HOME}", "%[src]", "%%", ";", "<<", "<<EOF\n", "`id`", "|", "&", "{", "}", "[", "]", "../", "@", "=", "<x>",
          "\nbackend b\n    server s 10.0.0.1:80\n", "\n.if 1\n", "stats socket /tmp/x"]
TEXTS = 25  # for each field


def hostile(source):
    """One more text."""
    kind = source.randrange(4)
    if kind == 0:
        return "".join(source.choices(PIECES, k=source.randint(1, 3)))
    if kind == 1:
        return f"a{source.choice(PIECES)}b"
    if kind == 2:
        return "x" * source.choice([31, 32, 33, 127, 128, 129, 255, 256, 257, 1023, 1024, 4096])
    return "".join(source.choices(string.digits + string.ascii_letters + string.punctuation, k=source.randint(1, 20)))


def check(node, text):
    target = f"HTTP:80/{text}"
    node.elb.configure_health_check(LoadBalancerName="web", HealthCheck=quick_check(target))
    return node.describe("web")["HealthCheck"]["Target"].removeprefix("HTTP:80/")


def cookie(node, text):
    node.elb.create_app_cookie_stickiness_policy(LoadBalancerName="web", PolicyName="app", CookieName=text)
    node.elb.set_load_balancer_policies_of_listener(LoadBalancerName="web", LoadBalancerPort=PORT, PolicyNames=["app"])
    [policy] = node.describe("web")["Policies"]["AppCookieStickinessPolicies"]
    node.elb.set_load_balancer_policies_of_listener(LoadBalancerName="web", LoadBalancerPort=PORT, PolicyNames=[])
    node.elb.delete_load_balancer_policy(LoadBalancerName="web", PolicyName="app")
    return policy["CookieName"]


def policy(node, text):
    node.elb.create_lb_cookie_stickiness_policy(LoadBalancerName="web", PolicyName=text)
    node.elb.set_load_balancer_policies_of_listener(LoadBalancerName="web", LoadBalancerPort=PORT, PolicyNames=[text])
    [found] = node.describe("web")["Policies"]["LBCookieStickinessPolicies"]
    node.elb.set_load_balancer_policies_of_listener(LoadBalancerName="web", LoadBalancerPort=PORT, PolicyNames=[])
    node.elb.delete_load_balancer_policy(LoadBalancerName="web", PolicyName=text)
    return found["PolicyName"]


def host_names(node, text):
    key = "elastic-haproxy:hostnames"
    node.elb.add_tags(LoadBalancerNames=["web"], Tags=[{"Key": key, "Value": text}])
    [described] = node.elb.describe_tags(LoadBalancerNames=["web"])["TagDescriptions"]
    return described["Tags"][0]["Value"]


def tag_key(node, text):
    node.elb.add_tags(LoadBalancerNames=["web"], Tags=[{"Key": text, "Value": "x"}])
    [described] = node.elb.describe_tags(LoadBalancerNames=["web"])["TagDescriptions"]
    node.elb.remove_tags(LoadBalancerNames=["web"], Tags=[{"Key": text}])
    return described["Tags"][0]["Key"]


def zone(node, text):
    answer = node.elb.enable_availability_zones_for_load_balancer(LoadBalancerName="web", AvailabilityZones=[text])
    node.elb.disable_availability_zones_for_load_balancer(LoadBalancerName="web", AvailabilityZones=[text])
    return answer["AvailabilityZones"][-1]


def group(node, text):
    return node.elb.apply_security_groups_to_load_balancer(
        LoadBalancerName="web", SecurityGroups=[text])["SecurityGroups"][0]


def instance(node, text):
    answer = node.action("SetInstanceAddress", InstanceId=text, Address="127.0.0.1")
    if answer.status == 200:
        [registered] = node.register("web", text)
        node.elb.deregister_instances_from_load_balancer(LoadBalancerName="web", Instances=instances(text))
        return registered
    assert answer.status == 400, answer.text
    # The Query API must agree.
    node.register("web", text)
    pytest.fail(f"registered: {text!r}")


def bucket_prefix(node, text):
    log = {"Enabled": True, "S3BucketName": "bucket", "S3BucketPrefix": text, "EmitInterval": 60}
    answer = node.elb.modify_load_balancer_attributes(LoadBalancerName="web",
                                                      LoadBalancerAttributes={"AccessLog": log})
    node.elb.modify_load_balancer_attributes(LoadBalancerName="web",
                                             LoadBalancerAttributes={"AccessLog": {"Enabled": False}})
    return answer["LoadBalancerAttributes"]["AccessLog"]["S3BucketPrefix"]


PORT = 10080
FIELDS = [check, cookie, policy, host_names, tag_key, zone, group, instance, bucket_prefix]


def sections(config):
    """What is configured."""
    return [line for line in config.splitlines() if line and not line.startswith((" ", "#"))]


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.__name__)
@pytest.mark.parametrize("seed", [1, None], ids=["always the same", "new ones"])
def test_a_hostile_text(node, field, seed):
    seed = seed or random.SystemRandom().randrange(2 ** 32)
    print(f"seed {seed}")
    source = random.Random(f"{seed} {field.__name__}")
    node.create("web", http_listener(PORT, INSTANCE_PORT))
    node.create("other", http_listener(PORT, INSTANCE_PORT))  # so that hosts are told apart
    expected = sections(node.haproxy_config())
    codes = set()
    for _ in range(TEXTS):
        text = hostile(source)
        try:
            assert field(node, text) == text
        except botocore.exceptions.ClientError as refused:
            status = refused.response["ResponseMetadata"]["HTTPStatusCode"]
            assert 400 <= status < 500, (text, refused)
            codes.add(refused.response["Error"]["Code"])
        assert sections(node.haproxy_config()) == expected, text
    assert codes <= {"ValidationError", "InvalidConfigurationRequest", "InvalidInstance", "MalformedQueryString"}
    maps = [path for path in (node.data / "haproxy" / f"gen-{node.generation()}").glob("hosts-*.map")]
    assert len(maps) == 1
    for line in maps[0].read_text().splitlines():
        host, backend = line.split(" ")
        assert backend in (f"b:web:{PORT}", f"b:other:{PORT}") and host
