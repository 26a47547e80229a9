"""The Tenant's own PostgreSQL: one server, one database, one role that owns it and nothing else.

The image's superuser never leaves the pod: it is refused over the network and used over the local socket only, to
create the role and database at each start. So a rotated password or a volume kept from before needs no other path.
"""

import base64
import hashlib
import hmac

from freehold_crds import Tenant
from freehold_operator.tenant.resources import store
from freehold_operator.tenant.resources.manifest import POSTGRES, Raw, place_of
from freehold_operator.tenant.resources.store import SERVER_FILES, Server, StoreMaterial

NAME = "freehold-postgres"
SERVER_SECRET = "freehold-postgres-server"  # noqa: S105 - a name, not a secret
PORT = 5432
HOME = "/var/lib/postgresql"
SOCKETS = "/var/run/postgresql"
SCRAM_ITERATIONS = 4096  # PostgreSQL's own default
STARTUP_SECONDS = 300  # recovery of a large volume after a crash
CONNECTIONS = 100

ACCESS_RULES = """\
# The pod itself: the image's first start, and the roles at each start.
local   all all                trust
# Probes ask here whether the server answers; they never log in.
host    all all 127.0.0.1/32   scram-sha-256
hostssl all postgres all       reject
hostssl all all all            scram-sha-256
"""

FIND_PROGRAMS = "PATH=$(echo /usr/lib/postgresql/*/bin):$PATH"
# Over TCP, which the image's temporary server of the first start lacks. The user id need not have a name.
IS_READY = "pg_isready -q -h 127.0.0.1 -U postgres -d postgres"
CHECK = f"{FIND_PROGRAMS}; exec {IS_READY}"
# SIGTERM alone would wait until the last client leaves.
STOP = f'{FIND_PROGRAMS}; exec pg_ctl -D "$PGDATA" -m fast -w stop'
WAIT = f"""\
set -eu
{FIND_PROGRAMS}
tries=0
until {IS_READY}; do
  tries=$((tries + 1))
  [ "$tries" -lt {STARTUP_SECONDS * 4} ] || exit 1
  sleep 0.25
done
exec psql -qX -v ON_ERROR_STOP=1 -h {SOCKETS} -U postgres -d postgres <<'SQL'
"""
CREATE = """\
\\getenv name STORE_NAME
\\set verifier `cat "$STORE_VERIFIER_FILE"`
SELECT format('CREATE ROLE %I LOGIN', :'name')
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'name') \\gexec
SELECT format('ALTER ROLE %I PASSWORD %L', :'name', :'verifier') \\gexec
SELECT format('CREATE DATABASE %I OWNER %I', :'name', :'name')
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \\gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', datname)
  FROM pg_database WHERE datname IN (:'name', 'postgres') \\gexec
SQL
"""
PREPARE = WAIT + CREATE


def login_name(tenant: Tenant) -> str:
    """Role and database: `t_acme_eu` for the Tenant acme-eu, so that nobody has to quote it."""
    return f"t_{tenant.metadata.name.replace('-', '_')}"


def children(tenant: Tenant, image: str, material: StoreMaterial, *, running: bool) -> tuple[Raw, ...]:
    """All objects of the database, in the order in which they are written.

    The volume comes last: one that cannot grow must not keep the server from being stopped.
    """
    place, spec = place_of(tenant), tenant.spec.postgres
    server, files = _server(tenant, image), server_secret(tenant, material)
    return (
        store.service(place, server),
        files,
        connection_secret(tenant, material),
        store.stateful_set(place, server, files, replicas=1 if running else 0),
        store.volume_claim(place, NAME, POSTGRES, spec.size, spec.storage_class_name),
    )


