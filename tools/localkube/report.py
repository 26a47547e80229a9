"""What ``status`` shows: components with their memory, as the host sees them, and how to reach the cluster."""

from __future__ import annotations

from typing import Any

from localkube import packages, processes
from localkube.cluster import Cluster, Place, read_cluster
from localkube.settings import KUBERNETES_VERSION, cache_dir

_PROGRAMS = {"registry": "docker-registry"}
_BY_COMPONENTS = (("kubelet", "node"), ("kube-scheduler", "sched"), ("kube-apiserver", "api"))


def tier_of(components: set[str]) -> str | None:
    """The tier that a set of component names amounts to."""
    return next((tier for component, tier in _BY_COMPONENTS if component in components), None)


def status(place: Place) -> dict[str, Any]:
    """Everything as plain data; ``running`` is true only if every component runs now."""
    cluster = read_cluster(place) if place.state.exists() else None
    pid = processes.find_init(place)
    report: dict[str, Any] = {"name": place.name, "exists": cluster is not None, "running": False}
    report |= {"kubernetes": KUBERNETES_VERSION, "cache": str(cache_dir()), "missing": packages.missing_packages()}
    if cluster:
        report |= _addresses(cluster)
    if pid is None:
        return report
    listed: dict[str, dict[str, Any]] = {**processes.components(place)}
    memory = _memory_by_program(pid)
    for name, entry in listed.items():
        entry["mib"] = round(memory.get(_PROGRAMS.get(name, name), 0.0))
    report["components"] = listed
    report["tier"] = tier_of(set(listed))
    report["running"] = bool(listed) and all(entry["pid"] for entry in listed.values())
    report["memory_mib"] = round(sum(memory.values()))
    return report


def _addresses(cluster: Cluster) -> dict[str, str]:
    return {
        "kubeconfig": str(cluster.kubeconfig),
        "api": cluster.api_url,
        "node_ip": cluster.node_ip,
        "registry": cluster.registry,
        "interface": cluster.host_interface,
        "audit_log": str(cluster.audit_log),
        "state": str(cluster.state),
    }


def _memory_by_program(pid: int) -> dict[str, float]:
    memory: dict[str, float] = {}
    for outside, program in processes.node_processes(pid).items():
        memory[program] = memory.get(program, 0.0) + processes.memory_mib(outside)
    return memory


def lines(report: dict[str, Any]) -> list[str]:
    """The report for a person."""
    if "components" not in report:
        return [f"{report['name']}: {'not running' if report['exists'] else 'no such cluster'}"]
    shown = []
    for name, entry in report["components"].items():
        state = "running" if entry["pid"] else "DOWN"
        shown.append(f"{name:<26}{state:<9}{entry['restarts']:>3} restarts {entry['mib']:>6} MiB")
    shown.append(f"{'all processes of the node':<48}{report['memory_mib']:>5} MiB")
    return [*shown, f"tier {report['tier']}, Kubernetes {report['kubernetes']}, API {report.get('api')}"]
