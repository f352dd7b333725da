"""``python -m benchmarks [NAME ...]``: measures, and prints a table."""

import argparse
import json
import sys
from typing import Final

from benchmarks.lab import Lab
from benchmarks.measures import MEASURES
from benchmarks.samples import Result, table
from oppwizard import i18n

_ROUNDS: Final = 15
_QUICK: Final = 5


def main() -> int:
    """Measure what is asked for; 1 if a goal is missed and that is to count."""
    options = _options()
    i18n.use(i18n.SOURCE)
    lab = Lab(options.rounds or (_QUICK if options.quick else _ROUNDS))
    results: list[Result] = []
    try:
        for name in options.names or MEASURES:
            print(f"{name} ...", file=sys.stderr, flush=True)
            results += MEASURES[name](lab)
    finally:
        lab.close()
    print(json.dumps([result.as_json() for result in results], indent=1) if options.json else table(results))
    missed = [result.name for result in results if result.missed]
    if missed:
        print(f"over the goal: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed and options.strict else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Speed as ratios: the programs compared are run by turns, medians stand for all runs.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"what to measure: {', '.join(MEASURES)}")
    parser.add_argument("--quick", action="store_true", help=f"{_QUICK} rounds instead of {_ROUNDS}")
    parser.add_argument("--rounds", type=int, help="how often each program is started; other things in proportion")
    parser.add_argument("--json", action="store_true", help="everything as JSON")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a goal is missed")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in MEASURES]
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(MEASURES)}")
    if options.rounds is not None and options.rounds < 1:
        parser.error("--rounds must be 1 or more")
    return options


if __name__ == "__main__":
    sys.exit(main())
