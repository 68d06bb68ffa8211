"""The page on which customers say whether a solution satisfied them. Looking never answers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from steward.interfaces.console.addresses import row_number
from steward.kernel import moment
from steward.kernel.actor import system
from steward.kernel.errors import Refusal
from steward.modules.desk.commands import follow_up_answers as commands
from steward.modules.desk.queries.follow_ups import follow_up
from steward.modules.desk.rules.follow_ups import is_changeable
from steward.modules.messaging.rules.signed_links import SignedLink

CUSTOMER = system("portal.customer")
ANSWERS = {"yes": True, "no": False}
OPEN = ("asked", "to_call", "answered")


def follow_up_page(request: HttpRequest, link: SignedLink) -> HttpResponse:
    """Ask, take the answer, and show what was answered; for a while it can be put right."""
    row, now = follow_up(link.subject_id), moment.now()
    refusal: Refusal | None = None
    if request.method == "POST" and (satisfied := ANSWERS.get(request.POST.get("satisfied", ""))) is not None:
        try:
            commands.answer_follow_up(
                CUSTOMER,
                follow_up_id=row.id,
                satisfied=satisfied,
                score=row_number(request.POST.get("score", "")),
                words=request.POST.get("words", "")[:1000],
                now=now,
            )
        except (commands.AnsweredAlready, commands.QuestionOver) as over:
            refusal = over
        else:
            return redirect(request.get_full_path())
    may_answer = row.state in OPEN and is_changeable(
        answered_at=row.answered_at, changeable_until=row.changeable_until, now=now
    )
    facts = {"row": row, "may_answer": may_answer, "refusal": refusal, "scores": (5, 4, 3, 2, 1)}
    return render(request, "portal/follow_up.html", facts, status=refusal.status if refusal else 200)
