#!/usr/bin/python3
"""Writes signed_requests.json: requests as botocore signs and sends them, with AWS's own example key.

    /usr/bin/python3 sign_requests.py > signed_requests.json
"""
import datetime
import json
import sys
from urllib.parse import urlsplit

import botocore.awsrequest
import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
captured = []


def text(value):
    return value.decode() if isinstance(value, bytes) else (value or "")


def note(name, request):
    url = urlsplit(request.url)
    headers = [[k, text(v)] for k, v in request.headers.items() if k != "User-Agent"]
    if not any(k.lower() == "host" for k, _ in headers):
        headers.append(["Host", url.netloc])
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
    json.dump(captured, sys.stdout, indent=1, ensure_ascii=False)


main()
