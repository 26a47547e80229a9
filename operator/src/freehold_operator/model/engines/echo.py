"""Engine Echo: answers with what it was sent, for tests of everything around a model."""

from freehold_operator.model.engines.image import image
from freehold_operator.model.launch import TOKEN_FILE, Launch, TokenUse
from freehold_operator.model.observed import Observed
from freehold_operator.model.profiles import Profile


def launch(observed: Observed, profile: Profile) -> Launch:
    """The LlamaCpp image with another program; its timing comes from the spec's args."""
    spec = observed.model.spec
    args = ["--alias", observed.name, "--api-key-file", TOKEN_FILE, "--drain-seconds", str(spec.drain_seconds)]
    return Launch(
        image=image(spec, observed.platform.engine_images, profile.imageVariant),
        command=("python3", "/opt/engine/echo.py"),
        args=(*args, *(spec.args or ())),
        token=TokenUse.FILE,
    )
