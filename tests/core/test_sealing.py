"""What is sealed opens here alone, for its purpose, under old keys too."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.sealing import BrokenSeal, resealed, seal, unseal
from tests.mailbox import set_up

VALUE = {"secret": "JBSWY3DP", "number": 7}


@pytest.fixture
def key(app):
    """Change the keys: `key("new", "old")`."""
    before = app.config["SZANSA"]
    yield lambda newest, *older: set_up(app, secret_key=newest, old_secret_keys=older)
    app.config["SZANSA"] = before


def test_what_is_sealed_comes_out_again_and_cannot_be_read(app):
    sealed = seal(VALUE, "one")
    assert "JBSW" not in sealed
    assert unseal(sealed, "one") == VALUE
    assert seal(VALUE, "one") != sealed


def test_what_was_sealed_for_something_else_or_altered_stays_shut(app):
    sealed = seal(VALUE, "one")
    for wrong in (seal(VALUE, "two"), sealed[:-3] + "AA=", sealed[:40], "", "ż"):
        with pytest.raises(BrokenSeal):
            unseal(wrong, "one")


def test_a_seal_may_be_too_old(app):
    sealed = seal(VALUE, "one")
    assert unseal(sealed, "one", timedelta(hours=1)) == VALUE
    with pytest.raises(BrokenSeal):
        unseal(sealed, "one", timedelta(seconds=-1))


def test_a_new_key_opens_what_the_old_one_sealed_and_seals_anew(key):
    key("the-first-key-of-all")
    sealed = seal(VALUE, "one")
    key("the-second-key-of-all", "the-first-key-of-all")
    assert unseal(sealed, "one") == VALUE
    anew = resealed(sealed, "one")
    assert resealed(anew, "one") == anew
    key("the-second-key-of-all")
    assert unseal(anew, "one") == VALUE
    with pytest.raises(BrokenSeal):
        unseal(sealed, "one")
    with pytest.raises(BrokenSeal):
        resealed(sealed, "one")
