# Installs what package-lock.json names into WORKSPACE, and NODE_PACKAGE (a Node.js) beside it when one is given.
string(CONCAT advice
    "npm could not fetch the dashboard's packages. Its words are above. That needs the network once. "
    "To build without the dashboard, configure with -DBALANCER_DASHBOARD=OFF.")

execute_process(COMMAND ${NPM} ci --loglevel=error WORKING_DIRECTORY ${WORKSPACE} RESULT_VARIABLE failed)
if(failed)
    message(FATAL_ERROR "${advice}")
endif()

if(NODE_PACKAGE)
    # The package's own script fetches the program that fits this machine.
    execute_process(
        COMMAND ${NPM} install --no-save --no-package-lock --ignore-scripts=false --loglevel=error
            --prefix ${WORKSPACE}/node ${NODE_PACKAGE}
        RESULT_VARIABLE failed)
    if(failed)
        message(FATAL_ERROR "${advice}")
    endif()
endif()
