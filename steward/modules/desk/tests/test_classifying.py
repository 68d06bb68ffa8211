"""Tickets are sorted by the model, corrected by people, and the model learns from them."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

import pytest

from steward.kernel import errors
from steward.kernel.models import Event
from steward.modules.desk import tasks
from steward.modules.desk.commands import training
from steward.modules.desk.commands.classifying import classify_tickets, correct_category
from steward.modules.desk.commands.restating import UnknownCategory
from steward.modules.desk.commands.training import Fitted, fitted, keep_version, needs_training, use_classifier_version
from steward.modules.desk.models import CategoryCorrection, ClassifierVersion, Ticket
from steward.modules.desk.queries import classifier as reading
from steward.modules.desk.rules.classifying import learning
from steward.modules.desk.rules.classifying.model import Settings
from steward.modules.desk.rules.classifying.phrases import Phrase
from steward.modules.desk.tests.words import customer, said, word
from tests import make

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
QUICK = learning.Effort(forms=1, correction_weight=20, fitting=Settings(rounds=12, folds=2))
FEW = {"logistics.tracking", "logistics.lost", "payment.invoice", "order.cancel", "none.none"}
_kept: list[Fitted] = []


@cache
def some() -> list[Phrase]:
    return [one for one in reading.seed() if one.key in FEW]


def small_model() -> Fitted:
    """Fit a small model once for all tests; it does not depend on any row."""
    if not _kept:
        _kept.append(fitted(QUICK, phrases=some()))
    return _kept[0]


def trained() -> int:
    return keep_version(make.TESTER, made=small_model(), now=make.NOW)


def opened(text: str, number: int = 0) -> int:
    return said(word(text, customer_id=customer(f"+861390000{number:04}")))[0].ticket_id or 0


def judged(text: str) -> Ticket:
    id_ = opened(text)
    assert classify_tickets(make.TESTER, ticket_ids=[id_], now=make.NOW) == 1
    return Ticket.objects.get(id=id_)


def test_what_it_is_sure_of_it_sets_with_the_reason_and_shows_how_sure_it_was() -> None:
    trained()

    ticket = judged("帮我查一下快递单号 看看包裹物流到哪了")

    assert (ticket.category, ticket.sub_reason, ticket.sorted_by) == ("logistics", "tracking", "model")
    verdict = reading.verdict_on(ticket.id)
    assert verdict is not None
    assert verdict.alone
    assert 0.6 <= verdict.probability <= 1


def test_what_it_is_not_sure_of_it_only_proposes() -> None:
    trained()

    ticket = judged("嗯")

    verdict = reading.verdict_on(ticket.id)
    assert verdict is not None
    assert not verdict.alone
    assert (ticket.category, ticket.sorted_by) == ("", "")


def test_a_lost_parcel_is_urgent() -> None:
    trained()

    assert judged("快递公司说我的包裹丢了 确认遗失").urgency == "urgent"


def test_without_any_version_nothing_is_said_and_nothing_breaks() -> None:
    id_ = opened("发票呢")
    assert classify_tickets(make.TESTER, ticket_ids=[id_], now=make.NOW) == 0
    assert reading.unsorted_tickets(10) == [id_]


def test_what_a_person_said_stays_whatever_the_model_says_later() -> None:
    trained()
    ticket = judged("帮我查一下快递单号 看看包裹物流到哪了")

    correct_category(make.TESTER, ticket_id=ticket.id, category="order", sub_reason="cancel", now=make.NOW + HOUR)
    classify_tickets(make.TESTER, ticket_ids=[ticket.id], now=make.NOW + HOUR)

    ticket.refresh_from_db()
    assert (ticket.category, ticket.sub_reason, ticket.sorted_by) == ("order", "cancel", "person")
    row = CategoryCorrection.objects.get()
    assert (row.from_category, row.from_reason, row.to_category, row.to_reason) == (
        "logistics", "tracking", "order", "cancel",
    )  # fmt: skip


def test_a_correction_to_a_wrong_item_makes_urgent_and_a_person_may_say_otherwise() -> None:
    id_ = opened("东西不对")
    correct_category(make.TESTER, ticket_id=id_, category="order", sub_reason="wrong_item", now=make.NOW)
    assert Ticket.objects.get(id=id_).urgency == "urgent"

    correct_category(
        make.TESTER, ticket_id=id_, category="order", sub_reason="wrong_item", urgency="normal", now=make.NOW
    )
    assert Ticket.objects.get(id=id_).urgency == "normal"


def test_a_category_the_tree_does_not_have_is_refused_and_nothing_happened() -> None:
    id_ = opened("你好")
    with pytest.raises(UnknownCategory):
        correct_category(make.TESTER, ticket_id=id_, category="order", sub_reason="lost", now=make.NOW)
    assert not CategoryCorrection.objects.exists()
    assert Ticket.objects.get(id=id_).category == ""


def test_who_may_not_work_on_tickets_corrects_nothing() -> None:
    id_ = opened("你好")
    with pytest.raises(errors.Refusal):
        correct_category(make.program("orders.view"), ticket_id=id_, category="order", now=make.NOW)
    assert not CategoryCorrection.objects.exists()


def test_it_learns_from_corrections_in_the_words_of_the_house() -> None:
    rows = [opened(f"小蜜蜂第{n}批什么情况", n) for n in range(6)]
    for id_ in rows:
        correct_category(make.TESTER, ticket_id=id_, category="payment", sub_reason="invoice", now=make.NOW)

    made = fitted(QUICK, phrases=some())
    keep_version(make.TESTER, made=made, now=make.NOW)

    assert made.corrections == 6
    (verdict,) = reading.judge_texts(["小蜜蜂第九批"])
    assert (verdict.category, verdict.sub_reason) == ("payment", "invoice")


def test_a_version_that_is_no_better_is_kept_aside_with_its_figures() -> None:
    first = trained()

    made = fitted(QUICK, phrases=some())
    second = keep_version(make.TESTER, made=made, now=make.NOW + HOUR)

    states = {one.number: one.state for one in reading.classifier_versions()}
    assert states == {first: "in_use", second: "refused"}
    assert reading.classifier_versions()[0].before["rows"] == reading.classifier_versions()[0].figures["rows"] > 0


def test_one_click_puts_an_older_version_back_in_use() -> None:
    first = trained()
    second = keep_version(make.TESTER, made=small_model(), now=make.NOW + HOUR)
    use_classifier_version(make.TESTER, number=second, reason="try", now=make.NOW + HOUR)
    assert reading.in_use() == second

    use_classifier_version(make.TESTER, number=first, reason="back", now=make.NOW + HOUR)

    assert reading.in_use() == first
    told = Event.objects.filter(kind="desk.classifier_replaced").order_by("id").values_list("data", flat=True)
    assert [one["after"] for one in told] == [first, second, first]


def test_a_damaged_version_cannot_be_put_in_use_and_the_old_one_stays() -> None:
    first = trained()
    second = keep_version(make.TESTER, made=small_model(), now=make.NOW + HOUR)
    ClassifierVersion.objects.filter(number=second).update(content=b"nothing")

    with pytest.raises(training.NotUsable):
        use_classifier_version(make.TESTER, number=second, reason="", now=make.NOW)

    assert reading.in_use() == first


def test_it_learns_anew_after_enough_corrections_and_not_before() -> None:
    assert not needs_training(make.NOW)
    for n in range(80, 90):
        opened(f"第{n}个问题", n)
    assert needs_training(make.NOW)
    trained()
    later = make.NOW + 2 * HOUR
    assert not needs_training(later)
    ids = [opened(f"第{n}个问题", n) for n in range(20)]
    for id_ in ids:
        correct_category(make.TESTER, ticket_id=id_, category="order", now=later)
    assert needs_training(later)


def test_tickets_from_before_the_first_version_are_read_afterwards() -> None:
    id_ = opened("电子发票在哪里下载")
    trained()

    assert tasks.sort_unsorted() == 1

    assert Ticket.objects.get(id=id_).category == "payment"
    assert reading.unsorted_tickets(10) == []


def test_learning_by_itself_gives_the_same_model() -> None:
    phrases = reading.seed()[::40]
    effort = learning.Effort(forms=1)

    here, there = (training.fitted(effort, phrases=phrases, by_itself=apart).sha256 for apart in (False, True))

    assert here == there
