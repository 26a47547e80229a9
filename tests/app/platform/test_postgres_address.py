"""What an address of PostgreSQL asks for, and what of it is not kept."""

from __future__ import annotations

import ssl

import pytest

from freehold_app.platform.postgres import connect_arguments

ADDRESS = "postgresql+asyncpg://user:word@db.example:5432/freehold"


def test_verify_full_proves_name_and_chain() -> None:
    address, arguments = connect_arguments(f"{ADDRESS}?sslmode=verify-full")
    context = arguments["ssl"]
    assert isinstance(context, ssl.SSLContext)
    assert (context.check_hostname, context.verify_mode) == (True, ssl.CERT_REQUIRED)
    assert address.render_as_string(hide_password=False) == ADDRESS


def test_an_authority_that_is_not_there_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        connect_arguments(f"{ADDRESS}?sslmode=verify-full&sslrootcert=/nowhere.pem")


def test_without_a_mode_nothing_is_encrypted() -> None:
    assert connect_arguments(ADDRESS)[1]["ssl"] is False


@pytest.mark.parametrize("mode", ["require", "prefer", "verify-ca", "allow"])
def test_a_mode_that_proves_less_than_it_seems_is_refused(mode: str) -> None:
    with pytest.raises(ValueError, match="verify-full"):
        connect_arguments(f"{ADDRESS}?sslmode={mode}")
