"""Engine LlamaCpp: GGUF weights on CPUs or a GPU variant of the image."""

from freehold_crds import Feature
from freehold_operator.model import facts, sizing
from freehold_operator.model.engines.image import image
from freehold_operator.model.launch import TOKEN_FILE, Launch, TokenUse
from freehold_operator.model.observed import Observed
from freehold_operator.model.profiles import Profile
from freehold_operator.model.weights import weights


def launch(observed: Observed, profile: Profile) -> Launch:
    """Slots share the context, so the size given to the engine is that of one call times the slots."""
    spec = observed.model.spec
    slots = spec.target_requests or facts.ENGINES[spec.engine].target_requests
    limits = sizing.resources(spec, profile)["limits"]
    args = ["--model", weights(spec.url).path, "--alias", observed.name, "--parallel", str(slots), "--metrics"]
    args += ["--threads", str(sizing.threads(limits)), "--cache-ram-mib", "0"]
    args += ["--api-key-file", TOKEN_FILE, "--drain-seconds", str(spec.drain_seconds)]
    if spec.context_length:
        args += ["--ctx-size", str(spec.context_length * slots)]
    if Feature.TEXT_EMBEDDING in spec.features:
        args += ["--embeddings"]
    return Launch(
        image=image(spec, observed.platform.engine_images, profile.imageVariant),
        args=(*args, *(spec.args or ())),
        token=TokenUse.FILE,
    )
