"""From arguments to an executor, and how far it is on standard error."""

import os
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.cli.faults import InputError
from sim.strategy import Executor, Followed, Kept, Processes, Progress, Ray, Serial

RAY_ADDRESS = "LOADBEARING_RAY_ADDRESS"
"""Variable of the environment with the address of a Ray cluster, where `--ray-address` names none."""
BAR = 30
LONG = 40
"""Tasks that take minutes: whoever waits for them without a terminal is told of them too."""
STEPS = 5
"""Times that it is told."""
MINUTE_S = 60


def tell(sentence: str) -> None:
    print(sentence, file=sys.stderr)


@contextmanager
def executor_of(arguments: Namespace) -> Iterator[Executor]:
    """Where tasks run, as the arguments say, with progress on standard error.

    Unless one is named, processes where there is much to simulate: a draft of
    one scenario is done before they have started.

    Raises:
        InputError: the executor or the folder cannot be had.
    """
    name = getattr(arguments, "executor", None) or ("serial" if _is_brief(arguments) else "processes")
    keep = getattr(arguments, "keep", None)
    address = getattr(arguments, "ray_address", None) or os.environ.get(RAY_ADDRESS)
    if name != "ray" and getattr(arguments, "ray_address", None):
        raise InputError(f"--ray-address names a cluster, and the executor is '{name}'. Add --executor ray.")
    with _named(name, fewest=2 if keep is None else 1, address=address) as executor:
        yield Followed(executor if keep is None else _kept(executor, keep), Bar().show)


def _is_brief(arguments: Namespace) -> bool:
    many = arguments.command in ("futures", "sensitivity") or bool(getattr(arguments, "futures", None))
    return getattr(arguments, "fidelity", "draft") == "draft" and not many


@contextmanager
def _named(name: str, *, fewest: int, address: str | None) -> Iterator[Executor]:
    if name == "serial":
        yield Serial()
    elif name == "processes":
        with Processes(fewest=fewest) as processes:
            yield processes
    else:
        try:
            cluster = Ray(address)
        except (ModuleNotFoundError, ConnectionError) as fault:
            raise InputError(f"--executor ray: {fault}") from fault
        with cluster:
            yield cluster


def _kept(executor: Executor, folder: str) -> Kept:
    try:
        return Kept(executor, Path(folder))
    except OSError as fault:
        said = str(fault) if fault.strerror is None else f"{folder}: cannot be used: {fault.strerror}"
        raise InputError(f"--keep {said}") from fault


class Bar:
    """Draws a bar where standard error is a terminal, and else says now and then how far long work is."""

    def __init__(self) -> None:
        self._said = 0

    def show(self, progress: Progress) -> None:
        if sys.stderr.isatty():
            self._draw(progress)
            return
        step = int(STEPS * progress.share)
        if progress.begins:
            self._said = 0
        elif progress.expected >= LONG and self._said < step < STEPS:
            self._said = step
            tell(f"{progress.done} of {progress.expected} parts done{_left(progress)}")

    def _draw(self, progress: Progress) -> None:
        if progress.done == progress.expected:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
            return
        full = round(BAR * progress.share)
        bar = f"[{'#' * full}{'.' * (BAR - full)}] {progress.share:4.0%}{_left(progress)}"
        print(f"\r{bar}\033[K", end="", file=sys.stderr, flush=True)


def _left(progress: Progress) -> str:
    left_s = progress.left_s
    if not left_s > 0:
        return ""
    return f", about {left_s / MINUTE_S:.0f} min left" if left_s >= 2 * MINUTE_S else f", about {left_s:.0f} s left"
