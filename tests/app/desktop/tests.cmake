# The window's tests need a screen, a D-Bus session and a keychain: each gets its own. Without the window there are none.
if(NOT BALANCER_HAS_DESKTOP)
    return()
endif()

# balancer_desktop_test(app/desktop/tst_nodes LIBRARIES ...)
function(balancer_desktop_test path)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LIBRARIES")
    balancer_test(${path} LABEL desktop LIBRARIES Balancer::DesktopParts ${arg_LIBRARIES}
        LAUNCHER ${PROJECT_SOURCE_DIR}/tests/app/desktop/with-display)
endfunction()

balancer_desktop_test(app/desktop/tst_node_registry)
balancer_desktop_test(app/desktop/tst_keychain)
balancer_desktop_test(app/desktop/tst_theme)
balancer_desktop_test(app/desktop/tst_verb_dialog)
balancer_desktop_test(app/desktop/tst_main_window LIBRARIES Qt6::Quick)
balancer_desktop_test(app/desktop/tst_nodes_of_the_user)
balancer_desktop_test(app/desktop/tst_real_nodes LIBRARIES Balancer::HttpClient Qt6::Quick)
target_compile_definitions(tst_real_nodes PRIVATE
    ELASTIC_HAPROXY="$<TARGET_FILE:elastic-haproxy>"
    SCREENSHOTS="${CMAKE_BINARY_DIR}/screenshots")
add_dependencies(tst_real_nodes elastic-haproxy elastic-haproxy-desktop)
set(browser_tests app.desktop.tst_real_nodes)
if(BALANCER_HAS_WEB_TAB)
    balancer_desktop_test(app/desktop/tst_web_tab LIBRARIES Qt6::WebEngineWidgets)
    add_dependencies(tst_web_tab elastic-haproxy-web)
    add_dependencies(tst_real_nodes elastic-haproxy-web)
    balancer_desktop_test(app/desktop/tst_dashboard_page LIBRARIES Balancer::HttpClient Qt6::WebEngineWidgets)
    target_compile_definitions(tst_dashboard_page PRIVATE ELASTIC_HAPROXY="$<TARGET_FILE:elastic-haproxy>")
    add_dependencies(tst_dashboard_page elastic-haproxy elastic-haproxy-web)
    list(APPEND browser_tests app.desktop.tst_web_tab app.desktop.tst_dashboard_page)
endif()
if(BALANCER_SANITIZERS)
    # The Chromium in WebEngine deletes objects of its own as a smaller type, and leaves others behind. Whole stacks tell
    # them from ours.
    set_tests_properties(${browser_tests} PROPERTIES ENVIRONMENT
        "ASAN_OPTIONS=new_delete_type_mismatch=0:fast_unwind_on_malloc=0;LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/app/desktop/leaks.txt")
endif()

# Measured by tests/bench, no test.
add_executable(bench_table app/desktop/bench_table.cpp)
set_target_properties(bench_table PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
target_include_directories(bench_table PRIVATE ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(bench_table PRIVATE Balancer::CompileSettings Balancer::DesktopParts Qt6::Quick Qt6::Test)

add_test(NAME app.desktop.launcher
    COMMAND ${PROJECT_SOURCE_DIR}/tests/app/desktop/with-display
        ${BALANCER_PYTHON} -B -m pytest -q -p no:cacheprovider ${PROJECT_SOURCE_DIR}/tests/app/desktop/test_launcher.py)
set_tests_properties(app.desktop.launcher PROPERTIES LABELS desktop TIMEOUT 120
    ENVIRONMENT "ELASTIC_HAPROXY=$<TARGET_FILE:elastic-haproxy>;ELASTIC_HAPROXY_MODULE=$<TARGET_FILE:elastic-haproxy-desktop>")
