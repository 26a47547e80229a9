"""Work side by side: the first failure ends the other lanes and is the one that is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from install.errors import InstallError

Lane = Callable[[threading.Event], None]


def run(lanes: Mapping[str, Lane]) -> None:
    """Run every lane in a thread; `stop` is set for all of them as soon as one fails.

    Raises the first failure, prefixed with its lane's name.
    """
    stop = threading.Event()
    failures: list[tuple[str, BaseException]] = []

    def work(name: str, lane: Lane) -> None:
        try:
            lane(stop)
        except BaseException as error:  # noqa: BLE001  # handed to the caller below
            failures.append((name, error))
            stop.set()

    threads = [threading.Thread(target=work, args=item) for item in lanes.items()]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    except BaseException:
        stop.set()
        raise
    if failures:
        name, first = failures[0]
        if isinstance(first, InstallError):
            raise type(first)(f"{name}: {first}", first.look)
        raise first
