"""A few lines of client for one API server: requests with the kubeconfig's certificates, nothing cached or retried."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests
import yaml

from freehold_crds.base import API_VERSION

ROOTS = {"Model": f"/apis/{API_VERSION}/namespaces/default/models", "Tenant": f"/apis/{API_VERSION}/tenants"}
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
APPLY = {"Content-Type": "application/apply-patch+yaml"}


class Answer:
    """A status code and the API server's own words."""

    def __init__(self, response: requests.Response) -> None:
        self.code = response.status_code
        self.body: dict[str, Any] = response.json()
        self.message = str(self.body.get("message", ""))

    def __repr__(self) -> str:
        return f"{self.code}: {self.message or self.body.get('kind')}"


class Server:
    """One API server, as the cluster's administrator."""

    def __init__(self, kubeconfig: Path, folder: Path) -> None:
        config = yaml.safe_load(kubeconfig.read_text(encoding="utf-8"))
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        self.address = cluster["server"]
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = str(_file(folder, cluster, "certificate-authority"))
        self.session.cert = (
            str(_file(folder, user, "client-certificate")),
            str(_file(folder, user, "client-key")),
        )

    def get(self, path: str) -> Answer:
        return Answer(self.session.get(self.address + path))

    def create(self, raw: Mapping[str, Any], query: str = "fieldValidation=Strict") -> Answer:
        return Answer(self.session.post(f"{self.address}{ROOTS[raw['kind']]}?{query}", json=raw))

    def replace(self, raw: Mapping[str, Any], subresource: str = "") -> Answer:
        path = f"{ROOTS[raw['kind']]}/{raw['metadata']['name']}{subresource}?fieldValidation=Strict"
        return Answer(self.session.put(self.address + path, json=raw))

    def delete(self, kind: str, name: str) -> Answer:
        return Answer(self.session.delete(f"{self.address}{ROOTS[kind]}/{name}"))

    def apply(self, path: str, raw: Mapping[str, Any], query: str = "") -> Answer:
        url = f"{self.address}{path}?fieldManager=tests&force=true{query}"
        return Answer(self.session.patch(url, data=yaml.safe_dump(raw), headers=APPLY))


def _file(folder: Path, section: Mapping[str, str], name: str) -> Path:
    """The kubeconfig holds a file's path or its content."""
    if name in section:
        return Path(section[name])
    path = folder / name
    path.write_bytes(base64.b64decode(section[f"{name}-data"]))
    path.chmod(0o600)
    return path
