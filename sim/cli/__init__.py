"""The command `loadbearing`: results on standard output, progress and diagnosis on standard error.

Exit codes: 0 done, 2 bad input (place, cause, way out), 1 a fault of ours.
"""

import os
import sys
import traceback
from argparse import Namespace
from collections.abc import Sequence
from importlib import import_module

from sim.cli.faults import InputError
from sim.cli.parser import parser

__all__ = ["main"]

DONE, OUR_FAULT, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
DEBUG = "LOADBEARING_DEBUG"
"""Set to anything, this variable of the environment shows the traceback of a fault of ours, as `--debug` does."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        arguments = _parsed(list(sys.argv[1:] if argv is None else argv))
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else BAD_INPUT
    _write_anything()
    try:
        # Each command's module, and the simulator behind it, loads only when it is asked for.
        import_module(f"sim.cli.{arguments.command}").command(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has seen enough; the interpreter must not complain about it at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as fault:
        return _told(fault, arguments)
    return DONE


def _parsed(argv: list[str]) -> Namespace:
    """Arguments of a command; what `app` does not know goes on to Streamlit."""
    whole = parser()
    arguments, others = whole.parse_known_args(argv)
    if others and arguments.command != "app":
        whole.error(f"no such option: {' '.join(others)}. See: loadbearing {arguments.command} --help")
    arguments.others = others
    return arguments


def _write_anything() -> None:
    """A terminal that cannot show a character shows a stand-in; that is no fault."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _told(fault: Exception, arguments: Namespace) -> int:
    from sim.scenario import ScenarioError
    from sim.serving import BenchmarkFileError
    from sim.strategy import TasksFailed
    from sim.workload import TraceError

    bad = InputError | ScenarioError | TraceError | BenchmarkFileError
    tasks = [failure.error for failure in fault.failures] if isinstance(fault, TasksFailed) else []
    if isinstance(fault, bad) or (tasks and all(isinstance(error, bad) for error in tasks)):
        print(fault, file=sys.stderr)
        return BAD_INPUT
    if arguments.debug or DEBUG in os.environ:
        traceback.print_exception(fault)
    said = " ".join(str(fault).split())
    print(
        f"loadbearing {arguments.command}: a fault of ours, not of your input ({type(fault).__name__}: {said}). "
        "Run it again with --debug to see where, and report that.",
        file=sys.stderr,
    )
    return OUR_FAULT
