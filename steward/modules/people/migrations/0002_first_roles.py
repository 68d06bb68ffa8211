"""Seed the roles of requirements.md with what they usually may do; the permission matrix changes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows, Row

# (code, name): permissions, those of an area in a line
ROLES = {
    ("after_sales_manager", "After-sales manager"): """
        orders.view orders.enter orders.mend orders.advance orders.audit orders.cancel orders.import orders.mappings
            orders.reveal orders.screen orders.screening_rules orders.exceptions orders.exception_rules orders.process
            orders.offer orders.change orders.do_steps
        customers.view customers.reveal
        catalog.edit
        stock.view stock.purchase stock.plan
        payments.view payments.refund payments.approve
        jobs.view
        settings.parameters settings.policies settings.audit
        approvals.view approvals.decide
        people.view people.roster people.approve people.teams people.calendars
        fulfilment.view fulfilment.allocate fulfilment.policy
        messaging.view messaging.templates messaging.retry
        incidents.view incidents.surge incidents.plans
        logistics.carriers logistics.quote logistics.choose logistics.view logistics.ship logistics.track
    """,
    ("customer_service", "Customer service"): """
        orders.view orders.mend orders.advance orders.reveal orders.exceptions orders.offer orders.change
            orders.do_steps
        customers.view
        stock.view
        payments.view payments.refund
        approvals.view
        people.view
        fulfilment.view
        messaging.view messaging.preferences
        incidents.view
        logistics.quote logistics.view
    """,
    ("technical_support", "Technical support"): """
        orders.view
        customers.view
        stock.view
        people.view
    """,
    ("logistics_coordinator", "Logistics coordinator"): """
        orders.view orders.mend orders.reveal orders.exceptions orders.change orders.do_steps
        customers.view
        stock.view stock.plan
        people.view
        fulfilment.view fulfilment.allocate
        logistics.carriers logistics.quote logistics.choose logistics.view logistics.ship logistics.track
    """,
    ("data_analyst", "Data analyst"): """
        orders.view orders.screening_rules
        customers.view
        stock.view
        payments.view
        people.view
        fulfilment.view
        incidents.view
        logistics.quote logistics.view
    """,
    ("order_clerk", "Order clerk"): """
        orders.view orders.enter orders.mend orders.advance orders.import orders.exceptions orders.offer
            orders.change orders.do_steps
        customers.view
        catalog.edit
        stock.view
        approvals.view
        people.view
        fulfilment.view
        logistics.view
    """,
    ("order_checker", "Order checker"): """
        orders.view orders.advance orders.audit orders.cancel orders.reveal orders.screen orders.exceptions
            orders.offer orders.change orders.do_steps
        customers.view
        stock.view
        payments.view
        approvals.view approvals.decide
        people.view
        fulfilment.view
        incidents.view
        logistics.quote logistics.view
    """,
    ("warehouse", "Warehouse"): """
        orders.view orders.exceptions orders.do_steps
        stock.view stock.move stock.purchase stock.count stock.plan
        approvals.view
        people.view
        fulfilment.view fulfilment.allocate
        logistics.quote logistics.choose logistics.view logistics.ship
    """,
    ("finance", "Finance"): """
        orders.view orders.cancel orders.screen orders.exceptions orders.do_steps
        customers.view customers.terms
        payments.view payments.record payments.refund payments.approve payments.reconcile
        approvals.view approvals.decide
        people.view
        logistics.quote logistics.view
    """,
    ("supervisor", "Supervisor"): """
        orders.view orders.exceptions orders.offer orders.change orders.do_steps
        customers.view
        stock.view
        payments.view
        jobs.view
        settings.audit
        approvals.view approvals.decide
        people.view people.roster people.approve
        fulfilment.view
        messaging.view messaging.retry
        incidents.view incidents.surge
        logistics.quote logistics.view
    """,
    ("trainer", "Trainer"): """
        orders.view
        people.view
    """,
    ("it_operator", "IT operator"): """
        orders.view orders.mappings
        jobs.view jobs.rerun
        settings.tokens
        people.view
        messaging.view messaging.retry messaging.webhooks
        logistics.track
    """,
    ("market_researcher", "Market researcher"): """
        orders.view
        people.view
    """,
    ("administrator", "Administrator"): "*",
}


def roles() -> Iterator[Row]:
    """Name the roles."""
    return ({"code": code, "name": name} for code, name in ROLES)


def permissions() -> Iterator[Row]:
    """Say what each role may do."""
    for (code, _), permitted in ROLES.items():
        yield from ({"role": code, "permission": permission} for permission in permitted.split())


class Migration(migrations.Migration):
    """The first roles."""

    dependencies: ClassVar = [("people", "0001_initial")]
    operations: ClassVar = [FirstRows("Role", roles), FirstRows("RolePermission", permissions, by={"role": "code"})]
