"""Fill a migrated database for the desk bench: agents with sessions, customers, tickets, messages, open clocks.

`python -m bench._desk_fill TICKETS ACTIVE AGENTS`: settings come from the environment. Prints one line of JSON: the
agents' cookies and the keys of deep pages.
"""

import json
import sys
from datetime import timedelta
from typing import Any

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.backends.utils import CursorWrapper  # noqa: E402
from django.test import Client  # noqa: E402

from steward.kernel.actor import system  # noqa: E402
from steward.kernel.moment import now  # noqa: E402
from steward.modules.customers.commands.matching import match_customers  # noqa: E402
from steward.modules.customers.rules.buyers import Buyer, Profile  # noqa: E402
from steward.modules.desk.models import Ticket  # noqa: E402
from steward.modules.desk.rules.search_words import WIDEST, lexemes  # noqa: E402
from steward.modules.people import commands as people  # noqa: E402

BENCH = system("bench")
PASSWORD = "Zq7-vellum-harbour-91"
CUSTOMERS, BATCH = 5_000, 100_000
MESSAGES_EACH = 5
PHRASES = (
    "请问我的订单什么时候发货", "快递三天没有更新了", "收到的帐篷少了一根杆子", "我要退货退款", "地址写错了能改吗",
    "发票什么时候开", "气罐能不能上飞机", "颜色发错了怎么办", "谢谢你的帮助", "客服电话一直打不通", "包装破损东西坏了",
    "优惠券为什么不能用", "请尽快处理", "我等了一个星期", "Where is my parcel", "I want to return the stove",
    "The zipper is broken", "Please change the address", "付款成功但是订单没有显示", "保修期是多久",
)  # fmt: skip
# Ended tickets first, then the active ones: ids rise with time, as in a house that has worked for two years.
TICKETS = """
INSERT INTO desk_ticket (id, number, state, closed_as, priority, urgency, category, sub_reason, sorted_by, subject,
                         channel, language, customer_id, owner_id, first_owner_id, team, opened_at, heard_at, said_at,
                         answered_at, awaits_since, solved_at, closed_at, due_at, due_kind)
SELECT made.id, 'TK-2026-' || lpad(made.id::text, 7, '0'),
       CASE WHEN ended THEN 'closed' ELSE (ARRAY['new', 'open', 'open', 'waiting_customer'])[1 + id %% 4] END,
       CASE WHEN ended THEN 'solved' ELSE '' END,
       (ARRAY['normal', 'normal', 'normal', 'high'])[1 + id %% 4], 'normal',
       (ARRAY['logistics', 'order', 'product_quality', 'payment'])[1 + id %% 4], '', 'model', phrase,
       (ARRAY['chat', 'email', 'wechat', 'phone'])[1 + id %% 4], 'zh-hans',
       (%(customers)s::bigint[])[1 + id %% %(many)s],
       owner, owner, 'service', at, at + interval '1 hour', at + interval '10 minutes',
       at + interval '10 minutes', CASE WHEN ended THEN NULL ELSE at END,
       CASE WHEN ended THEN at + interval '3 hours' END, CASE WHEN ended THEN at + interval '3 days' END,
       CASE WHEN ended THEN NULL ELSE %(now)s::timestamptz + (id %% 20000 - 2000) * interval '3 seconds' END,
       CASE WHEN ended THEN '' ELSE 'solution' END
FROM (
    SELECT n AS id, n <= %(ended)s AS ended,
           %(now)s::timestamptz - (%(total)s - n) * interval '1 minute' AS at,
           (%(phrases)s::text[])[1 + n * 7 %% cardinality(%(phrases)s::text[])] AS phrase,
           CASE WHEN n > %(ended)s AND n %% 50 = 0 THEN NULL
                ELSE (%(agents)s::bigint[])[1 + n %% cardinality(%(agents)s::bigint[])] END AS owner
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
) AS made
"""
THREADS = """
INSERT INTO desk_conversation (id, ticket_id, channel, box, thread, customer_id, opened_at, heard_at)
SELECT id, id, channel, 'main', '', customer_id, opened_at, heard_at
FROM desk_ticket WHERE id BETWEEN %(first)s AND %(last)s
"""
MESSAGES = """
INSERT INTO desk_message (ticket_id, conversation_id, kind, author, staff_id, at, text, language, state)
SELECT ticket.id, ticket.id, CASE WHEN said %% 2 = 0 THEN 'inbound' ELSE 'reply' END,
       CASE WHEN said %% 2 = 0 THEN 'customer' ELSE 'staff' END,
       CASE WHEN said %% 2 = 1 THEN COALESCE(owner_id, (%(agents)s::bigint[])[1]) END,
       opened_at + said * interval '10 minutes',
       (%(phrases)s::text[])[1 + (ticket.id * 7 + said * 3) %% cardinality(%(phrases)s::text[])] || '，'
       || (%(phrases)s::text[])[1 + (ticket.id * 11 + said * 5) %% cardinality(%(phrases)s::text[])] || '。'
       || (%(phrases)s::text[])[1 + (ticket.id / 13 + said) %% cardinality(%(phrases)s::text[])],
       'zh-hans', CASE WHEN said %% 2 = 0 THEN 'received' ELSE 'sent' END
FROM desk_ticket AS ticket CROSS JOIN generate_series(0, %(each)s - 1) AS said
WHERE ticket.id BETWEEN %(first)s AND %(last)s
ORDER BY ticket.id, said
"""
CLOCKS = """
INSERT INTO deadlines_clock (subject_kind, subject_id, kind, policy_id, target_s, started_at, running_since, due_at,
                             next_step_at, owner_id)
SELECT 'ticket', ticket.id, 'solution', policy.id, policy.target_s, opened_at, opened_at, ticket.due_at, ticket.due_at,
       owner_id
FROM desk_ticket AS ticket,
     (SELECT id, target_s FROM deadlines_policy
      WHERE subject_kind = 'ticket' AND clock_kind = 'solution' LIMIT 1) AS policy
WHERE ticket.id > %(ended)s
"""
# What texts are found by, as the worker that reads them writes it; texts repeat here, so each is read once.
SEARCH = """
INSERT INTO desk_search (message_id, at, words)
SELECT message.id, message.at, array_to_tsvector(read.words || ARRAY(
    SELECT '@' || level || '.' || floor(extract(epoch FROM message.at) / 3600)::bigint / (8 ^ level)::bigint
    FROM generate_series(0, %(widest)s) AS level))
FROM desk_message AS message JOIN bench_read AS read USING (text)
WHERE message.id BETWEEN %(first)s AND %(last)s
"""


