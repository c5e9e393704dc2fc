"""Logs of single windows as Parquet files."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sim.cli.faults import InputError
from sim.strategy.window import Window


def log_path(asked: str | None) -> Path | None:
    """Where a log goes; asked before anything is simulated.

    Raises:
        InputError: the log could not be written.
    """
    if asked is None:
        return None
    if find_spec("pyarrow") is None:
        raise InputError(
            f"--log {asked}: writing a log needs pyarrow, which is not installed: pip install 'loadbearing[parquet]'"
        )
    path = Path(asked)
    if path.is_dir() or not path.parent.is_dir():
        raise InputError(f"--log {asked}: no file can be written there. Name a file in a folder that exists.")
    return path


def write_log(window: Window, path: Path) -> dict[str, Any]:
    """Write a window's two files, and say what is in them."""
    try:
        calls, requests = window.write(path)
    except OSError as fault:
        reason = fault.strerror or str(fault)
        raise InputError(f"--log {path}: cannot be written: {reason}. Name a file that you may write.") from fault
    return {"month": window.month, "rows": len(window.requests.outcome), "calls": str(calls), "requests": str(requests)}


def log_sentence(written: dict[str, Any]) -> str:
    return (
        f"Log of {written['rows']:,} requests in month {written['month'] + 1}: {written['calls']} by model call, "
        f"{written['requests']} by request"
    )
