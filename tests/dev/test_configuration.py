"""What the programs of `make dev` are told: pure parts only. Open: the programs themselves, which a person starts."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
import yaml

from dev import configuration, credentials, engine, ports
from dev.__main__ import greeting
from dev.configuration import Stores
from dev.credentials import Credentials
from dev.errors import DevError, PortTakenError
from dev.ports import Ports
from dev.tail import Tail
from freehold_app.gateway.core.routes import parse

PORTS = Ports(web=3000, app=8080, admin=9000, engine=9001)
STORES = Stores(migrator="m", app="a", worker="w", redis="r")
SECRETS = Credentials(owner="owner-word", roles="role-word", pepper="pepper-word", signing_key="signing-word")


def test_the_gateway_reads_the_routes_file_and_finds_the_engine() -> None:
    model = parse(yaml.safe_load(configuration.routes(PORTS)), {}).snapshot
    assert "smollm2" in repr(model)
    assert "9001" in repr(model)


def test_the_programs_never_see_a_cluster_or_foreign_settings() -> None:
    seen = configuration.inherited({"KUBECONFIG": "/k", "FREEHOLD_ROLES": "worker", "PATH": "/bin"})
    assert seen == {"PATH": "/bin"}


def test_only_the_migration_gets_the_role_that_changes_the_schema() -> None:
    app = configuration.app_environment(PORTS, STORES, SECRETS, Path("/routes"))
    assert app["FREEHOLD_DATABASE_URL"] == "a"
    assert app["FREEHOLD_PUBLIC_URL"] == "http://127.0.0.1:3000"
    assert json.loads(app["FREEHOLD_KEYS_PEPPERS"]) == {"1": "pepper-word"}
    assert configuration.migration_environment(STORES)["FREEHOLD_DATABASE_URL"] == "m"


def test_secrets_are_kept_for_their_owner_only_and_stay_the_same(tmp_path: Path) -> None:
    file = tmp_path / "dev" / "credentials.json"
    made = credentials.credentials(file)
    assert credentials.credentials(file) == made
    assert file.stat().st_mode & 0o077 == 0
    assert made.owner not in repr(made)


def test_a_taken_port_names_the_variable_that_moves_ours() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(PortTakenError, match="FREEHOLD_DEV_PORT"):
        ports.chosen({"FREEHOLD_DEV_PORT": str(other.getsockname()[1])})


@pytest.mark.parametrize("given", ["http", "80", "70000"])
def test_a_port_that_cannot_be_is_refused_by_its_name(given: str) -> None:
    with pytest.raises(DevError, match="FREEHOLD_DEV_PORT is"):
        ports.chosen({"FREEHOLD_DEV_PORT": given})


def test_one_package_is_cut_out_of_a_lock_with_all_its_hashes() -> None:
    lock = "a==1 \\\n    --hash=x\nb==2 \\\n    --hash=y \\\n    --hash=z\nc==3 \\\n    --hash=w\n"
    assert engine.only(lock, "b") == "b==2 \\\n    --hash=y \\\n    --hash=z\n"
    with pytest.raises(DevError, match="d is not in"):
        engine.only(lock, "d")


def test_a_log_is_shown_in_whole_lines_from_where_it_stood(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text("before\n")
    tail = Tail("app", log)
    with log.open("a") as file:
        file.write("one\ntw")
    assert tail.lines() == ["app | one"]
    with log.open("a") as file:
        file.write("o\n")
    assert tail.lines() == ["app | two"]


def test_the_greeting_says_where_to_go_and_who_signs_in() -> None:
    told = greeting(PORTS, SECRETS, 12.4)
    assert "after 12 s" in told
    assert "http://127.0.0.1:3000" in told
    assert "owner-word" in told
