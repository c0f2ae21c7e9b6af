# Balancer::HaproxyBench: instances, clients and directories for tests with the real HAProxy.
add_library(BalancerHaproxyBench STATIC support/haproxy_bench.cpp)
target_include_directories(BalancerHaproxyBench PUBLIC ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(BalancerHaproxyBench
    PUBLIC Balancer::HaproxyAdapter Qt6::Core Threads::Threads
    PRIVATE Balancer::CompileSettings)
add_library(Balancer::HaproxyBench ALIAS BalancerHaproxyBench)

balancer_test(controller/adapters/haproxy/tst_certificate_swap LABEL contract
    LIBRARIES Balancer::HaproxyBench Balancer::OpenSslAdapter Balancer::TestCertificates)
balancer_test(controller/adapters/haproxy/tst_generation_keeper LABEL contract LIBRARIES Balancer::HaproxyBench)
balancer_test(controller/adapters/haproxy/tst_haproxy_binary LABEL contract LIBRARIES Balancer::HaproxyBench)
balancer_test(controller/adapters/haproxy/tst_hostile_text LABEL contract
    LIBRARIES Balancer::HaproxyBench Balancer::Api Balancer::ServiceNode Balancer::TestCertificates)
balancer_test(controller/adapters/haproxy/tst_listening_sockets LABEL contract LIBRARIES Balancer::HaproxyBench)
balancer_test(controller/adapters/haproxy/tst_log_socket LABEL contract LIBRARIES Balancer::HaproxyBench)
balancer_test(controller/adapters/haproxy/tst_process_handle LABEL contract LIBRARIES Balancer::HaproxyBench)
balancer_test(controller/adapters/haproxy/tst_rendered_config LABEL contract LIBRARIES Balancer::HaproxyBench)
balancer_test(controller/adapters/haproxy/tst_runtime_socket LABEL contract
    LIBRARIES Balancer::HaproxyBench Qt6::Network)
balancer_test(controller/adapters/haproxy/tst_simulated_haproxy LABEL contract
    LIBRARIES Balancer::HaproxyBench Balancer::SimulatedHaproxy)
