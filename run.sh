#!/usr/bin/env bash
# Installs what is missing, builds Headlight and opens it. `./run.sh --yes` asks nothing; all other arguments go to the
# program: `./run.sh --model FOLDER`, `./run.sh generate --model en-fr --text "Good morning."`
# shellcheck source=.ci/dependencies.sh
source "$(dirname "${BASH_SOURCE[0]}")/.ci/dependencies.sh"

headlight_install_missing
headlight_build headlight >&2
program=$root/build/release/bin/headlight

if [[ -n ${DISPLAY:-}${WAYLAND_DISPLAY:-} ]]; then
    exec "$program" "$@"
fi
export QT_QPA_PLATFORM=offscreen
if (($# > 0)); then
    exec "$program" "$@"
fi
picture=$PWD/headlight-cross-attention.png
headlight_say "no display here: drawing one attention head into a picture instead of opening the window"
"$program" export --model en-fr --text "The black cat sleeps under the table." \
    --attention cross --layer 1 --head 0 --out "$picture"
echo "The picture is $picture"