def main(total: int, active: int, agents: int) -> None:
    """Fill, and print what the load needs."""
    staff = [
        people.create_staff(
            BENCH,
            username=f"agent{n}",
            name=f"坐席{n}",
            password=PASSWORD,
            role_codes=["customer_service"],
        )
        for n in range(agents)
    ]
    draft = people.TeamDraft(name="客服", manager_id=staff[0], minimum_on_duty=1)
    people.save_team(BENCH, code="service", draft=draft)
    people.set_team_members(BENCH, team_code="service", members=[people.MemberDraft(one) for one in staff])
    customers: list[int] = []
    for start in range(0, CUSTOMERS, 1000):
        buyers = [Buyer([("shop:own", f"c{n}")], Profile(name=f"客户{n}")) for n in range(start, start + 1000)]
        with transaction.atomic():
            customers += [
                found.customer_id for found in match_customers(buyers, simulated=[False] * len(buyers)) if found
            ]
    facts: dict[str, Any] = {
        "now": now(), "total": total, "ended": total - active, "agents": staff, "customers": customers,
        "many": len(customers), "phrases": list(PHRASES), "each": MESSAGES_EACH,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for table in ("desk_ticket", "desk_message"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for first in range(1, total + 1, BATCH):
            window = facts | {"first": first, "last": min(first + BATCH - 1, total)}
            for statement in (TICKETS, THREADS, MESSAGES):
                cursor.execute(statement, window)
        cursor.execute(CLOCKS, facts)
        _read_texts(cursor, total * MESSAGES_EACH)
        for table in ("desk_ticket", "desk_message"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        for table in ("desk_ticket", "desk_conversation"):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")
        cursor.execute("VACUUM ANALYZE")
    print(json.dumps({"cookies": [_cookie(f"agent{n}") for n in range(agents)], "deep": _deep(total, active)}))


def _read_texts(cursor: CursorWrapper, messages: int) -> None:
    """Write what the messages are found by, with the words the desk itself reads."""
    cursor.execute("SELECT DISTINCT text FROM desk_message")
    texts = [row[0] for row in cursor.fetchall()]
    cursor.execute("CREATE TEMP TABLE bench_read (text text PRIMARY KEY, words text[])")
    rows = [(text, lexemes(text)) for text in texts]
    cursor.executemany("INSERT INTO bench_read (text, words) VALUES (%s, %s)", rows)
    cursor.execute("ANALYZE bench_read")
    for first in range(1, messages + 1, BATCH):
        cursor.execute(SEARCH, {"first": first, "last": first + BATCH - 1, "widest": WIDEST})


def _cookie(username: str) -> str:
    client = Client()
    client.force_login(
        get_user_model().objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client.cookies["sessionid"].value


def _deep(total: int, active: int) -> dict[str, str]:
    """Name a page in the middle of the active tickets, and one in the middle of the closed ones."""
    middle = Ticket.objects.filter(state="open").order_by("due_order", "id")[active // 4]
    far = (now() - timedelta(days=1)).isoformat()
    return {"active": f"{middle.due_order.isoformat()}~{middle.id}", "closed": f"{far}~{total // 2}"}


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
