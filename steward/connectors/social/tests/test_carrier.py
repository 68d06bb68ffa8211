"""Answers on networks: signed, posted to the account's address, each answer of the receiver understood."""

from __future__ import annotations

import json
from typing import Any

import pytest
from standardwebhooks import Webhook

from steward.connectors.social.carrier import SocialCarrier
from steward.connectors.webhook_poster.poster import HttpPoster
from steward.kernel import moment
from steward.modules.messaging.ports import Receipt, Reply, ReplyFile
from steward.modules.messaging.rules.channels import Sender
from tests.channel_calls import SECRET, account
from tests.hook_peer import receiver

MEI = Sender(external_kind="social:social", external_value="u7")


def say(address: str, *, private: bool = True, **changes: Any) -> Receipt:
    facts: dict[str, Any] = {"key": "k-1", "to": MEI, "text": "马上补发", "answers": "m1", "facts": {"thread": "35"}}
    carrier = SocialCarrier(account("social", reply_address=address), HttpPoster(private_allowed=private))
    return carrier.send(Reply(**(facts | changes)), now=moment.now())


def test_an_answer_is_posted_signed_and_says_what_it_answers() -> None:
    with receiver() as peer:
        told = say(peer.url, files=(ReplyFile("a.png", "image/png", b"\x89PNG"),))

    assert (told.outcome, told.reference) == ("sent", "k-1")
    ((headers, body),) = peer.came
    Webhook(SECRET).verify(body, headers)
    data = json.loads(body)["data"]
    assert (data["author_id"], data["in_reply_to"], data["thread"], data["text"]) == ("u7", "m1", "35", "马上补发")
    assert data["files"][0]["content"] == "iVBORw=="


@pytest.mark.parametrize(("status", "outcome"), [(204, "sent"), (400, "refused"), (429, "retry"), (503, "retry")])
def test_each_answer_says_whether_it_may_work_later(status: int, outcome: str) -> None:
    with receiver() as peer:
        peer.statuses.append(status)
        assert say(peer.url).outcome == outcome


def test_without_an_address_nothing_leaves() -> None:
    assert say("").outcome == "refused"
    assert say("http://127.0.0.1:9/").outcome == "retry"
