"""A customer writes in another language: read and answered through a translating server, which learns no numbers."""

from __future__ import annotations

from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from steward.kernel.actor import system
from steward.kernel.models import Event
from steward.modules.desk.commands import answering, merging, opening, translating
from steward.modules.desk.commands.erasing import forget_words
from steward.modules.desk.models import Draft, Message, Ticket, Translation
from steward.modules.desk.tasks import translate_words
from steward.modules.desk.tests.words import customer, mail, said
from tests import make
from tests.api.caller import Caller
from tests.peers.translator import Translator

pytestmark = pytest.mark.django_db
TEXT = "Where is my order SO-2026-000001? Call +86 138 1234 5521."


def asked(text: str = TEXT) -> Ticket:
    return Ticket.objects.get(id=said(mail(text, customer_id=customer()))[0].ticket_id or 0)


def worker() -> None:
    """Do what was asked of the worker."""
    for job in ProcrastinateJob.objects.filter(task_name=translating.TASK, status="todo").order_by("id"):
        translate_words(**job.args)


def switched_on(settings: Settings, peer: Translator, kind: str = "libretranslate") -> None:
    settings.TRANSLATION, settings.TRANSLATION_ADDRESS = kind, peer.address
    settings.TRANSLATION_KEY = settings.TRANSLATION_MODEL = ""


def test_a_message_is_translated_once_and_no_number_leaves_the_house(settings: Settings) -> None:
    ticket, browser = asked(), make.browser("wang")
    message_id = Message.objects.get().id
    with Translator() as peer:
        switched_on(settings, peer)
        offered = browser.get(f"/desk/tickets/{ticket.number}").content.decode()
        for _ in range(2):
            browser.post(f"/desk/tickets/{ticket.number}/translate/{message_id}")
        worker()
        shown = browser.get(f"/desk/tickets/{ticket.number}").content.decode()

    (sent,) = peer.asked
    assert sent[1]["q"] == "Where is my order ⟦1⟧? Call ⟦2⟧."
    assert f"/translate/{message_id}" in offered
    assert "&lt;zh-Hans&gt; Where is my order SO-2026-000001? Call +86 138 1234 5521." in shown


def test_an_answer_is_translated_beside_its_original_and_put_into_the_composer(settings: Settings) -> None:
    ticket, browser = asked(), make.browser("wang")
    with Translator() as peer:
        switched_on(settings, peer, "openai")
        browser.post(f"/desk/tickets/{ticket.number}/translate", {"text": "今天补发", "into": "en"})
        worker()
        shown = browser.get(f"/desk/tickets/{ticket.number}").content.decode()
        browser.post(f"/desk/tickets/{ticket.number}/translated", {"act": "use"})

    assert ("&lt;model&gt; 今天补发" in shown, Draft.objects.get().text) == (True, "<model> 今天补发")
    assert not Translation.objects.exists()


def test_what_cannot_be_translated_says_so_and_is_asked_for_again(settings: Settings) -> None:
    ticket, caller = asked(), Caller("tickets.view", "tickets.work")
    wish = {"language": "zh-hans", "message_id": Message.objects.get().id}
    with Translator(status=503) as peer:
        switched_on(settings, peer)
        first = caller.post(f"tickets/{ticket.number}/translations", wish).json()
        worker()
        failed = caller.get(f"tickets/{ticket.number}/translations/{first['id']}").json()
        peer.status = 200
        again = caller.post(f"tickets/{ticket.number}/translations", wish).json()
        worker()
        done = caller.get(f"tickets/{ticket.number}/translations/{first['id']}").json()

    assert (failed["state"], failed["error"], again["state"]) == ("failed", "the server answered 503", "asked")
    assert (done["state"], done["text"].startswith("<zh-Hans>")) == ("done", True)


