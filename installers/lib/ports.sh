# shellcheck shell=bash
# Who listens on a port of 127.0.0.1. Sourced, not run.

# listeners_on PORT: a line of ss for each listener that 127.0.0.1:PORT would collide with. Other users' processes are
# named only to root, so sudo is tried where it needs no password.
listeners_on() {
    local ask=(ss --no-header --listening --tcp --numeric --processes "sport = :$1")
    if ((EUID != 0)) && sudo --non-interactive true 2>/dev/null; then
        ask=(sudo --non-interactive -- "${ask[@]}")
    fi
    "${ask[@]}" | awk -v port="$1" '
        $4 == "127.0.0.1:" port || $4 == "0.0.0.0:" port || $4 == "*:" port || $4 == "[::]:" port ||
        $4 == "[::ffff:127.0.0.1]:" port'
}

# port_holders PORT: the numbers of the processes that listen there, one a line; "unknown" for one we may not know;
# nothing when the port is free.
port_holders() {
    listeners_on "$1" | awk '
        { found = 0 }
        { rest = $0
          while (match(rest, /pid=[0-9]+/)) {
              print substr(rest, RSTART + 4, RLENGTH - 4); found = 1
              rest = substr(rest, RSTART + RLENGTH)
          } }
        !found { print "unknown" }' | sort -u
}

# describe_holders PORT HOLDERS: what port_holders said, for people.
describe_holders() {
    local pid words=()
    for pid in $2; do
        if [[ $pid == unknown ]]; then
            words+=("a process of another user (see: sudo ss -ltnp 'sport = :$1')")
        else
            words+=("process $pid ($(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | cut -c 1-100 | sed 's/ *$//'))")
        fi
    done
    local IFS=,
    echo "${words[*]}" | sed 's/,process/ and process/g; s/,a process/ and a process/g'
}

# free_port FIRST: the first port from FIRST on that nobody listens on.
free_port() {
    local port=$1
    while ((port <= 65535)); do
        if [[ -z $(listeners_on "$port") ]]; then
            echo "$port"
            return
        fi
        port=$((port + 1))
    done
    fail "there is no free port from $1 on"
}
