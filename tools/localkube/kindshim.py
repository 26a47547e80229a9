"""A ``kind`` look-alike: the calls that pytest-kind and like tools make, over localkube."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from localkube import bringup, images, teardown
from localkube.cluster import Place, find_cluster, places
from localkube.errors import LocalkubeError, UsageError
from localkube.settings import KUBERNETES_VERSION, state_root


def parser() -> argparse.ArgumentParser:
    """Kind's grammar, as far as it is understood here."""
    parser = argparse.ArgumentParser(prog="kind")
    parser.add_argument("verb", choices=("get", "create", "delete", "load", "version"))
    parser.add_argument("noun", nargs="?", default="")
    parser.add_argument("images", nargs="*")
    parser.add_argument("--name", default="kind")
    parser.add_argument("--kubeconfig", type=Path)
    parser.add_argument("--image", help="accepted and not used: there is one version")
    parser.add_argument("--config", help="accepted and not used: there is one node")
    parser.add_argument("--wait", help="accepted and not used: create always waits")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run one call; 1 with a sentence on stderr if it fails."""
    try:
        perform(parser().parse_intermixed_args(argv))
    except LocalkubeError as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
    return 0


def perform(arguments: argparse.Namespace) -> None:
    """The call itself. UsageError for what is not supported."""
    match (arguments.verb, arguments.noun):
        case ("version", _):
            print(f"kind (localkube) {KUBERNETES_VERSION}")
        case ("get", "clusters"):
            for place in places():
                print(place.name)
        case ("create", "cluster"):
            _create(arguments.name, arguments.kubeconfig)
        case ("get", "kubeconfig"):
            print(find_cluster(arguments.name).kubeconfig.read_text())
        case ("load", "docker-image" | "image-archive"):
            for image in arguments.images:
                images.load(find_cluster(arguments.name), image)
        case ("delete", "cluster"):
            teardown.down(Place(arguments.name, state_root()))
        case (verb, noun):
            raise UsageError(f"this kind cannot {verb} {noun}")


def _create(name: str, kubeconfig: Path | None) -> None:
    cluster = bringup.up(Place(name, state_root()), "node")
    if kubeconfig:
        kubeconfig.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(cluster.kubeconfig, kubeconfig)
        kubeconfig.chmod(0o600)


if __name__ == "__main__":
    raise SystemExit(main())
