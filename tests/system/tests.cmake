# The system tests: the built program as its users meet it. BALANCER_PYTHON comes from structure/tests.cmake.
# balancer_system_test(aws_cli 600): tests/system/test_<name>.py, with its time limit in seconds.
function(balancer_system_test name timeout)
    add_test(NAME system.${name}
        COMMAND ${BALANCER_PYTHON} -B -m pytest -q -rP -o faulthandler_timeout=150 -p no:cacheprovider ${PROJECT_SOURCE_DIR}/tests/system/test_${name}.py
        WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    set_tests_properties(system.${name} PROPERTIES LABELS system TIMEOUT ${timeout}
        ENVIRONMENT ELASTIC_HAPROXY=$<TARGET_FILE:elastic-haproxy>)
endfunction()

if(TARGET elastic-haproxy)
    balancer_system_test(aws_cli 600)
    balancer_system_test(rules 600)
    balancer_system_test(verbs 600)
    balancer_system_test(conformance 600)
    balancer_system_test(features 600)
    balancer_system_test(instances 600)
    balancer_system_test(traffic 600)
    balancer_system_test(draining 600)
    balancer_system_test(crash_safety 600)
    balancer_system_test(reloads 600)
    balancer_system_test(bad_input 600)
    balancer_system_test(startup 600)
    balancer_system_test(tls 600)
    balancer_system_test(many_instances 600)
    balancer_system_test(reads 600)
    balancer_system_test(events 600)
    balancer_system_test(sessions 600)
    balancer_system_test(keys 600)
    balancer_system_test(signatures 600)
    balancer_system_test(access_logs 600)
    balancer_system_test(certificates 600)
    balancer_system_test(helpers 600)
endif()
