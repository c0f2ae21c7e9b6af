# shellcheck shell=bash
# The Debian packages this project needs, by purpose, and their installation. Sourced, not run; needs common.sh.

# To compile the program.
# shellcheck disable=SC2034  # read by name in install_packages
packages_build=(
    g++ cmake ninja-build
    ccache               # a repeated build is quick
    qt6-base-dev         # Qt Core and Network
    qcoro-qt6-dev        # coroutines on Qt's event loop
    libboost1.81-dev     # Beast: the HTTP server
    libssl-dev           # signatures and TLS
    libsqlite3-dev       # the store
    nlohmann-json3-dev   # JSON
    libtomlplusplus-dev  # the configuration file
    libcli11-dev         # the command line
    libexpected-dev      # a value or an error
)

# To run a node and try it.
# shellcheck disable=SC2034
packages_runtime=(
    haproxy
    awscli               # the client whose API we speak
    curl
    python3              # the sample web servers
    iproute2             # ss: who holds a port
)

# To build and run the desktop window: on top of the two above.
# shellcheck disable=SC2034
packages_desktop=(
    qt6-declarative-dev        # Qt Quick, for the overview
    qml6-module-qtquick
    qml6-module-qtqml-workerscript # which Qt Quick imports, though its package does not say so
    qml6-module-qtquick-shapes # its charts
    qt6-svg-dev                # icons
    libgl-dev                  # Qt Gui's build files ask for it
    qt6-webengine-dev          # the dashboard's tab
    qtkeychain-qt6-dev         # the system's keychain
    fonts-dejavu-core
)

# To build the dashboard. A machine may have Node.js from elsewhere; Debian's would then only be in its way.
# shellcheck disable=SC2034
packages_dashboard=()
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    packages_dashboard=(nodejs npm)
fi

# To test: on top of the others.
# shellcheck disable=SC2034
packages_test=(
    python3-pytest
    python3-boto3        # the other client
    python3-boto         # and its predecessor, which signs otherwise
    binutils             # readelf: which libraries the program needs
    libnss3-tools        # certutil: what a browser trusts
    openssl              # certificates made for a test
    chromium             # the dashboard's tests
    shellcheck
    socat                # talks to HAProxy's sockets
    systemd              # systemd-analyze verify
    xvfb                 # a screen for the window
    dbus-daemon          # a session of its own for each test of the window
    gnome-keyring        # a keychain in it
)

# To measure: on top of all others.
# shellcheck disable=SC2034
packages_bench=(
    wrk                  # a load of requests
)

# as_root COMMAND...: runs it as root, through sudo where we are not.
as_root() {
    if ((EUID == 0)); then
        "$@"
    else
        sudo -- "$@"
    fi
}

# missing_packages PACKAGE...: those that are not installed, one a line.
missing_packages() {
    # dpkg-query fails when it does not know one of them, and says so about each on stderr: the lines it prints count.
    comm -23 <(printf '%s\n' "$@" | sort -u) \
        <(dpkg-query --show --showformat='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null |
            awk '$2 == "installed" { print $1 }' | sort -u)
}

# install_packages PURPOSE...: installs what is missing of packages_PURPOSE. With nothing missing it touches nothing and
# asks for no password.
install_packages() {
    local purpose wanted=() missing=()
    if ! command -v apt-get >/dev/null; then
        fail "this needs a Debian system: there is no apt-get here" \
            "Elsewhere, install what ${BASH_SOURCE[0]} lists and build with 'cmake --preset headless'."
    fi
    for purpose; do
        local -n list=packages_$purpose
        wanted+=("${list[@]}")
    done
    mapfile -t missing < <(missing_packages "${wanted[@]}")
    if ((${#missing[@]} == 0)); then
        say "all ${#wanted[@]} packages are there"
        return
    fi
    say "missing: ${missing[*]}"
    if ((EUID != 0)); then
        command -v sudo >/dev/null ||
            fail "packages have to be installed, and there is no sudo here" \
                "As root: apt-get install --no-install-recommends ${missing[*]}"
        say "installing them needs root: sudo may ask for your password"
    fi
    # The lists of packages may be old or absent; a source that is of no use to us may be down.
    as_root apt-get update -qq || warn "not every package source answered; trying with those that did"
    hold_services
    local status=0 log
    log=$(mktemp)
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "${missing[@]}" 2>&1 | tee "$log" | count_packages || status=$?
    release_services
    if ((status != 0)); then
        tail -n 20 "$log" >&2
        fail "apt-get could not install what is missing (exit code $status)" \
            "Its last words are above, all of them in $log. The packages are those of Debian 12."
    fi
    rm -f "$log"
}

# Reads what apt-get says and shows how far it is: a counter on a terminal, one line elsewhere.
count_packages() {
    local line unpacked=0 ready=0
    while IFS= read -r line; do
        case $line in
        Unpacking\ *) unpacked=$((unpacked + 1)) ;;
        Setting\ up\ *) ready=$((ready + 1)) ;;
        *) continue ;;
        esac
        [[ ! -t 1 ]] || printf '\r    %d packages unpacked, %d set up ' "$unpacked" "$ready"
    done
    [[ ! -t 1 ]] || printf '\r\e[K'
    ((ready == 0)) || say "$ready packages installed, with those they need"
}

# Debian's haproxy package would start a service with an example configuration, which nobody here asked for. The answer
# of policy-rc.d keeps it from being started during our installation. A machine that has a policy of its own keeps it, and
# ours ends with the process that made it, so one left behind by a kill does no harm and is replaced by the next.
services_policy=/usr/sbin/policy-rc.d
services_mark='made by the installation of Elastic HAProxy'

hold_services() {
    if [[ -e $services_policy ]] && ! grep -qs "$services_mark" "$services_policy"; then
        return
    fi
    as_root tee "$services_policy" >/dev/null <<END
#!/bin/sh
# $services_mark; of no effect once process $$ is gone
[ "\$1" = haproxy ] && [ -d /proc/$$ ] && exit 101
exit 0
END
    as_root chmod 755 "$services_policy"
}

release_services() {
    if grep -qs "$services_mark" "$services_policy"; then
        as_root rm -f "$services_policy"
    fi
}
