"""Sort a batch: what is new, what came before, what came twice in this very batch."""

from __future__ import annotations

from collections.abc import Sequence

from steward.modules.orders.commands.intake import Prepared, Receipt
from steward.modules.orders.commands.known import Found, Known, find_known, replayed


class Batch:
    """The places of a batch and what becomes of each; rejected ones are answered from the start."""

    def __init__(self, prepared: Sequence[Prepared | Receipt]) -> None:
        self._prepared = prepared
        self._answers: list[Receipt | None] = [None if isinstance(one, Prepared) else one for one in prepared]
        self.fresh: list[int] = []
        self.found: list[Found] = []
        self._doubles: list[tuple[int, Known]] = []
        self._same_number: list[tuple[int, int]] = []
        self._same_key: list[tuple[int, int]] = []

    def at(self, place: int) -> Prepared:
        """Return the prepared draft at a place."""
        one = self._prepared[place]
        assert isinstance(one, Prepared)
        return one

    def sort_out(self) -> None:
        """Ask the database what is known, then tell the places apart in arrival order."""
        places = [place for place, answer in enumerate(self._answers) if answer is None]
        numbers: dict[tuple[int, str], int] = {}
        keys: dict[tuple[str, str], int] = {}
        for place, found in zip(places, find_known([self.at(place) for place in places]), strict=True):
            one = self.at(place)
            number = (one.shop.id, one.intake.draft.external_number)
            key = (one.actor.id, one.intake.idempotency_key or "")
            if found.replay is not None:
                self._answers[place] = found.replay
            elif key[1] and key in keys:
                self._same_key.append((place, keys[key]))
            elif found.known is not None:
                self._doubles.append((place, found.known))
            elif number in numbers:
                self._same_number.append((place, numbers[number]))
            else:
                numbers[number] = place
                self.fresh.append(place)
                self.found.append(found)
            if key[1]:
                keys.setdefault(key, place)

    def answer(self, places: Sequence[int], receipts: Sequence[Receipt]) -> None:
        """Put receipts in their places."""
        for place, receipt in zip(places, receipts, strict=True):
            self._answers[place] = receipt

    def all_doubles(self) -> list[tuple[int, Known]]:
        """List what repeats an order: one that stood before, or the first of its number in this batch."""
        within = []
        for place, first in self._same_number:
            receipt = self._answers[first]
            assert receipt is not None
            hash_ = self.at(first).content_hash
            within.append((place, Known(receipt.order_id, receipt.number, receipt.state, hash_)))
        return self._doubles + within

    def answer_repeats(self) -> None:
        """Answer what came again under an idempotency key of this batch as the first was answered."""
        for place, first in self._same_key:
            receipt = self._answers[first]
            assert receipt is not None
            same = self.at(place).content_hash == self.at(first).content_hash
            self._answers[place] = replayed(receipt) if same else Receipt("conflict", code="idempotency_key_reused")

    def keyed(self) -> list[tuple[Prepared, Receipt]]:
        """List the drafts with a key of their own and the reply to keep under it."""
        repeats = {place for place, _first in self._same_key}
        return [
            (one, answer)
            for place, (one, answer) in enumerate(zip(self._prepared, self._answers, strict=True))
            if isinstance(one, Prepared)
            and answer
            and one.intake.idempotency_key
            and place not in repeats
            and not answer.replayed
            and answer.code != "idempotency_key_reused"
        ]

    def receipts(self) -> list[Receipt]:
        """Return the answers in the order of the drafts."""
        return [answer for answer in self._answers if answer is not None]
