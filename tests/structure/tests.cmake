# The structure tests: Python, run by the system's own interpreter (another one may come first in PATH).
set(BALANCER_PYTHON /usr/bin/python3 CACHE FILEPATH "The Python that has pytest and boto3")

# balancer_structure_test(include_directions [PROGRAM]): tests/structure/test_<name>.py; PROGRAM hands it the built program.
function(balancer_structure_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "PROGRAM" "" "")
    add_test(NAME structure.${name}
        COMMAND ${BALANCER_PYTHON} -B -m pytest -q -p no:cacheprovider ${PROJECT_SOURCE_DIR}/tests/structure/test_${name}.py
        WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    set_tests_properties(structure.${name} PROPERTIES LABELS unit TIMEOUT 120)
    if(arg_PROGRAM)
        set_tests_properties(structure.${name} PROPERTIES ENVIRONMENT ELASTIC_HAPROXY=$<TARGET_FILE:elastic-haproxy>)
    endif()
endfunction()

balancer_structure_test(include_directions)
balancer_structure_test(await_hygiene)
balancer_structure_test(repository)
if(TARGET elastic-haproxy)
    balancer_structure_test(installers PROGRAM)
    balancer_structure_test(program PROGRAM)
else()
    balancer_structure_test(installers)
endif()
