"""Guessing is slowed down: by account, by address, by family of cookies; and nobody is locked out for good."""

from __future__ import annotations

import pytest

from freehold_app.auth.local.throttle import cut_address, network_of
from tests.app.control.test_sign_in import cookie_of, login, refresh
from tests.app.people import PASSWORD, Control, client_of

WRONG = "wrong password wrong"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", "unknown"),
    ],
)
def test_whoever_has_one_address_of_a_network_has_all(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("address", "kept"), [("192.0.2.7", "192.0.2.0/24"), ("2001:db8:1:2::1", "2001:db8:1::/48"), ("x", "")]
)
def test_an_address_is_cut_before_it_is_kept(address: str, kept: str) -> None:
    assert cut_address(address) == kept


@pytest.mark.stores
async def test_one_account_is_guessed_at_slowly_and_never_locked(control: Control) -> None:
    await control.person("ada@example.org")
    codes = [(await login(control, password=WRONG)).status_code for _ in range(7)]
    assert codes == [401] * 6 + [429]  # five, one in the slow lane, then a wait
    refused = await login(control, password=PASSWORD)
    wait = int(refused.headers["retry-after"])
    assert refused.json()["code"] == "rate_limited"
    assert 1 <= wait <= 61
    control.clock.advance(wait)
    assert (await login(control)).status_code == 200


@pytest.mark.stores
async def test_one_address_that_sprays_many_accounts_is_slowed_down(control: Control) -> None:
    codes = [(await login(control, email=f"p{number}@example.org")).status_code for number in range(32)]
    assert codes == [401] * 31 + [429]
    async with client_of(control.role, "198.51.100.9") as elsewhere:
        body = {"email": "p99@example.org", "password": PASSWORD}
        assert (await elsewhere.post("/auth/login", json=body)).status_code == 401


@pytest.mark.stores
async def test_unknown_accounts_are_slowed_down_as_known_ones_are(control: Control) -> None:
    codes = [(await login(control, email="nobody@example.org")).status_code for _ in range(7)]
    assert codes == [401] * 6 + [429]


@pytest.mark.stores
async def test_bootstrap_tokens_and_invitations_are_guessed_at_ten_times_an_hour(control: Control) -> None:
    body = {"token": "wrong", "email": "a@example.org", "name": "A", "password": PASSWORD}
    codes = [(await control.anonymous.post("/auth/bootstrap", json=body)).status_code for _ in range(11)]
    assert codes == [401] * 10 + [429]
    joining = {"token": "wrong", "name": "A", "password": PASSWORD}
    codes = [(await control.anonymous.post("/auth/invite/accept", json=joining)).status_code for _ in range(11)]
    assert codes == [401] * 10 + [429]


@pytest.mark.stores
async def test_a_cookie_is_renewed_sixty_times_an_hour(control: Control) -> None:
    cookie = (await control.person("ada@example.org")).cookie
    for _ in range(60):
        answer = await refresh(control, cookie)
        assert answer.status_code == 200
        cookie = cookie_of(answer)
    assert (await refresh(control, cookie)).status_code == 429


@pytest.mark.stores
async def test_one_person_calls_six_hundred_times_a_minute(control: Control) -> None:
    ada = await control.person("ada@example.org")
    codes = [(await ada.get("/api/v1/tenant")).status_code for _ in range(601)]
    assert codes == [200] * 600 + [429]
