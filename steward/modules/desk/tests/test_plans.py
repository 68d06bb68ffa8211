"""Lists, views and searches read indexes, never a whole big table: with enough rows that the planner would care."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from steward.kernel import memory
from steward.modules.desk.commands.follow_ups import ask_customers, lapse_questions
from steward.modules.desk.queries import complaints, follow_ups
from steward.modules.desk.queries.inbox import QUEUES, TicketFilters, find_tickets, inbox_page
from steward.modules.desk.queries.search_pages import search_page
from steward.modules.desk.queries.searching import SearchFilters
from steward.modules.desk.queries.views import view_page
from steward.modules.desk.rules.views import Conditions
from tests import make

pytestmark = pytest.mark.django_db
NOW, DAY = make.NOW, timedelta(days=1)
TICKETS, MESSAGES = 8_000, 16_000
BIG = ("desk_ticket", "desk_message", "desk_search", "desk_follow_up", "desk_complaint")
TICKET_ROWS = """
INSERT INTO desk_ticket (id, number, state, closed_as, closed_at, subject, channel, category, tags, team, owner_id,
                         first_owner_id, opened_at, heard_at, due_at)
SELECT n, 'TK-2026-' || lpad(n::text, 6, '0'),
       CASE WHEN n > %(tickets)s * 0.98 THEN (ARRAY['new', 'open', 'waiting_customer'])[1 + n %% 3] ELSE 'closed' END,
       CASE WHEN n > %(tickets)s * 0.98 THEN '' ELSE 'solved' END,
       CASE WHEN n > %(tickets)s * 0.98 THEN NULL ELSE %(now)s::timestamptz END,
       '', (ARRAY['chat', 'email', 'phone'])[1 + n %% 3], (ARRAY['logistics', 'order', ''])[1 + n %% 3],
       CASE WHEN n %% 500 = 0 THEN ARRAY['催'] ELSE '{}'::text[] END, '', NULLIF(n %% 7, 0), NULLIF(n %% 7, 0),
       %(now)s::timestamptz - (%(tickets)s - n) * interval '1 hour',
       %(now)s::timestamptz - (%(tickets)s - n) * interval '1 hour', %(now)s::timestamptz + n * interval '1 minute'
FROM generate_series(1, %(tickets)s) AS n
"""
MESSAGE_ROWS = """
INSERT INTO desk_message (id, ticket_id, kind, author, at, text, state)
SELECT n, 1 + n * (%(tickets)s - 1) / %(messages)s, 'inbound', 'customer',
       %(now)s::timestamptz - (%(messages)s - n) * interval '30 minutes', '', 'received'
FROM generate_series(1, %(messages)s) AS n
"""
SEARCH_ROWS = """
INSERT INTO desk_search (message_id, at, words)
SELECT id, at, array_to_tsvector(
    ARRAY[CASE WHEN id %% 4 = 0 THEN '退款' ELSE '查询' END, CASE WHEN id %% 5000 = 0 THEN '魔方' ELSE '包裹' END]
    || ARRAY(SELECT '@' || level || '.' || floor(extract(epoch FROM at) / 3600)::bigint / (8 ^ level)::bigint
             FROM generate_series(0, 5) AS level))
FROM desk_message
"""
COMPLAINT_ROWS = """
INSERT INTO desk_complaint (id, number, state, source, type_id, seriousness, words, wants, reference, ticket_id, team,
                            cause_id, cause_words, proposal, outcome, outcome_words, told_at, opened_at, opened_by,
                            registered_at, closed_at, owner_id, reopened, simulated)
SELECT n, 'CP-' || n, CASE WHEN n %% 50 = 0 THEN 'registered' ELSE 'closed' END, 'phone',
       (SELECT min(id) FROM desk_complaint_type), 'normal', '', '', '', n, 'service',
       (SELECT min(id) FROM desk_complaint_cause), '', '', CASE WHEN n %% 50 = 0 THEN '' ELSE 'satisfied' END, '',
       at, at, 'tests', at, CASE WHEN n %% 50 = 0 THEN NULL ELSE at END, NULLIF(n %% 7, 0), 0, FALSE
FROM (SELECT n, %(now)s::timestamptz - (%(tickets)s - n) * interval '1 hour' AS at
      FROM generate_series(1, %(tickets)s) AS n) AS told
"""
FOLLOW_UP_ROWS = """
INSERT INTO desk_follow_up (ticket_id, solved_at, policy_id, customer_id, channel, state, why, asked_at, next_try_at,
                            tries, satisfied, words, answered_at, answered_by, simulated)
