"""A node with one load balancer that has some of everything, and a valid request for each action."""

from .node import http_listener, instances, quick_check, tcp_listener


class World:
    """A node with one load balancer that has some of everything."""

    def __init__(self, node, ports):
        self.node = node
        self.port, self.tcp_port, self.free = ports(), ports(), ports
        elb = node.elb
        node.create("web", http_listener(self.port, 8080), tcp_listener(self.tcp_port, 9090),
                    SecurityGroups=["sg-1"], Tags=[{"Key": "team", "Value": "a b"}, {"Key": "empty"}])
        node.create("in-subnets", http_listener(ports(), 8080), AvailabilityZones=[], Subnets=["subnet-1", "subnet-2"])
        node.register("web", "127.0.0.1:9", "127.0.0.2:9")
        elb.create_lb_cookie_stickiness_policy(LoadBalancerName="web", PolicyName="own", CookieExpirationPeriod=60)
        elb.create_app_cookie_stickiness_policy(LoadBalancerName="web", PolicyName="app", CookieName="session")
        self.policy("proxy", "ProxyProtocolPolicyType", ProxyProtocol="true")
        elb.set_load_balancer_policies_of_listener(LoadBalancerName="web", LoadBalancerPort=self.port,
                                                   PolicyNames=["own"])
        elb.set_load_balancer_policies_for_backend_server(LoadBalancerName="web", InstancePort=9090,
                                                          PolicyNames=["proxy"])

    def policy(self, name, kind, **attributes):
        self.node.elb.create_load_balancer_policy(
            LoadBalancerName="web", PolicyName=name, PolicyTypeName=kind,
            PolicyAttributes=[{"AttributeName": key, "AttributeValue": value} for key, value in attributes.items()])


def requests(world):
    """A valid request for each action."""
    web = {"LoadBalancerName": "web"}
    cookie = {"PolicyName": "new", "CookieExpirationPeriod": 5}
    return {
        "AddTags": {"LoadBalancerNames": ["web"], "Tags": [{"Key": "more", "Value": "x"}]},
        "ApplySecurityGroupsToLoadBalancer": {**web, "SecurityGroups": ["sg-2"]},
        "AttachLoadBalancerToSubnets": {"LoadBalancerName": "in-subnets", "Subnets": ["subnet-3"]},
        "ConfigureHealthCheck": {**web, "HealthCheck": quick_check("TCP:9")},
        "CreateAppCookieStickinessPolicy": {**web, "PolicyName": "new", "CookieName": "other"},
        "CreateLBCookieStickinessPolicy": {**web, **cookie},
        "CreateLoadBalancer": {"LoadBalancerName": "new", "Listeners": [http_listener(world.free(), 80)],
                               "AvailabilityZones": ["local-a"]},
        "CreateLoadBalancerListeners": {**web, "Listeners": [http_listener(world.free(), 80)]},
        "CreateLoadBalancerPolicy": {**web, "PolicyName": "new", "PolicyTypeName": "SSLNegotiationPolicyType"},
        "DeleteLoadBalancer": web,
        "DeleteLoadBalancerListeners": {**web, "LoadBalancerPorts": [world.tcp_port]},
        "DeleteLoadBalancerPolicy": {**web, "PolicyName": "app"},
        "DeregisterInstancesFromLoadBalancer": {**web, "Instances": instances("127.0.0.1:9")},
        "DescribeAccountLimits": {},
        "DescribeInstanceHealth": web,
        "DescribeLoadBalancerAttributes": web,
        "DescribeLoadBalancerPolicies": web,
        "DescribeLoadBalancerPolicyTypes": {},
        "DescribeLoadBalancers": {},
        "DescribeTags": {"LoadBalancerNames": ["web", "in-subnets"]},
        "DetachLoadBalancerFromSubnets": {"LoadBalancerName": "in-subnets", "Subnets": ["subnet-2"]},
        "DisableAvailabilityZonesForLoadBalancer": {**web, "AvailabilityZones": ["local-z"]},
        "EnableAvailabilityZonesForLoadBalancer": {**web, "AvailabilityZones": ["local-b"]},
        "ModifyLoadBalancerAttributes": {**web, "LoadBalancerAttributes": {
            "CrossZoneLoadBalancing": {"Enabled": True}, "AccessLog": {"Enabled": False},
            "ConnectionDraining": {"Enabled": True, "Timeout": 20}, "ConnectionSettings": {"IdleTimeout": 30},
            "AdditionalAttributes": [{"Key": "elb.http.desyncmitigationmode", "Value": "monitor"}]}},
        "RegisterInstancesWithLoadBalancer": {**web, "Instances": instances("127.0.0.3:9")},
        "RemoveTags": {"LoadBalancerNames": ["web"], "Tags": [{"Key": "team"}, {"Key": "absent"}]},
        "SetLoadBalancerPoliciesForBackendServer": {**web, "InstancePort": 9090, "PolicyNames": []},
        "SetLoadBalancerPoliciesOfListener": {**web, "LoadBalancerPort": world.port, "PolicyNames": ["app"]},
    }
