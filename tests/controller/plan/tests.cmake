# Balancer::SimulatedHaproxy: a running HAProxy as far as the runtime API shows it.
add_library(BalancerSimulatedHaproxy STATIC support/simulated_haproxy.cpp)
target_include_directories(BalancerSimulatedHaproxy PUBLIC ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(BalancerSimulatedHaproxy PUBLIC Balancer::Plan PRIVATE Balancer::CompileSettings)
add_library(Balancer::SimulatedHaproxy ALIAS BalancerSimulatedHaproxy)

balancer_test(controller/plan/tst_difference LABEL unit LIBRARIES Balancer::Plan)
balancer_test(controller/plan/tst_haproxy_texts LABEL unit LIBRARIES Balancer::Plan)
balancer_test(controller/plan/tst_listener_tls LABEL unit LIBRARIES Balancer::Plan)
balancer_test(controller/plan/tst_plan LABEL unit LIBRARIES Balancer::SimulatedHaproxy)
balancer_test(controller/plan/tst_planner_law LABEL unit LIBRARIES Balancer::SimulatedHaproxy)
balancer_test(controller/plan/tst_project LABEL unit LIBRARIES Balancer::Plan)
balancer_test(controller/plan/tst_render LABEL unit LIBRARIES Balancer::Plan)
balancer_test(controller/plan/tst_slots LABEL unit LIBRARIES Balancer::Plan)
