"""Who holds a chat."""

from __future__ import annotations

import pytest

from steward.kernel.errors import NotPossible
from steward.modules.desk.rules import chats


@pytest.mark.parametrize(("holder", "verb"), list(chats.TRANSITIONS))
def test_every_transition_leads_to_a_holder_and_has_a_line(holder: str, verb: str) -> None:
    assert chats.next_holder(holder, verb) in chats.HOLDERS
    assert verb in chats.LINES


def test_who_talks_with_a_person_cannot_ask_for_one() -> None:
    assert not chats.can("person", "ask")
    with pytest.raises(NotPossible):
        chats.next_holder("person", "ask")
