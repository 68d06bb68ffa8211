"""Replies that are kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.kernel import idempotency, moment, parameters, tasks
from steward.kernel.models import IdempotencyKey
from tests import make

pytestmark = pytest.mark.django_db


def _kept(key: str, *, days_ago: float) -> None:
    at = moment.now() - timedelta(days=days_ago)
    IdempotencyKey.objects.create(owner="token:1", key=key, request_hash=b"x", status=201, reply="{}", created_at=at)


def test_replies_older_than_they_are_kept_are_forgotten() -> None:
    for key, days_ago in (("old", 31), ("older", 300), ("young", 29)):
        _kept(key, days_ago=days_ago)

    assert tasks.forget_replies(timestamp=0) == 2
    assert [row.key for row in IdempotencyKey.objects.all()] == ["young"]


def test_how_long_a_reply_is_kept_is_a_business_number() -> None:
    parameters.set_parameter(make.TESTER, name=idempotency.KEEP_DAYS.name, new=7, reason="space")
    _kept("a week and a bit", days_ago=8)

    assert tasks.forget_replies(timestamp=0) == 1


def test_old_replies_are_forgotten_some_at_a_time() -> None:
    for number in range(5):
        _kept(f"key-{number}", days_ago=40)

    assert idempotency.forget_old(now=moment.now(), limit=3) == 3
    assert IdempotencyKey.objects.count() == 2
