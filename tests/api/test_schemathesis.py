"""The API keeps its own description, whatever is sent to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

from tests import make
from tests.api import described

EXAMPLES = 8
# Reading the description touches no database, so it can be done while tests are collected.
schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())


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
@described.examples(EXAMPLES)
def test_every_answer_is_as_described(case: schemathesis.Case[Any], secret: str) -> None:
    excluded = described.unfit_checks(case.operation.path)
    case.call_and_validate(headers={"Authorization": f"Bearer {secret}"}, excluded_checks=excluded)
