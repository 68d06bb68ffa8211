"""Give each test process a real PostgreSQL database, copied from a migrated template.

A test that commits (`django_db(transaction=True)`) gets a fresh copy made after it.
"""

import gc
import os
from collections.abc import Generator, Iterator

import pytest
from hypothesis import HealthCheck, settings
from pytest_django.plugin import DjangoDbBlocker
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # xdist has no types

from steward.interfaces.cli.messages import catalogues
from steward.kernel import memory
from tests import databases

# How fast examples come says how busy the machine is, and nothing about what is tested.
# CI tries the same examples every time, so that a change is judged by what it changed; other runs go on exploring.
HOUSE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("house", HOUSE)
settings.register_profile("house-ci", HOUSE, derandomize=True)
settings.load_profile("house-ci" if os.environ.get("CI") else "house")


def pytest_configure() -> None:
    """Compile the translations that changed; compiled ones are not committed."""
    catalogues.compile_stale()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: it must not come last."""
    items.sort(key=lambda item: GROUPS.index(group_of(item.nodeid)))


class Houses(LoadScopeScheduling):  # type: ignore[misc]  # xdist is not typed
    """Give tests that share something dear to one process, all others to whoever is free."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid) or nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Houses:
    """Keep together what shares something dear.

    One home with its tables for all that starts the whole of Steward, one house for all stories in a browser, the
    sample loaded once.
    """
    return Houses(config, log)


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over what was loaded to collect the tests: it all stays to the end."""
    gc.collect()
    gc.freeze()


GROUPS = ("running", "browser", "sample", "")
RUNNING = ("tests/ops/test_run.py", "tests/races/test_crash.py")
LOADED = "tests/sample/test_load.py::TestTheLoadedSample"


def group_of(nodeid: str) -> str:
    """Name what a test shares with others; empty where it shares nothing."""
    if nodeid.startswith(RUNNING):
        return "running"
    if nodeid.startswith(LOADED):
        return "sample"
    return "browser" if nodeid.startswith("tests/browser/") else ""


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Lend this process a database of its own for the session."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    with django_db_blocker.unblock(), databases.lent(worker):
        yield


@pytest.fixture(autouse=True)
def _remember_nothing() -> None:
    """Forget what an earlier test's database held: ids are given out anew in each."""
    memory.forget_everything()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """Renew the database once a test that committed is wholly torn down."""
    yield
    marker = item.get_closest_marker("django_db")
    fixtures = set(getattr(item, "fixturenames", ()))
    if (marker is not None and marker.kwargs.get("transaction")) or fixtures & {"transactional_db", "live_server"}:
        databases.renew()
