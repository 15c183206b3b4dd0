#!/usr/bin/env bash
# Installs what is missing, builds everything and runs all tests. `./test.sh --yes` asks nothing; all other arguments go to
# ctest: `./test.sh -R safetensors`
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
assume_yes=0
if [[ ${1:-} == --yes ]]; then
    assume_yes=1
    shift
fi
# shellcheck source=.ci/dependencies.sh
source "$root/.ci/dependencies.sh"

headlight_install_missing
headlight_build all
cd "$root"
exec ctest --preset release "$@"
