balancer_test(controller/api/tst_request_router LABEL unit LIBRARIES Balancer::Api)
balancer_test(controller/api/tst_signature LABEL unit LIBRARIES Balancer::Api)
