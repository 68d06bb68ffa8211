"""A loss is claimed once, however many send its claims at once."""

from __future__ import annotations

from functools import partial

import pytest

from steward.modules.logistics.commands import claims
from steward.modules.logistics.commands.claims import ClaimDraft, ClaimedAlready
from steward.modules.logistics.models import Claim
from steward.modules.logistics.tests import ship
from tests import make
from tests.races.crowd import behind

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_of_two_refused_claims_sent_again_at_once_one_is_told_of_the_other() -> None:
    shipment = ship.sent()
    draft = ClaimDraft(parcel_code=f"{shipment.number}-1", kind="lost", amount_minor=100, reason="找不到")
    numbers = []
    for _time in range(2):
        number = claims.open_claim(make.TESTER, draft=draft, now=make.NOW)
        claims.add_evidence(make.TESTER, number=number, name="", note="查件记录", now=make.NOW)
        claims.submit_claim(make.TESTER, number=number, reference="", now=make.NOW)
        claims.reject_claim(make.TESTER, number=number, note="", now=make.NOW)
        numbers.append(number)
    send = partial(claims.submit_claim, make.TESTER, reference="", now=make.NOW)

    def second() -> str:
        try:
            send(number=numbers[1])
        except ClaimedAlready:
            return "refused"
        return "sent"

    assert behind(lambda: send(number=numbers[0]), second) == "refused"
    assert sorted(Claim.objects.values_list("state", flat=True)) == ["rejected", "submitted"]
