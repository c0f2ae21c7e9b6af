"""What the node tells those who look: its load balancers, itself, its history; and the plan before a change."""

import json
import shlex
import subprocess

import pytest
from support import http
from support.addresses import API_PORT, INSTANCE_PORT
from support.node import http_listener, quick_check, tcp_listener
from support.waiting import eventually


def read(node, path, expected=200, **options):
    answer = node.request("GET", path, **options)
    assert answer.status == expected, answer.body
    return json.loads(answer.body)


def preview(node, verb, **members):
    answer = node.request(path=f"/v1/actions/{verb}?dryRun=true", body=json.dumps(members),
                          headers={"Content-Type": "application/json"})
    return answer.status, json.loads(answer.body)


def planned(node, verb, **members):
    status, answer = preview(node, verb, **members)
    assert status == 200, answer
    return answer


def run_line(node, line):
    """Runs a command line as an operator's shell would."""
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
                          env={**node.aws_environment(), "PATH": "/usr/bin:/bin"})
    assert done.returncode == 0, f"{line}\n{done.stderr}"
    return done.stdout


def without_times(text):
    """The CLI writes times in a form of its own."""
    return json.loads(text, object_hook=lambda members: {name: value for name, value in members.items()
                                                         if name != "CreatedTime"})


def test_load_balancers_are_listed_with_their_instances(node, make_backend, ports):
    backend = make_backend("one")
    port = ports()
    dns_name = node.create("Web", http_listener(port, INSTANCE_PORT), Tags=[{"Key": "team", "Value": "a b"}])
    node.create("api", tcp_listener(ports(), INSTANCE_PORT))
    node.check_quickly("Web", f"TCP:{INSTANCE_PORT}")
    node.register("Web", backend.address)
    node.await_state("Web", "InService")

    listed = read(node, "/v1/load-balancers")
    api, web = listed["LoadBalancers"]
    assert (api["LoadBalancerName"], web["LoadBalancerName"]) == ("api", "Web")
    assert web["DNSName"] == dns_name
    assert web["Addresses"] == [node.address]
    assert web["Tags"] == [{"Key": "team", "Value": "a b"}]
    assert web["HealthCheck"] == quick_check(f"TCP:{INSTANCE_PORT}")
    assert web["Listeners"] == [{"Protocol": "HTTP", "LoadBalancerPort": port, "InstanceProtocol": "HTTP",
                                 "InstancePort": INSTANCE_PORT}]
    eventually(lambda: read(node, "/v1/load-balancers/web")["Instances"] == [
        {"InstanceId": backend.address, "State": "InService", "ReasonCode": "N/A", "Description": "N/A",
         "Address": backend.address}], "the instance is shown in service")
    assert listed["EventId"].rsplit("-", 1)[1].isdigit()

    problem = read(node, "/v1/load-balancers/nobody", expected=404)
    assert problem["code"] == "LoadBalancerNotFound"


def test_states_are_those_of_describe_instance_health(node, make_backend, block):
    backend = make_backend("one")
    nobody = block.address()
    node.create("web", tcp_listener(10001, INSTANCE_PORT))
    node.check_quickly("web", f"TCP:{INSTANCE_PORT}")
    node.register("web", backend.address, nobody)

    def same():
        described = node.elb.describe_instance_health(LoadBalancerName="web")["InstanceStates"]
        shown = read(node, "/v1/load-balancers/web")["Instances"]
        assert [{name: value for name, value in instance.items() if name != "Address"} for instance in shown] == described
        return {state["InstanceId"]: state["State"] for state in described}

    eventually(lambda: same() == {backend.address: "InService", nobody: "OutOfService"}, "both are shown as they are")
    backend.close()
    eventually(lambda: set(same().values()) == {"OutOfService"}, "a failure is shown", within=40)


def test_the_node_tells_its_status(node):
    status = read(node, "/v1/node")
    assert status["Endpoints"] == [node.url]
    assert status["Caller"] == {"Name": node.key[0], "Role": "admin"}
    assert status["Region"] == "local" and status["Domain"] == "internal"
    assert status["HaproxyVersion"].startswith(("2.", "3."))
    assert status["Generation"] == node.generation()
    node.create("web", tcp_listener(10002, INSTANCE_PORT))
    after = read(node, "/v1/node")
    assert after["Revision"] == after["AppliedRevision"] == status["Revision"] + 1
    assert after["Generation"] == node.generation() > status["Generation"]


def test_revisions_tell_who_did_what(node):
    node.create("web", tcp_listener(10003, INSTANCE_PORT))
    node.elb.delete_load_balancer(LoadBalancerName="web")
    newest, before = read(node, "/v1/revisions?count=2")["Revisions"]
    assert newest["Revision"] == before["Revision"] + 1
    assert [(change["Actor"], change["Verb"], change["Target"]) for change in newest["Changes"]] == [
        (node.key[0], "DeleteLoadBalancer", "web")]
    assert before["Changes"][0]["Verb"] == "CreateLoadBalancer"
    assert read(node, "/v1/revisions?count=0", expected=400)["code"] == "ValidationError"


