"""Which records an audit draws: stratified, of the size asked for, the same ones for the same seed (Q3)."""

import random
from collections import Counter
from uuid import UUID

from hypothesis import given, strategies as st

from oppwizard.data.figures import Member
from oppwizard.quality.sampling import drawn

MEMBERS = st.lists(st.tuples(st.sampled_from("ABC"), st.integers(1, 7)), max_size=120).map(
    lambda keys: [Member(UUID(int=number), rep, stage) for number, (rep, stage) in enumerate(keys)]
)


@given(members=MEMBERS, size=st.integers(0, 130), seed=st.integers(0, 2**62))
def test_a_sample_is_of_its_size_and_of_its_strata(members: list[Member], size: int, seed: int) -> None:
    found = drawn(members, size, seed)
    assert len(found) == len(set(found)) == min(size, len(members))
    assert set(found) <= {one.id for one in members}
    strata = Counter((one.rep, one.open_stage) for one in members)
    taken = Counter((one.rep, one.open_stage) for one in members if one.id in set(found))
    if size >= len(strata):
        assert taken.keys() == strata.keys(), "each stratum has one at least"
    for key, count in taken.items():
        assert count <= strata[key]
        assert count <= max(1, size * strata[key] / len(members)) + 1, "none has much more than its share"


@given(members=MEMBERS, size=st.integers(0, 60), seed=st.integers(0, 2**62))
def test_the_order_of_the_store_does_not_matter(members: list[Member], size: int, seed: int) -> None:
    mixed = random.Random(1).sample(members, len(members))
    assert drawn(mixed, size, seed) == drawn(members, size, seed)


def test_another_seed_draws_others() -> None:
    members = [Member(UUID(int=number), "A", 1) for number in range(200)]
    assert len({tuple(drawn(members, 20, seed)) for seed in range(20)}) == 20


def test_every_record_is_as_likely_as_any_other_of_its_stratum() -> None:
    members = [Member(UUID(int=number), "A", 1) for number in range(10)]
    often = Counter(one for seed in range(2_000) for one in drawn(members, 3, seed))
    assert max(abs(count - 600) for count in often.values()) < 120
