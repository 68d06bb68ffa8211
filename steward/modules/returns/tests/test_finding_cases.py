"""Queues count up to a hundred in one statement; numbers are found by an index."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from steward.modules.returns.models import Case, Parcel
from steward.modules.returns.queries import cases
from steward.modules.returns.tests import case

pytestmark = pytest.mark.django_db


def _many(like: Case, count: int) -> None:
    rows = [
        Case(
            number=f"RMA-9-{place}",
            order_id=like.order_id,
            order_number=like.order_number,
            shop=like.shop,
            kind=like.kind,
            reason_id=like.reason_id,
            state="requested",
            state_since=case.LATER,
            source="api",
            currency="CNY",
            requested_at=case.LATER,
            requested_by="tests",
        )
        for place in range(count)
    ]
    Case.objects.bulk_create(rows)


def test_queues_are_counted_in_one_statement_that_stops_at_a_hundred() -> None:
    receipt = case.opened(case.delivered(1))
    _many(case.case_of(receipt), 140)

    with CaptureQueriesContext(connection) as seen:
        counts = cases.queue_counts()

    assert len(seen) == 1
    assert (counts["decide"], counts["send"], counts["inspect"], set(counts)) == (100, 1, 0, set(cases.QUEUES))
    assert cases.queue_counts(shops=["tmall"])["decide"] == 0


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (Case.objects.filter(order_number="SO-1"), "case_order_number"),
        (Parcel.objects.filter(tracking_number__iexact="sf1"), "return_parcel_tracking"),
    ],
)
def test_numbers_are_found_by_an_index(rows: QuerySet[Case] | QuerySet[Parcel], index: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")

    assert index in rows.explain()
