"""What can be asked on the command line."""

from argparse import (
    ArgumentParser,
    ArgumentTypeError,
    BooleanOptionalAction,
    RawDescriptionHelpFormatter,
    _SubParsersAction,
)

from sim.cli import listing

JSON_NOTE = (
    "JSON: amounts are in the unit that ends their name (_usd, _s, _gb); a figure that does not exist\n"
    "or has no bound (NaN, infinity) is null; months count from 0, the first month played."
)


def parser() -> ArgumentParser:
    """The parser of all commands; building it loads no simulator."""
    whole = ArgumentParser(
        prog="loadbearing",
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
        description="Find out which of your AI platform decisions are load-bearing.\n"
        "A SCENARIO is a YAML file or the name of a preset.",
        epilog=f"{JSON_NOTE}\nExit codes: 0 done, 2 bad input, 1 a fault of ours.",
    )
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")

    run = _command(commands, "run", "play a scenario and print what it comes to")
    run.add_argument("scenario", metavar="SCENARIO")
    _add_executor(run)
    _add_effort(run)
    run.add_argument("--half-width", type=_percentage, metavar="P%",
                     help="replicate until the p95 of every promise is known to this share of it, as 5%%")  # fmt: skip
    run.add_argument("--most", type=_size, metavar="N", help="replications at most, with --half-width (40)")
    run.add_argument("--explain", metavar="FIGURE", help="print the lines, quantities, prices and sources of a figure")
    run.add_argument("--portability", action="store_true",
                     help="say whether portability is worth it (four evaluations more)")  # fmt: skip
    run.add_argument("--vectors", action="store_true",
                     help="say what leaving the data takes with up to a petabyte of vectors (four evaluations more)")
    run.add_argument("--eu-share", action="store_true",
                     help="say from which share of demand needing the EU it pays to serve it (eight evaluations more)")
    run.add_argument("--price", type=_price, action="append", default=[], metavar="PRODUCT=USD", dest="prices",
                     help="another price from the start, which moves demand by the elasticity")
    run.add_argument("--elasticity", type=_positive, metavar="E",
                     help="percent of demand lost for a percent of price, with --price (the catalogue's, 0)")
    _add_log(run, "the launch month's busiest hour")
    _add_calibration(run)
    run.add_argument("--month", type=_count, metavar="M", help="month to explain, from 0 as in JSON (the last)")

    check = _command(commands, "check", "say whether a scenario can be played, and all its faults if not")
    check.add_argument("scenario", metavar="SCENARIO")
    _add_catalogue(check)

    compare = _command(commands, "compare", "list how scenarios differ, then what follows from it")
    compare.add_argument("scenarios", nargs="+", metavar="SCENARIO", help="two or more; the first is compared with")
    _add_executor(compare)
    _add_effort(compare)

    replay = _command(commands, "replay", "play a recorded trace through a scenario's platform")
    replay.add_argument("trace", metavar="TRACE", help="CSV, plain or gzip: arrival_s,input_tokens,output_tokens")
    replay.add_argument("scenario", metavar="SCENARIO")
    replay.add_argument("--speed", type=_positive, default=1.0, metavar="X", help="times faster than recorded (1)")
    replay.add_argument("--until", type=_positive, metavar="S", help="stop the clock after S seconds of the replay")
    replay.add_argument("--replicas", type=_size, metavar="N", help="replicas of every pool, in place of the plan's")
    replay.add_argument("--failures", action=BooleanOptionalAction, default=True,
                        help="let GPUs, spot capacity, APIs and regions go out as often as they do (on)")  # fmt: skip
    replay.add_argument("--seed", type=_count, metavar="N", help="in place of the scenario's")
    _add_log(replay, "the replay")
    _add_catalogue(replay)
    _add_calibration(replay)

    ceiling = _command(commands, "ceiling", "how far demand can grow, what gives way first, and what lifts it")
    ceiling.add_argument("scenario", metavar="SCENARIO")
    ceiling.add_argument("--all", action="store_true", help="try other routers too as a step that lifts the ceiling")
    _add_effort(ceiling)

    waiting = _command(commands, "waiting", "what it costs to take the same decision later")
    waiting.add_argument("scenario", metavar="SCENARIO")
    waiting.add_argument("--set", type=_setting, action="append", required=True, metavar="PATH=VALUE", dest="settings",
                         help="a setting of the decision, as in decisions.own_share=0.6; once for each")  # fmt: skip
    waiting.add_argument("--months", type=_months, metavar="M,M", help="when it is taken (0,6,12,18,24)")
    _add_effort(waiting)

    futures = _command(commands, "futures", "meet many futures: who passes, what is regretted, when it fails")
    futures.add_argument("scenarios", nargs="+", metavar="SCENARIO")
    futures.add_argument("--n", type=_size, default=1000, metavar="N",
                         help="futures (1000); the first of more are the same")  # fmt: skip
    _add_executor(futures, usual="processes")
    _add_effort(futures)

    sensitivity = _command(commands, "sensitivity", "which assumptions matter, and where they turn the ranking")
    sensitivity.add_argument("scenarios", nargs="+", metavar="SCENARIO")
    sensitivity.add_argument("--morris", type=_count, default=0, metavar="N",
                             help="trajectories of a screening of all assumptions together (0: none)")  # fmt: skip
    _add_executor(sensitivity, usual="processes")
    _add_effort(sensitivity)

    search = _command(commands, "search", "the cheapest architecture that holds in enough futures")
    search.add_argument("scenario", metavar="SCENARIO")
    search.add_argument("--trials", type=_size, default=60, metavar="N", help="architectures tried (60)")
    search.add_argument("--n", type=_size, default=20, metavar="N", help="futures each is read in (20)")
    search.add_argument("--share", type=_share, default=0.8, metavar="S",
                        help="share of the futures in which margin and promise must hold (0.8)")  # fmt: skip
    search.add_argument("--set", type=_setting, action="append", metavar="PATH=VALUE", dest="settings",
                        help="a lever that is not searched, as decisions.residency=eu_only; once for each")  # fmt: skip
    _add_executor(search)
    _add_effort(search)

    report = _command(commands, "report", "write files for others to read")
    report.add_argument("scenarios", nargs="+", metavar="SCENARIO")
    report.add_argument("--out", required=True, metavar="DIR", help="folder for the files; made if it is not there")
    report.add_argument("--formats", type=listing.formats, default=("html",), metavar="F,F",
                        help=f"of {', '.join(listing.NAMES)} (html)")  # fmt: skip
    report.add_argument("--audience", choices=("board", "finance", "engineering"), default="board",
                        help="whose report it is, which chooses its sections (board)")  # fmt: skip
    report.add_argument("--sections", type=listing.listed, metavar="S,S",
                        help="these sections in place of its audience's")  # fmt: skip
    report.add_argument("--paper", choices=("a4", "letter"), default="a4", help="what PDF pages are made for (a4)")
    report.add_argument("--futures", type=_size, metavar="N",
                        help="draw N futures and move every assumption, so that money has ranges")  # fmt: skip
    report.add_argument("--waiting", action="store_true",
                        help="play the same decisions in later months too: the cost of waiting")  # fmt: skip
    report.add_argument("--brand", metavar="FILE", help="YAML with name, logo, accent and counterpart")
    _add_effort(report)

    bench = _command(commands, "bench", "measure how fast this machine simulates")
    bench.add_argument("--requests", type=_size, default=100_000, metavar="N", help="requests of each window (100000)")
    bench.add_argument(
        "--long", action="store_true", help="also a window ten times as long: memory, and whether cost grows"
    )

    _command(commands, "schema", "print the JSON schema of a scenario file")
    _command(commands, "app", "open the app; further options are Streamlit's, as in --server.port 8600")
    return whole


