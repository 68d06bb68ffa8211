"""The API keeps its own description, whatever is sent to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests import make

EXAMPLES = 8
# Reading the description touches no database, so it can be done while tests are collected.
schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())


@schemathesis.serializer("application/x-ndjson")
def stream(context: schemathesis.SerializationContext, value: Any) -> bytes:
    """Send a stream as the text it is."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@pytest.fixture
def secret(db: None) -> Iterator[str]:
    """Give the caller every permission and something to work on.

    The test's connection is kept over requests, as Django's own test client does.
    """
    moments = (request_started, request_finished)
    for moment in moments:
        moment.disconnect(close_old_connections)
    make.item(stock=50)
    make.order("A-1", payments=[make.payment()])
    yield make.token("*")
    for moment in moments:
        moment.connect(close_old_connections)


@schema.parametrize()
@hypothesis.settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
def test_every_answer_is_as_described(case: schemathesis.Case[Any], secret: str) -> None:
    # A well-formed request may still name a shop or an item that does not exist: 422 is then the right answer.
    excluded: list[schemathesis.CheckFunction] = [positive_data_acceptance]
    if case.operation.path.endswith("/bulk"):
        # Whatever a line holds, the stream is answered line by line.
        excluded.append(negative_data_rejection)
    case.call_and_validate(headers={"Authorization": f"Bearer {secret}"}, excluded_checks=excluded)
