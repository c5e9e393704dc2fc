"""What decides a task's result beside the task: our own source and facts, and the libraries that count."""

from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from platform import python_version

import sim

SOURCES = ("*.py", "*.csv", "*.json", "*.yaml")
LIBRARIES = ("numpy", "scipy", "simpy")


@cache
def code_digest() -> str:
    """Equal where equal tasks give byte-equal results: 64 hexadecimal digits."""
    root = Path(sim.__file__).parent
    whole = sha256(" ".join((python_version(), *(version(library) for library in LIBRARIES))).encode())
    for path in sorted(path for pattern in SOURCES for path in root.rglob(pattern)):
        whole.update(path.relative_to(root).as_posix().encode())
        whole.update(sha256(path.read_bytes()).digest())
    return whole.hexdigest()
