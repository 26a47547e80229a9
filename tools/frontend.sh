#!/bin/sh
# The web app's tests: `frontend.sh frontend JUNIT` checks types, style and boundaries and runs the unit tests with their coverage;
# `frontend.sh browser JUNIT` builds the app and drives it in Chromium, on a fake API and then on the real app, its stores and
# a model; `frontend.sh figures` measures what is promised of the pages' speed, on a machine that does nothing else, and fails
# where a promise is not kept yet; `frontend.sh generate` rewrites its generated files;
# `frontend.sh install` only installs the packages and `frontend.sh chromium` those and the browser.
# JUNIT is where the results go. On Debian, root gets Chromium installed; where it can't be, the exit status is 75.
set -eu
cd "$(dirname "$0")/../frontend"
node() { sh ../tools/node.sh "$@"; }
packages() {
    stamp=node_modules/.freehold-lock
    digest=$(cat package-lock.json package.json .npmrc | sha256sum | cut -d' ' -f1)
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$digest" ]; then return; fi
    echo "frontend: installing packages"
    node npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
    echo "$digest" >"$stamp"
}
browser() {
    if node node -e "import('./tests/browser.ts').then(found => process.exit(found.findBrowser() ? 0 : 1))"; then return; fi
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "frontend: no Chromium; install the package chromium or name one by FREEHOLD_CHROMIUM" >&2
        exit 75
    fi
    echo "frontend: installing Chromium"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
}
packages
case $1 in
install) ;;
generate) node npm run --silent generate ;;
chromium) browser ;;
frontend)
    node npm run --silent types
    node npm run --silent lint
    node npx vitest run --coverage --reporter=dot --reporter=junit --outputFile.junit="$2"
    ;;
browser)
    browser
    node npm run --silent build
    export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1
    failed=0
    PLAYWRIGHT_JUNIT_OUTPUT_FILE=$2 node npx playwright test --project=app --reporter=list,junit || failed=1
    PLAYWRIGHT_JUNIT_OUTPUT_FILE=$2.real PYTHONPATH=../tools ../.venv/bin/python -m dev trial \
        sh ../tools/node.sh npx playwright test -c playwright.real.config.ts --reporter=list,junit || failed=1
    PYTHONPATH=../tools ../.venv/bin/python -m tiers.merging "$2" "$2.real"
    exit "$failed"
    ;;
figures)
    browser
    node npm run --silent build
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 node npx playwright test --project=figures --no-deps
    ;;
*) echo "frontend.sh: no such part: $1" >&2 && exit 2 ;;
esac
