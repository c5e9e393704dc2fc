"""Tasks for tests of executors: what workers run has to be importable."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Step:
    """A task with a name, and a folder in which it can say that it has begun."""

    name: str
    value: int
    folder: Path


def squared(step: Step) -> tuple[str, int]:
    return step.name, step.value**2


def fails_at_3(step: Step) -> tuple[str, int]:
    if step.value == 3:
        raise ValueError("three is not allowed")
    return squared(step)


def kills_at_3(step: Step) -> tuple[str, int]:
    """Its worker never survives the third."""
    if step.value == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return squared(step)


def counted(step: Step) -> tuple[str, int]:
    """Notes each time that it is played."""
    with (step.folder / f"played {step.value}").open("a") as file:
        file.write("once\n")
    return squared(step)


def killed_once(step: Step) -> tuple[str, int]:
    """The first try of the third says who it is, and waits to be killed."""
    marker = step.folder / "pid"
    if step.value == 3 and not marker.exists():
        part = marker.with_suffix(".part")
        part.write_text(str(os.getpid()))
        part.rename(marker)
        time.sleep(600)
    return counted(step)


def steps(folder: Path, count: int = 8) -> list[Step]:
    return [Step(f"plan {value}", value, folder) for value in range(count)]


def times_played(folder: Path) -> dict[int, int]:
    return {int(path.name.split()[1]): len(path.read_text().split()) for path in folder.glob("played *")}