SELECT n, at, (SELECT min(id) FROM desk_follow_up_policy), n %% 900, 'phone', state, '', at,
       CASE WHEN state = 'to_call' THEN at END, 0, CASE WHEN state = 'answered' THEN n %% 20 <> 0 END, '',
       CASE WHEN state = 'answered' THEN at END, '', FALSE
FROM (SELECT n, %(now)s::timestamptz - (%(tickets)s - n) * interval '1 hour' AS at,
             CASE WHEN n %% 100 = 0 THEN 'to_call' WHEN n %% 100 = 1 THEN 'asked' WHEN n %% 3 = 0 THEN 'answered'
                  WHEN n %% 3 = 1 THEN 'skipped' ELSE 'lapsed' END AS state
      FROM generate_series(1, %(tickets)s) AS n) AS asked
"""


@pytest.fixture
def _house() -> None:
    """Two years of a small house, written in one go."""
    memory.forget_everything()
    columns: dict[str, Any] = {"tickets": TICKETS, "messages": MESSAGES, "now": NOW}
    with connection.cursor() as cursor:
        for statement in (TICKET_ROWS, MESSAGE_ROWS, SEARCH_ROWS, COMPLAINT_ROWS, FOLLOW_UP_ROWS):
            cursor.execute(statement, columns)
        cursor.execute(f"ANALYZE {', '.join(BIG)}")


@contextmanager
def plans() -> Iterator[list[str]]:
    """Collect the plan of every query that reads a big table."""
    found: list[str] = []

    def explain(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if any(table in sql for table in BIG) and sql.lstrip(" -").upper().find("SELECT") >= 0:
            with connection.cursor() as cursor:
                cursor.cursor.execute("EXPLAIN " + sql, params)
                found.append("\n".join(row[0] for row in cursor.fetchall()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield found


VIEWS = (
    ("due", Conditions()),
    ("due", Conditions(owners=("3",), late=True)),
    ("due", Conditions(owners=("nobody",), channels=("email",))),
    ("due", Conditions(awaiting=True, unread=True, priorities=("high",))),
    ("heard", Conditions(states=("open", "closed"), heard_days=7)),
    ("opened", Conditions(states=("closed",), opened_days=31, channels=("email",))),
    ("heard", Conditions(states=("closed",), tags=("催",), heard_days=92)),
    ("due", Conditions(text="退款")),
)


@pytest.mark.usefixtures("_house")
def test_no_list_view_or_search_reads_a_whole_big_table() -> None:
    with plans() as found:
        for queue in QUEUES:
            inbox_page(TicketFilters(queue=queue, staff_id=3), now=NOW)
        for sort, conditions in VIEWS:
            first = view_page(conditions, sort, staff_id=3, now=NOW, limit=5)
            view_page(conditions, sort, staff_id=3, now=NOW, after=first.after, limit=5)
        for text in ("退款", "魔方", "退款 包裹", "没有", "款"):
            page = search_page(text, SearchFilters(), now=NOW)
            search_page(text, SearchFilters(author="customer", owner_id=3), now=NOW, after=page.after)
        find_tickets("TK-2026-0001")

        for follow_up_queue in follow_ups.QUEUES:
            asked = follow_ups.follow_ups_page(queue=follow_up_queue, limit=5)
            follow_ups.follow_ups_page(queue=follow_up_queue, after=asked.after, limit=5)
        follow_ups.calls_due(3, now=NOW)
        follow_ups.follow_up_figures(since=NOW - 30 * DAY, until=NOW)
        lapse_questions(make.TESTER, now=NOW, limit=5)
        ask_customers(make.TESTER, now=NOW)
        for complaint_queue in complaints.QUEUES:
            complaints.complaints_page(complaints.ComplaintFilters(queue=complaint_queue, staff_id=3), now=NOW, limit=5)
        complaints.complaint_counts(3, now=NOW)

    with plans() as frequent:
        page = search_page("退款", SearchFilters(), now=NOW, sort="newest")

    assert len(page.rows) == 20
    assert sum("search_words" in plan for plan in frequent) <= 4
    assert len(found) > len(QUEUES) + len(VIEWS) + len(follow_ups.QUEUES) + len(complaints.QUEUES)
    for plan in found:
        assert not any(f"Seq Scan on {table} " in plan for table in BIG), plan
