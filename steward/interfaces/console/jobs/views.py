"""The list of parked jobs."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number, row_numbers
from steward.interfaces.console.notices import say
from steward.kernel import parked

PAGE = 50
MOST_AT_ONCE = 1_000


@require_GET
@needs("jobs.view")
def parked_jobs(request: StaffRequest) -> HttpResponse:
    """Show what kept failing, newest first, each with its last error."""
    rows = parked.parked_jobs(before=row_number(request.GET.get("after", "")), limit=PAGE + 1)
    facts = {
        "rows": rows[:PAGE],
        "count": parked.count_parked_jobs(),
        "older_url": f"?after={rows[PAGE - 1].id}" if len(rows) > PAGE else "",
        "may_rerun": request.actor.may("jobs.rerun"),
    }
    return render(request, "console/jobs/parked.html", facts)


@require_POST
@needs("jobs.rerun")
def parked_jobs_rerun(request: StaffRequest) -> HttpResponse:
    """Run one parked job again, or all of them."""
    ids = row_numbers(request.POST.getlist("job"))
    if request.POST.get("all"):
        ids = [job.id for job in parked.parked_jobs(limit=MOST_AT_ONCE)]
    gone = len(parked.rerun_parked_jobs(ids)) if ids else 0
    if not gone:
        return say(request, _("Nothing was started: these jobs are no longer parked."), tone="info")
    text = ngettext("%(count)s job runs again.", "%(count)s jobs run again.", gone) % {"count": gone}
    return say(request, text)
