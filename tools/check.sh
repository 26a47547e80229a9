#!/bin/sh
# The checks that need no test run. `fast`: format, lint, types, boundaries. `full`: shell, Dockerfiles, YAML, workflows, compose, tenancy.
set -eu
cd "$(dirname "$0")/.."
bin=.venv/bin
failed=
run() { # name, command ...
    name=$1; shift
    start=$(date +%s)
    if output=$("$@" 2>&1); then echo "  ok    $name ($(($(date +%s) - start)) s)"
    else failed="$failed $name"; echo "  FAIL  $name"; echo "$output" | tail -n 60; fi
}
case $1 in
fast)
    run format "$bin/ruff" format --check --quiet .
    run lint "$bin/ruff" check --quiet .
    run types "$bin/mypy" --no-error-summary
    run boundaries "$bin/lint-imports" --no-cache
    ;;
full)
    run dependencies sh -c "for m in crds app operator; do (cd \$m && ../$bin/deptry src) || exit 1; done"
    # shellcheck disable=SC2016  # expanded by the inner shell
    run shell sh -c 'git ls-files -z "*.sh" .ci/run tools/build-image | xargs -0 '"$bin"'/shellcheck'
    run dockerfiles sh -c "git ls-files -z '*Dockerfile' | xargs -0 -r $bin/hadolint --failure-threshold warning"
    run yaml "$bin/yamllint" --strict k8s .github
    run workflows sh -c "git ls-files -z '.github/workflows/*.yaml' | xargs -0 -r $bin/check-jsonschema --builtin-schema vendor.github-workflows"
    run compose "$bin/check-jsonschema" --builtin-schema vendor.compose-spec compose.yaml
    [ ! -f tools/lint_tenancy.py ] || run tenancy "$bin/python" tools/lint_tenancy.py
    ;;
esac
[ -z "$failed" ] || { echo "failed:$failed"; exit 1; }
