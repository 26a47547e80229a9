"""The command line: arguments in, one function per command, errors as one sentence."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from localkube import audit, bringup, build, doctor, images, packages, report, teardown
from localkube.bases import BASES, ensure_base
from localkube.cluster import Place, find_cluster
from localkube.errors import LocalkubeError, UsageError
from localkube.forward import forward
from localkube.settings import TIERS, state_root

Command = Callable[[argparse.Namespace], int | None]


def main(argv: list[str] | None = None) -> int:
    """Run one command; its exit status."""
    arguments = parser().parse_args(argv)
    run: Command = arguments.run
    try:
        return run(arguments) or 0
    except (LocalkubeError, OSError) as error:
        print(f"localkube: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    """The grammar."""
    parser = argparse.ArgumentParser(prog="localkube", description="A real single-node Kubernetes.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Command, help_text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help_text, description=help_text)
        sub.set_defaults(run=run)
        sub.add_argument("--name", default=os.environ.get("LOCALKUBE_NAME", "freehold"), help="which cluster")
        return sub

    _add_cluster_commands(command)
    _add_image_commands(command)
    _add_looking_commands(command)
    return parser


def _add_cluster_commands(command: Callable[[str, Command, str], argparse.ArgumentParser]) -> None:
    command("prepare", _prepare, "install the Debian packages that the node tier needs and that are missing")
    sub = command("build", _build, "build the server binaries that are not cached")
    sub.add_argument("tools", nargs="*", metavar="TOOL", help="further tools: skaffold")
    sub = command("up", _up, "start a cluster, or what is missing of it")
    sub.add_argument("--tier", choices=TIERS, default="node")
    command("down", _down, "remove a cluster and every trace of it")
    sub = command("kubectl", _kubectl, "run kubectl against the cluster")
    sub.add_argument("arguments", nargs=argparse.REMAINDER)
    command("kubeconfig", lambda a: print(find_cluster(a.name).kubeconfig), "print the kubeconfig's path")
    sub = command("forward", _forward, "forward a loopback port to a port of the node")
    sub.add_argument("local", type=int, help="port on 127.0.0.1 (0: any free one)")
    sub.add_argument("port", type=int, help="port of the node, for example a NodePort")


def _add_image_commands(command: Callable[[str, Command, str], argparse.ArgumentParser]) -> None:
    sub = command("image", _image, "build an ordinary Dockerfile with the local base images")
    sub.add_argument("--tag", "-t", required=True)
    sub.add_argument("--file", "-f", type=Path)
    sub.add_argument("context", type=Path)
    sub.add_argument("arguments", nargs="*", help="further buildah arguments, after --")
    sub = command("base", _base, "make the stand-ins for public base images")
    sub.add_argument("images", nargs="+")
    sub = command("load", _load, "make images (names or docker archives) pullable in the node")
    sub.add_argument("images", nargs="+")


def _add_looking_commands(command: Callable[[str, Command, str], argparse.ArgumentParser]) -> None:
    sub = command("status", _status, "show the components, their memory and the addresses")
    sub.add_argument("--json", action="store_true")
    command("doctor", _doctor, "say which tiers this machine can carry, and why not")
    sub = command("logs", _logs, "print a component's log; without one, the components' names")
    sub.add_argument("component", nargs="?")
    sub = command("audit", _audit, "count the calls that the API server was asked for")
    sub.add_argument("--since", default="1h", help="ISO 8601 time, or an age such as 90s, 3m, 1h")
    sub.add_argument("--user", help="only users whose name contains this")
    sub.add_argument("--reads", action="store_true", help="reads as well as writes")
    sub.add_argument("--json", action="store_true")


def _place(arguments: argparse.Namespace) -> Place:
    return Place(arguments.name, state_root())


def _prepare(_: argparse.Namespace) -> None:
    installed = packages.install_missing()
    print(f"installed: {' '.join(installed)}" if installed else "nothing is missing")


def _build(arguments: argparse.Namespace) -> None:
    unknown = set(arguments.tools) - {t.name for t in build.OPTIONAL_TOOLS}
    if unknown:
        raise UsageError(f"no tool called {', '.join(sorted(unknown))}")
    commands = build.build_all(arguments.tools)
    for tool in arguments.tools or ["kubectl"]:
        print(commands[tool])


def _up(arguments: argparse.Namespace) -> None:
    cluster = bringup.up(_place(arguments), arguments.tier)
    print(f"export KUBECONFIG={cluster.kubeconfig}")


def _down(arguments: argparse.Namespace) -> None:
    started = time.monotonic()
    if teardown.down(_place(arguments)):
        print(f"cluster {arguments.name} is gone ({time.monotonic() - started:.1f} s)")
    else:
        print(f"no cluster called {arguments.name}")


def _status(arguments: argparse.Namespace) -> int:
    found = report.status(_place(arguments))
    print(json.dumps(found, indent=1) if arguments.json else "\n".join(report.lines(found)))
    return 0 if found["running"] else 1


def _doctor(_: argparse.Namespace) -> int:
    findings = doctor.examine()
    print("\n".join(doctor.lines(findings)))
    return 0 if TIERS[-1] in doctor.possible_tiers(findings) else 1


def _logs(arguments: argparse.Namespace) -> None:
    directory = find_cluster(arguments.name).logs
    names = sorted(p.stem for p in directory.glob("*.log"))
    if not arguments.component:
        print("\n".join(names))
    elif arguments.component in names:
        print((directory / f"{arguments.component}.log").read_text(errors="replace"), end="")
    else:
        raise UsageError(f"no component called {arguments.component}; there are {', '.join(names)}")


def _load(arguments: argparse.Namespace) -> None:
    for image in arguments.images:
        print(images.load(find_cluster(arguments.name), image))


def _base(arguments: argparse.Namespace) -> None:
    unknown = set(arguments.images) - set(BASES)
    if unknown:
        raise UsageError(f"no stand-in for {', '.join(sorted(unknown))}; there are {', '.join(BASES)}")
    for image in arguments.images:
        ensure_base(BASES[image])


def _image(arguments: argparse.Namespace) -> None:
    images.build_image(arguments.tag, arguments.context, arguments.file, arguments.arguments)


def _forward(arguments: argparse.Namespace) -> None:
    node, port = find_cluster(arguments.name).node_ip, arguments.port
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(
            forward(
                arguments.local,
                node,
                port,
                lambda bound: print(f"http://127.0.0.1:{bound} -> {node}:{port}", flush=True),
            )
        )


def _kubectl(arguments: argparse.Namespace) -> None:
    cluster = find_cluster(arguments.name)
    words = arguments.arguments[1:] if arguments.arguments[:1] == ["--"] else arguments.arguments
    os.execve(cluster.kubectl, ["kubectl", *words], os.environ | {"KUBECONFIG": str(cluster.kubeconfig)})


def _audit(arguments: argparse.Namespace) -> None:
    since = audit.moment(arguments.since, datetime.datetime.now(datetime.UTC))
    log = find_cluster(arguments.name).audit_log
    found = audit.counted(audit.calls(log), since, reads=arguments.reads)
    rows = [
        {"user": user, "verb": verb, "resource": resource, "count": count}
        for (user, verb, resource), count in sorted(found.items())
        if not arguments.user or arguments.user in user
    ]
    if arguments.json:
        print(json.dumps(rows, indent=1))
        return
    for row in rows:
        print(f"{row['count']:>6}  {row['user']:<60} {row['verb']:<8} {row['resource']}")
    print(f"{sum(int(str(row['count'])) for row in rows):>6}  in all since {since:%Y-%m-%dT%H:%M:%SZ} ({log})")
