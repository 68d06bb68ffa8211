"""How what carriers owe is claimed and followed until it is paid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, IntegrityError, connection, transaction

from steward.kernel import errors
from steward.modules.deadlines.models import Clock
from steward.modules.logistics.commands import claims, keeping
from steward.modules.logistics.commands.claims import ClaimDraft
from steward.modules.logistics.models import Claim, ClaimEntry
from steward.modules.logistics.queries import claims as queries
from steward.modules.logistics.tests import ship
from tests import make

pytestmark = pytest.mark.django_db
NOTE = "外箱破损"


def _opened(amount_minor: int = 19_900, kind: str = "damaged") -> str:
    shipment = ship.sent()
    draft = ClaimDraft(parcel_code=f"{shipment.number}-1", kind=kind, amount_minor=amount_minor, reason=NOTE)
    return claims.open_claim(make.TESTER, draft=draft, now=make.NOW)


def _agreed(amount_minor: int = 15_000) -> str:
    number = _opened()
    claims.add_evidence(make.TESTER, number=number, name="箱子.jpg", note="", now=make.NOW)
    claims.submit_claim(make.TESTER, number=number, reference="SF-77", now=make.NOW)
    claims.agree_claim(make.TESTER, number=number, amount_minor=amount_minor, note="", now=make.NOW)
    return number


def _clocks() -> dict[str, str]:
    return dict(Clock.objects.filter(subject_kind="claim").values_list("kind", "outcome"))


def test_a_claim_paid_in_two_parts_ends_with_the_second() -> None:
    number = _agreed()

    claims.pay_claim(make.TESTER, number=number, amount_minor=10_000, reference="B-1", now=make.NOW)
    assert Claim.objects.get().state == "agreed"
    claims.pay_claim(make.TESTER, number=number, amount_minor=10_000, reference="B-1", now=make.NOW)
    claims.pay_claim(make.TESTER, number=number, amount_minor=5_000, reference="B-2", now=make.NOW)

    claim = Claim.objects.get()
    assert (claim.state, claim.paid_minor, claim.reference) == ("paid", 15_000, "SF-77")
    paid = ClaimEntry.objects.filter(verb="pay").values_list("amount_minor", flat=True)
    assert sum(paid) == claim.paid_minor
    assert _clocks() == {"claim_submit": "met", "claim_answer": "met"}


def test_a_claim_is_not_sent_without_evidence() -> None:
    number = _opened()

    with pytest.raises(claims.NeedsEvidence):
        claims.submit_claim(make.TESTER, number=number, reference="", now=make.NOW)

    assert Claim.objects.get().state == "open"


def test_the_same_loss_is_claimed_once() -> None:
    number = _opened()
    parcel = Claim.objects.get(number=number).parcel.code

    with pytest.raises(claims.ClaimedAlready):
        claims.open_claim(
            make.TESTER,
            draft=ClaimDraft(parcel_code=parcel, kind="damaged", amount_minor=1, reason=NOTE),
            now=make.NOW,
        )


def _again(number: str) -> str:
    """Claim the same loss once more."""
    parcel = Claim.objects.get(number=number).parcel.code
    draft = ClaimDraft(parcel_code=parcel, kind="damaged", amount_minor=1, reason=NOTE)
    return claims.open_claim(make.TESTER, draft=draft, now=make.NOW)


def _rejected() -> str:
    number = _opened()
    claims.add_evidence(make.TESTER, number=number, name="", note="照片在附件", now=make.NOW)
    claims.submit_claim(make.TESTER, number=number, reference="", now=make.NOW)
    claims.reject_claim(make.TESTER, number=number, note="证据不足", now=make.NOW)
    return number


def test_a_loss_that_was_paid_for_is_claimed_no_second_time() -> None:
    number = _agreed(100)
    claims.pay_claim(make.TESTER, number=number, amount_minor=100, reference="B-1", now=make.NOW)

    with pytest.raises(claims.ClaimedAlready):
        _again(number)

    with pytest.raises(IntegrityError), transaction.atomic():
        paid = Claim.objects.get()
        Claim.objects.create(
            number="CL-2",
            parcel=paid.parcel,
            carrier=paid.carrier,
            kind=paid.kind,
            state_since=make.NOW,
            currency="CNY",
            claimed_minor=1,
            opened_at=make.NOW,
            due_at=make.NOW,
        )


def test_a_refused_claim_is_not_sent_again_while_another_stands() -> None:
    refused = _rejected()
    standing = _again(refused)

    with pytest.raises(claims.ClaimedAlready):
        claims.submit_claim(make.TESTER, number=refused, reference="", now=make.NOW)

    claims.withdraw_claim(make.TESTER, number=standing, note="", now=make.NOW)
    claims.submit_claim(make.TESTER, number=refused, reference="", now=make.NOW)
    assert dict(Claim.objects.values_list("number", "state")) == {refused: "submitted", standing: "withdrawn"}


def test_a_carrier_that_paid_a_part_cannot_have_refused() -> None:
    number = _agreed(100)
    claims.pay_claim(make.TESTER, number=number, amount_minor=60, reference="B-1", now=make.NOW)

    with pytest.raises(claims.PaidInPart):
        claims.reject_claim(make.TESTER, number=number, note="", now=make.NOW)

    assert Claim.objects.get().state == "agreed"


def test_the_database_keeps_what_was_paid_within_what_was_agreed_to() -> None:
    _agreed(100)

    with pytest.raises(IntegrityError, match="claim_paid_within_agreed"), transaction.atomic():
        Claim.objects.update(paid_minor=101)


@pytest.mark.parametrize("reference", ["", "  ", "B" * 81])
def test_a_payment_nobody_could_tell_from_its_repetition_is_refused(reference: str) -> None:
    number = _agreed(100)

    with pytest.raises(claims.PaymentNeedsReference):
        claims.pay_claim(make.TESTER, number=number, amount_minor=50, reference=reference, now=make.NOW)

    assert Claim.objects.get().paid_minor == 0


def test_nothing_is_claimed_for_what_never_left() -> None:
    number = ship.packed()

    with pytest.raises(claims.NothingToClaim):
        claims.open_claim(
            make.TESTER,
            draft=ClaimDraft(parcel_code=f"{number}-1", kind="lost", amount_minor=100, reason=NOTE),
            now=make.NOW,
        )

    assert not Claim.objects.exists()


def test_no_carrier_pays_more_than_it_agreed_to() -> None:
    number = _agreed(100)

    with pytest.raises(claims.UnfitAmount):
        claims.pay_claim(make.TESTER, number=number, amount_minor=101, reference="B", now=make.NOW)

    assert not ClaimEntry.objects.filter(verb="pay").exists()


def test_a_refused_claim_can_be_sent_again() -> None:
    number = _opened()
    claims.add_evidence(make.TESTER, number=number, name="", note="照片在附件", now=make.NOW)
    claims.submit_claim(make.TESTER, number=number, reference="", now=make.NOW)
    claims.reject_claim(make.TESTER, number=number, note="证据不足", now=make.NOW)

    claims.submit_claim(make.TESTER, number=number, reference="", now=make.NOW)

    assert Claim.objects.get().state == "submitted"
    with pytest.raises(errors.NotPossible):
        claims.pay_claim(make.TESTER, number=number, amount_minor=1, reference="", now=make.NOW)


def test_entries_of_a_claim_are_only_added_to() -> None:
    _opened()

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE logistics_claim_entry SET amount_minor = 0")


def test_what_drills_claim_is_nobodys_debt() -> None:
    number = _agreed(100)
    claims.pay_claim(make.TESTER, number=number, amount_minor=60, reference="B-1", now=make.NOW)
    assert queries.claimed_by_carrier() == {"sf": (19_900, 60)}

    Claim.objects.update(simulated=True)

    assert queries.claimed_by_carrier() == {}


def test_a_file_is_kept_by_what_it_is_and_only_where_its_step_is_done(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    for content in (b"<script>alert(1)</script>" * 3, b"", b"GIF89a" + bytes(40)):
        with pytest.raises(keeping.UnfitEvidence):
            keeping.keep_evidence("CL-1", content)
    assert not default_storage.exists("claims/CL-1")

    papers = (b"%PDF-1.7" + bytes(40), b"RIFF" + bytes(4) + b"WEBP" + bytes(40))
    kept = [keeping.keep_evidence("CL-1", content) for content in papers]
    with pytest.raises(errors.Stale), keeping.only_if_done(kept[:1]):
        raise errors.Stale
    with keeping.only_if_done(kept[1:]):
        pass

    assert [default_storage.exists(one) for one in kept] == [False, True]
    assert kept[1].endswith(".webp")
