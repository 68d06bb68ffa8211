"""Bring the ports back to what they were."""

from collections.abc import Iterator

import pytest

from steward.kernel import ports


@pytest.fixture(autouse=True)
def _ports_as_bound() -> Iterator[None]:
    """Forget which carriers an earlier test bound."""
    ports.bound.cache_clear()
    yield
    ports.bound.cache_clear()
