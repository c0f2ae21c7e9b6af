# Balancer::ServiceNode: the services with fakes behind every port.
add_library(BalancerServiceNode STATIC support/fake_haproxy.cpp support/fake_haproxy.h)
set_target_properties(BalancerServiceNode PROPERTIES AUTOMOC ON)
target_include_directories(BalancerServiceNode PUBLIC ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(BalancerServiceNode
    PUBLIC Balancer::Service Balancer::SimulatedHaproxy Balancer::MemoryStore
    PRIVATE Balancer::CompileSettings)
add_library(Balancer::ServiceNode ALIAS BalancerServiceNode)

balancer_test(controller/service/tst_change_queue LABEL unit LIBRARIES Balancer::ServiceNode)
balancer_test(controller/service/tst_drain_watcher LABEL unit LIBRARIES Balancer::ServiceNode)
balancer_test(controller/service/tst_event_log LABEL unit LIBRARIES Balancer::Service)
balancer_test(controller/service/tst_health_watcher LABEL unit LIBRARIES Balancer::ServiceNode)
balancer_test(controller/service/tst_instance_health LABEL unit LIBRARIES Balancer::Service)
balancer_test(controller/service/tst_load_balancer_service LABEL unit LIBRARIES Balancer::ServiceNode)
balancer_test(controller/service/tst_node_plan LABEL unit LIBRARIES Balancer::ServiceNode)
balancer_test(controller/service/tst_node_reads LABEL unit LIBRARIES Balancer::ServiceNode)
balancer_test(controller/service/tst_previews LABEL unit LIBRARIES Balancer::ServiceNode)
balancer_test(controller/service/tst_read_model LABEL unit LIBRARIES Balancer::ServiceNode)
balancer_test(controller/service/tst_reconciler LABEL unit LIBRARIES Balancer::ServiceNode)
balancer_test(controller/service/tst_traffic_meter LABEL unit LIBRARIES Balancer::ServiceNode)
balancer_test(controller/service/tst_turnstile LABEL unit LIBRARIES Balancer::ServiceNode)
