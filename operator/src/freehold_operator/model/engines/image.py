"""Which image an engine runs from. Pure."""

from collections.abc import Mapping

from freehold_crds import ModelSpec


def image(spec: ModelSpec, images: Mapping[str, str], variant: str = "") -> str:
    """The spec's own image, else the platform's for this engine and the profile's variant (`LlamaCpp-cuda`).

    Empty when the platform has none: the policy then refuses the Model with the name of the missing setting.
    """
    if spec.image:
        return spec.image
    return images.get(f"{spec.engine}-{variant}" if variant else spec.engine, "")
