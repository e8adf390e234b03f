"""A doctor's week as it is typed: blocks of a weekday that must not run into each other. No clock, no I/O."""

from collections.abc import Sequence
from datetime import time
from itertools import pairwise

Block = tuple[int, time, time]
"""ISO weekday, start and end."""


def running_into(blocks: Sequence[Block]) -> int | None:
    """The index of a block that begins before an earlier one of the same day has ended; touching is allowed."""
    order = sorted(range(len(blocks)), key=lambda index: (blocks[index][:2], index))
    for before, after in pairwise(order):
        same_day = blocks[before][0] == blocks[after][0]
        if same_day and blocks[after][1] < blocks[before][2]:
            return after
    return None
