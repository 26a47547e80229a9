"""Short stable digests of JSON values. Pure."""

import hashlib
import json
from typing import Any


def fingerprint(value: Any) -> str:
    """The same for equal values in any key order; 16 hexadecimal digits."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]
