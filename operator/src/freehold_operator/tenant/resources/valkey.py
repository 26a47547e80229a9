"""The Tenant's own Valkey: one server that speaks Redis over TLS only, with one user who may do what clients do."""

import hashlib

from freehold_crds import Tenant
from freehold_operator.tenant.resources import store
from freehold_operator.tenant.resources.manifest import REDIS, Raw, place_of
from freehold_operator.tenant.resources.store import SERVER_FILES, Server, StoreMaterial

NAME = "freehold-redis"
SERVER_SECRET = "freehold-redis-server"  # noqa: S105 - a name, not a secret
PORT = 6379
SOCKET = "/tmp/valkey.sock"  # noqa: S108 - a path inside the pod
STARTUP_SECONDS = 120  # loading the file of a large data set
# -e: an error in the answer is an error of the program, such as LOADING while the data set is read.
PING = f"exec valkey-cli -e -s {SOCKET} --user probe --pass probe --no-auth-warning ping"


def login_name(tenant: Tenant) -> str:
    """The ACL user, the same name in every mode."""
    return f"tenant-{tenant.metadata.name}"


def children(tenant: Tenant, image: str, material: StoreMaterial, *, running: bool) -> tuple[Raw, ...]:
    """All objects of the cache, in the order in which they are written.

    The volume comes last: one that cannot grow must not keep the server from being stopped.
    """
    place = place_of(tenant)
    server, files = _server(tenant, image), server_secret(tenant, material)
    claim = (store.volume_claim(place, NAME, REDIS, _volume_size(tenant), None),) if _persistent(tenant) else ()
    return (
        store.service(place, server),
        files,
        connection_secret(tenant, material),
        store.stateful_set(place, server, files, replicas=1 if running else 0),
        *claim,
    )


def connection_secret(tenant: Tenant, material: StoreMaterial) -> Raw:
    """What a client needs; keys under `prefix` keep working should the Tenant ever move to a shared server."""
    name, host = login_name(tenant), store.host_of(NAME, place_of(tenant))
    data = {
        "host": host,
        "port": str(PORT),
        "username": name,
        "password": material.password,
        "prefix": f"own:{tenant.metadata.name}:",
        "ca.crt": material.ca_certificate,
        "url": f"rediss://{name}:{material.password}@{host}:{PORT}/0",
    }
    exposed = tenant.spec.redis.expose_to_models
    return store.connection_secret(place_of(tenant), NAME, REDIS, data, exposed=exposed)


def server_secret(tenant: Tenant, material: StoreMaterial) -> Raw:
    """What the server reads at its start; of the password only the hash."""
    data = {
        "tls.crt": material.certificate,
        "tls.key": material.key,
        "ca.crt": material.ca_certificate,
        "users.acl": _users(tenant, material.password),
    }
    return store.secret(place_of(tenant), SERVER_SECRET, REDIS, data)


def _users(tenant: Tenant, password: str) -> str:
    """Administration stays with the manifest; MIGRATE would open connections of the server's own."""
    digest = hashlib.sha256(password.encode()).hexdigest()
    return (
        "user default off\n"
        "user probe on nopass resetkeys resetchannels -@all +ping\n"
        f"user {login_name(tenant)} on #{digest} ~* &* +@all -@admin -migrate\n"
    )


def _server(tenant: Tenant, image: str) -> Server:
    volume: Raw = {"emptyDir": {"sizeLimit": "64Mi"}}
    if _persistent(tenant):
        volume = {"persistentVolumeClaim": {"claimName": NAME}}
    return Server(
        name=NAME,
        component=REDIS,
        port=PORT,
        image=image,
        cpu_request="20m",
        cpu_limit="500m",
        memory=tenant.spec.redis.memory,
        container={
            "args": _arguments(tenant),
            **store.probes(store.shell(PING), STARTUP_SECONDS),
            "volumeMounts": [{"name": "data", "mountPath": "/data"}],
        },
        volumes=({"name": "data", **volume},),
        grace_seconds=30,
    )


def _arguments(tenant: Tenant) -> list[str]:
    settings = {
        "port": "0",
        "tls-port": str(PORT),
        "tls-cert-file": f"{SERVER_FILES}/tls.crt",
        "tls-key-file": f"{SERVER_FILES}/tls.key",
        "tls-ca-cert-file": f"{SERVER_FILES}/ca.crt",
        "tls-auth-clients": "no",
        "aclfile": f"{SERVER_FILES}/users.acl",
        "unixsocket": SOCKET,
        "dir": "/data",
        # The rest is for buffers of clients and, when persistent, the copy that a rewrite of the file needs.
        "maxmemory": f"{store.mebibytes(tenant.spec.redis.memory) * 3 // 4}mb",
        "maxmemory-policy": "noeviction" if _persistent(tenant) else "allkeys-lru",
        "appendonly": "yes" if _persistent(tenant) else "no",
        "save": "",
    }
    return ["valkey-server", *(word for key, value in settings.items() for word in (f"--{key}", value))]


def _persistent(tenant: Tenant) -> bool:
    return tenant.spec.redis.persistent


def _volume_size(tenant: Tenant) -> str:
    """Four times the memory: the append-only file, its rewritten copy, and room between two rewrites."""
    return f"{store.mebibytes(tenant.spec.redis.memory) * 4}Mi"
