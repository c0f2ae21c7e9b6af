# Builds the dashboard in a copy of the workspace, so that the sources stay clean. Needs the network once, for npm's
# packages; after that only when package-lock.json changes.
set(workspace ${CMAKE_CURRENT_BINARY_DIR}/workspace)
set(packages ${workspace}/node_modules/.installed)
set(openapi ${CMAKE_CURRENT_BINARY_DIR}/openapi.json)
set(embedded ${CMAKE_CURRENT_BINARY_DIR}/dashboard_files.cpp)

# Angular wants 20.19, 22.12 or 24 and later; where Node.js is older, npm brings one that is used for this build alone.
execute_process(COMMAND ${BALANCER_NODE} --version OUTPUT_VARIABLE node_version OUTPUT_STRIP_TRAILING_WHITESPACE)
string(REGEX REPLACE "^v" "" node_version "${node_version}")
set(node ${BALANCER_NODE})
set(node_package "")
if(node_version VERSION_LESS 20.19 OR node_version MATCHES "^2[13]\\."
        OR (node_version VERSION_GREATER_EQUAL 22 AND node_version VERSION_LESS 22.12))
    message(STATUS "Node.js ${node_version} is too old for the dashboard: npm will bring 22 into the build folder")
    set(node_package node@22.23.3)
    set(node ${workspace}/node/node_modules/node/bin/node)
endif()

add_custom_command(
    OUTPUT ${packages}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${workspace}
    COMMAND ${CMAKE_COMMAND} -E copy_if_different package.json package-lock.json .npmrc ${workspace}
    COMMAND ${CMAKE_COMMAND} -DNPM=${BALANCER_NPM} -DWORKSPACE=${workspace} -DNODE_PACKAGE=${node_package}
        -P ${CMAKE_CURRENT_SOURCE_DIR}/install_packages.cmake
    COMMAND ${CMAKE_COMMAND} -E touch ${packages}
    DEPENDS package.json package-lock.json .npmrc install_packages.cmake
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}
    COMMENT "Fetching the dashboard's npm packages"
    VERBATIM)

add_custom_command(
    OUTPUT ${openapi}
    COMMAND openapi-writer > ${openapi}.new
    COMMAND ${CMAKE_COMMAND} -E copy_if_different ${openapi}.new ${openapi}
    DEPENDS openapi-writer
    COMMENT "Writing the API's OpenAPI document"
    VERBATIM)

file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/src/*)
set(settings angular.json tsconfig.json vitest.config.mts .browserslistrc .prettierrc.json)
add_custom_command(
    OUTPUT ${embedded}
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${workspace}/src ${workspace}/dist
    COMMAND ${CMAKE_COMMAND} -E copy_directory src ${workspace}/src
    COMMAND ${CMAKE_COMMAND} -E copy_if_different ${settings} ${workspace}
    COMMAND ${CMAKE_COMMAND} -E chdir ${workspace}
        ${node} node_modules/openapi-typescript/bin/cli.js ${openapi} --output src/generated/api.ts
    COMMAND ${CMAKE_COMMAND} -E chdir ${workspace}
        ${CMAKE_COMMAND} -E env CI=1 NG_CLI_ANALYTICS=false ${node} node_modules/@angular/cli/bin/ng.js build
    COMMAND ${node} embedding/embed.mjs ${workspace}/dist ${embedded}
    DEPENDS ${packages} ${openapi} ${sources} ${settings} embedding/embed.mjs
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}
    COMMENT "Building the dashboard"
    VERBATIM)

add_library(BalancerDashboard STATIC ${embedded})
# For the tests: the workspace as it was built, and what runs its tools.
set_target_properties(BalancerDashboard PROPERTIES BALANCER_WORKSPACE ${workspace} BALANCER_NODE ${node})
