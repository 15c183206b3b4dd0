#!/usr/bin/env bash
# Installs what is missing, builds everything and runs all tests. `./test.sh --yes` asks nothing; all other arguments go to
# ctest: `./test.sh -R safetensors`
# shellcheck source=.ci/dependencies.sh
source "$(dirname "${BASH_SOURCE[0]}")/.ci/dependencies.sh"

# An X server without a screen, for the clicks in a real window; without it that test says that it was left out.
headlight_packages+=("?xvfb" "?xauth")
headlight_install_missing
headlight_build all
cd "$root"
exec ctest --preset release --parallel "$(headlight_jobs)" "$@"
