"""API keys: their spelling, their checksum, and what is stored of them."""

from __future__ import annotations

import pytest

from freehold_app.auth.digests import Peppers
from freehold_app.auth.key_format import is_well_formed, new_key


def test_a_new_key_is_well_formed() -> None:
    key = new_key()
    assert is_well_formed(key.text)
    assert key.text.startswith(f"fhk_{key.public_id}_")
    assert len(key.text) == len("fhk_") + 10 + 1 + 43 + 6


def test_no_two_keys_are_alike() -> None:
    keys = [new_key() for _ in range(200)]
    assert len({key.text for key in keys}) == len({key.public_id for key in keys}) == 200


def test_any_changed_character_is_noticed() -> None:
    text = new_key().text
    for index, character in enumerate(text):
        changed = text[:index] + ("a" if character != "a" else "b") + text[index + 1 :]
        assert not is_well_formed(changed), index


@pytest.mark.parametrize("text", ["", "fhk_", "sk-abc", "fhk_0123456789_" + "0" * 49, "fhk_é" + "0" * 59])
def test_other_text_is_no_key(text: str) -> None:
    assert not is_well_formed(text)


def test_a_key_does_not_show_itself() -> None:
    key = new_key()
    assert key.text not in repr(key)


def test_the_newest_pepper_signs_and_all_verify() -> None:
    old, both = Peppers({1: b"one"}), Peppers({2: b"two", 1: b"one"})
    version, digest = both.sign("fhk_x")
    assert version == 2
    assert list(both.candidates("fhk_x")) == [digest, old.sign("fhk_x")[1]]
    assert len(digest) == 32


def test_without_a_pepper_nothing_is_signed() -> None:
    with pytest.raises(ValueError, match="pepper"):
        Peppers({})


def test_peppers_do_not_show_themselves() -> None:
    assert "one" not in repr(Peppers({1: b"one"}))
