"""Columns of a log as a Parquet file."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from os import PathLike
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray


def write_parquet(
    log: Any,
    path: str | PathLike[str],
    *,
    words: Mapping[str, Sequence[str]],
    more: Mapping[str, NDArray[Any]] = MappingProxyType({}),
) -> None:
    """Write the array columns of a dataclass, one row each.

    Args:
        log: a dataclass; its fields that are not arrays, and empty columns, are left out.
        path: the file, replaced where it exists.
        words: lists of names that codes in the columns point into; stored as
            JSON in the file's metadata under the key 'loadbearing'.
        more: columns beside those of the dataclass.

    Raises:
        ModuleNotFoundError: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError as fault:
        raise ModuleNotFoundError(
            "writing a log needs pyarrow, which is not installed: pip install 'loadbearing[parquet]'"
        ) from fault
    columns = {f.name: getattr(log, f.name) for f in fields(log)} | dict(more)
    rows = len(log.outcome)
    table = pa.table(
        {name: column for name, column in columns.items() if isinstance(column, np.ndarray) and len(column) == rows}
    )
    meaning = json.dumps({name: list(names) for name, names in words.items()})
    pq.write_table(table.replace_schema_metadata({"loadbearing": meaning}), path)
