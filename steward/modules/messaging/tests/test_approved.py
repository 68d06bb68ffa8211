"""Carriers of approved texts: their codes are kept with the texts, and what they approved is what goes out."""

from __future__ import annotations

from typing import Any

import pytest

from steward.kernel import errors, moment
from steward.kernel.models import Event
from steward.modules.messaging.commands import approving, sending, templates
from steward.modules.messaging.models import ApprovedText, Message
from steward.modules.messaging.queries import approved
from steward.modules.messaging.rules.approved import CodeDraft
from steward.modules.messaging.tests import making
from steward.modules.messaging.tests.making import Pigeon, carried_by
from tests import make

pytestmark = pytest.mark.django_db


def code(carrier_code: str = "SMS_154950909", **changes: str) -> CodeDraft:
    facts = {"carrier": "aliyun_sms", "kind": "order_received", "locale": "zh-hans", "carrier_code": carrier_code}
    return CodeDraft(**(facts | changes))


def save(*codes: CodeDraft, reason: str = "approved on Monday") -> int:
    return approving.save_approved_codes(make.administrator(), codes=codes, reason=reason, now=make.NOW)


def change_text(body: str) -> None:
    templates.save_template(
        make.administrator(), code="order_received", channel="sms", locale="zh-hans", subject="", body=body,
        reason="shorter", seen_version=1,
    )  # fmt: skip


class Aliyun(Pigeon):
    """A pigeon that goes by the name of a carrier with approved texts."""

    name = "aliyun_sms"


def delivered(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> tuple[Pigeon, Pigeon]:
    """Send the confirmation of an order; return who carried short messages and e-mails."""
    sms, mail = Aliyun(), Pigeon()
    carried_by(monkeypatch, sms=sms, mail=mail)
    making.queued(making.outgoing(**changes), now=make.NOW)
    with moment.frozen(make.NOW):
        sending.deliver_due(making.TESTER)
    return sms, mail


def test_a_short_message_goes_out_under_the_carrier_s_code_of_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    save(code(), code("SMS_2", locale="en"), code("7", carrier="tencent_sms"))

    sms, _mail = delivered(monkeypatch)

    assert [(letter.approved_code, list(letter.values)) for letter in sms.carried] == [
        ("SMS_154950909", ["house", "order_number", "total", "link"])
    ]


def test_a_text_without_a_code_goes_out_as_an_e_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    save(code(locale="en"))

    sms, mail = delivered(monkeypatch)

    assert (len(sms.carried), len(mail.carried)) == (0, 1)


def test_where_only_a_short_message_will_do_it_is_left_unsent_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    delivered(monkeypatch, channel="sms")

    assert Message.objects.values_list("state", "reason").get() == ("suppressed", "no_text")


def test_a_text_that_was_changed_goes_out_as_it_was_approved_until_it_has_a_code_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    save(code())
    change_text("{{order_number}}")

    (letter,) = delivered(monkeypatch)[0].carried
    (view,) = approved.approved_texts()
    assert (letter.approved_code, list(letter.values)) == (
        "SMS_154950909",
        ["house", "order_number", "total", "link"],
    )
    assert (view.text_version, view.newest_version, view.is_outdated) == (1, 2, True)
    assert Message.objects.get().template_version == 1

    save(code("SMS_99"))

    (letter,) = delivered(monkeypatch, dedupe_key="2")[0].carried
    assert (letter.approved_code, letter.text) == ("SMS_99", "SO-2026-000001")
    assert not approved.approved_texts()[0].is_outdated


def test_a_carrier_that_sends_any_text_needs_no_code(monkeypatch: pytest.MonkeyPatch) -> None:
    carried_by(monkeypatch)

    assert (approved.carrier_in_use(), approved.missing_codes("pigeon")) == ("", [])


def test_what_is_missing_is_known() -> None:
    save(code(), code("SMS_2", locale="zh-hant"))

    missing = approved.missing_codes("aliyun_sms")

    assert ("order_received", "en") in missing
    assert ("order_received", "zh-hans") not in missing
    assert all(kind != "clock_warned" for kind, _locale in missing)


def test_codes_are_changed_and_taken_back_on_the_record() -> None:
    assert save(code()) == 1
    assert save(code(" SMS_154950909 ")) == 0
    assert save(code("SMS_2")) == 1
    assert save(code("")) == 1
    assert save(code("")) == 0

    told = Event.objects.filter(kind="messaging.approved_code_saved").order_by("id").values_list("data", flat=True)
    assert [(one["before"], one["after"], one["reason"]) for one in told] == [
        ("", "SMS_154950909", "approved on Monday"),
        ("SMS_154950909", "SMS_2", "approved on Monday"),
        ("SMS_2", "", "approved on Monday"),
    ]
    assert not ApprovedText.objects.exists()


@pytest.mark.parametrize(
    ("draft", "finding"),
    [
        (code("449739"), ("codes.1.carrier_code", "ill_formed")),
        (code("SMS_1", carrier="tencent_sms"), ("codes.1.carrier_code", "ill_formed")),
        (code(carrier="pigeon"), ("codes.1.carrier", "unknown_carrier")),
        (code(kind="clock_warned"), ("codes.1.kind", "unknown_text")),
        (code("SMS_3", kind="order_paid"), ("codes.1.carrier_code", "taken")),
        (code("SMS_5", kind="order_shipped"), ("codes.1.carrier_code", "twice")),
    ],
)
def test_what_cannot_be_a_code_is_refused_and_nothing_is_saved(draft: CodeDraft, finding: tuple[str, str]) -> None:
    save(code("SMS_3", kind="refund_paid"))

    with pytest.raises(errors.BadInput) as refusal:
        save(code("SMS_4", kind="order_shipped"), draft)

    assert [(one["field"], one["code"]) for one in refusal.value.findings] == [finding]
    assert ApprovedText.objects.count() == 1


def test_languages_may_share_a_code_and_a_code_taken_back_is_free_for_another_kind() -> None:
    save(code("SMS_1"), code("SMS_1", locale="zh-hant"))

    assert save(code(""), code("", locale="zh-hant"), code("SMS_1", kind="order_paid")) == 3


def test_a_reason_is_asked_for() -> None:
    with pytest.raises(errors.BadInput) as refusal:
        save(code(), reason=" ")

    assert [one["field"] for one in refusal.value.findings] == ["reason"]
