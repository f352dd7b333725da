"""The deals of a store linked by splink on DuckDB, as somebody who knows that tool would set it up."""

import logging
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb  # type: ignore[import-not-found,unused-ignore]
import pyarrow  # type: ignore[import-not-found,unused-ignore]
import splink.comparison_library as compare  # type: ignore[import-not-found,unused-ignore]
from splink import DuckDBAPI, Linker, SettingsCreator, block_on  # type: ignore[import-not-found,unused-ignore]

from oppwizard.checks.wordings import wording
from oppwizard.data.store import Store

_LEAST = 0.01


def linked(table: Any) -> list[tuple[frozenset[str], float]]:
    """Pairs of deals with how likely they are one.

    It is handed the names as our own normalisation has them, which is more than it would do by itself. Blocks: the
    name; its words in order; its beginning with the amount's size or the product; its end with both.
    """
    logging.disable(logging.WARNING)
    api = DuckDBAPI(connection=duckdb.connect())
    frame = api.register(table)
    linker = Linker(frame, _settings())
    linker.training.estimate_probability_two_random_records_match([block_on("ordered", "product")], recall=0.5)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("ordered"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("head", "product"))
    scored = linker.inference.predict(threshold_match_probability=_LEAST)
    found = scored.as_duckdbpyrelation().select("unique_id_l, unique_id_r, match_probability").fetchall()
    return [(frozenset((one, other)), chance) for one, other, chance in found]


def _settings() -> Any:
    return SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[
            block_on("name"),
            block_on("ordered"),
            block_on("head", "band"),
            block_on("head", "product"),
            block_on("tail", "product", "band"),
        ],
        comparisons=[
            compare.JaroWinklerAtThresholds("ordered", [0.97, 0.9, 0.8]),
            compare.CustomComparison(
                output_column_name="amount",
                comparison_levels=[
                    {"sql_condition": "amount_l IS NULL OR amount_r IS NULL", "is_null_level": True},
                    {"sql_condition": "abs(amount_l - amount_r) <= 0.02 * greatest(amount_l, amount_r)"},
                    {"sql_condition": "abs(amount_l - amount_r) <= 0.10 * greatest(amount_l, amount_r)"},
                    {"sql_condition": "ELSE"},
                ],
            ),
            compare.CustomComparison(
                output_column_name="until",
                comparison_levels=[
                    {"sql_condition": "until_l IS NULL OR until_r IS NULL", "is_null_level": True},
                    {"sql_condition": "abs(until_l - until_r) <= 31"},
                    {"sql_condition": "opened_l <= until_r AND opened_r <= until_l"},
                    {"sql_condition": "ELSE"},
                ],
            ),
            compare.ExactMatch("product"),
        ],
    )


def table_of(path: Path) -> Any:
    """The deals of a store as a table."""
    with Store.open(path) as store:
        deals = store.flat()
        accounts = store.named({deal.account for deal in deals})
    names = {number: wording(known[-1]) for number, (_account, known) in accounts.items() if known}
    rows = [
        (
            UUID(deal.id).hex,
            names[deal.account].compact,
            names[deal.account].ordered,
            names[deal.account].compact[:5],
            names[deal.account].compact[-5:],
            None if deal.amount is None else float(deal.amount),
            None if not deal.amount else deal.amount.bit_length(),
            deal.opened.toordinal(),
            deal.until.toordinal() if deal.until else None,
            ";".join(deal.products) or None,
        )
        for deal in deals
    ]
    heads = ("unique_id", "name", "ordered", "head", "tail", "amount", "band", "opened", "until", "product")
    return pyarrow.table(dict(zip(heads, map(list, zip(*rows, strict=True)), strict=True)))
