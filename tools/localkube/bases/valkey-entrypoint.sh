#!/bin/sh
# The part of the official Valkey image's contract that our charts use: arguments, any user id.
set -eu
case ${1:-} in '' | -* | *.conf) set -- valkey-server "$@" ;; esac
cd "${VALKEY_DATA:-/data}" 2>/dev/null || cd /tmp
exec "$@"
