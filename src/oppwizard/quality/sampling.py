"""Drawing the records that an audit looks at: stratified by rep and stage, the same ones for the same seed (Q3)."""

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from uuid import UUID

from oppwizard.data.figures import Member


def drawn(members: Iterable[Member], size: int, seed: int) -> list[UUID]:
    """So many records: of each stratum its share, and one at least where there are not more strata than that.

    The order in which the members come does not matter.
    """
    strata: dict[tuple[str, int], list[UUID]] = defaultdict(list)
    for one in sorted(members):
        strata[one.rep, one.open_stage].append(one.id)
    order = sorted(strata)
    chance = random.Random(seed)
    quotas = _quotas({key: len(strata[key]) for key in order}, size, chance)
    return sorted(identity for key in order for identity in chance.sample(strata[key], quotas[key]))


def _quotas(sizes: Mapping[tuple[str, int], int], size: int, chance: random.Random) -> dict[tuple[str, int], int]:
    """How many of each stratum are drawn; what remains goes to the largest remainders, ties by lot."""
    whole = sum(sizes.values())
    if size >= whole:
        return dict(sizes)
    if size < len(sizes):  # not one for each: which ones, chance says, by their size
        lots = sorted(sizes, key=lambda key: (-(chance.random() ** (1 / sizes[key])), key))
        return {key: int(key in lots[:size]) for key in sizes}
    shares = {key: size * count / whole for key, count in sizes.items()}
    quotas = {key: max(1, int(share)) for key, share in shares.items()}
    ties = {key: chance.random() for key in sizes}
    while sum(quotas.values()) != size:
        short = sum(quotas.values()) < size
        open_ones = [key for key in sizes if (quotas[key] < sizes[key] if short else quotas[key] > 1)]
        pick = max(open_ones, key=lambda key: ((shares[key] - quotas[key]) * (1 if short else -1), ties[key], key))
        quotas[pick] += 1 if short else -1
    return quotas
