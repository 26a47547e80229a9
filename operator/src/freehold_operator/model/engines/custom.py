"""Engine Custom: any image that serves OpenAI's HTTP API on one port."""

from freehold_operator.model.engines.image import image
from freehold_operator.model.launch import Launch, TokenUse
from freehold_operator.model.observed import Observed
from freehold_operator.model.profiles import Profile
from freehold_operator.model.weights import weights


def launch(observed: Observed, profile: Profile) -> Launch:
    """The image's own entry point with the spec's args; it learns name, weights and token from its environment."""
    spec = observed.model.spec
    path = weights(spec.url).path
    env: tuple[dict[str, str], ...] = ({"name": "FREEHOLD_MODEL_NAME", "value": observed.name},)
    if path:
        env += ({"name": "FREEHOLD_MODEL_PATH", "value": path},)
    return Launch(
        image=image(spec, observed.platform.engine_images, profile.imageVariant),
        args=tuple(spec.args or ()),
        env=env,
        token=TokenUse.VARIABLE,
        drains=False,
    )
