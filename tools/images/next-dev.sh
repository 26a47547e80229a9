#!/bin/sh
# Runs in the web app's image of the edit loop only: nginx, and behind it Next's development server, from a copy of the sources in
# the pod's /tmp, because a container's root is read-only. skaffold writes there what somebody saved.
set -eu
web=/tmp/web
if [ ! -d "$web" ]; then
    mkdir -p "$web.part"
    cp -R /build/src /build/public /build/build /build/next.config.ts /build/tsconfig.json /build/postcss.config.mjs /build/package.json "$web.part"
    ln -s /build/node_modules "$web.part/node_modules"
    mv "$web.part" "$web"
fi
nginx
cd "$web"
# the packages stay in the image, outside of the copy
export FREEHOLD_DEV_ROOT=/
exec node node_modules/next/dist/bin/next dev --hostname 127.0.0.1 --port 3000
