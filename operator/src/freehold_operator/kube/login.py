"""Where the API server is and how to prove who we are: a pod's ServiceAccount, else a kubeconfig."""

import ssl
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubernetes.aio.client.configuration import Configuration
from kubernetes.aio.config.kube_config import load_kube_config

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


@dataclass(frozen=True, slots=True)
class Credentials:
    """One way into one API server; the token is read anew from its file, since kubelet rotates it."""

    configuration: Any
    token_file: Path | None = None
    fixed_token: str = ""

    def read_token(self) -> str:
        """The bearer token of this moment; empty where a client certificate is used."""
        return self.token_file.read_text().strip() if self.token_file else self.fixed_token

    @property
    def server(self) -> str:
        """`https://host:port` of the API server."""
        return str(self.configuration.host).rstrip("/")

    def ssl_context(self) -> ssl.SSLContext:
        """Trusts the cluster's own CA only, and shows the client certificate where there is one."""
        context = ssl.create_default_context(cafile=self.configuration.ssl_ca_cert)
        if self.configuration.cert_file:
            context.load_cert_chain(self.configuration.cert_file, keyfile=self.configuration.key_file)
        return context

    def url(self, path: str, query: Mapping[str, str] | None = None) -> str:
        """The full address of a call."""
        return self.server + path + (f"?{urllib.parse.urlencode(query)}" if query else "")


def from_service_account(folder: Path, host: str, port: str) -> Credentials:
    """What a pod has mounted; `host` and `port` come from the environment kubelet sets."""
    address = f"[{host}]" if ":" in host else host
    configuration = _plain(Configuration(host=f"https://{address}:{port}", ssl_ca_cert=str(folder / "ca.crt")))
    return Credentials(configuration, token_file=folder / "token")


async def from_kubeconfig(path: str) -> Credentials:
    """What kubectl would use; client certificates inside the file go to temporary files."""
    configuration = _plain(Configuration())
    await load_kube_config(  # type: ignore[no-untyped-call]  # the client is typed in part
        config_file=path, client_configuration=configuration
    )
    token = str(configuration.api_key.get("BearerToken") or "").removeprefix("Bearer ")
    return Credentials(configuration, fixed_token=token)


async def find(environment: Mapping[str, str], folder: Path = SERVICE_ACCOUNT) -> Credentials:
    """The pod's own account where there is one, else KUBECONFIG, else ~/.kube/config."""
    host = environment.get("KUBERNETES_SERVICE_HOST", "")
    if host and (folder / "token").is_file():
        return from_service_account(folder, host, environment.get("KUBERNETES_SERVICE_PORT", "443"))
    return await from_kubeconfig(environment.get("KUBECONFIG") or f"{environment.get('HOME', '')}/.kube/config")


def _plain(configuration: Any) -> Any:
    """Without proxies from the environment: the API server is never behind one here."""
    configuration.client_session_kwargs = {"trust_env": False}
    configuration.proxy = None
    configuration.connection_pool_maxsize = 64
    return configuration
