"""How many streams one process holds."""

from __future__ import annotations

import pytest

from steward.interfaces.chat.crowd import Crowd, Full, Limits


def test_a_process_holds_so_many_streams() -> None:
    crowd = Crowd()
    for address in ("a", "b"):
        crowd.enter(address, Limits(1, 2))
    with pytest.raises(Full):
        crowd.enter("c", Limits(1, 2))
    crowd.leave("a")
    crowd.enter("c", Limits(1, 2))
