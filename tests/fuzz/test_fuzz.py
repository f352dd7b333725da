"""Every reader, fed with files that are almost right: each is taken in whole or refused in words, in bounded time.

Long, and left out unless asked for: ``make fuzz``, with EXAMPLES for each reader and pytest's ARGS.
"""

import os
import random
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from tests.fuzz.mutations import bytes_turned
from tests.fuzz.readers import READERS, Bench, read

EXAMPLES = int(os.environ.get("OPPWIZARD_FUZZ", "150"))
SECONDS = 60
"""No file of such a size may take a reader more computing time, whatever else the machine is busy with."""
MEGABYTES = 1_500


@contextmanager
def bounded() -> Iterator[None]:
    """Fail where something takes far too long."""

    def over(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError("it reads and reads")

    before = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@pytest.mark.fuzz
@pytest.mark.parametrize("name", READERS)
def test_what_is_almost_right_is_taken_in_or_refused(bench: Bench, tmp_path: Path, name: str) -> None:
    ways = (bytes_turned, *READERS[name].mutations * 2)
    assert read(bench, name, bench.samples[name], tmp_path / "sound") is None or name == "playbook"

    @settings(max_examples=EXAMPLES, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(way=st.sampled_from(ways), seed=st.integers(0, 2**32))
    def turned(way: int, seed: int) -> None:
        content = way(bench.samples[name], random.Random(seed))  # type: ignore[operator]
        with bounded():
            read(bench, name, content, tmp_path / "turned")

    turned()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < MEGABYTES * 1_000
