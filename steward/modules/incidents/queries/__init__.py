"""Read the load of the queues, plans and surges."""

from steward.modules.incidents.queries.loads import SOURCES, Sample, forecast, load_of, people_on, samples_of
from steward.modules.incidents.queries.surges import (
    KINDS,
    ChangeView,
    PlanView,
    SurgeView,
    active_surges,
    changes_of,
    plan,
    plans,
    surge,
    surge_page,
)

__all__ = [
    "KINDS",
    "SOURCES",
    "ChangeView",
    "PlanView",
    "Sample",
    "SurgeView",
    "active_surges",
    "changes_of",
    "forecast",
    "load_of",
    "people_on",
    "plan",
    "plans",
    "samples_of",
    "surge",
    "surge_page",
]