def _command(commands: "_SubParsersAction[ArgumentParser]", name: str, what: str) -> ArgumentParser:
    command = commands.add_parser(name, help=what, description=what, epilog=JSON_NOTE, allow_abbrev=False)
    command.add_argument("--json", action="store_true", help="print the result as JSON")
    command.add_argument("--debug", action="store_true", help="show the traceback of a fault of ours")
    return command


def _add_effort(command: ArgumentParser) -> None:
    command.add_argument("--fidelity", choices=("draft", "standard", "full"), default="draft",
                         help="how much is simulated (draft)")  # fmt: skip
    _add_catalogue(command)
    command.add_argument("--seed", type=_count, metavar="N", help="in place of the scenario's")


def _add_executor(command: ArgumentParser, *, usual: str = "processes; a draft in this process") -> None:
    command.add_argument("--executor", choices=("serial", "processes", "ray"),
                         help=f"where the work is done ({usual})")  # fmt: skip
    command.add_argument("--ray-address", metavar="HOST:PORT",
                         help="a Ray cluster that runs already (one started on this machine)")  # fmt: skip
    command.add_argument("--keep", metavar="DIR",
                         help="keep what is done in a folder of your own, and go on from what is there")  # fmt: skip


def _add_catalogue(command: ArgumentParser) -> None:
    command.add_argument("--catalogue", metavar="FILE",
                         help="catalogue rows of your own, CSV or YAML, in place of the shipped ones")  # fmt: skip


def _add_log(command: ArgumentParser, what: str) -> None:
    command.add_argument("--log", metavar="FILE",
                         help=f"write {what} as Parquet, by model call and, beside it, by request")  # fmt: skip


def _add_calibration(command: ArgumentParser) -> None:
    command.add_argument("--calibrate", metavar="FILE",
                         help="a result of vLLM bench serve or GuideLLM on one replica, which ours match")  # fmt: skip


def _setting(text: str) -> tuple[str, str]:
    path, equals, value = text.partition("=")
    if not (path and equals and value):
        raise ArgumentTypeError(f"must be PATH=VALUE, as in decisions.own_share=0.6 (got '{text}')")
    return path, value


def _price(text: str) -> tuple[str, float]:
    product, equals, usd = text.partition("=")
    if not (product and equals):
        raise ArgumentTypeError(f"must be PRODUCT=USD, as in support=0.02 (got '{text}')")
    return product, _positive(usd)


def _months(text: str) -> tuple[int, ...]:
    return tuple(_count(part.strip()) for part in text.split(","))


def _count(text: str) -> int:
    return _whole(text, least=0)


def _size(text: str) -> int:
    return _whole(text, least=1)


def _whole(text: str, *, least: int) -> int:
    if not text.isdecimal() or int(text) < least:
        raise ArgumentTypeError(f"must be a whole number from {least} (got '{text}')")
    return int(text)


def _share(text: str, *, of: float = 1.0) -> float:
    value = _positive(text) / of
    if value > 1:
        raise ArgumentTypeError(f"must be a share, at most {of:g} (got '{text}')")
    return value


def _percentage(text: str) -> float:
    return _share(text) if not text.endswith("%") else _share(text[:-1], of=100.0)


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise ArgumentTypeError(f"must be a number above 0 (got '{text}')")
    return value
