"""Where a Model's weights are inside the pod, and how they get there. Pure."""

from dataclasses import dataclass

from freehold_operator.model.facts import scheme

MOUNT = "/weights"


@dataclass(frozen=True, slots=True)
class Weights:
    """`path` is what the engine opens. `claim` is a volume claim to mount, `fetch_url` a file to fetch first."""

    path: str = ""
    claim: str = ""
    fetch_url: str = ""


def weights(url: str | None) -> Weights:
    """How a url's weights arrive: `file` is baked into the image, `pvc` is mounted, `https` is fetched per pod."""
    kind = scheme(url)
    rest = (url or "").partition("://")[2]
    if kind == "file":
        return Weights(path=rest)
    if kind == "pvc":
        claim, _, path = rest.partition("/")
        return Weights(path=f"{MOUNT}/{path.strip('/')}".rstrip("/"), claim=claim)
    if kind == "https":
        return Weights(path=f"{MOUNT}/{file_name(rest)}", fetch_url=url or "")
    return Weights()


def file_name(address: str) -> str:
    """The last path segment of `host/a/b.gguf`, safe as a file name; `model` when there is none."""
    segment = address.partition("/")[2].partition("#")[0].rpartition("/")[2]
    kept = "".join(letter for letter in segment if letter.isalnum() or letter in "._-").lstrip(".")
    return kept or "model"
