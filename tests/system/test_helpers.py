"""The small parts of STS, IAM and EC2 that clients of ELB ask at the same endpoint, read by botocore's own models."""

import botocore.exceptions
import pytest

from support.addresses import INSTANCE_PORT
from support.node import http_listener

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def code_of(call, **parameters):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]["Code"], caught.value.response["ResponseMetadata"]["HTTPStatusCode"]


def filters(**wanted):
    return [{"Name": name.replace("__", ".").replace("_", "-"), "Values": values} for name, values in wanted.items()]


def test_sts_and_iam_tell_who_asks(node):
    identity, _ = node.key
    caller = node.client("sts").get_caller_identity()
    arn = f"arn:aws:iam::000000000000:user/{identity}"
    assert (caller["Account"], caller["Arn"], caller["UserId"]) == ("000000000000", arn, identity)
    user = node.iam.get_user()["User"]
    assert (user["Arn"], user["UserName"], user["Path"]) == (arn, identity, "/")
    assert node.iam.get_user(UserName=identity)["User"] == user
    assert code_of(node.iam.get_user, UserName="somebody") == ("NoSuchEntity", 404)
    assert node.aws("get-caller-identity", service="sts")["Arn"] == arn


def test_a_load_balancer_has_a_network_interface_while_it_is_there(node, ports):
    ec2 = node.client("ec2")
    # As Ansible and Terraform ask.
    ansible = filters(requester_id=["amazon-elb"], description=["ELB web"])
    terraform = filters(attachment__instance_owner_id=["amazon-elb"], description=["ELB web"])
    for wanted in (ansible, terraform):
        assert ec2.describe_network_interfaces(Filters=wanted)["NetworkInterfaces"] == []
    node.create("web", http_listener(ports(), INSTANCE_PORT), AvailabilityZones=["zone-1"])
    node.create("other", http_listener(ports(), INSTANCE_PORT))
    for wanted in (ansible, terraform):
        found, = ec2.describe_network_interfaces(Filters=wanted)["NetworkInterfaces"]
        assert (found["Description"], found["Status"], found["RequesterId"], found["AvailabilityZone"]) == (
            "ELB web", "available", "amazon-elb", "zone-1")
        assert found["PrivateIpAddress"] == node.address
    identity = found["NetworkInterfaceId"]
    assert len(ec2.describe_network_interfaces(NetworkInterfaceIds=[identity])["NetworkInterfaces"]) == 1
    assert len(ec2.describe_network_interfaces(Filters=filters(description=["ELB *"]))["NetworkInterfaces"]) == 2
    assert ec2.describe_network_interfaces(Filters=filters(status=["in-use"]))["NetworkInterfaces"] == []
    node.elb.delete_load_balancer(LoadBalancerName="web")
    for wanted in (ansible, terraform):
        assert ec2.describe_network_interfaces(Filters=wanted)["NetworkInterfaces"] == []
    assert code_of(ec2.describe_network_interfaces, NetworkInterfaceIds=[identity]) == (
        "InvalidNetworkInterfaceID.NotFound", 400)


def test_groups_subnets_zones_and_the_vpc_are_those_that_are_used(node, ports):
    ec2 = node.client("ec2")
    node.create("zoned", http_listener(ports(), INSTANCE_PORT), AvailabilityZones=["zone-1"],
                SecurityGroups=["sg-1"])
    node.elb.create_load_balancer(LoadBalancerName="subnetted", Subnets=["subnet-1"],
                                  Listeners=[http_listener(ports(), INSTANCE_PORT)])
    groups = ec2.describe_security_groups()["SecurityGroups"]
    assert [group["GroupId"] for group in groups] == ["default", "sg-1"]
    vpc, = ec2.describe_vpcs()["Vpcs"]
    assert {group["VpcId"] for group in groups} == {vpc["VpcId"]} and vpc["IsDefault"]
    assert len(ec2.describe_security_groups(Filters=filters(group_name=["sg-1"]))["SecurityGroups"]) == 1
    assert code_of(ec2.describe_security_groups, GroupIds=["sg-2"]) == ("InvalidGroup.NotFound", 400)
    assert [subnet["SubnetId"] for subnet in ec2.describe_subnets(SubnetIds=["subnet-1"])["Subnets"]] == ["subnet-1"]
    assert code_of(ec2.describe_subnets, SubnetIds=["subnet-2"]) == ("InvalidSubnetID.NotFound", 400)
    zones = ec2.describe_availability_zones()["AvailabilityZones"]
    assert [zone["ZoneName"] for zone in zones] == ["locala", "zone-1"]


def test_errors_speak_the_dialect_they_were_asked_in(node):
    ec2 = node.client("ec2")
    assert code_of(ec2.describe_network_interfaces, Filters=filters(colour=["red"])) == ("InvalidParameterValue", 400)
    assert code_of(ec2.describe_instances) == ("InvalidAction", 400)
    assert code_of(node.iam.list_users) == ("InvalidAction", 400)
    assert code_of(node.client("sts").get_session_token) == ("InvalidAction", 400)
    answer = node.request(body="Action=RunInstances&Version=2016-11-15", headers=FORM)
    assert answer.status == 400 and answer.text.startswith("<Response><Errors><Error><Code>InvalidAction</Code>")
    answer = node.request(body="Action=ListUsers&Version=2010-05-08", headers=FORM)
    assert 'xmlns="https://iam.amazonaws.com/doc/2010-05-08/"' in answer.text
    # Each service has its own actions only.
    answer = node.request(body="Action=GetCallerIdentity&Version=2012-06-01", headers=FORM)
    assert answer.status == 400 and "elasticloadbalancing.amazonaws.com/doc/2012-06-01/" in answer.text


def test_without_a_signature_nobody_is_told_anything(node):
    from support.http import request
    from support.addresses import API_PORT
    for body, marker in [("Action=DescribeVpcs&Version=2016-11-15", "<Response><Errors>"),
                         ("Action=GetCallerIdentity&Version=2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/")]:
        answer = request(node.api_address, API_PORT, "POST", "/", FORM, body.encode())
        assert answer.status == 403 and marker in answer.text and "MissingAuthenticationToken" in answer.text
