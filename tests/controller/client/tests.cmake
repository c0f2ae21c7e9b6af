balancer_test(controller/client/tst_event_stream LABEL unit LIBRARIES Balancer::Client)
balancer_test(controller/client/tst_backoff LABEL unit LIBRARIES Balancer::Client)
balancer_test(controller/client/tst_request_signing LABEL unit LIBRARIES Balancer::Client Balancer::Api)
balancer_test(controller/client/tst_exchange LABEL unit LIBRARIES Balancer::Client)
balancer_test(controller/client/tst_node_client LABEL unit LIBRARIES Balancer::Client)

if(TARGET elastic-haproxy)
    balancer_test(controller/client/tst_node_client_system LABEL system
        LIBRARIES Balancer::Models Balancer::HttpClient Balancer::HaproxyBench)
    set_tests_properties(controller.client.tst_node_client_system PROPERTIES
        ENVIRONMENT ELASTIC_HAPROXY=$<TARGET_FILE:elastic-haproxy>)
    add_dependencies(tst_node_client_system elastic-haproxy)
endif()
