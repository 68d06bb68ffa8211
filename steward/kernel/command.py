"""`@command`: one use case, one permission check, one transaction."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from steward.kernel.actor import Actor

P = ParamSpec("P")
R = TypeVar("R")


class SwallowedRefusal(RuntimeError):
    """Report that a nested command was refused and its caller went on: everything would roll back in silence."""


def _is_outermost(connection: BaseDatabaseWrapper) -> bool:
    """Tell whether no command runs around this one (a test case's own transaction does not count)."""
    return not connection.in_atomic_block or all(
        getattr(block, "_from_testcase", False) for block in connection.atomic_blocks
    )


def command(*, needs: str) -> Callable[[Callable[Concatenate[Actor, P], R]], Callable[Concatenate[Actor, P], R]]:
    """Make a function a command that needs a permission.

    The decorated function takes the actor first and everything else by keyword. The outermost command opens a durable
    transaction, nested ones join it without a savepoint, so a refusal anywhere rolls back everything.
    Raises: NotPermitted; SwallowedRefusal when a nested refusal was caught and forgotten.
    """

    def decorate(function: Callable[Concatenate[Actor, P], R]) -> Callable[Concatenate[Actor, P], R]:
        @wraps(function)
        def run(actor: Actor, *args: P.args, **kwargs: P.kwargs) -> R:
            actor.require(needs)
            connection = transaction.get_connection()
            outermost = _is_outermost(connection)
            with transaction.atomic(durable=outermost, savepoint=outermost):
                result = function(actor, *args, **kwargs)
                if connection.get_rollback():
                    raise SwallowedRefusal(function.__qualname__)
            return result

        run.needs = needs  # type: ignore[attr-defined]
        return cast("Callable[Concatenate[Actor, P], R]", run)

    return decorate
