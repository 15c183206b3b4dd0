# Shared by run.sh and test.sh: what Headlight is built from, and building it. Sourced, not run, and without arguments, so
# that a leading --yes is taken from the caller's own. Sets `root` to the checkout and `assume_yes` to 1 or 0.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
assume_yes=0
if [[ ${1:-} == --yes ]]; then
    assume_yes=1
    shift
fi

# One alternative list a line, first choice first; a leading ? marks what Headlight also builds without.
headlight_packages=(
    "g++"
    "cmake"
    "ninja-build"
    "pkg-config|pkgconf"
    "qt6-base-dev"
    "qt6-svg-dev|libqt6svg6-dev"
    "libgl-dev|libgl1-mesa-dev"
    "libeigen3-dev"
    "nlohmann-json3-dev"
    "libcli11-dev"
    "libpcre2-dev"
    "libutf8proc-dev"
    "libssl-dev"
    "?qt6-qpa-plugins"
    "?qt6-wayland"
    "?fonts-inter"
    "?fonts-noto-core"
    "?libsentencepiece-dev"
    "?ccache"
)

headlight_say() { printf 'headlight: %s\n' "$*" >&2; }
headlight_fail() {
    headlight_say "$@"
    exit 1
}

# Fills `missing` and `missing_optional` with the lines above of which no alternative is installed.
headlight_find_missing() {
    local installed line name found
    missing=()
    missing_optional=()
    # One query for all of them: dpkg-query takes about 30 ms whatever their number.
    installed=" $(dpkg-query -W -f '${binary:Package} ${db:Status-Abbrev}\n' 2>/dev/null |
        awk '$2 == "ii" { sub(/:.*/, "", $1); printf "%s ", $1 }')"
    for line in "${headlight_packages[@]}"; do
        found=0
        for name in ${line//[?|]/ }; do
            if [[ $installed == *" $name "* ]]; then found=1; fi
        done
        if ((!found)); then
            if [[ $line == \?* ]]; then missing_optional+=("${line#\?}"); else missing+=("$line"); fi
        fi
    done
}

# Prints the first alternative of a line that the package archive has.
headlight_available() {
    local name
    for name in ${1//|/ }; do
        if apt-cache show "$name" >/dev/null 2>&1; then
            echo "$name"
            return
        fi
    done
}

headlight_confirm() {
    local answer
    if ((assume_yes)); then return; fi
    if [[ ! -t 0 ]]; then
        headlight_fail "not asking without a terminal. Run the line above yourself, or start again with --yes."
    fi
    read -r -p "Run it now? [Y/n] " answer
    case $answer in "" | [yYjJoO]*) ;; *) headlight_fail "nothing installed." ;; esac
}

# Installs what is missing, after asking where that needs sudo. The optional ones come along only then and before the first
# build, so that a machine whose archive lacks one is not asked at every start.
headlight_install_missing() {
    local line name
    local -a names=() as_root=()
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        headlight_say "no apt here: install these yourself if the build stops: ${headlight_packages[*]#\?}"
        return
    fi
    headlight_find_missing
    if ((${#missing[@]} == 0)) && { ((${#missing_optional[@]} == 0)) || [[ -e $root/build/release/build.ninja ]]; }; then return; fi
    if ((EUID != 0)); then
        as_root=(sudo)
        if ! command -v sudo >/dev/null; then headlight_fail "run this as root once, or install:" "${missing[@]}" "${missing_optional[@]}"; fi
    fi
    names=("${missing[@]%%|*}" "${missing_optional[@]%%|*}")
    headlight_say "not installed yet:" "${names[@]}"
    headlight_say "${as_root[*]:-} apt-get update; ${as_root[*]:-} apt-get install" "${names[@]}"
    names=()
    if ((EUID != 0)); then headlight_confirm; fi
    "${as_root[@]}" apt-get update -q || headlight_say "the package lists could not be refreshed; going on with the ones here"
    for line in "${missing[@]}"; do
        name=$(headlight_available "$line")
        if [[ -z $name ]]; then
            headlight_fail "this system's archive has no $line. Headlight builds on Debian 12, Ubuntu 24.04 and newer."
        fi
        names+=("$name")
    done
    for line in "${missing_optional[@]}"; do
        name=$(headlight_available "$line")
        if [[ -n $name ]]; then names+=("$name"); fi
    done
    if ((${#names[@]})); then
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${names[@]}"
    fi
}

# headlight_require_version TOOL HAVE WANT
headlight_require_version() {
    if [[ $(printf '%s\n%s\n' "$3" "$2" | sort -V | head -n 1) != "$3" ]]; then
        headlight_fail "$1 $2 is too old, $3 or newer is needed. Headlight builds on Debian 12, Ubuntu 24.04 and newer."
    fi
}

# As many compilers at once as there are processors, but each with 1.5 GB of memory.
headlight_jobs() {
    local processors memory_kb
    processors=$(nproc)
    memory_kb=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
    local by_memory=$((memory_kb / 1500000))
    if ((by_memory < 1)); then by_memory=1; fi
    echo $((by_memory < processors ? by_memory : processors))
}

# headlight_build TARGET: configures at the first time and builds. Ninja itself sees what changed since.
headlight_build() {
    local warnings=
    if [[ ! -e $root/build/release/build.ninja ]]; then
        headlight_require_version cmake "$(cmake --version | awk 'NR == 1 { print $3 }')" 3.25
        headlight_require_version g++ "$(g++ -dumpfullversion)" 12
        headlight_say "first build: this takes a few minutes"
        # Compilers newer than those the code is tested with may warn of more: no reason not to start.
        if (($(g++ -dumpversion | cut -d . -f 1) > 13)); then warnings=-DHEADLIGHT_WERROR=OFF; fi
        (cd "$root" && cmake --preset release ${warnings:+"$warnings"})
    fi
    (cd "$root" && cmake --build --preset release --parallel "$(headlight_jobs)" --target "$1")
}
