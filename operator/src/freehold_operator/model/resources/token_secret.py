"""The Secret with the token that keeps everybody but the gateway from talking to an engine."""

import base64

from freehold_operator.model.names import token_secret_name
from freehold_operator.model.observed import Observed
from freehold_operator.model.resources.metadata import Raw, child


def token_secret(seen: Observed) -> Raw:
    """Only ever built with a fresh token: an existing Secret is left as it is."""
    data = {"token": base64.b64encode(seen.token.fresh.encode()).decode()}
    return child(seen, "v1", "Secret", token_secret_name(seen.name)) | {"type": "Opaque", "data": data}
