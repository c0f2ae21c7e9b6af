"""Clients that sign otherwise: boto 2, Signature Version 2, strict scopes; and those who guess."""

import http.client
import threading

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.exceptions
import botocore.session
import pytest

from support import http as plain_http
from support.addresses import API_PORT, INSTANCE_PORT
from support.boto2 import BotoServerError, Listener, OldConnection, boto2
from support.node import tcp_listener
from support.signing import signed_headers
from support.waiting import eventually

FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
DESCRIBE = "Action=DescribeLoadBalancers&Version=2012-06-01"


def balance(connection, port):
    """What boto 2 can do with a load balancer."""
    made = connection.create_load_balancer("old", ["local-a"], complex_listeners=[(port, INSTANCE_PORT, "tcp", "tcp")])
    assert made.dns_name.startswith("old-")
    assert [one.name for one in connection.get_all_load_balancers()] == ["old"]
    assert [one.id for one in connection.register_instances("old", ["127.0.0.1", "127.0.0.2:81"])]
    states = connection.describe_instance_health("old")
    assert {state.instance_id for state in states} == {"127.0.0.1", "127.0.0.2:81"}
    listener = connection.get_all_load_balancers(["old"])[0].listeners[0]
    assert isinstance(listener, Listener) and listener.load_balancer_port == port
    assert connection.delete_load_balancer("old")
    assert connection.get_all_load_balancers() == []


def code_of(connection):
    with pytest.raises(BotoServerError) as refused:
        connection.get_all_load_balancers()
    return refused.value.status, refused.value.error_code


@pytest.fixture(scope="module")
def old_node(block, short_folders):
    """One that takes Signature Version 2."""
    from support.node import Node
    node = Node(short_folders(), block.address(), [block.address()], api="signature_v2 = true").start()
    yield node
    node.close()


def test_boto_2_by_version_4(node, ports):
    """The endpoint is an address, so the scope names a region and a service that nobody has."""
    balance(boto2(node), ports())
    assert code_of(boto2(node, key=(node.key[0], "wrong"))) == (403, "SignatureDoesNotMatch")


def test_boto_2_by_version_2(old_node, ports):
    balance(boto2(old_node, OldConnection), ports())
    balance(boto2(old_node), ports())
    assert code_of(boto2(old_node, OldConnection, (old_node.key[0], "wrong"))) == (403, "SignatureDoesNotMatch")
    assert code_of(boto2(old_node, OldConnection, ("AKIANOBODY", "wrong"))) == (403, "InvalidClientTokenId")


def test_version_2_is_off_by_default(node):
    assert code_of(boto2(node, OldConnection)) == (400, "IncompleteSignature")


def test_version_2_counts_in_the_query_api_only(old_node):
    def signed(path):
        request = botocore.awsrequest.AWSRequest("GET", old_node.url + path, params={"Action": "DescribeLoadBalancers"})
        botocore.auth.SigV2Auth(botocore.credentials.Credentials(*old_node.key)).add_auth(request)
        return request.prepare().url.removeprefix(old_node.url)

    assert plain_http.get(old_node.api_address, API_PORT, path=signed("/")).status == 200
    assert plain_http.get(old_node.api_address, API_PORT, path=signed("/v1/node")).status == 400


def scoped(node, region, service="elasticloadbalancing"):
    request = botocore.awsrequest.AWSRequest("POST", node.url + "/", data=DESCRIBE, headers=dict(FORM))
    botocore.auth.SigV4Auth(botocore.credentials.Credentials(*node.key), service, region).add_auth(request)
    return plain_http.request(node.api_address, API_PORT, "POST", "/", dict(request.headers.items()), DESCRIBE)


def test_a_strict_scope(make_node):
    node = make_node(api='region = "here"\nregions = ["there"]\nstrict_scope = true').start()
    assert scoped(node, "here").status == 200 and scoped(node, "there").status == 200
    for refused in (scoped(node, "local"), scoped(node, "here", "s3")):
        assert refused.status == 403 and "Credential should be scoped to" in refused.text
        assert "date" in refused.headers
    assert code_of(boto2(node)) == (403, "SignatureDoesNotMatch")
    admin = {"AWS_ACCESS_KEY_ID": node.key[0], "AWS_SECRET_ACCESS_KEY": node.key[1]}
    assert node.run("keys", "list", "--node", node.url, AWS_REGION="there", **admin).returncode == 0
    assert node.run("keys", "list", "--node", node.url, **admin).returncode == 4


def test_session_tokens_are_ignored_where_that_is_set(make_node):
    node = make_node(api="ignore_session_tokens = true").start()
    session = botocore.session.get_session()
    session.set_credentials(*node.key, token="of somebody else")
    client = session.create_client("elb", region_name="local", endpoint_url=node.url)
    assert client.describe_load_balancers()["LoadBalancerDescriptions"] == []
    session.set_credentials(node.key[0], "wrong", token="of somebody else")
    client = session.create_client("elb", region_name="local", endpoint_url=node.url)
    with pytest.raises(botocore.exceptions.ClientError, match="SignatureDoesNotMatch"):
        client.describe_load_balancers()


def test_any_scope_will_do_otherwise(node):
    for region, service in (("0", "127"), ("localhost", "localhost"), ("us-east-1", "lb"), ("mars-1", "s3")):
        assert scoped(node, region, service).status == 200


class Guesser(threading.Thread):
    """Asks with wrong secrets, one request after another, until it is told that it asks too often."""

    def __init__(self, node, source, stop):
        super().__init__(daemon=True)
        self.node, self.source, self.stop = node, source, stop
        self.codes = set()

    def run(self):
        while not self.stop.is_set():
            status, text = ask(self.node, self.source, (self.node.key[0], "wrong"))
            assert status in (400, 403)
            self.codes.add(text.split("<Code>")[1].split("</Code>")[0])


def ask(node, source, key):
    headers = signed_headers(node.url + "/", key, "POST", DESCRIBE.encode(), dict(FORM))
    connection = http.client.HTTPConnection(node.api_address, API_PORT, timeout=60, source_address=(source, 0))
    try:
        connection.request("POST", "/", DESCRIBE, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_who_guesses_is_slowed_and_nobody_else(own_node, block):
    node, bad, good = own_node, block.address(), block.address()
    stop = threading.Event()
    guessers = [Guesser(node, bad, stop) for _ in range(20)]
    for guesser in guessers:
        guesser.start()
    # Ten may wait at a time; the others are told so.
    eventually(lambda: any("Throttling" in guesser.codes for guesser in guessers), "somebody asks too often")
    for source in (bad, good):
        assert ask(node, source, node.key)[0] == 200
    status, text = ask(node, good, (node.key[0], "wrong"))
    assert status == 403 and "<Code>SignatureDoesNotMatch</Code>" in text
    node.create("web", tcp_listener(10301, INSTANCE_PORT))
    stop.set()
    for guesser in guessers:
        guesser.join(60)
        assert not guesser.is_alive()
    assert set().union(*(guesser.codes for guesser in guessers)) == {"Throttling", "SignatureDoesNotMatch"}


def test_sign_ins_are_slowed_too(own_node):
    for _ in range(12):
        answer = plain_http.request(own_node.api_address, API_PORT, "POST", "/v1/session", {"Origin": own_node.url},
                                    '{"AccessKeyId": "AKIANOBODY", "SecretAccessKey": "wrong"}')
        assert answer.status == 403