def test_nothing_is_offered_or_asked_where_nobody_translates(settings: Settings) -> None:
    ticket, browser, caller = asked(), make.browser("wang"), Caller("tickets.view", "tickets.work")
    settings.TRANSLATION = ""
    wish: dict[str, Any] = {"language": "en", "message_id": Message.objects.get().id}

    refused = caller.post(f"tickets/{ticket.number}/translations", wish)

    assert (refused.status_code, refused.json()["code"]) == (409, "no_translator")
    assert "/translate" not in browser.get(f"/desk/tickets/{ticket.number}").content.decode()
    assert not Translation.objects.exists()


def test_what_is_simulated_or_erased_is_not_translated(settings: Settings) -> None:
    ticket = asked()
    with Translator() as peer:
        switched_on(settings, peer)
        translating.translate_message(
            make.agent_wang(),
            ticket_id=ticket.id,
            message_id=Message.objects.get().id,
            language="zh-hans",
            now=make.NOW,
        )
        forget_words(system("desk"), customer_ids=[ticket.customer_id or 0])
        worker()
        Ticket.objects.update(simulated=True)
        with pytest.raises(translating.NoTranslator):
            translating.translate_draft(make.agent_wang(), ticket_id=ticket.id, text="x", language="en", now=make.NOW)

    assert (peer.asked, Translation.objects.count()) == ([], 0)


def test_a_translation_into_one_language_is_never_kept_as_one_into_another(settings: Settings) -> None:
    ticket, browser = asked(), make.browser("wang")
    with Translator() as peer:
        switched_on(settings, peer)
        browser.post(f"/desk/tickets/{ticket.number}/translate", {"text": "今天补发", "into": "en"})
        row = Translation.objects.get()
        browser.post(f"/desk/tickets/{ticket.number}/translate", {"text": "今天补发", "into": "zh-hant"})

    late = {"state": "done", "text": "<en> 今天补发", "by": "libretranslate"}
    assert not translating.settle_translation(
        system("desk"), translation_id=row.id, source=row.source, language="en", settled=late, now=make.NOW
    )
    row.refresh_from_db()
    assert (row.state, row.language) == ("asked", "zh-hant")


def test_a_translation_goes_with_its_message_into_the_ticket_it_is_merged_into(settings: Settings) -> None:
    ticket, caller = asked(), Caller("tickets.view", "tickets.work")
    draft = opening.TicketDraft(channel="phone", box="service", text="来电", customer_id=ticket.customer_id)
    into = opening.open_tickets(make.agent_wang(), drafts=[draft], now=make.NOW)[0]
    with Translator() as peer:
        switched_on(settings, peer)
        wish = {"language": "zh-hans", "message_id": Message.objects.filter(ticket=ticket)[0].id}
        made = caller.post(f"tickets/{ticket.number}/translations", wish).json()
        merging.merge_tickets(make.agent_wang(), into_id=into, ticket_ids=[ticket.id], now=make.NOW)
        worker()
    number = Ticket.objects.get(id=into).number

    assert caller.get(f"tickets/{number}/translations/{made['id']}").json()["state"] == "done"
    assert Event.objects.get(kind="desk.words_translated").subject_id == into


def test_the_translation_of_a_draft_is_gone_when_the_answer_is_sent(settings: Settings) -> None:
    ticket, browser = asked(), make.browser("wang")
    with Translator() as peer:
        switched_on(settings, peer)
        browser.post(f"/desk/tickets/{ticket.number}/translate", {"text": "今天补发", "into": "en"})
    draft = answering.AnswerDraft(text="We send it today")
    answering.answer_ticket(make.agent_wang(), ticket_id=ticket.id, draft=draft, now=make.NOW)

    assert not Translation.objects.exists()


def test_a_token_of_some_shops_neither_asks_for_translations_nor_reads_them(settings: Settings) -> None:
    ticket = asked()
    caller = Caller("tickets.view", "tickets.work", scopes=["tmall"])
    with Translator() as peer:
        switched_on(settings, peer)
        answers = [
            caller.post(f"tickets/{ticket.number}/translations", {"language": "en", "text": "今天补发"}),
            caller.get(f"tickets/{ticket.number}/translations/1"),
        ]

    assert [one.json()["code"] for one in answers] == ["scoped_token"] * 2
