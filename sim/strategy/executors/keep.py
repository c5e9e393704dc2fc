"""Results kept in a folder, so that work that was cut off goes on where it was.

A result stands in a file of its own, named by what its task says and by the
code that made it: what no longer applies is never found, so any of the files
may be deleted at any time. They are pickles, which can run code when they are
read. So the folder must be the user's own, closed to others; and what is read
is held to the classes of results and to its checksum.
"""

import os
import pickle
import stat
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from sim.strategy.executors.code import code_digest
from sim.strategy.executors.identity import task_digest
from sim.strategy.executors.tasks import Ended, Executor, Result, Task

HEAD = b"loadbearing result 1\n"
SUFFIX = ".kept"
OWNERS_ONLY = 0o700
CHECKSUM_BYTES = 32
PLAIN = frozenset({("builtins", name) for name in ("set", "frozenset", "complex", "range", "slice")})
ARRAYS = frozenset({"ndarray", "dtype", "_reconstruct", "_frombuffer", "scalar"})


class Kept(Executor):
    """Another executor, whose results are kept; those that are there are not computed again."""

    def __init__(self, executor: Executor, folder: Path) -> None:
        """
        Args:
            folder: made where there is none.

        Raises:
            OSError: it cannot be made or used.
            PermissionError: others could write to it.
        """
        self._executor = executor
        self._folder = folder
        self._told = False
        folder.mkdir(mode=OWNERS_ONLY, parents=True, exist_ok=True)
        _check_own(folder)

    def each(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[Ended[Result] | None]:
        paths = [self._path(function, task) for task in tasks]
        missing = []
        for index, path in enumerate(paths):
            found = _read(path)
            if found is None:
                missing.append(index)
            else:
                yield Ended(index, found[0], kept=True)
        if not missing:
            return
        with closing(self._executor.each(function, [tasks[index] for index in missing])) as ending:  # type: ignore[type-var]
            for ended in ending:
                if ended is None:
                    yield None
                    continue
                index = missing[ended.index]
                if ended.error is None:
                    self._keep(paths[index], ended.result)
                yield Ended(index, ended.result, ended.error)

    def _path(self, function: Callable[[Task], Result], task: Task) -> Path:
        name = sha256(f"{code_digest()} {task_digest(function, task)}".encode()).hexdigest()
        return self._folder / f"{name}{SUFFIX}"

    def _keep(self, path: Path, result: Any) -> None:
        """Write a result whole or not at all; a full disk is told of once, and costs no result."""
        body = pickle.dumps(result, protocol=pickle.HIGHEST_PROTOCOL)
        try:
            self._folder.mkdir(mode=OWNERS_ONLY, parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=self._folder, prefix=".", delete=False) as file:
                try:
                    file.write(HEAD + sha256(body).digest() + body)
                    file.close()
                    os.replace(file.name, path)
                except OSError:
                    with suppress(OSError):
                        os.unlink(file.name)
                    raise
        except OSError as fault:
            if not self._told:
                self._told = True
                warnings.warn(
                    f"{self._folder}: results are no longer kept, and the work goes on: {fault.strerror or fault}",
                    RuntimeWarning,
                    stacklevel=2,
                )


def _check_own(folder: Path) -> None:
    """Raises: PermissionError, where somebody else could put a file there."""
    if os.name != "posix":
        return
    found = folder.stat()
    if found.st_uid != os.getuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(
            f"{folder}: others can write there, and what is kept is trusted when it is read. "
            f"Name a folder of your own, or close this one: chmod go-w '{folder}'."
        )


def _read(path: Path) -> tuple[Any] | None:
    """The result in a file; `None` where there is none, or none that is whole."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    head, body = data[: len(HEAD) + CHECKSUM_BYTES], data[len(HEAD) + CHECKSUM_BYTES :]
    if head != HEAD + sha256(body).digest():
        return None
    try:
        return (_Results(BytesIO(body)).load(),)
    except (pickle.UnpicklingError, AttributeError, ImportError, EOFError):
        return None


class _Results(pickle.Unpickler):
    """Reads values, arrays and classes of the simulator, and calls nothing else."""

    def find_class(self, module: str, name: str, /) -> Any:
        if (module, name) in PLAIN or (module.split(".")[0] == "numpy" and name in ARRAYS):
            return super().find_class(module, name)
        if module.split(".")[0] == "sim" and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a result")
