#!/bin/sh
# Makes .venv from the hashed lock: finds a Python, installs uv (pinned by hash) and with it everything else.
# Idempotent: a second call with nothing changed takes a fraction of a second.
set -eu
cd "$(dirname "$0")/.."
stamp=.venv/freehold-setup
digest=$(cat requirements.lock tools/bootstrap.lock tools/setup.sh crds/pyproject.toml app/pyproject.toml operator/pyproject.toml VERSION | sha256sum | cut -d' ' -f1)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$digest" ] && .venv/bin/python -c '' 2>/dev/null; then exit 0; fi

usable() { "$1" -c 'import sys; sys.exit(not (3, 12) <= sys.version_info < (3, 15))' 2>/dev/null; }
find_python() {
    for candidate in "${FREEHOLD_PYTHON:-}" python3.13 python3.12 python3.14 python3 \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13.*/bin/python "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.12.*/bin/python; do
        if [ -n "$candidate" ] && usable "$candidate"; then command -v "$candidate"; return; fi
    done
    if command -v uv >/dev/null; then uv python find '>=3.12,<3.15' 2>/dev/null && return; fi
    echo "setup: no Python 3.12 to 3.14 found (looked on PATH, in pyenv and by uv); set FREEHOLD_PYTHON to one" >&2
    exit 1
}
python=$(find_python)
# Runs a command that says nothing itself, with a line every 10 s: nobody should wonder whether it hangs.
telling() {
    what=$1 && shift && started=$(date +%s)
    while sleep 10 >/dev/null 2>&1; do echo "setup: ... $what, $(($(date +%s) - started)) s"; done &
    ticker=$!
    trap 'kill "$ticker" 2>/dev/null || true' EXIT
    "$@"
    kill "$ticker" 2>/dev/null && wait "$ticker" 2>/dev/null || true
}
echo "setup: Python environment in .venv ($("$python" --version))"
rm -rf .venv
telling "making .venv" "$python" -m venv .venv
telling "installing uv" \
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tools/bootstrap.lock
# Compiled now, once: every process that starts from here would else take seconds to do it again where it may not keep it.
export UV_PYTHON_DOWNLOADS=never UV_COMPILE_BYTECODE=1 VIRTUAL_ENV="$PWD/.venv"
telling "installing $(grep -c == requirements.lock) packages" .venv/bin/uv pip install --quiet --require-hashes -r requirements.lock
telling "installing ours" .venv/bin/uv pip install --quiet --no-deps --no-build-isolation -e crds -e app -e operator
echo "$digest" >"$stamp"
