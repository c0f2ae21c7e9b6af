balancer_test(controller/adapters/network/tst_host_resolver LABEL contract LIBRARIES Balancer::NetworkAdapter)
balancer_test(controller/adapters/network/tst_instance_probe LABEL contract
    LIBRARIES Balancer::NetworkAdapter Balancer::HaproxyBench)
