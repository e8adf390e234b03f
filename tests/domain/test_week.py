"""A typed week: blocks of a day must not run into each other."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tht_app.domain.scheduling import running_into
from tht_app.domain.scheduling.week import Block


@pytest.mark.parametrize(
    ("blocks", "found"),
    [
        ([], None),
        ([(1, time(8), time(12))], None),
        ([(1, time(8), time(12)), (1, time(12), time(16))], None),
        ([(1, time(8), time(12)), (2, time(8), time(12))], None),
        ([(1, time(8), time(12)), (1, time(11), time(16))], 1),
        ([(1, time(11), time(16)), (1, time(8), time(12))], 0),
        ([(1, time(8), time(12)), (1, time(8), time(12))], 1),
        ([(1, time(8), time(20)), (1, time(9), time(10)), (1, time(11), time(12))], 1),
    ],
)
def test_names_the_block_that_begins_too_early(blocks: list[Block], found: int | None) -> None:
    assert running_into(blocks) == found


BLOCKS = st.lists(
    st.tuples(st.integers(1, 2), st.integers(0, 22), st.integers(1, 4)).map(
        lambda found: (found[0], time(found[1]), time(min(found[1] + found[2], 23), 30))
    ),
    max_size=6,
)


@given(BLOCKS)
def test_agrees_with_looking_at_every_pair(blocks: list[Block]) -> None:
    pairs = [(one, other) for place, one in enumerate(blocks) for other in blocks[place + 1 :]]
    clash = any(one[0] == other[0] and one[1] < other[2] and other[1] < one[2] for one, other in pairs)
    assert (running_into(blocks) is not None) == clash
