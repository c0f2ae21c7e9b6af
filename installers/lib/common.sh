# shellcheck shell=bash
# What installers/quickstart and tests/run share: how they speak, and how they build. Sourced, not run.

if [[ -t 1 && ${TERM:-dumb} != dumb && -z ${NO_COLOR:-} ]]; then
    bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
else
    bold='' dim='' green='' red='' plain=''
fi

# step WHAT: a heading for the work that follows, with the seconds since the start.
step() { printf '%s==>%s %s%s%s %s(%d s)%s\n' "$green" "$plain" "$bold" "$*" "$plain" "$dim" "$SECONDS" "$plain"; }
say() { printf '    %s\n' "$*"; }
warn() { printf '    %s\n' "${red}note:${plain} $*" >&2; }

# fail SENTENCE [HINT...]: one clear sentence, what to do about it, and exit code 1.
fail() {
    printf '%s: %s%s%s\n' "${program:-${0##*/}}" "$red" "$1" "$plain" >&2
    shift
    (($# == 0)) || printf '    %s\n' "$@" >&2
    exit 1
}

# wrong_usage SENTENCE: exit code 2.
wrong_usage() {
    printf '%s: %s\nTry %q --help.\n' "${program:-${0##*/}}" "$1" "$0" >&2
    exit 2
}

# need_value OPTION COUNT: an option that takes a value is not the last word of the command line.
need_value() { (($2 >= 2)) || wrong_usage "$1 needs a value"; }

# check_jobs NUMBER: what --jobs was given.
check_jobs() { [[ $1 =~ ^[1-9][0-9]{0,3}$ ]] || wrong_usage "--jobs takes a number from 1, not '$1'"; }

# How many compilers at once: one a processor, as long as each has the memory it needs (about 1.5 GB).
default_jobs() {
    local processors memory_kb by_memory
    processors=$(nproc)
    memory_kb=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
    by_memory=$((memory_kb / 1500000))
    ((by_memory >= 1)) || by_memory=1
    echo $((processors < by_memory ? processors : by_memory))
}

# build_preset TREE PRESET JOBS: configures where that was not done yet and builds; the compiler's progress is shown.
# Repeated with nothing changed it takes a moment.
build_preset() {
    local tree=$1 preset=$2 jobs=$3 build configured_for=''
    build=$tree/build/$preset
    if [[ -f $build/CMakeCache.txt ]]; then
        configured_for=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$build/CMakeCache.txt")
    fi
    if [[ ! -f $build/build.ninja || $configured_for != "$tree" ]]; then
        # A tree that was moved or copied brings a build folder for its old place, which CMake refuses: begin afresh.
        (cd "$tree" && cmake --preset "$preset" --fresh) || return
    fi
    cmake --build "$build" --parallel "$jobs"
}
