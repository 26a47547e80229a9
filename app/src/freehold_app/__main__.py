"""The command line: `python -m freehold_app <command>`.

Each command imports what it needs and no more. Exit codes: 0 done, 1 failed, 2 wrong use, 78 a setting is wrong (the
name of the setting is printed, never its value).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from pydantic import ValidationError

from freehold_app.errors import FreeholdError
from freehold_app.platform.logging import start_logging
from freehold_app.settings import PREFIX, Need, Role, Settings, refusals

EX_CONFIG = 78  # sysexits.h


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.run
    return command(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="freehold_app", description="Freehold's gateway, control plane and worker.")
    commands = parser.add_subparsers(required=True, metavar="command")
    serve = commands.add_parser("serve", help="answer requests and run loops until SIGTERM")
    serve.add_argument("--roles", help="gateway, control, worker, separated by commas; default: FREEHOLD_ROLES")
    serve.set_defaults(run=_serve)
    migrate = commands.add_parser("migrate", help="bring the database's schema up to date")
    migrate.add_argument("--to", default="head", metavar="REVISION", help="default: head")
    migrate.add_argument("--wait-seconds", type=float, default=300, help="how long to wait for the database")
    migrate.set_defaults(run=_migrate)
    maintain = commands.add_parser("maintain", help="daily: make partitions ahead, drop those whose time is over")
    maintain.set_defaults(run=_maintain)
    create = commands.add_parser("create-key", help="make an API key and print it, once, on standard output")
    create.add_argument("--tenant", required=True, help="name of the Tenant; entered in the database at first sight")
    create.add_argument("--name", required=True, help="what the key is for, shown in lists")
    create.add_argument("--models", help="names or prefix*, separated by commas; default: all of the tenant's")
    create.add_argument("--routes", help="such as /v1/embeddings, separated by commas; default: all")
    create.add_argument("--expires-days", type=int, help="default: never")
    create.set_defaults(run=_create_key)
    revoke = commands.add_parser("revoke-key", help="make a key unknown everywhere within seconds")
    revoke.add_argument("--tenant", required=True)
    revoke.add_argument("--key", required=True, metavar="ID", help="the ten characters after fhk_")
    revoke.set_defaults(run=_revoke_key)
    owner = commands.add_parser("create-owner", help="make a person who owns a tenant, or set their password anew")
    owner.add_argument("--tenant", required=True, help="name of the Tenant; entered in the database at first sight")
    owner.add_argument("--email", required=True, help="the address with which they sign in")
    owner.add_argument("--name", help="as others see it; default: what stands before the @")
    owner.add_argument(
        "--password-stdin",
        action="store_true",
        help="take the password from standard input; default: make and print one",
    )
    owner.set_defaults(run=_create_owner)
    openapi = commands.add_parser("openapi", help="print the description of the HTTP interface")
    openapi.set_defaults(run=_openapi)
    return parser


def _serve(options: argparse.Namespace) -> int:
    overrides = {"roles": options.roles} if options.roles else {}
    settings = _settings(_serving_needs, **overrides)
    if settings is None:
        return EX_CONFIG
    import uvloop

    from freehold_app import __version__
    from freehold_app.platform.telemetry import start_sentry
    from freehold_app.serving import serve

    start_sentry(settings.sentry, environment=settings.environment, release=__version__)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return _attempt(runner.run, serve(settings))


def _serving_needs(settings: Settings) -> Need:
    """A gateway with a routes file stands alone; everything else needs its stores."""
    needs = Need(0)
    if Role.GATEWAY in settings.roles and settings.gateway.routes is None:
        needs |= Need.DATABASE | Need.REDIS | Need.KEYS | Need.DEMAND
    if Role.CONTROL in settings.roles:
        needs |= Need.DATABASE | Need.REDIS | Need.KEYS | Need.AUTH
    if Role.WORKER in settings.roles:
        needs |= Need.WORKER | Need.REDIS
    return needs


def _migrate(options: argparse.Namespace) -> int:
    settings = _settings(lambda _: Need.DATABASE)
    if settings is None:
        return EX_CONFIG
    from freehold_app.maintenance import maintain
    from freehold_app.migrate import migrate

    async def run() -> None:
        await migrate(settings.database, revision=options.to, wait_seconds=options.wait_seconds)
        if options.to == "head":
            await maintain(settings)

    return _attempt(asyncio.run, run())


def _maintain(_: argparse.Namespace) -> int:
    settings = _settings(lambda _: Need.DATABASE)
    if settings is None:
        return EX_CONFIG
    from freehold_app.maintenance import maintain

    return _attempt(asyncio.run, maintain(settings))


def _create_key(options: argparse.Namespace) -> int:
    settings = _settings(lambda _: Need.DATABASE | Need.KEYS)
    if settings is None:
        return EX_CONFIG
    from freehold_app.key_commands import create
    from freehold_app.keys.service import KeyRequest

    request = KeyRequest(
        name=options.name,
        routes=_listed(options.routes),
        models=_listed(options.models),
        expires_days=options.expires_days,
    )
    return _attempt(asyncio.run, create(settings, options.tenant, request))


def _revoke_key(options: argparse.Namespace) -> int:
    settings = _settings(lambda _: Need.DATABASE)
    if settings is None:
        return EX_CONFIG
    from freehold_app.key_commands import revoke

    return _attempt(asyncio.run, revoke(settings, options.tenant, options.key))


def _create_owner(options: argparse.Namespace) -> int:
    settings = _settings(lambda _: Need.DATABASE)
    if settings is None:
        return EX_CONFIG
    from freehold_app.owner_command import create_owner

    password = sys.stdin.readline().rstrip("\r\n") if options.password_stdin else None
    name = options.name or options.email.partition("@")[0]
    return _attempt(asyncio.run, create_owner(settings, options.tenant, options.email, name, password))


def _openapi(_: argparse.Namespace) -> int:
    from freehold_app.openapi import document

    print(json.dumps(document(), indent=2, sort_keys=True))
    return 0


def _settings(needs: Callable[[Settings], Need], **overrides: Any) -> Settings | None:
    """Settings fit for use, or none after saying on standard error which one is not and why."""
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            name = PREFIX + "_".join(str(part) for part in problem["loc"]).upper()
            print(f"{name}: {problem['msg']}", file=sys.stderr)
        return None
    problems = refusals(settings, needs(settings))
    for name, problem_text in problems:
        print(f"{name} {problem_text}", file=sys.stderr)
    start_logging(settings.log_level)
    return None if problems else settings


def _attempt(run: Callable[[Any], None], work: Awaitable[None]) -> int:
    """Failures with a name become one line; those without one keep their traceback."""
    try:
        run(work)
    except (FreeholdError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _listed(text: str | None) -> list[str] | None:
    return [part.strip() for part in text.split(",") if part.strip()] if text else None


if __name__ == "__main__":
    sys.exit(main())
