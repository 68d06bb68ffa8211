"""Learn anew from the seed and from corrections, keep versions, and put one in use (DSK-2)."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import connection
from django.db.models import Max
from django.utils.translation import gettext_lazy as _
from msgspec import Struct, to_builtins
from procrastinate.contrib.django import app

from steward.kernel import errors, events, moment, parameters
from steward.kernel.actor import Actor
from steward.kernel.apart import apart
from steward.kernel.command import command
from steward.modules.desk.commands.classifying import CATEGORY_SHARE
from steward.modules.desk.events import ClassifierReplaced
from steward.modules.desk.models import ClassifierVersion, Ticket
from steward.modules.desk.queries import classifier as reading
from steward.modules.desk.rules.classifying import deciding, learning, stored
from steward.modules.desk.rules.classifying.deciding import Figures
from steward.modules.desk.rules.classifying.phrases import Phrase

TASK = "desk.train_classifier"
REST = timedelta(hours=1)
CORRECTION_WEIGHT = parameters.define(
    "desk.classifier_correction_weight",
    5.0,
    unit="phrases",
    label=_("How many phrases of the seed one correction counts as much as"),
    minimum=0.1,
    maximum=100.0,
    kind="number",
)
BETTER_BY = parameters.define(
    "desk.classifier_better_by",
    1.0,
    unit="standard errors",
    label=_("By how much a new version of the classifier has to be better before it replaces the old one"),
    minimum=0.0,
    maximum=5.0,
    kind="number",
)
ENOUGH_CORRECTIONS = parameters.define(
    "desk.classifier_enough_corrections",
    20,
    unit="corrections",
    label=_("How many new corrections it takes before the classifier learns anew by itself"),
    minimum=1,
    maximum=100_000,
)


FIRST_AFTER = parameters.define(
    "desk.classifier_first_after",
    10,
    unit="tickets",
    label=_("From how many tickets on the classifier learns for the first time"),
    minimum=1,
    maximum=100_000,
)
log = structlog.get_logger(__name__)
_learning = threading.Lock()


class NotUsable(errors.Refusal):
    """Refuse a version whose stored model is not whole."""

    code = "classifier_not_usable"
    status = 409
    message = _("Version %(number)s cannot be used: what is stored of it is damaged.")


class Fitted(Struct, frozen=True, kw_only=True):
    """A model just fitted: its bytes, how it did, how the one in use did on the same rows, and whether it is better."""

    content: bytes
    sha256: str
    figures: Figures
    before: Figures | None
    compared_with: int
    better: bool
    took_s: float
    corrections: int
    seed: str


def fitted(effort: learning.Effort, *, phrases: Sequence[Phrase] | None = None, by_itself: bool = False) -> Fitted:
    """Learn from the seed and from corrections, and compare with the version in use; for workers: it takes a minute.

    A tenth of all rows, the same for every version, is never learnt from; both are judged on it. `by_itself`: in a
    process of its own, so that a worker's other jobs go on and its memory stays small.
    """
    started = time.monotonic()
    threshold = float(parameters.value(CATEGORY_SHARE))
    corrections = reading.correction_rows(effort.correction_weight)
    seed_rows = learning.rows_of(reading.seed() if phrases is None else phrases, effort)
    learnt, kept = learning.parted([*seed_rows, *corrections])
    work = (learnt, kept, effort)
    content, sha256, after = (
        apart(learning.learnt_and_tested, *work) if by_itself else learning.learnt_and_tested(*work)
    )
    number = reading.in_use() or 0
    before = learning.tested(reading.model_of(number), kept) if number else []
    better = not before or deciding.is_better(
        [one.right == one.said for one in before],
        [one.right == one.said for one in after],
        z=float(parameters.value(BETTER_BY)),
    )
    return Fitted(
        content=content,
        sha256=sha256,
        figures=deciding.figures_of(after, threshold),
        before=deciding.figures_of(before, threshold) if before else None,
        compared_with=number,
        better=better,
        took_s=time.monotonic() - started,
        corrections=len(corrections),
        seed=reading.seed_hash(),
    )


def train_classifier(
    actor: Actor,
    *,
    now: datetime,
    effort: learning.Effort | None = None,
    phrases: Sequence[Phrase] | None = None,
    by_itself: bool = False,
) -> int:
    """Learn anew and keep the version; it replaces the one in use only if it is better. Returns its number."""
    chosen = effort or learning.Effort(correction_weight=float(parameters.value(CORRECTION_WEIGHT)))
    return keep_version(actor, made=fitted(chosen, phrases=phrases, by_itself=by_itself), now=now)


def train_beside(actor: Actor) -> bool:
    """Learn anew beside the worker's jobs, in a thread that keeps no worker from ending; returns at once.

    Who learns already goes on: of all workers one learns at a time. What goes wrong is logged, and tried again when
    somebody looks next. Returns whether it began.
    """
    if not _learning.acquire(blocking=False):
        return False
    threading.Thread(target=_learn_beside, args=(actor,), name="learning", daemon=True).start()
    return True


def _learn_beside(actor: Actor) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [TASK])
            row = cursor.fetchone()
        if row and row[0]:
            train_classifier(actor, now=moment.now(), by_itself=True)
    except Exception:
        log.exception("the classifier did not learn")
    finally:
        connection.close()  # with it goes the lock
        _learning.release()


def needs_training(now: datetime) -> bool:
    """Tell whether to learn anew: people corrected enough since the last version, an hour ago, or there is none yet.

    The first one is learnt once there are tickets worth sorting: a house without a desk spares itself the work.
    """
    if reading.in_use() is None:
        return Ticket.objects.all()[: int(parameters.value(FIRST_AFTER))].count() >= int(parameters.value(FIRST_AFTER))
    last = reading.latest_version_at()
    rested = last is None or now - last >= REST
    return rested and reading.corrections_since(last) >= int(parameters.value(ENOUGH_CORRECTIONS))


@command(needs="desk.classify")
def keep_version(actor: Actor, *, made: Fitted, now: datetime) -> int:
    """Keep a fitted model as a version; put it in use if it is better than the one it was compared with.

    If another version was put in use meanwhile the comparison says nothing, and this one is only kept.
    Returns its number. Emits: ClassifierReplaced. Locks: the version in use.
    """
    current = ClassifierVersion.objects.select_for_update().defer("content").filter(state="in_use").first()
    number = (ClassifierVersion.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    same = (current.number if current else 0) == made.compared_with
    row = ClassifierVersion.objects.create(
        number=number,
        state="kept" if made.better else "refused",
        made_at=now,
        made_by=actor.id,
        took_s=math.ceil(made.took_s * 10) / 10,
        seed=made.seed,
        corrections=made.corrections,
        figures=to_builtins(made.figures),
        before=to_builtins(made.before) if made.before else {},
        sha256=made.sha256,
        content=made.content,
    )
    if made.better and same:
        _put_in_use(actor, current, row, now, "better on rows kept back" if current else "the first one")
    return number


@command(needs="settings.desk")
def use_classifier_version(actor: Actor, *, number: int, reason: str, now: datetime) -> None:
    """Put a version in use, whichever was before: one click back. What tickets were set to stays.

    Raises: NotFound, NotUsable. Emits: ClassifierReplaced. Locks: the version in use and the chosen one.
    """
    rows = {
        row.number: row
        for row in ClassifierVersion.objects.select_for_update().order_by("id")
        if row.number == number or row.state == "in_use"
    }
    if number not in rows:
        raise errors.NotFound(key=number)
    chosen = rows[number]
    if chosen.state == "in_use":
        return
    try:
        stored.opened(bytes(chosen.content), chosen.sha256)
    except stored.BrokenModel as error:
        raise NotUsable(number=number) from error
    current = next((row for row in rows.values() if row.state == "in_use"), None)
    _put_in_use(actor, current, chosen, now, reason.strip()[:400])


def _put_in_use(
    actor: Actor, current: ClassifierVersion | None, chosen: ClassifierVersion, now: datetime, reason: str
) -> None:
    if current is not None:
        ClassifierVersion.objects.filter(id=current.id).update(state="kept")
    ClassifierVersion.objects.filter(id=chosen.id).update(
        state="in_use", used_since=now, used_by=actor.id, reason=reason
    )
    told = ClassifierReplaced(
        classifier_id=chosen.id, before=current.number if current else 0, after=chosen.number, reason=reason
    )
    events.record(actor, [told])


@command(needs="settings.desk")
def ask_training(actor: Actor) -> None:
    """Let a worker learn anew as soon as it can; trainings run one after another."""
    app.configure_task(TASK, queue="training", lock=TASK).defer(asked_by=actor.id)
