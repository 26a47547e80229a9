"""A Tenant's own PostgreSQL and Valkey with real clients: who gets in, over which TLS, and what outlives a stop.

Real: the servers, their certificates and Secrets, clients in pods of the Tenant. Left open: reachability between
tenants, which test_tenants.py proves.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.kube_fixtures import Kube
from tests.system.figures import Figures
from tests.system.platform import DEPLOYMENT, Installation, Place

pytestmark = [pytest.mark.node, pytest.mark.timeout(400)]

BOTH = {"postgres": {"mode": "Dedicated", "size": "1Gi"}, "redis": {"mode": "Dedicated"}}
RECREATED_SECONDS = 30.0
SECRETS = ("freehold-postgres", "freehold-redis")
# Asks both stores in several ways and prints one JSON object: way -> answer, or the class of the error.
CLIENT = """
import asyncio, json, pathlib, ssl, sys
import asyncpg, redis.asyncio as redis

def secret(name):
    return {path.name: path.read_text() for path in pathlib.Path("/secrets", name).iterdir() if path.is_file()}

POSTGRES, REDIS = secret("freehold-postgres"), secret("freehold-redis")
OTHER_CA = "/etc/ssl/certs/ca-certificates.crt"

async def sql(statement, **changes):
    wanted = dict(host=POSTGRES["host"], port=int(POSTGRES["port"]), user=POSTGRES["username"],
                  password=POSTGRES["password"], database=POSTGRES["dbname"], timeout=10,
                  ssl=ssl.create_default_context(cafile="/secrets/freehold-postgres/ca.crt"))
    connection = await asyncpg.connect(**(wanted | changes))
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()

async def command(*words, url=REDIS["url"], ca="/secrets/freehold-redis/ca.crt"):
    tls = {"ssl_ca_certs": ca, "ssl_cert_reqs": "required", "ssl_check_hostname": True} if url[:6] == "rediss" else {}
    client = redis.from_url(url, socket_timeout=5, decode_responses=True, **tls)
    try:
        return await client.execute_command(*words)
    finally:
        await client.aclose()

WAYS = {
    "write": lambda: sql("CREATE TABLE IF NOT EXISTS kept AS SELECT 42 AS answer"),
    "read": lambda: sql("SELECT answer FROM kept"),
    "superuser": lambda: sql("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"),
    "as the superuser": lambda: sql("SELECT 1", user="postgres", password="x"),
    "without tls": lambda: sql("SELECT 1", ssl=False),
    "trusting others": lambda: sql("SELECT 1", ssl=ssl.create_default_context(cafile=OTHER_CA)),
    "by another name": lambda: sql("SELECT 1", host=POSTGRES["host"].removesuffix(".svc")),
    "shell": lambda: sql("COPY kept FROM PROGRAM 'id'"),
    "set": lambda: command("SET", REDIS["prefix"] + "k", "v"),
    "get": lambda: command("GET", REDIS["prefix"] + "k"),
    "configure": lambda: command("CONFIG", "GET", "*"),
    "redis trusting others": lambda: command("PING", ca=OTHER_CA),
    "redis without tls": lambda: command("PING", url=REDIS["url"].replace("rediss:", "redis:")),
    "redis without a name": lambda: command("PING", url=f"rediss://{REDIS['host']}:{REDIS['port']}/0"),
}

async def main():
    said = {}
    for way in sys.argv[1:] or WAYS:
        try:
            said[way] = await WAYS[way]()
        except Exception as error:
            said[way] = type(error).__name__
    print(json.dumps(said))

