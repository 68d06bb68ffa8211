"""The access token of an account: sealed, one for all processes, asked for by one of them at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.kernel import moment
from steward.modules.messaging.commands.accounts import save_account
from steward.modules.messaging.commands.channel_tokens import CLAIM, Tokens
from steward.modules.messaging.models import ChannelAccount, ChannelToken
from tests import channel_calls, make

pytestmark = pytest.mark.django_db


def tokens() -> Tokens:
    facts = channel_calls.FACTS["wechat"]
    save_account(make.TESTER, kind="wechat", code="shop", name="Shop", facts=facts, now=make.NOW)
    return Tokens(ChannelAccount.objects.get().id)


def test_of_two_who_miss_a_token_one_asks() -> None:
    one, other = tokens(), Tokens(ChannelAccount.objects.get().id)
    with moment.frozen(make.NOW):
        assert (one.current(), one.claim(), other.claim()) == ("", True, False)
        one.keep("t-1", lives_s=60)
        assert (other.current(), other.claim()) == ("t-1", False)
    with moment.frozen(make.NOW + timedelta(seconds=61)):
        assert (other.current(), other.claim()) == ("", True)


def test_who_died_while_asking_is_not_waited_for_longer_than_some_seconds() -> None:
    one = tokens()
    with moment.frozen(make.NOW):
        one.claim()
    with moment.frozen(make.NOW + CLAIM):
        assert one.claim()


def test_who_got_none_lets_the_next_one_ask() -> None:
    one = tokens()
    with moment.frozen(make.NOW):
        one.claim()
        one.give_up()
        assert one.claim()


def test_a_token_that_ended_early_is_dropped_unless_a_newer_one_has_come() -> None:
    one = tokens()
    with moment.frozen(make.NOW):
        one.claim()
        one.keep("new", lives_s=60)
        one.drop("old")
        assert (one.current(), one.was_dropped()) == ("new", False)
        one.drop("new")
        assert (one.current(), one.was_dropped(), one.claim()) == ("", True, True)


def test_a_token_lies_sealed_and_ends_with_the_secret_that_opened_it() -> None:
    one = tokens()
    with moment.frozen(make.NOW):
        one.claim()
        one.keep("plain-token", lives_s=60)
    assert b"plain-token" not in bytes(ChannelToken.objects.get().sealed_token or b"")

    changed = channel_calls.FACTS["wechat"] | {"app_secret": "another"}
    save_account(make.TESTER, kind="wechat", code="shop", name="Shop", facts=changed, now=make.NOW)

    assert ChannelToken.objects.count() == 0


def test_secrets_of_an_account_lie_sealed() -> None:
    tokens()

    assert b"app-secret" not in bytes(ChannelAccount.objects.get().sealed_secrets)
