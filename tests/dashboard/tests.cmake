# The dashboard: its logic alone, and in Debian's Chromium against the built node.
if(TARGET BalancerDashboard AND TARGET elastic-haproxy)
    get_target_property(dashboard_workspace BalancerDashboard BALANCER_WORKSPACE)
    get_target_property(dashboard_node BalancerDashboard BALANCER_NODE)
endif()

# balancer_dashboard_test(live): tests/dashboard/<name>.test.mjs
function(balancer_dashboard_test name)
    add_test(NAME dashboard.${name}
        COMMAND ${dashboard_node} --test --test-concurrency=1 ${PROJECT_SOURCE_DIR}/tests/dashboard/${name}.test.mjs)
    set(environment
        ELASTIC_HAPROXY=$<TARGET_FILE:elastic-haproxy>
        DASHBOARD_WORKSPACE=${dashboard_workspace}
        SCREENSHOTS=${CMAKE_BINARY_DIR}/screenshots)
    set_tests_properties(dashboard.${name} PROPERTIES LABELS "system;dashboard" TIMEOUT 600 ENVIRONMENT "${environment}")
endfunction()

if(dashboard_workspace)
    add_test(NAME dashboard.logic COMMAND ${dashboard_node} node_modules/vitest/vitest.mjs run
        WORKING_DIRECTORY ${dashboard_workspace})
    add_test(NAME dashboard.format COMMAND ${dashboard_node} node_modules/prettier/bin/prettier.cjs --check src/app src/styles
        WORKING_DIRECTORY ${dashboard_workspace})
    set_tests_properties(dashboard.logic dashboard.format PROPERTIES LABELS "unit;dashboard" TIMEOUT 300)
    foreach(test serving sign_in live changes recovery many look)
        balancer_dashboard_test(${test})
    endforeach()
endif()
