"""JSON lines on standard error, Kopf's and ours alike. No object's content is ever logged: it may hold a secret."""

import logging
import sys

import structlog

# Extra fields that reach a line. Kopf adds its whole settings to each of its own.
FIELDS = {"after_seconds", "controllers", "object", "port", "reason"}


def configure(level: str) -> None:
    """Send everything that is logged in this process through one formatter."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(allow=FIELDS),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(default=str),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    logging.getLogger("asyncio").setLevel(logging.WARNING)
    logging.getLogger("kopf.objects").setLevel(logging.WARNING)  # a line for each event would drown all else


def start_sentry(dsn: str, version: str) -> None:
    """Report errors, without local variables: they may hold tokens."""
    if not dsn:
        return
    import sentry_sdk

    sentry_sdk.init(dsn=dsn, release=version, include_local_variables=False, send_default_pii=False)
