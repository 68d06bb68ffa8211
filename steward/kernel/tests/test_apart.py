"""Computations in a process of their own."""

from __future__ import annotations

import math
import os

import pytest

from steward.kernel.apart import DoneApart, apart


def test_the_answer_comes_from_another_process_of_lower_priority() -> None:
    assert apart(math.isqrt, 81) == 9
    assert apart(os.getpid) != os.getpid()
    assert apart(os.nice, 0) >= 10


def test_what_goes_wrong_there_is_told_here() -> None:
    with pytest.raises(DoneApart, match="exit code 1"):
        apart(math.sqrt, -1)


def test_a_child_that_dies_is_told_of() -> None:
    with pytest.raises(DoneApart, match="exit code 3"):
        apart(os._exit, 3)
