"""Brings a cluster up, step by step; what is there already is left alone, so ``up`` also repairs and continues."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from localkube import build, certificates, cgroups, control_plane, links, packages, processes, workloads
from localkube.addons import addons
from localkube.api import Api
from localkube.archives import write_pause_archive
from localkube.cluster import Cluster, Place
from localkube.errors import CommandError, LocalkubeError, MissingError, UsageError
from localkube.image_names import DOCKER_HUB
from localkube.images import registry_answers
from localkube.machine import Machine
from localkube.settings import DNS_READY_PORT, PAUSE_IMAGE, REGISTRY_PORT, TIERS
from localkube.shell import locked, relink, run, step, wait_until, write_if_changed
from localkube.storage import images_dir


def up(place: Place, tier: str, machine: Machine | None = None) -> Cluster:
    """Start what the tier needs and is not running yet; return when it is usable."""
    level = TIERS.index(tier)
    _require(level)
    started = time.monotonic()
    with step("binaries"):
        commands = build.build_all()
    _make_state(place)
    with locked(place.state, f"up of {place.name}"):
        cluster = _node(place, machine or Machine())
        with step("certificates"):
            stamp = certificates.write_pki(cluster)
        relink(cluster.kubectl, commands["kubectl"])
        Bringup(cluster, commands, Api(cluster), stamp).to(level)
    print(f"cluster {place.name} ({tier}) is up in {time.monotonic() - started:.1f} s")
    return cluster


def _require(level: int) -> None:
    if os.geteuid() != 0:
        raise MissingError("localkube up needs root: it makes namespaces and control groups")
    packages.require(packages.API_TIER if level < 2 else tuple(packages.PACKAGES), f"the {TIERS[level]} tier")


def _make_state(place: Place) -> None:
    if len(os.fsencode(place.containerd_socket)) > 100:
        raise UsageError(f"the state directory's path is too long for a socket: {place.state}")
    place.state.mkdir(parents=True, exist_ok=True)
    place.state.chmod(0o700)


def _node(place: Place, machine: Machine) -> Cluster:
    """Process 1 in its namespaces and control groups, with its cable."""
    with step("namespaces, control groups, network"):
        with machine.locked():
            machine.remember()
            machine.raise_limits()
            pid = processes.launch_init(place)
        cgroups.create(cgroups.hierarchies(), place.cgroup, pid)
        return links.connect(place, pid)


@dataclass(frozen=True)
class Bringup:
    """Starts the components of one cluster in their order."""

    cluster: Cluster
    commands: dict[str, Path]
    api: Api
    stamp: str
    """The certificates' generation: renewed certificates restart the components."""

    def to(self, level: int) -> None:
        """Start everything up to a tier and wait for it."""
        self.control_plane()
        if level >= 1:
            self.controllers()
        if level >= 2:
            self.workloads()
        self.settle(level)

    def control_plane(self) -> None:
        c = self.cluster
        c.audit_log.parent.mkdir(mode=0o700, exist_ok=True)
        with step("etcd, kube-apiserver"):
            self._start("etcd", control_plane.etcd(c))
            self._start("kube-apiserver", control_plane.kube_apiserver(c))
            self._wait(self.api.ready, "the API server", 90)

    def controllers(self) -> None:
        self._start("kube-controller-manager", control_plane.kube_controller_manager(self.cluster))
        self._start("kube-scheduler", control_plane.kube_scheduler(self.cluster))

    def workloads(self) -> None:
        c = self.cluster
        with step("registry, containerd, pause image"):
            self._registry()
            self._containerd()
            self._wait(lambda: self._ctr("version").returncode == 0, "containerd", 30)
            self._pause_image()
            self._wait(lambda: registry_answers(c.registry), "the registry", 30)
        with step("kubelet, kube-proxy, kube-netpol, DNS, metrics"):
            self._wait(self._addons_applied, "the API to accept the add-ons", 30)
            self._start("kube-netpol", workloads.kube_netpol(c))
            self._kubelet()
            self._kube_proxy()
            self._coredns()
            self._start("metrics-server", workloads.metrics_server(c))

    def settle(self, level: int) -> None:
        """Wait for what was started side by side."""
        if level >= 2:
            with step("node Ready, DNS ready"):
                self._wait(self._node_ready, "the node to be Ready", 120)
                self._wait(self._dns_ready, "CoreDNS", 60)
        if level >= 1:
            account = "/api/v1/namespaces/default/serviceaccounts/default"
            self._wait(lambda: self.api.exists(account), "the default service account", 60)

    def _registry(self) -> None:
        storage, config = images_dir() / "registry", self.cluster.state / "registry.yml"
        storage.mkdir(parents=True, exist_ok=True)
        write_if_changed(config, workloads.registry_config(storage, REGISTRY_PORT))
        self._program("registry", "docker-registry", ["serve", str(config)], {"OTEL_TRACES_EXPORTER": "none"})

    def _containerd(self) -> None:
        c = self.cluster
        cni_bin = self._plugins()
        cni_conf, certs, config = c.state / "cni.d", c.state / "certs.d", c.state / "containerd.toml"
        cni_conf.mkdir(exist_ok=True)
        write_if_changed(cni_conf / "10-localkube.conflist", json.dumps(workloads.cni_network(c), indent=1))
        for host in (DOCKER_HUB, "_default"):  # every image name is pulled from the local registry
            (certs / host).mkdir(parents=True, exist_ok=True)
            write_if_changed(certs / host / "hosts.toml", workloads.mirror_hosts(c.registry))
        write_if_changed(config, workloads.containerd_config(c, cni_bin, cni_conf, certs))
        self._program("containerd", "containerd", [f"--config={config}", "--log-level=warn"])

    def _plugins(self) -> Path:
        """One directory with Debian's CNI plug-ins and ours: containerd looks in one only."""
        debian = packages.cni_bin_dir()
        if debian is None:
            raise MissingError("no CNI plug-ins found (python -m localkube prepare)")
        directory = self.cluster.state / "cni-bin"
        directory.mkdir(exist_ok=True)
        for plugin in ("loopback", "ptp", "host-local", "portmap"):
            relink(directory / plugin, debian / plugin)
        relink(directory / "policygate", self.commands["policygate"])
        return directory

    def _pause_image(self) -> None:
        if PAUSE_IMAGE in self._ctr("images", "list", "-q").stdout:
            return
        archive = self.cluster.state / "pause.tar"
        write_pause_archive(self.commands["pause"], archive)
        result = self._ctr("images", "import", str(archive))
        if result.returncode:
            raise CommandError(f"importing the pause image: {result.stderr}")

    def _kubelet(self) -> None:
        c = self.cluster
        resolv, manifests, config = c.state / "resolv.conf", c.state / "manifests", c.state / "kubelet.json"
        write_if_changed(resolv, f"nameserver {c.node_ip}\n")
        manifests.mkdir(exist_ok=True)
        write_if_changed(config, json.dumps(workloads.kubelet_config(c, resolv, manifests), indent=1))
        self._start("kubelet", workloads.kubelet(c, config))

    def _kube_proxy(self) -> None:
        config = self.cluster.state / "kube-proxy.json"
        write_if_changed(config, json.dumps(workloads.kube_proxy_config(self.cluster), indent=1))
        self._start("kube-proxy", [f"--config={config}"])

    def _coredns(self) -> None:
        config = self.cluster.state / "Corefile"
        write_if_changed(config, workloads.corefile(self.cluster))
        self._start("coredns", [f"-conf={config}"])

    def _start(self, name: str, arguments: list[str]) -> None:
        # The stamp is part of what the component is: see Spec.
        env = {"LOCALKUBE_CERTIFICATES": self.stamp}
        processes.start(self.cluster, name, [str(self.commands[name]), *arguments], env)

    def _program(self, name: str, program: str, arguments: list[str], env: dict[str, str] | None = None) -> None:
        path = packages.program(program)
        if path is None:
            raise MissingError(f"{program} is not installed (python -m localkube prepare)")
        processes.start(self.cluster, name, [path, *arguments], env)

    def _ctr(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        address = f"--address={self.cluster.containerd_socket}"
        return run("ctr", address, "--namespace=k8s.io", *arguments, check=False)

    def _addons_applied(self) -> bool:
        try:
            self.api.apply(addons(self.cluster))
        except (OSError, LocalkubeError):
            return False
        return True

    def _dns_ready(self) -> bool:
        connection = http.client.HTTPConnection(self.cluster.node_ip, DNS_READY_PORT, timeout=2)
        try:
            connection.request("GET", "/ready")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def _node_ready(self) -> bool:
        try:
            node = self.api.get(f"/api/v1/nodes/{self.cluster.node_name}")
        except (OSError, LocalkubeError):
            return False
        conditions = node["status"].get("conditions", [])
        return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)

    def _wait(self, ready: Callable[[], bool], what: str, seconds: float) -> None:
        wait_until(ready, f"{what} (logs: {self.cluster.logs})", seconds)