def test_the_openapi_document_is_for_everyone(node):
    answer = http.get(node.api_address, API_PORT, path="/v1/openapi.json")
    document = json.loads(answer.body)
    assert document["openapi"] == "3.1.0"
    assert {"LoadBalancerList", "InstanceChanged"} <= set(document["components"]["schemas"])


def test_a_plan_shows_what_then_happens(node, make_backend):
    backend = make_backend("one")
    created = {"LoadBalancerName": "web", "Listeners": [http_listener(10004, INSTANCE_PORT)],
               "AvailabilityZones": ["local-a"]}
    plan = planned(node, "CreateLoadBalancer", **created)
    assert plan["Kind"] == "Reload" and plan["Reason"]
    assert "+ frontend f:10004" in plan["Diff"]
    assert node.describe_all() == []
    generation = node.generation()
    run_line(node, plan["CommandLine"])
    assert node.generation() == generation + 1
    config = node.haproxy_config().splitlines()
    for line in plan["Diff"]:
        if line.startswith("+ "):
            assert line[2:] in config

    plan = planned(node, "RegisterInstancesWithLoadBalancer", LoadBalancerName="web",
                   Instances=[{"InstanceId": backend.address}])
    assert plan["Kind"] == "RuntimeChange"
    assert any(backend.address in command for command in plan["Commands"])
    run_line(node, plan["CommandLine"])
    assert node.generation() == generation + 1
    again = planned(node, "RegisterInstancesWithLoadBalancer", LoadBalancerName="web",
                    Instances=[{"InstanceId": backend.address}])
    assert again["Kind"] == "NoChange" and again["Diff"] == [] and again["Commands"] == []


@pytest.mark.parametrize("verb, members", [
    ("CreateLoadBalancer", {"LoadBalancerName": "new", "AvailabilityZones": ["a b", "it's", "$(x)"],
                            "Listeners": [http_listener(10011, 80), tcp_listener(10012, 81)], "Scheme": "internal",
                            "Tags": [{"Key": "k=1 @", "Value": "v = 2"}, {"Key": "empty"}]}),
    ("CreateLoadBalancerListeners", {"LoadBalancerName": "web", "Listeners": [tcp_listener(10013, 80)]}),
    ("DeleteLoadBalancerListeners", {"LoadBalancerName": "web", "LoadBalancerPorts": [10010]}),
    ("RegisterInstancesWithLoadBalancer", {"LoadBalancerName": "web", "Instances": [{"InstanceId": "[::1]:80"},
                                                                                  {"InstanceId": "127.0.0.9"}]}),
    ("ConfigureHealthCheck", {"LoadBalancerName": "web", "HealthCheck": quick_check("HTTP:80/a?b=c,d&e")}),
    ("DescribeLoadBalancers", {"LoadBalancerNames": ["web"]}),
    ("DescribeInstanceHealth", {"LoadBalancerName": "web"}),
    ("DeleteLoadBalancer", {"LoadBalancerName": "web"}),
])
def test_the_command_line_does_the_same(node, verb, members):
    """What the line does is judged by the node's own next plan: nothing is left to do, and by its answer."""
    node.create("web", tcp_listener(10010, INSTANCE_PORT))
    line = planned(node, verb, **members)["CommandLine"]
    assert shlex.split(line)[:2] == ["aws", "elb"]
    output = run_line(node, line)
    if verb.startswith("Describe"):
        assert without_times(output) == without_times(node.action(verb, **members).body)
    elif verb == "CreateLoadBalancer":
        tags = {tag["Key"]: tag.get("Value", "") for tag in read(node, "/v1/load-balancers/new")["Tags"]}
        assert tags == {"k=1 @": "v = 2", "empty": ""}
        assert sorted(node.describe("new")["AvailabilityZones"]) == sorted(members["AvailabilityZones"])
        assert planned(node, verb, **members)["Kind"] == "NoChange"
    else:
        assert planned(node, verb, **members)["Kind"] == "NoChange"
        newest = read(node, "/v1/revisions?count=1")["Revisions"][0]
        assert newest["Changes"][0]["Verb"] == verb


@pytest.mark.parametrize("verb, members, code", [
    ("CreateLoadBalancer", {"LoadBalancerName": "web"}, "ValidationError"),
    ("DeleteLoadBalancerListeners", {"LoadBalancerName": "nobody", "LoadBalancerPorts": [80]}, "LoadBalancerNotFound"),
    ("RegisterInstancesWithLoadBalancer", {"LoadBalancerName": "nobody", "Instances": [{"InstanceId": "127.0.0.1"}]},
     "LoadBalancerNotFound"),
    ("SetInstanceAddress", {"InstanceId": "i-1", "Address": "nonsense"}, "ValidationError"),
])
def test_a_plan_is_refused_as_the_verb_is(node, verb, members, code):
    status, problem = preview(node, verb, **members)
    performed = node.action(verb, **members)
    assert problem["code"] == code
    assert (status, problem["detail"]) == (performed.status, json.loads(performed.body)["detail"])


def test_our_own_verbs_have_no_line(node):
    assert planned(node, "SetInstanceAddress", InstanceId="i-1", Address="127.0.0.1")["CommandLine"] == ""
    assert planned(node, "StopNode", Traffic=True)["Kind"] == "NoChange"
    assert read(node, "/v1/node")["Generation"] > 0
