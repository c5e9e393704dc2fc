"""The app as the benchmarks run it: started plainly on a free port, with its process at hand."""

import os
import platform
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
START_S = 90


def percentile(values: Sequence[float], q: float) -> float:
    return float(np.percentile(values, q))


def machine() -> str:
    """What the figures were measured on, and how busy it was before."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {load:.1f} processes waiting before the start"


def cpu_s(process: int) -> float:
    """Processor time that a process has used [s], which does not grow because others are busy; Linux only."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_app(
    *, full_runs: bool, port: int | None = None, settings: Mapping[str, str] | None = None
) -> Iterator[tuple[str, int]]:
    """Address and process id of the app.

    Args:
        full_runs: whether full runs follow quick estimates in the background.
        port: a free one unless given.
        settings: environment variables beside those of this process.
    """
    port = port or free_port()
    options = ["--server.headless=true", f"--server.port={port}", "--server.fileWatcherType=none"]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", *options],
        cwd=ROOT,
        env={**os.environ, "LOADBEARING_FULL_RUNS": str(int(full_runs)), "PYTHONPATH": str(ROOT), **(settings or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + START_S
        while True:
            try:
                with urlopen(f"{address}/_stcore/health", timeout=1):
                    break
            except (URLError, OSError):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("the app did not start") from None
                time.sleep(0.2)
        yield address, process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)
