"""Names of a Model's children: deterministic, so that a crash between two writes cannot duplicate. Pure."""


def child_name(model: str) -> str:
    """The name of nearly every child: deterministic, so that a crash between two writes cannot duplicate."""
    return f"model-{model}"


def token_secret_name(model: str) -> str:
    """The Secret with the token that the engine asks of its callers."""
    return f"{child_name(model)}-token"


def gateway_role_name(model: str) -> str:
    """The Role and RoleBinding that let the gateway read this Model's Secrets."""
    return f"{child_name(model)}-gateway"
