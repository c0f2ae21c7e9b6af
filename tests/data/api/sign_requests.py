#!/usr/bin/python3
"""Writes signed_requests.json: requests as botocore signs and sends them, with AWS's own example key.

    /usr/bin/python3 sign_requests.py > signed_requests.json
"""
import datetime
import hashlib
import json
import sys
from urllib.parse import quote, urlsplit

import botocore.awsrequest
import botocore.session
from botocore.auth import SigV2Auth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
captured = []


def text(value):
    return value.decode() if isinstance(value, bytes) else (value or "")


def host_of(url):
    """As urllib3 and http.client send it: in lower case, without the port that the scheme has anyway."""
    default = {"http": ":80", "https": ":443"}[url.scheme]
    return url.netloc.lower().removesuffix(default)


def note(name, request):
    url = urlsplit(request.url)
    headers = [[k, text(v)] for k, v in request.headers.items() if k != "User-Agent"]
    if not any(k.lower() == "host" for k, _ in headers):
        headers.append(["Host", host_of(url)])
    target = (url.path or "/") + ("?" + url.query if url.query else "")
    now = datetime.datetime.utcnow().strftime("%Y-%m-%dT%H:%M:%S.000Z")
    captured.append({"name": name, "time": now, "method": request.method, "target": target, "headers": headers,
                     "body": text(request.body)})


def client(endpoint, token=None):
    session = botocore.session.get_session()
    session.set_credentials(KEY, SECRET, token)
    return session.create_client("elb", region_name="eu-central-1", endpoint_url=endpoint,
                                 config=Config(retries={"max_attempts": 0}))


def call(name, elb, method, **arguments):
    def answer(request, **_):
        note(name, request)
        return botocore.awsrequest.AWSResponse(request.url, 500, {}, None)
    elb.meta.events.register_first("before-send.elb", answer)
    try:
        getattr(elb, method)(**arguments)
    except Exception:
        pass  # nobody answered, and that is fine
    elb.meta.events.unregister("before-send.elb", answer)


def signed(name, request):
    SigV4Auth(Credentials(KEY, SECRET), "elasticloadbalancing", "us-east-1").add_auth(request)
    note(name, request.prepare())


def signed_for_browsers(name, url, token=None):
    request = AWSRequest("GET", url)
    SigV4QueryAuth(Credentials(KEY, SECRET, token), "elasticloadbalancing", "us-east-1", 600).add_auth(request)
    note(name, request.prepare())


def signed_by_version_2(name, request):
    SigV2Auth(Credentials(KEY, SECRET)).add_auth(request)
    note(name, request.prepare())


def odd_things():
    """What no client sends every day, and every one may."""
    get = "Action=DescribeLoadBalancers&Version=2012-06-01"
    for host in ("[::1]", "[::1]:9999", "[fd00::5]:80", "ELB.Example.COM", "node-1:443", "xn--bcher-kva.example"):
        signed("host " + host, AWSRequest("GET", f"http://{host}/?{get}"))
    signed("host with https and its own port", AWSRequest("GET", f"https://node-1:443/?{get}"))
    signed("host with https and another port", AWSRequest("GET", f"https://node-1:9999/?{get}"))
    url = "http://127.0.0.1:9999/?"
    signed("a parameter three times", AWSRequest("GET", url + get + "&x=b&x=a&x="))
    signed("a parameter without a value", AWSRequest("GET", url + get + "&Marker="))
    every = "".join(chr(code) for code in range(32, 127)) + "\t\n\x7f\u00e4\u20ac\U0001f642"
    signed("every character in the query", AWSRequest("GET", url[:-1], params={"Action": "X", "Marker": every}))
    form = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    signed("every character in a form", AWSRequest("POST", url[:-1], data="Marker=" + quote(every), headers=form))
    signed("a header with a comma, a tab and blanks",
           AWSRequest("GET", url + get, headers={"X-Odd": "a, b\t c   d", "X-Empty": ""}))
    body = b'{"LoadBalancerName":"web"}'
    signed("hash of the body", AWSRequest("POST", url[:-1] + "v1/actions/DeleteLoadBalancer", data=body, headers={
        "X-Amz-Content-SHA256": hashlib.sha256(body).hexdigest()}))
    signed_for_browsers("presigned with an IPv6 host", "http://[::1]:9999/?" + get)
    signed_for_browsers("presigned session token", url + get, "TOKEN")


def version_2():
    query = {"Action": "DescribeLoadBalancers", "Version": "2012-06-01", "Marker": "a b+c/d*~e=f\u00e4", "PageSize": ""}
    signed_by_version_2("version 2 GET", AWSRequest("GET", "http://elb.example.com/", params=dict(query)))
    signed_by_version_2("version 2 POST", AWSRequest("POST", "http://elb.example.com/", data=dict(query)))
    signed_by_version_2("version 2 port", AWSRequest("GET", "http://127.0.0.1:9999/", params=dict(query)))
    signed_by_version_2("version 2 IPv6", AWSRequest("GET", "http://[::1]:9999/", params=dict(query)))
    token = AWSRequest("GET", "http://elb.example.com/", params=dict(query))
    SigV2Auth(Credentials(KEY, SECRET, "TOKEN")).add_auth(token)
    note("version 2 session token", token.prepare())


def main():
    plain = client("http://127.0.0.1:9999")
    call("describe", plain, "describe_load_balancers")
    call("register", plain, "register_instances_with_load_balancer", LoadBalancerName="web",
         Instances=[{"InstanceId": "10.0.0.5:8080"}, {"InstanceId": "[fd00::5]:80"}])
    call("tags beyond ASCII", plain, "create_load_balancer", LoadBalancerName="web", AvailabilityZones=["a"],
         Listeners=[{"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 80}],
         Tags=[{"Key": "größe", "Value": "a b+c/d=e&f~g"}])
    call("no port in the host", client("https://elb.corp.example"), "describe_load_balancers")
    call("session token", client("http://127.0.0.1:9999", "TOKEN"), "describe_load_balancers")

    query = {"Action": "DescribeLoadBalancers", "Version": "2012-06-01"}
    host = "http://127.0.0.1:9999"
    signed("get with blanks", AWSRequest("GET", host + "/", params={**query, "Marker": "a b+c/d*~e=f"}))
    signed("empty next to members", AWSRequest(
        "GET", host + "/", params={**query, "PolicyAttributes.member.1.A": "x", "PolicyAttributes": ""}))
    signed("json", AWSRequest("POST", host + "/v1/actions/DescribeLoadBalancers", data=b'{"PageSize":1}',
                              headers={"Content-Type": "application/json", "X-Spaced": "  a   b  "}))

    for method in ("GET", "POST"):
        url = plain.generate_presigned_url("describe_load_balancers", Params={"LoadBalancerNames": ["my lb"]},
                                           ExpiresIn=600, HttpMethod=method)
        note("presigned " + method, AWSRequest(method, url).prepare())
    odd_things()
    version_2()
    json.dump(captured, sys.stdout, indent=1, ensure_ascii=False)


main()
