"""Signing a browser in and out."""

import json

from support import http
from support.addresses import API_PORT, INSTANCE_PORT
from support.events import EventStream
from support.node import tcp_listener
from support.waiting import eventually


def call(node, method, path, body=None, **headers):
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return http.request(node.api_address, API_PORT, method, path, sent, json.dumps(body) if body is not None else None)


def sign_in(node, secret=None):
    identity, right = node.key
    return call(node, "POST", "/v1/session", {"AccessKeyId": identity, "SecretAccessKey": secret or right},
                Origin=node.url)


def cookie_of(answer):
    return answer.headers["set-cookie"].split(";")[0]


def test_a_browser_signs_in_works_and_signs_out(node):
    assert call(node, "GET", "/v1/session").status == 401
    signed_in = sign_in(node)
    assert signed_in.status == 201
    assert json.loads(signed_in.body)["Caller"] == {"Name": node.key[0], "Role": "admin"}
    assert "HttpOnly; SameSite=Strict; Path=/" in signed_in.headers["set-cookie"]
    assert "Secure" not in signed_in.headers["set-cookie"]
    cookie = cookie_of(signed_in)
    assert call(node, "GET", "/v1/load-balancers", Cookie=cookie).status == 200

    create = {"LoadBalancerName": "web", "Listeners": [tcp_listener(10201, INSTANCE_PORT)], "AvailabilityZones": ["a"]}
    made = call(node, "POST", "/v1/actions/CreateLoadBalancer", create, Cookie=cookie, Origin=node.url)
    assert made.status == 200
    revision = json.loads(call(node, "GET", "/v1/revisions?count=1", Cookie=cookie).body)["Revisions"][0]
    assert revision["Changes"][0]["Actor"] == node.key[0]

    assert call(node, "DELETE", "/v1/session", Cookie=cookie, Origin=node.url).status == 204
    assert call(node, "GET", "/v1/load-balancers", Cookie=cookie).status == 401


def test_other_pages_cannot_use_the_session(node):
    cookie = cookie_of(sign_in(node))
    node.create("web", tcp_listener(10202, INSTANCE_PORT))
    delete = {"LoadBalancerName": "web"}
    for headers in ({}, {"Origin": "http://evil.example.com"}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"}):
        refused = call(node, "POST", "/v1/actions/DeleteLoadBalancer", delete, Cookie=cookie, **headers)
        assert refused.status == 403 and json.loads(refused.body)["code"] == "AccessDenied"
    query = call(node, "GET", "/?Action=DeleteLoadBalancer&LoadBalancerName=web", Cookie=cookie, Origin=node.url)
    assert query.status == 403
    assert node.describe("web")


def test_a_wrong_secret_is_refused(node):
    for answer in (sign_in(node, "wrong"), call(node, "POST", "/v1/session", {}), call(node, "POST", "/v1/session")):
        assert answer.status == 403
        assert "set-cookie" not in answer.headers


def test_a_signed_request_opens_a_session(node):
    answer = node.request("POST", "/v1/session")
    assert answer.status == 201
    stream = EventStream(node, headers={"Cookie": cookie_of(answer)}).follow()
    assert stream.status == 200
    eventually(lambda: stream.comments == 1, "the stream begins")
    stream.close()


def test_a_restart_signs_everyone_out(own_node):
    cookie = cookie_of(sign_in(own_node))
    own_node.restart()
    assert call(own_node, "GET", "/v1/node", Cookie=cookie).status == 401


def test_secrets_are_never_logged(own_node):
    cookie = cookie_of(sign_in(own_node))
    call(own_node, "GET", "/v1/node", Cookie=cookie)
    text = own_node.log_text()
    assert own_node.key[1] not in text and cookie.split("=")[1] not in text
