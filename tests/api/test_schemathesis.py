"""The API keeps its own description, whatever is sent to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from schemathesis.checks import load_all_checks
from schemathesis.core.result import Ok
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.pytest._test_builder import build_operation_test
from schemathesis.python._constants.orchestrator import make_constants_value_source

from tests import make
from tests.api import described

EXAMPLES = 5
# Reading the description touches no database, so it can be done while tests are collected.
schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
operations = {found.ok().label: found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)}


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


@described.examples(EXAMPLES)
def answers_as_described(case: schemathesis.Case[Any], secret: str) -> None:
    """Send one request and hold its answer to the description."""
    excluded = described.unfit_checks(case.operation.path)
    case.call_and_validate(headers={"Authorization": f"Bearer {secret}"}, excluded_checks=excluded)


# `schema.parametrize()` makes up every request of every operation while tests are collected, in each process that runs
# tests; here an operation's requests are made where it is tested.
@pytest.mark.parametrize("label", sorted(operations))
def test_every_answer_is_as_described(label: str, secret: str) -> None:
    load_all_checks()
    test = build_operation_test(
        config=schema.config,
        operation=operations[label],
        test_func=answers_as_described,
        given_kwargs={},
        feedback=FeedbackSources(constants_value_source=make_constants_value_source(schema)),
    )
    test(secret=secret)
