"""A very small Kubernetes API client: readiness, reading, and server-side apply of what localkube itself makes."""

from __future__ import annotations

import http.client
import json
import ssl
from typing import Any

import yaml

from localkube.cluster import Cluster
from localkube.errors import ApiError
from localkube.settings import API_PORT

RESOURCES = {
    "Service": ("api/v1", "services"),
    "EndpointSlice": ("apis/discovery.k8s.io/v1", "endpointslices"),
    "ClusterRole": ("apis/rbac.authorization.k8s.io/v1", "clusterroles"),
    "ClusterRoleBinding": ("apis/rbac.authorization.k8s.io/v1", "clusterrolebindings"),
    "RoleBinding": ("apis/rbac.authorization.k8s.io/v1", "rolebindings"),
    "APIService": ("apis/apiregistration.k8s.io/v1", "apiservices"),
    "StorageClass": ("apis/storage.k8s.io/v1", "storageclasses"),
}


class Api:
    """Speaks to the API server with the admin certificate."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._tls = ssl.create_default_context(cafile=str(cluster.pki / "ca.crt"))
        self._tls.load_cert_chain(cluster.pki / "admin.crt", cluster.pki / "admin.key")

    def call(
        self, method: str, path: str, body: bytes | None = None, content_type: str = "application/json"
    ) -> tuple[int, bytes]:
        """One request; status and body. OSError if the server does not answer within 15 s."""
        connection = http.client.HTTPSConnection(self._cluster.node_ip, API_PORT, context=self._tls, timeout=15)
        try:
            connection.request(method, path, body, {"Content-Type": content_type})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def get(self, path: str) -> Any:
        """The object at a path; ApiError if the answer is not 200."""
        status, body = self.call("GET", path)
        if status != 200:
            raise ApiError(f"GET {path}: {status} {body[:300]!r}")
        return json.loads(body)

    def ready(self) -> bool:
        """True when the API server says it is ready to serve."""
        try:
            return self.call("GET", "/readyz")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def exists(self, path: str) -> bool:
        try:
            return self.call("GET", path)[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def apply(self, manifest: str) -> None:
        """Server-side apply of a multi-document YAML text; ApiError names the object that was refused."""
        for document in filter(None, yaml.safe_load_all(manifest)):
            prefix, plural = RESOURCES[document["kind"]]
            metadata = document["metadata"]
            scope = f"namespaces/{metadata['namespace']}/" if "namespace" in metadata else ""
            path = f"/{prefix}/{scope}{plural}/{metadata['name']}?fieldManager=localkube&force=true"
            status, body = self.call("PATCH", path, json.dumps(document).encode(), "application/apply-patch+yaml")
            if status not in (200, 201):
                raise ApiError(f"apply {document['kind']} {metadata['name']}: {status} {body[:300]!r}")
