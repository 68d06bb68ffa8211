"""Telephone systems tell here what happens to calls, signed as Standard Webhooks say."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from steward.interfaces.api.problems import of_refusal, problem
from steward.interfaces.webhooks.channels import unfit
from steward.kernel import errors, moment, ports
from steward.kernel.actor import system
from steward.modules.desk.commands.calls import record_calls
from steward.modules.messaging.ports import ForgedReport, UnreadableReport
from steward.modules.messaging.queries.accounts import find_account

ACTOR = system("desk.phone")


@csrf_exempt
def phone_events(request: HttpRequest, code: str) -> HttpResponse:
    """Take events of calls: prove and read them outside any transaction, then record all with one command.

    The same event again, and one that comes late, are as welcome as the first.
    """
    account = find_account("phone", code)
    if account is None:
        return of_refusal(errors.NotFound(key=code))
    if fault := unfit(request, asks=False):
        return fault
    now = moment.now()
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        news = ports.bound("desk.phone")(request.body, headers, account.secrets.get("secret", ""), now=now)
    except RequestDataTooBig:
        return problem(413)
    except UnreadablePostError:
        return problem(400)
    except (ForgedReport, UnreadableReport) as refusal:
        return of_refusal(refusal)
    changed = record_calls(ACTOR, box=account.code, news=news, now=now) if news else 0
    return JsonResponse({"outcome": "recorded", "changed": changed})
