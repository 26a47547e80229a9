#!/bin/sh
# The part of the official PostgreSQL image's contract that our charts use, for any user id:
# POSTGRES_USER, POSTGRES_PASSWORD(_FILE), POSTGRES_DB, PGDATA, /docker-entrypoint-initdb.d.
# Server options after "postgres" are passed on. TLS files, pg_hba.conf and sockets are the caller's options.
set -eu
: "${PGDATA:=/var/lib/postgresql/data}" "${POSTGRES_USER:=postgres}"
: "${POSTGRES_DB:=$POSTGRES_USER}"
PATH=$(echo /usr/lib/postgresql/*/bin):$PATH
if [ "$(id -u)" = 0 ]; then
    mkdir -p "$PGDATA"
    chown -R postgres "$PGDATA"
    exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi
case ${1:-} in '' | -*) set -- postgres "$@" ;; esac
[ "$1" = postgres ] || exec "$@"

if ! getent passwd "$(id -u)" >/dev/null; then # initdb wants a name for the user id
    mkdir -p /tmp/nss
    echo "postgres:x:$(id -u):$(id -g):PostgreSQL:$PGDATA:/bin/false" >/tmp/nss/passwd
    echo "postgres:x:$(id -g):" >/tmp/nss/group
    LD_PRELOAD=$(echo /usr/lib/*/libnss_wrapper.so)
    export LD_PRELOAD NSS_WRAPPER_PASSWD=/tmp/nss/passwd NSS_WRAPPER_GROUP=/tmp/nss/group
fi

if [ ! -s "$PGDATA/PG_VERSION" ]; then
    [ -z "${POSTGRES_PASSWORD_FILE:-}" ] || POSTGRES_PASSWORD=$(cat "$POSTGRES_PASSWORD_FILE")
    new=$PGDATA/.new # inside: the parent may be the volume's owner's alone
    mkdir -p "$PGDATA"
    chmod 700 "$PGDATA" 2>/dev/null || true
    rm -rf "$new" # a first start that was killed half way
    (
        umask 077
        printf %s "${POSTGRES_PASSWORD:?}" >/tmp/pw
    )
    initdb -D "$new" -U "$POSTGRES_USER" --pwfile=/tmp/pw --auth-host=scram-sha-256 --auth-local=trust \
        -E UTF8 --locale=C.UTF-8 --data-checksums >/dev/null
    rm /tmp/pw
    echo "host all all all scram-sha-256" >>"$new/pg_hba.conf"
    pg_ctl -D "$new" -o "-c listen_addresses='' -k /tmp -c fsync=off" -w -s start
    [ "$POSTGRES_DB" = postgres ] || createdb -h /tmp -U "$POSTGRES_USER" "$POSTGRES_DB"
    for file in /docker-entrypoint-initdb.d/*; do
        case $file in
            *.sql) psql -qX -v ON_ERROR_STOP=1 -h /tmp -U "$POSTGRES_USER" -d "$POSTGRES_DB" -f "$file" ;;
            *.sh) PGHOST=/tmp PGUSER=$POSTGRES_USER PGDATABASE=$POSTGRES_DB sh -eu "$file" ;;
        esac
    done
    pg_ctl -D "$new" -w -s stop
    mv "$new/PG_VERSION" "$new/.version"
    (cd "$new" && for entry in * ; do rm -rf "${PGDATA:?}/$entry"; mv "$entry" "$PGDATA/"; done)
    sync
    mv "$new/.version" "$PGDATA/PG_VERSION" # last: first start is all or nothing
    rmdir "$new"
fi
case " $* " in *" -k "* | *unix_socket_directories*) ;; *) set -- "$@" -k /tmp ;; esac
case " $* " in *listen_addresses*) ;; *) set -- "$@" -c "listen_addresses=*" ;; esac
exec "$@" -D "$PGDATA"
