"""Weights that are not in the image: fetched over TLS from inside the cluster, and read from a volume."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from install.places import NAMESPACE
from tests.system.platform import Installation, Place, ask

pytestmark = pytest.mark.node

PORT = 8443
CONTROLLER = "freehold-model-controller"
TRUST = "FREEHOLD_OPERATOR_TRUSTED_CERTIFICATES"
FILE = "smollm2-135m-instruct.gguf"
SIZE = {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"cpu": "1", "memory": "768Mi"}}
SERVE = f"""
import http.server, ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/tls/tls.crt", "/tls/tls.key")
handler = lambda *a: http.server.SimpleHTTPRequestHandler(*a, directory="/models")
server = http.server.ThreadingHTTPServer(("", {PORT}), handler)
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
"""
RESTRICTED: dict[str, Any] = {
    "automountServiceAccountToken": False,
    "securityContext": {
        "runAsNonRoot": True,
        "runAsUser": 65532,
        "fsGroup": 65532,
        "seccompProfile": {"type": "RuntimeDefault"},
    },
}


def container(image: str, script: str, **more: Any) -> dict[str, Any]:
    """One hardened container of the engine's image that runs a little Python."""
    return {
        "name": "main",
        "image": image,
        "command": ["python3", "-c", script],
        "resources": {"requests": {"cpu": "20m", "memory": "32Mi"}, "limits": {"cpu": "500m", "memory": "256Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
        **more,
    }


def pod(name: str, only: dict[str, Any], volume: dict[str, Any], **more: Any) -> dict[str, Any]:
    spec = {**RESTRICTED, "containers": [only], "volumes": [volume], **more}
    metadata = {"name": name, "labels": {"app": name}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def engine_image(platform: Installation) -> str:
    template = platform.kube.get("deployment", "model-smollm2", "-n", "tenant-acme")["spec"]["template"]
    return str(template["spec"]["containers"][0]["image"])


def certificate(host: str) -> tuple[str, str]:
    """(key, certificate) as PEM text of a server that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "weights")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return private, made.public_bytes(Encoding.PEM).decode()


def weights_server(image: str, key: str, cert: str) -> list[dict[str, Any]]:
    """A Secret, a pod that serves /models over TLS, a Service at 443, and the way in past the tenant's walls."""
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "weights-tls"}}
    only = container(
        image,
        SERVE,
        readinessProbe={"tcpSocket": {"port": PORT}, "periodSeconds": 1},
        volumeMounts=[{"name": "tls", "mountPath": "/tls", "readOnly": True}],
    )
    policy = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "weights"}}
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "weights"}}
    selector = {"app": "weights"}
    return [
        secret | {"stringData": {"tls.key": key, "tls.crt": cert}},
        pod("weights", only, {"name": "tls", "secret": {"secretName": "weights-tls"}}),
        service | {"spec": {"selector": selector, "ports": [{"port": 443, "targetPort": PORT}]}},
        policy | {"spec": {"podSelector": {"matchLabels": selector}, "ingress": [{"ports": [{"port": PORT}]}]}},
    ]


@contextmanager
def trusting(platform: Installation, cert: str) -> Iterator[None]:
    """The operator with one more authority, as a platform's administrator would configure it."""
    deployment = ("-n", NAMESPACE, f"deployment/{CONTROLLER}")
    platform.kube.kubectl("set", "env", *deployment, f"{TRUST}={cert}")
    platform.kube.kubectl("rollout", "status", *deployment, "--timeout=120s", seconds=130)
    try:
        yield
    finally:
        platform.kube.kubectl("set", "env", *deployment, f"{TRUST}-")
        platform.kube.kubectl("rollout", "status", *deployment, "--timeout=120s", seconds=130)


def model(name: str, place: Place, url: str) -> dict[str, Any]:
    head = {"apiVersion": "freehold.dev/v1alpha1", "kind": "Model"}
    metadata = {"name": name, "namespace": place.namespace}
    return head | {"metadata": metadata, "spec": {"engine": "LlamaCpp", "url": url, "resources": SIZE}}


def test_weights_are_fetched_over_tls_and_only_from_a_trusted_server(platform: Installation) -> None:
    inside = [{"cidr": "10.0.0.0/8", "ports": [PORT]}]
    with platform.tenant("fetch", network={"egress": inside}) as place:
        host = f"weights.{place.namespace}.svc.cluster.local"
        key, cert = certificate(host)
        platform.kube.apply(weights_server(engine_image(platform), key, cert), place.namespace)
        platform.kube.kubectl(
            "wait", "pod/weights", "-n", place.namespace, "--for=condition=Ready", "--timeout=60s", seconds=70
        )
        platform.apply(model("fetched", place, f"https://{host}/{FILE}"))
        message = platform.told("model", "fetched", place.namespace, "WeightsReady", "FetchFailed")
        assert "certificate is not trusted" in message
        with trusting(platform, cert):
            platform.wait("model", "fetched", place.namespace, seconds=120)
        assert ask(platform.client(platform.create_key(place.name)), "fetched")


def test_weights_on_a_claim_are_read_and_a_claim_without_a_volume_is_told(platform: Installation, place: Place) -> None:
    image = engine_image(platform)
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "weights"}}
    size = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "200Mi"}}}
    copy = container(
        image,
        f"import shutil; shutil.copy('/models/{FILE}', '/data/{FILE}')",
        volumeMounts=[{"name": "data", "mountPath": "/data"}],
    )
    filler = pod(
        "filler", copy, {"name": "data", "persistentVolumeClaim": {"claimName": "weights"}}, restartPolicy="Never"
    )
    platform.kube.apply([claim | {"spec": size}, filler], place.namespace)
    done = "--for=jsonpath={.status.phase}=Succeeded"
    platform.kube.kubectl("wait", "pod/filler", "-n", place.namespace, done, "--timeout=90s", seconds=100)
    platform.apply(model("on-claim", place, f"pvc://weights/{FILE}"))
    platform.wait("model", "on-claim", place.namespace, seconds=120)
    assert ask(platform.client(platform.create_key(place.name)), "on-claim")
    nowhere = json.loads(json.dumps(claim)) | {"spec": size | {"storageClassName": "no-such-class"}}
    nowhere["metadata"] = {"name": "nowhere"}
    platform.kube.apply(nowhere, place.namespace)
    platform.apply(model("pending", place, f"pvc://nowhere/{FILE}"))
    assert "nowhere" in platform.told("model", "pending", place.namespace, "WeightsReady", "VolumePending")
