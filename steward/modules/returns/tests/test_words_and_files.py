"""Whose files go with a case, what is noted twice, and what is forgotten when a customer is erased."""

from __future__ import annotations

import io

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction
from PIL import Image

from steward.kernel.actor import Actor
from steward.kernel.models import Event
from steward.modules.inventory.models import Movement
from steward.modules.messaging.models import Attachment, Message
from steward.modules.messaging.rules.channels import Part
from steward.modules.returns.commands import deciding, guiding, inspecting, photos, receiving
from steward.modules.returns.models import Case, Evidence, Guidance, Inspection, Surplus
from steward.modules.returns.tests import case
from tests import make

pytestmark = pytest.mark.django_db
SECRET = "梅女士住在文三路"


def _picture(actor: Actor) -> int:
    octets = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(octets, "PNG")
    return photos.keep_photos(actor, parts=[Part("a.png", octets.getvalue())], now=case.LATER)[0]


def test_a_file_goes_with_a_case_only_by_who_uploaded_it() -> None:
    order = case.delivered(2)
    wang, zhao = make.agent_wang(), make.manager_zhao()
    hers = _picture(zhao)

    refused = case.opened(order, by=wang, attachment_ids=(hers,))
    receipt = case.opened(order, by=zhao, attachment_ids=(hers,))

    assert refused.refusal is not None
    assert (refused.refusal.code, receipt.refusal) == ("unknown_file", None)
    assert list(Evidence.objects.values_list("case_id", "attachment_id")) == [(receipt.id, hers)]


def test_a_file_another_buyer_sent_goes_with_no_case_of_this_one() -> None:
    order, another = case.two_orders()
    theirs = _picture(make.manager_zhao())
    case.sent_by(theirs, another)
    own = _picture(make.manager_zhao())
    case.sent_by(own, order)

    refused = case.opened(order, attachment_ids=(theirs,))

    assert refused.refusal is not None
    assert refused.refusal.code == "unknown_file"
    assert case.opened(order, attachment_ids=(own,)).refusal is None


def test_somebody_elses_picture_is_no_proof_of_what_was_found() -> None:
    receipt = case.opened(case.delivered(1))
    zhao, [piece] = make.manager_zhao(), case.pieces(receipt)
    receiving.receive_pieces(zhao, case_id=receipt.id or 0, arrived={piece.id: "receive"}, now=case.LATER)
    finding = inspecting.Finding(piece_id=piece.id, grade="A", attachment_ids=(_picture(make.agent_wang()),))

    with pytest.raises(photos.UnknownFile):
        inspecting.inspect_pieces(zhao, case_id=receipt.id or 0, findings=[finding], now=case.LATER)

    assert not Inspection.objects.exists()
    assert not Movement.objects.filter(kind="returned").exists()


def test_surplus_that_is_sent_twice_is_booked_once() -> None:
    receipt = case.opened(case.delivered(1))
    beyond = [receiving.Beyond(key="form-1", quantity=2, note="多寄了", sku="TENT-2")]

    for _twice in range(2):
        receiving.receive_pieces(
            make.manager_zhao(), case_id=receipt.id or 0, arrived={}, surplus=beyond, now=case.LATER
        )

    assert list(Surplus.objects.values_list("quantity", "booked")) == [(2, True)]
    assert list(Movement.objects.filter(kind="returned").values_list("quantity", "condition")) == [(2, "quarantine")]


def test_nothing_written_or_shown_of_an_erased_customers_case_is_left() -> None:
    order = case.delivered(3)
    zhao = make.manager_zhao()
    receipt = case.opened(order, 3, by=zhao, words=SECRET, answers={"what": SECRET}, attachment_ids=(_picture(zhao),),
                          despite=SECRET)  # fmt: skip
    draft = guiding.GuidanceDraft(kind="tutorial", words=SECRET, link="https://example.com/mei")
    guiding.offer_guidance(zhao, case_id=receipt.id or 0, draft=draft, now=case.LATER)
    deciding.refuse_case(zhao, case_id=receipt.id or 0, reason=SECRET, now=case.LATER)
    assert any(SECRET in str(params) for params in Message.objects.values_list("params", flat=True))
    deciding.reconsider_case(zhao, case_id=receipt.id or 0, reason=SECRET, now=case.LATER)
    deciding.approve_case(make.TESTER, case_id=receipt.id or 0, now=case.LATER)
    ids = [one.id for one in case.pieces(receipt)]
    beyond = [receiving.Beyond(key="1", quantity=1, note=SECRET, sku="TENT-2")]
    receiving.receive_pieces(
        zhao, case_id=receipt.id or 0, arrived=dict.fromkeys(ids, "receive"), surplus=beyond, now=case.LATER
    )
    finding = inspecting.Finding(piece_id=ids[0], grade="A", note=SECRET, attachment_ids=(_picture(zhao),))
    inspecting.inspect_pieces(zhao, case_id=receipt.id or 0, findings=[finding], now=case.LATER)
    names = [name for one in Attachment.objects.all() for name in (one.storage_name, one.thumbnail)]
    assert len(names) == 4
    assert all(default_storage.exists(name) for name in names)

    case.erased(order)

    row = Case.objects.get()
    looked = Inspection.objects.get()
    assert (row.words, row.answers, row.remark, row.verdict["despite"]) == ("", {}, "", "…")
    assert (looked.note, looked.attachments, looked.grade) == ("", [], "A")
    assert [Guidance.objects.get().words, Guidance.objects.get().link, Surplus.objects.get().note] == ["", "", ""]
    assert set(Attachment.objects.values_list("refusal", "storage_name")) == {("erased", "")}
    assert not any(default_storage.exists(name) for name in names)
    assert not any(SECRET in str(data) for data in Event.objects.values_list("data", flat=True))
    assert not any(SECRET in str(params) for params in Message.objects.values_list("params", flat=True))
    assert not Movement.objects.filter(reason__contains=SECRET).exists()


def test_what_was_found_is_otherwise_kept_as_it_was() -> None:
    receipt = case.opened(case.delivered(1))
    zhao, [piece] = make.manager_zhao(), case.pieces(receipt)
    receiving.receive_pieces(zhao, case_id=receipt.id or 0, arrived={piece.id: "receive"}, now=case.LATER)
    finding = inspecting.Finding(piece_id=piece.id, grade="A", note="盒子压扁")
    inspecting.inspect_pieces(zhao, case_id=receipt.id or 0, findings=[finding], now=case.LATER)

    for change in ({"grade": "D"}, {"note": "没有问题"}, {"note": "", "grade": "D"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Inspection.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Inspection.objects.all().delete()

    assert (Inspection.objects.get().grade, Inspection.objects.get().note) == ("A", "盒子压扁")
