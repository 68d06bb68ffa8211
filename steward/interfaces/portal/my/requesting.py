"""Ask for after-sales in two steps: what and why; then what may help, what is possible on which terms, and send it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.core import signing
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from msgspec import Struct

from steward.interfaces.portal import throttle
from steward.interfaces.portal.my import case_words
from steward.interfaces.portal.my.door import CUSTOMER, MyRequest, mine, own_order
from steward.interfaces.portal.my.helping import note_help
from steward.kernel import parameters
from steward.modules.customers.commands.uploads import TooMuchToday, count_uploads
from steward.modules.messaging.commands.storing import limits, store_parts
from steward.modules.messaging.queries import attachments
from steward.modules.messaging.rules.channels import Part
from steward.modules.returns.commands.drafts import CaseDraft, Instead, Want
from steward.modules.returns.commands.previewing import Option as Choice
from steward.modules.returns.commands.previewing import options_of
from steward.modules.returns.commands.requesting import open_cases
from steward.modules.returns.queries import asking
from steward.modules.returns.queries.asking import Hint, Offered, QuestionAsked, ReasonLeaf
from steward.modules.returns.queries.claimable import Claimable
from steward.modules.returns.queries.repair_words import warranty_words
from steward.modules.returns.queries.warranties import PieceSold, warranties

SALT = "portal.case_files"
FILES_LIVE_S = 6 * 3600
LONGEST_WORDS = 2_000
LONGEST_ANSWER = 400
REQUESTS_A_MINUTE = 6
MOST_CHOICES = 200
MOST_FILES = parameters.define(
    "portal.case_files", 9, unit="", label=gettext_lazy("Files a request for after-sales takes"), minimum=1, maximum=20
)


class Row(Struct, frozen=True):
    """One line of the first step: how many can be chosen, how many are."""

    line: Claimable
    counts: list[int]
    chosen: int


class Asked(Struct, frozen=True):
    """What was chosen in the first step, as far as it holds."""

    left: list[Row]
    reasons: list[ReasonLeaf]
    wants: dict[int, int]
    reason: ReasonLeaf | None
    currency: str
    questions: list[QuestionAsked]

    @property
    def is_whole(self) -> bool:
        """Tell whether the second step can be shown."""
        return bool(self.wants) and self.reason is not None


class Option(Struct, frozen=True):
    """One solution as it is shown."""

    offered: Offered
    title: str
    terms: list[str]
    why: str


@require_http_methods(["GET", "HEAD", "POST"])
@mine
def ask(request: MyRequest, number: str) -> HttpResponse:
    """Show what can be asked of an order, then what that means; take the request in when it is sent.

    Raises: NotFound, TooMany (as pages).
    """
    key = own_order(request, number)
    form = request.POST if request.method == "POST" else request.GET
    asked = _asked(key.id, form)
    if request.method == "POST" and asked.is_whole:
        return _send(request, key.id, number, asked)
    if not asked.is_whole:
        tried = "reason" in form or any(name.startswith("line-") for name in form)
        facts = {"number": number, "asked": asked, "groups": _groups(asked.reasons), "tried": tried}
        return render(request, "portal/my/ask.html", facts, status=422 if request.method == "POST" else 200)
    return _second(request, key.id, number, asked)


def _asked(order_id: int, form: QueryDict) -> Asked:
    """Read the first step; more than is left of a line counts as what is left."""
    order, lines = asking.order_left(order_id)
    reasons = asking.reason_leaves(get_language() or settings.LANGUAGE_CODE)
    wants = {one.line_id: min(_number(form.get(f"line-{one.line_id}", "")), one.free) for one in lines}
    reason = next((one for one in reasons if one.code == form.get("reason")), None)
    alone = len(lines) == 1 and not wants[lines[0].line_id]
    rows = [_row(one, min(1, one.free) if alone else wants[one.line_id]) for one in lines]
    wanted = {line: quantity for line, quantity in wants.items() if quantity}
    questions = reason.questions_for(asking.categories_of(order, wanted)) if reason and wanted else []
    return Asked(rows, reasons, wanted, reason, order.currency, questions)


def _row(one: Claimable, chosen: int) -> Row:
    return Row(one, list(range(min(one.free, MOST_CHOICES) + 1)), chosen)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _groups(reasons: Sequence[ReasonLeaf]) -> list[tuple[str, list[ReasonLeaf]]]:
    """Gather reasons under their branches."""
    found: dict[str, list[ReasonLeaf]] = {}
    for one in reasons:
        found.setdefault(one.branch, []).append(one)
    return list(found.items())


def _second(
    request: MyRequest, order_id: int, number: str, asked: Asked, *, faults: Mapping[str, str] | None = None
) -> HttpResponse:
    """Show questions, what may help, and every solution with its terms before anything is sent."""
    assert asked.reason is not None
    covered = _warranty(asked, request)
    offers = asking.offered(order_id, asked.wants, reason=asked.reason, now=request.now)
    options = [_option(one, covered if one.kind == "repair" else []) for one in offers]
    options.sort(key=lambda one: (bool(one.why), list(case_words.KINDS).index(one.offered.kind)))
    kept = _kept(request) if request.method == "POST" else []
    facts = {
        "number": number,
        "asked": asked,
        "goods": [(one.line, asked.wants[one.line.line_id]) for one in asked.left if one.line.line_id in asked.wants],
        "questions": [(one, request.POST.get(f"answer-{one.code}", "")) for one in asked.questions],
        "possible": [one for one in options if not one.why],
        "impossible": [one for one in options if one.why],
        "currency": asked.currency,
        "swaps": _swaps(order_id, asked, options, request),
        "typed": request.POST,
        "faults": faults or {},
        "files": attachments.attachments(kept) if kept else [],
        "held": signing.dumps(kept, salt=_salt(request)) if kept else "",
        "most": parameters.value(MOST_FILES),
        "largest_mb": limits().file_bytes // 1_000_000,
    }
    return render(request, "portal/my/ask_terms.html", facts, status=422 if faults else 200)


def _swaps(
    order_id: int, asked: Asked, options: Sequence[Option], request: MyRequest
) -> list[tuple[Claimable, list[Choice]]]:
    """List what goods may be exchanged for, with what each costs more or less, where that is possible at all."""
    assert asked.reason is not None
    if not any(one.offered.kind == "exchange" and not one.why for one in options):
        return []
    found = options_of(order_id=order_id, kind="exchange", reason=asked.reason.code, wants=asked.wants, now=request.now)
    lines = {one.line.line_id: one.line for one in asked.left}
    return [(lines[line], some) for line, some in found.items()]


def _insteads(form: QueryDict, wants: Mapping[int, int]) -> tuple[Instead, ...]:
    """Read what is wanted in the place of goods; nothing said: the same again."""
    if form.get("kind") != "exchange":
        return ()
    named = {line: form.get(f"instead-{line}", "").strip()[:64] for line in wants}
    return tuple(Instead(line, sku, wants[line]) for line, sku in named.items() if sku)


def _option(one: Offered, covered: list[str]) -> Option:
    why = "" if one.verdict.eligible else case_words.why(one.verdict.why)
    terms = [*covered, *case_words.terms(one.verdict)] if not why else []
    return Option(one, str(case_words.KINDS[one.kind]), terms, why)


def _warranty(asked: Asked, request: MyRequest) -> list[str]:
    """Say what the warranty covers of what was chosen, before anything is sent."""
    found = warranties([PieceSold(line) for line in asked.wants], now=request.now)
    return list(dict.fromkeys(warranty_words(one.why, one.until) for one in found))


def _send(request: MyRequest, order_id: int, number: str, asked: Asked) -> HttpResponse:
    """Keep the files, open the case, or say what is missing with everything still there."""
    throttle.hold_back("my-ask-case", f"{request.visit.visit_id}", most=REQUESTS_A_MINUTE)
    assert asked.reason is not None
    if "kind" not in request.POST:
        return _second(request, order_id, number, asked)
    faults = _take_files(request)
    hints = _hints(asked.questions, request.POST)
    helped = request.POST.get("helped", "")
    if hints and not helped and not faults:
        return _offer_help(request, number, hints)
    if not faults:
        draft = CaseDraft(
            order_number=number,
            kind=request.POST.get("kind", "")[:20],
            reason=asked.reason.code,
            wants=tuple(Want(line, quantity) for line, quantity in asked.wants.items()),
            source="portal",
            words=request.POST.get("words", "").strip()[:LONGEST_WORDS],
            answers=_answers(asked.questions, request.POST),
            attachment_ids=tuple(_kept(request)),
            instead=_insteads(request.POST, asked.wants),
            opened={"yes": True, "no": False}.get(request.POST.get("opened", "")),
        )
        receipt = open_cases(CUSTOMER, drafts=[draft], now=request.now)[0]
        if receipt.refusal is None:
            note_help(request, receipt, hints, helped=helped == "yes")
            return redirect("my_case", receipt.number)
        if receipt.refusal.code == "evidence_missing" and receipt.verdict is not None:
            faults = {"files": case_words.shown(receipt.verdict)}
        else:
            faults = {"kind": case_words.why(receipt.refusal.code)}
    return _second(request, order_id, number, asked, faults=faults)


def _offer_help(request: MyRequest, number: str, hints: Sequence[Hint]) -> HttpResponse:
    """Show what may help before the request is sent; everything typed comes along."""
    own = ("csrfmiddlewaretoken", "held", "helped", "files")
    facts = {
        "number": number,
        "hints": hints,
        "held": signing.dumps(_kept(request), salt=_salt(request)),
        "carried": [(name, value) for name, value in request.POST.items() if name not in own],
    }
    return render(request, "portal/my/ask_hints.html", facts)


def _hints(questions: Sequence[QuestionAsked], form: QueryDict) -> list[Hint]:
    """Gather what may help where questions were answered so."""
    return [hint for one in questions for hint in one.hints if hint.answer == form.get(f"answer-{one.code}")]


def _answers(questions: Sequence[QuestionAsked], form: QueryDict) -> dict[str, str]:
    given = {one.code: form.get(f"answer-{one.code}", "").strip()[:LONGEST_ANSWER] for one in questions}
    return {code: said for code, said in given.items() if said}


def _take_files(request: MyRequest) -> dict[str, str]:
    """Store what was sent along; what was stored before stays. Returns what is wrong."""
    uploads = request.FILES.getlist("files")
    kept = _kept(request)
    if len(uploads) + len(kept) > parameters.value(MOST_FILES):
        return {"files": _("%(count)s files at most.") % {"count": parameters.value(MOST_FILES)}}
    if any((one.size or 0) > limits().file_bytes for one in uploads):
        return {"files": _("A file is too big.")}
    if not uploads:
        return {}
    try:
        sizes = [one.size or 0 for one in uploads]
        count_uploads(CUSTOMER, customer_id=min(request.visit.members), sizes=sizes, now=request.now)
    except TooMuchToday as refusal:
        return {"files": str(refusal)}
    stored = store_parts(CUSTOMER, parts=[Part(one.name or "", one.read()) for one in uploads], now=request.now)
    views = attachments.attachments(stored)
    request.kept = [*kept, *(one.id for one in views if not one.refusal)]
    refused = [f"{one.filename}: {one.why}" for one in views if one.refusal]
    return {"files": " ".join(refused)} if refused else {}


def _kept(request: MyRequest) -> list[int]:
    """Read which files this person sent with this request before."""
    if request.kept is None:
        try:
            request.kept = signing.loads(request.POST.get("held", ""), salt=_salt(request), max_age=FILES_LIVE_S)
        except signing.BadSignature:
            request.kept = []
    return request.kept


def _salt(request: MyRequest) -> str:
    return f"{SALT}:{request.visit.visit_id}"
