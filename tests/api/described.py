"""What holds wherever the API is compared with its own description."""

from __future__ import annotations

from typing import Any

import hypothesis
import schemathesis
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance


@schemathesis.serializer("application/x-ndjson")
def stream(context: schemathesis.SerializationContext, value: Any) -> bytes:
    """Send a stream as the text it is."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


def examples(count: int) -> hypothesis.settings:
    """Ask for so many requests of each operation, the same in every run."""
    return hypothesis.settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )


def unfit_checks(path: str) -> list[schemathesis.CheckFunction]:
    """List the checks that do not hold for an operation."""
    # A well-formed request may still name a shop or an item that does not exist: 422 is then the right answer.
    unfit: list[schemathesis.CheckFunction] = [positive_data_acceptance]
    if path.endswith("/bulk"):
        # Whatever a line holds, the stream is answered line by line.
        unfit.append(negative_data_rejection)
    return unfit
