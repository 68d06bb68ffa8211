"""Is the process alive, and can it do its work?"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import structlog
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from steward.interfaces.asgi.life import LIFE, Probe
from steward.interfaces.asgi.replies import reply, reply_json
from steward.interfaces.asgi.types import Receive, Scope, Send

PATIENCE_S = 5.0
FRESH_S = 0.5
logger = structlog.get_logger(__name__)


class Readiness:
    """The answer of all probes, asked at most twice a second and in one thread, however many ask."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="readiness")
        self._asked_at = 0.0
        self._answer: asyncio.Future[dict[str, str]] | None = None
        self._migrated = False

    def database(self) -> str | None:
        """Ask the database something."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return None

    def migrations(self) -> str | None:
        """Look whether the tables are those of this code; once they are, they stay so."""
        if not self._migrated:
            executor = MigrationExecutor(connection)
            missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
            if missing:
                return f"{missing} migrations are not applied: run `steward migrate`"
            self._migrated = True
        return None

    async def answer(self) -> dict[str, str]:
        """Return what is wrong by the probe's name; empty when all is well."""
        now = time.monotonic()
        if self._answer is None or (self._answer.done() and now - self._asked_at > FRESH_S):
            self._asked_at = now
            loop = asyncio.get_running_loop()
            self._answer = asyncio.ensure_future(loop.run_in_executor(self._executor, self._ask))
        try:
            return await asyncio.wait_for(asyncio.shield(self._answer), PATIENCE_S)
        except TimeoutError:
            return {"database": f"no answer within {PATIENCE_S:.0f} s"}

    def _ask(self) -> dict[str, str]:
        probes: dict[str, Probe] = {"database": self.database, "migrations": self.migrations, **LIFE.probes}
        wrong: dict[str, str] = {}
        try:
            for name, probe in probes.items():
                complaint = _complaint(name, probe)
                if complaint is not None:
                    wrong[name] = complaint
        finally:
            connection.close()
        return wrong


def _complaint(name: str, probe: Probe) -> str | None:
    """Ask one probe; one that breaks complains by breaking."""
    try:
        return probe()
    except Exception as error:
        logger.warning("probe failed", probe=name, error=type(error).__qualname__, exc_info=True)
        return f"failed: {type(error).__qualname__}"


READINESS = Readiness()


async def alive(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer /healthz: this process runs its loop."""
    await reply(send, status=200, body=b"ok\n", content_type="text/plain; charset=utf-8")


async def ready(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer /readyz: 200 when requests can be answered, otherwise 503 and why."""
    wrong = {"process": "is leaving"} if LIFE.leaving else await READINESS.answer()
    await reply_json(send, {"ready": not wrong, "wrong": wrong}, status=503 if wrong else 200)
