"""Fill a migrated database for the intake bench: goods, stock, known customers, a token. Prints the token."""

import sys

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from steward.kernel.actor import system  # noqa: E402
from steward.modules.catalog.commands import ItemDraft, create_items  # noqa: E402
from steward.modules.customers.commands.matching import match_customers  # noqa: E402
from steward.modules.customers.rules.buyers import Buyer, Profile  # noqa: E402
from steward.modules.inventory.commands.moving import MovementDraft, record_movements  # noqa: E402
from steward.modules.inventory.commands.places import open_warehouse  # noqa: E402
from steward.modules.people import commands as people  # noqa: E402

BENCH = system("bench")


def main(units: int, skus: int, known_customers: int) -> None:
    """Load everything the load needs."""
    open_warehouse(BENCH, code="bench", name="Bench")
    drafts = [
        ItemDraft(sku=f"SKU-{n}", name_zh=f"货品 {n}", price_minor=1000 + n % 90 * 100) for n in range(1, skus + 1)
    ]
    for start in range(0, skus, 1000):
        ids = create_items(BENCH, items=drafts[start : start + 1000])
        record_movements(BENCH, movements=[MovementDraft("bench", id_, "received", units) for id_ in ids.values()])
    for start in range(0, known_customers, 1000):
        numbers = range(start + 1, min(start + 1000, known_customers) + 1)
        buyers = [Buyer([("shop:own", f"c{n}")], Profile(name=f"客户{n}")) for n in numbers]
        with transaction.atomic():
            match_customers(buyers, simulated=[False] * len(buyers))
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")
        cursor.execute("VACUUM ANALYZE")
    staff_id = people.create_staff(
        BENCH, username="bench", name="Bench", password="Zq7-vellum-harbour-91", role_codes=["administrator"]
    )
    issued = people.issue_token(BENCH, name="bench", permissions=["orders.enter", "orders.view"], staff_id=staff_id)
    print("TOKEN", issued.secret)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
