"""Which service carries a parcel: the cheapest that keeps the promise surely enough, and why not the others."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

CAUSES = ("cheapest_on_time", "cheapest", "most_likely", "nothing_fits", "by_hand")


class Option(Struct, frozen=True):
    """A service that can carry the parcel. `on_time` is None where no day was promised.

    Units: minor units; days from hand-over; shares 0–1; `days_sure` is the day by which it is there surely enough.
    """

    service_id: int
    carrier_code: str
    service_code: str
    price_minor: int
    currency: str
    days_min: int
    days_max: int
    days_likely: int
    days_sure: int
    on_time: float | None
    billed_g: int
    state: str = "active"
    is_full: bool = False


class Out(Struct, frozen=True):
    """A service that cannot carry it, and the reason's code."""

    service_id: int
    carrier_code: str
    service_code: str
    reason: str


class Verdict(Struct, frozen=True):
    """What is said of one option: chosen, dearer, unsure (does not keep the promise surely enough), full, probation."""

    option: Option
    verdict: str


class Choice(Struct, frozen=True):
    """The service chosen for a parcel (None: none fits), why, and what else there was."""

    service_id: int | None
    cause: str
    reliability_share: float
    verdicts: tuple[Verdict, ...] = ()
    out: tuple[Out, ...] = ()

    @property
    def chosen(self) -> Option | None:
        """Return the option chosen."""
        return next((one.option for one in self.verdicts if one.verdict == "chosen"), None)


def choose(
    options: Sequence[Option],
    out: Sequence[Out],
    *,
    is_promised: bool,
    reliability_share: float,
    probation: bool = True,
) -> Choice:
    """Choose the cheapest option that keeps the promise with the wanted probability.

    Where none does, the likeliest; where no day was promised, the cheapest. Carriers on probation are taken only where
    `probation` allows it or nobody else can. Source: LOG-3.
    """
    free = [one for one in options if not one.is_full] or list(options)
    able = [one for one in free if probation or one.state != "probation"] or free
    if not able:
        return Choice(None, "nothing_fits", reliability_share, (), tuple(out))
    sure = [one for one in able if one.on_time is not None and one.on_time >= reliability_share]
    if not is_promised:
        cause, best = "cheapest", min(able, key=_dearness)
    elif sure:
        cause, best = "cheapest_on_time", min(sure, key=_dearness)
    else:
        cause, best = (
            "most_likely",
            min(able, key=lambda one: (-(one.on_time or 0.0), one.days_likely, *_dearness(one))),
        )
    ordered = sorted(options, key=lambda one: (one.service_id != best.service_id, *_dearness(one)))
    verdicts = tuple(
        Verdict(one, _verdict(one, best, able=able, is_promised=is_promised, share=reliability_share))
        for one in ordered
    )
    return Choice(best.service_id, cause, reliability_share, verdicts, tuple(out))


def _dearness(one: Option) -> tuple[int, int, str]:
    return one.price_minor, one.days_sure, one.service_code


def _verdict(one: Option, best: Option, *, able: Sequence[Option], is_promised: bool, share: float) -> str:
    if one.service_id == best.service_id:
        return "chosen"
    if one.is_full:
        return "full"
    if one not in able:
        return "probation"
    if is_promised and (one.on_time or 0.0) < share:
        return "unsure"
    return "dearer"
