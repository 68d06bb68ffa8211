"""docs/openapi.json says what the API does."""

from __future__ import annotations

import json

import msgspec
import pytest
from django.conf import settings
from django.test import Client

from steward.interfaces.api.app import api, described
from steward.interfaces.cli.api import PAGE, written
from steward.modules.orders.rules.drafts import OrderDraft

# What may be sent twice by its nature, asks only, touches the outside, or gives personal data out.
KEEP_NO_REPLY = {
    "ask_return_policy", "cancel_transfer", "choose_services", "expect_supply", "give_stocktake_sheet",
    "hand_in_messages", "preview_exchange", "preview_policy", "quote_parcels", "quote_refund", "record_stock_counts",
    "record_tracking",
    "retire_step", "reveal_order", "save_mailbox", "send_transfer", "set_components", "set_item_costs",
    "set_substitutes", "settle_parked_message", "try_mailbox", "withdraw_write_off",
}  # fmt: skip


def test_the_page_says_what_the_code_says() -> None:
    """When this fails on purpose: `steward api schema --write`, and look at the difference before committing it."""
    assert (settings.ROOT / PAGE).read_text(encoding="utf-8") == written()


@pytest.mark.django_db
def test_everybody_may_read_the_description() -> None:
    answer = Client().get("/api/v1/openapi.json")

    assert answer.status_code == 200
    assert answer.json() == json.loads(written())


def test_a_draft_is_described_field_by_field_as_it_is_decoded() -> None:
    described_fields = described()["components"]["schemas"]["OrderDraft"]["properties"]

    assert list(described_fields) == [field.encode_name for field in msgspec.structs.fields(OrderDraft)]


def test_every_operation_says_what_it_does_and_every_change_takes_a_key() -> None:
    for path in described()["paths"].values():
        for method, operation in path.items():
            assert operation["summary"]
            assert operation["description"]
            names = {parameter["name"] for parameter in operation.get("parameters", [])}
            assert method == "get" or "Idempotency-Key" in names or operation["operationId"] in KEEP_NO_REPLY


def test_every_address_that_is_served_is_described() -> None:
    served = {
        (f"/api/v1{path}", method.lower())
        for _prefix, router in api._routers
        for path, view in router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
    }
    shown = {(path, method) for path, operations in described()["paths"].items() for method in operations}

    assert served == shown