asyncio.run(main())
"""


def client_pod(name: str, image: str, ways: tuple[str, ...]) -> dict[str, Any]:
    small = {"cpu": "100m", "memory": "128Mi"}
    container = {
        "name": "client",
        "image": image,
        "command": ["python", "-c", CLIENT, *ways],
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        "resources": {"requests": small, "limits": small},
        "volumeMounts": [{"name": secret, "mountPath": f"/secrets/{secret}"} for secret in SECRETS],
    }
    spec = {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "securityContext": {"runAsNonRoot": True, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [container],
        "volumes": [{"name": secret, "secret": {"secretName": secret}} for secret in SECRETS],
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


def ask(kube: Kube, place: Place, *ways: str) -> Mapping[str, Any]:
    """What a client in a pod of the Tenant is told."""
    path = "jsonpath={.spec.template.spec.containers[0].image}"
    image = kube.kubectl("get", DEPLOYMENT, "--namespace=freehold-system", f"--output={path}")
    there = f"--namespace={place.namespace}"
    name = f"client-{time.monotonic_ns()}"
    kube.apply(client_pod(name, image, ways), place.namespace)
    kube.kubectl("wait", f"pod/{name}", there, "--for=jsonpath={.status.phase}=Succeeded", "--timeout=90s")
    said: dict[str, Any] = json.loads(kube.kubectl("logs", name, there))
    kube.kubectl("delete", "pod", name, there, "--wait=false")
    return said


@pytest.fixture(scope="module")
def owner(platform: Installation) -> Iterator[Place]:
    """One Tenant with both stores for the whole file."""
    with platform.tenant("stores", **BOTH) as made:
        yield made


def test_only_its_own_user_gets_in_and_only_over_verified_tls(platform: Installation, owner: Place) -> None:
    said = ask(platform.kube, owner)
    assert {way: said[way] for way in ("read", "superuser", "set", "get")} == {
        "read": 42,
        "superuser": False,
        "set": True,
        "get": "v",
    }
    refused = {
        "as the superuser": "InvalidAuthorizationSpecificationError",
        "without tls": "InvalidAuthorizationSpecificationError",
        "trusting others": "SSLCertVerificationError",
        "by another name": "SSLCertVerificationError",
        "shell": "InsufficientPrivilegeError",
        "configure": "NoPermissionError",
        "redis trusting others": "ConnectionError",
        "redis without tls": "ConnectionError",
        "redis without a name": "AuthenticationError",
    }
    assert {way: said[way] for way in refused} == refused


def test_rows_outlive_suspension_and_a_rotated_password(platform: Installation, owner: Place) -> None:
    kube = platform.kube
    there = f"--namespace={owner.namespace}"
    assert ask(kube, owner, "write", "read")["read"] == 42
    suspend(kube, owner, True)
    kube.kubectl("wait", f"tenant/{owner.name}", "--for=condition=Suspended", "--timeout=90s")
    pods = kube.get("pods", there, "--selector=app.kubernetes.io/component in (postgres,redis)")["items"]
    assert [pod["metadata"]["name"] for pod in pods] == []
    before = kube.get("secret", "freehold-postgres", there)["data"]["password"]
    kube.kubectl("delete", "secret", "freehold-postgres", there)
    suspend(kube, owner, False)
    platform.wait("tenant", owner.name)
    assert kube.get("secret", "freehold-postgres", there)["data"]["password"] != before
    assert ask(kube, owner, "read")["read"] == 42


def test_a_store_taken_out_of_the_spec_goes_and_its_data_comes_back_with_it(
    platform: Installation, owner: Place
) -> None:
    kube, there = platform.kube, f"--namespace={owner.namespace}"
    assert ask(kube, owner, "write", "read")["read"] == 42
    patch(kube, owner, {"postgres": {"mode": "None"}})
    gone = ("statefulsets", there, "--field-selector=metadata.name=freehold-postgres")
    platform.gone(*gone)
    assert kube.call("get", "secret", "freehold-postgres", there).returncode != 0
    patch(kube, owner, {"postgres": {"mode": "Dedicated"}})
    kube.until(lambda: kube.get("statefulset", "freehold-postgres", there), "the database is made again")
    platform.wait("tenant", owner.name)
    kube.until(lambda: ask(kube, owner, "read")["read"] == 42, "the row is there again")


def test_a_namespace_deleted_under_its_tenant_is_back_soon(platform: Installation, figures: Figures) -> None:
    kube = platform.kube
    with platform.tenant() as made:
        uid = kube.get("namespace", made.namespace)["metadata"]["uid"]
        begun = time.monotonic()
        kube.kubectl("delete", "namespace", made.namespace)
        kube.until(lambda: kube.get("namespace", made.namespace)["metadata"]["uid"] != uid, "another namespace")
        platform.wait("tenant", made.name)
        figures.measure(
            "namespace deleted under a Tenant, Ready again", time.monotonic() - begun, "s", limit=RECREATED_SECONDS
        )


def test_a_deleted_tenant_without_grace_takes_its_namespace_along(platform: Installation) -> None:
    kube = platform.kube
    with platform.tenant(deletionPolicy="Delete", offboarding={"graceHours": 0}) as made:
        kube.kubectl("delete", "tenant", made.name, "--timeout=90s")
        assert kube.call("get", "namespace", made.namespace).returncode != 0


def suspend(kube: Kube, place: Place, wanted: bool) -> None:
    patch(kube, place, {"suspend": wanted})


def patch(kube: Kube, place: Place, spec: Mapping[str, Any]) -> None:
    kube.kubectl("patch", "tenant", place.name, "--type=merge", f"--patch={json.dumps({'spec': spec})}")
