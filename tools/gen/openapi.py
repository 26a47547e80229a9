"""app/openapi.json: the app's HTTP interface, as its code describes it."""

import json

from freehold_app.openapi import document
from gen.registry import Outputs


def outputs() -> Outputs:
    return {"app/openapi.json": json.dumps(document(), indent=2, sort_keys=True) + "\n"}
