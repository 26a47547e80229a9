"""The OpenAI-compatible data path.

    role = build(GatewayDeps(...))      # freehold_app.gateway.ports says what it is given and what it gives

`core` decides, `io` does; `python -m freehold_app.gateway` runs it alone from a routes file.
"""

from freehold_app.gateway.ports import GatewayDeps, GatewayRole
from freehold_app.gateway.wiring import build

__all__ = ["GatewayDeps", "GatewayRole", "build"]