def connection_secret(tenant: Tenant, material: StoreMaterial) -> Raw:
    """What a client needs, under the same keys whatever serves the database."""
    name, host = login_name(tenant), store.host_of(NAME, place_of(tenant))
    address = f"{name}:{material.password}@{host}:{PORT}/{name}"
    data = {
        "host": host,
        "port": str(PORT),
        "dbname": name,
        "username": name,
        "password": material.password,
        "sslmode": "verify-full",
        "ca.crt": material.ca_certificate,
        "uri": f"postgresql://{address}?sslmode=verify-full",
        "asyncpg": f"postgresql+asyncpg://{address}?ssl=verify-full",
    }
    exposed = tenant.spec.postgres.expose_to_models
    return store.connection_secret(place_of(tenant), NAME, POSTGRES, data, exposed=exposed)


def server_secret(tenant: Tenant, material: StoreMaterial) -> Raw:
    """What the server reads at its start."""
    data = {
        "tls.crt": material.certificate,
        "tls.key": material.key,
        "ca.crt": material.ca_certificate,
        "admin-password": material.admin_password,
        "verifier": scram_verifier(material.password),
        "pg_hba.conf": ACCESS_RULES,
    }
    return store.secret(place_of(tenant), SERVER_SECRET, POSTGRES, data)


def scram_verifier(password: str) -> str:
    """What PostgreSQL stores instead of a password (RFC 5803), so that the server never sees the password.

    The salt comes from the password: an equal input must give an equal manifest, and no two of these passwords of
    32 random bytes are alike.
    """
    secret = password.encode()
    salt = hashlib.sha256(b"freehold-scram-salt" + secret).digest()[:16]
    salted = hashlib.pbkdf2_hmac("sha256", secret, salt, SCRAM_ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    parts = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${SCRAM_ITERATIONS}:{parts[0]}${parts[1]}:{parts[2]}"


def _server(tenant: Tenant, image: str) -> Server:
    memory = tenant.spec.postgres.memory
    return Server(
        name=NAME,
        component=POSTGRES,
        port=PORT,
        image=image,
        cpu_request="50m",
        cpu_limit="1",
        memory=memory,
        container=_container(tenant),
        volumes=(
            {"name": "data", "persistentVolumeClaim": {"claimName": NAME}},
            {"name": "sockets", "emptyDir": {"sizeLimit": "16Mi"}},
            {"name": "shared-memory", "emptyDir": {"medium": "Memory", "sizeLimit": f"{_quarter(memory)}Mi"}},
        ),
        grace_seconds=60,
    )


def _container(tenant: Tenant) -> Raw:
    return {
        "args": _arguments(tenant.spec.postgres.memory),
        "env": [
            {"name": "POSTGRES_USER", "value": "postgres"},
            {"name": "POSTGRES_PASSWORD_FILE", "value": f"{SERVER_FILES}/admin-password"},
            # Not `data`: the official image refuses a mount there since version 18.
            {"name": "PGDATA", "value": f"{HOME}/server"},
            {"name": "STORE_NAME", "value": login_name(tenant)},
            {"name": "STORE_VERIFIER_FILE", "value": f"{SERVER_FILES}/verifier"},
        ],
        "lifecycle": {"postStart": store.shell(PREPARE), "preStop": store.shell(STOP)},
        **store.probes(store.shell(CHECK), STARTUP_SECONDS),
        "volumeMounts": [
            {"name": "data", "mountPath": HOME},
            {"name": "sockets", "mountPath": SOCKETS},
            {"name": "shared-memory", "mountPath": "/dev/shm"},  # noqa: S108 - a path inside the pod
        ],
    }


def _arguments(memory: str) -> list[str]:
    settings = {
        "ssl": "on",
        "ssl_cert_file": f"{SERVER_FILES}/tls.crt",
        "ssl_key_file": f"{SERVER_FILES}/tls.key",
        "hba_file": f"{SERVER_FILES}/pg_hba.conf",
        "unix_socket_directories": SOCKETS,
        "max_connections": str(CONNECTIONS),
        "shared_buffers": f"{_quarter(memory)}MB",
    }
    return ["postgres", *(word for key, value in settings.items() for word in ("-c", f"{key}={value}"))]


def _quarter(memory: str) -> int:
    """A quarter of the memory in MiB: PostgreSQL's own advice for its buffers."""
    return max(16, store.mebibytes(memory) // 4)
