"""The rules of the house, read from the source with `ast`: each rule yields the lines that break it."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

LAYERS: tuple[frozenset[str], ...] = tuple(
    frozenset(rank.split())
    for rank in (
        "catalogue",
        "scenario",
        "workload",
        "serving",
        "metrics",
        "economics",
        "lockin",
        "strategy",
        "reports workshop",
        "cli",
        "__main__ __init__",
    )
)
"""Rooms of `sim` by rank: each imports only from lower ranks, and from itself."""

PAGES_MAY_IMPORT = frozenset({"catalogue", "scenario", "strategy", "reports", "workshop"})
"""Pages show; they compute nothing, so the rooms that simulate and price stay out of reach."""

HOMES = {
    "simpy": "sim/serving",
    "plotly": "sim/reports",
    "streamlit": "app.py app_pages",
}
"""Where a library may be imported: folders or files, relative to the repository."""

MOST_LINES = 300
MOST_POSITIONAL = 2
INNER_LOOP = frozenset({"sim/serving/jump.py"})
"""Files of formulas that the event loop evaluates, by position, several times for each request."""
MUTABLE_CALLS = frozenset({"list", "dict", "set", "bytearray", "defaultdict", "deque", "Counter", "OrderedDict"})
MUTATING_METHODS = frozenset(
    {"append", "extend", "insert", "add", "update", "setdefault"}
    | {"pop", "popitem", "remove", "discard", "clear", "sort"}
)


@dataclass(frozen=True, slots=True)
class Source:
    """One file: its path relative to the repository, with forward slashes, and its text."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def room(self) -> str | None:
        """The room of `sim` the file stands in; `None` outside `sim`."""
        parts = self.path.removesuffix(".py").split("/")
        return parts[1] if parts[0] == "sim" else None

    def at(self, node: ast.stmt | ast.expr, what: str) -> str:
        return f"{self.path}:{node.lineno}: {what}"


Rule = Callable[[Source], Iterator[str]]


def read_sources(root: Path) -> list[Source]:
    """Every Python file of the product, in order of path."""
    files = [root / "app.py", *(root / "sim").rglob("*.py"), *(root / "app_pages").rglob("*.py")]
    return [Source(f.relative_to(root).as_posix(), f.read_text(encoding="utf-8")) for f in sorted(files)]


def imported_modules(source: Source) -> Iterator[tuple[ast.stmt, str]]:
    """Every module a file names in an import, as an absolute dotted name.

    `from sim import strategy` names `sim.strategy`: a room may be imported either way.
    """
    package = source.path.removesuffix(".py").split("/")[:-1]
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            if module == "sim":
                yield from ((node, f"sim.{alias.name}") for alias in node.names)
            else:
                yield node, module


def layers(source: Source) -> Iterator[str]:
    """Data flows one way: a room imports only from rooms that stand before it."""
    ranks = {room: rank for rank, rooms in enumerate(LAYERS) for room in rooms}
    room = source.room
    if room is not None and room not in ranks:
        yield f"{source.path}:1: {room} has no place in the layers; add it to LAYERS in tests/house_rules.py"
        return
    for node, module in imported_modules(source):
        parts = module.split(".")
        if parts[0] in {"app", "app_pages", "tests"} and room is not None:
            yield source.at(node, f"sim must not import {module}")
        if parts[0] != "sim" or len(parts) < 2 or parts[1] not in ranks:
            continue
        target = parts[1]
        if room is None:
            if target not in PAGES_MAY_IMPORT:
                yield source.at(node, f"pages must not import sim.{target}: they compute nothing themselves")
        elif target != room and ranks[target] >= ranks[room]:
            yield source.at(node, f"sim.{room} must not import sim.{target}, which does not stand before it")


def libraries_at_home(source: Source) -> Iterator[str]:
    """SimPy, Plotly and Streamlit each have one home."""
    for node, module in imported_modules(source):
        homes = HOMES.get(module.split(".")[0])
        if homes is not None and not any(
            source.path == home or source.path.startswith(f"{home}/") for home in homes.split()
        ):
            yield source.at(node, f"imports {module}, which belongs in {' and '.join(homes.split())}")


def short_files(source: Source) -> Iterator[str]:
    """A file can be read in one sitting."""
    lines = len(source.text.splitlines())
    if lines > MOST_LINES:
        yield f"{source.path}:{MOST_LINES + 1}: {lines} lines, at most {MOST_LINES}: is there a seam?"


def _docstrings(tree: ast.Module) -> set[int]:
    """Ids of the string nodes that are statements of their own: docstrings and notes on attributes."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def names_from_catalogue(names: frozenset[str]) -> Rule:
    """The rule that no string in the code holds one of the catalogue's GPU or model names."""
    pattern = re.compile("|".join(rf"(?<![a-z0-9]){re.escape(name.lower())}(?![a-z0-9])" for name in sorted(names)))

    def rule(source: Source) -> Iterator[str]:
        if not names or source.room == "catalogue":
            return
        tree = source.tree
        prose = _docstrings(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
                found = pattern.search(node.value.lower())
                if found:
                    yield source.at(node, f"names {found[0]!r}: read it from the catalogue or the scenario")

    return rule


def no_typed_prices(source: Source) -> Iterator[str]:
    """No amount of money is a literal: whatever is named `usd` comes from the catalogue or a scenario."""
    for node in ast.walk(source.tree):
        for name, value in _named_values(node):
            if "usd" in name.lower() and _is_amount(value):
                yield source.at(value, f"{name} is a typed price: make it a catalogue row or a scenario field")


def _named_values(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Pairs of a name and the expression that it is given, in whatever form Python gives it."""
    if isinstance(node, ast.Assign):
        yield from ((ast.unparse(target), node.value) for target in node.targets)
    elif isinstance(node, ast.AnnAssign | ast.AugAssign) and node.value is not None:
        yield ast.unparse(node.target), node.value
    elif isinstance(node, ast.keyword) and node.arg is not None:
        yield node.arg, node.value
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, value
    elif isinstance(node, ast.arguments):
        positional = [*node.posonlyargs, *node.args]
        defaulted = positional[len(positional) - len(node.defaults) :]
        yield from ((a.arg, d) for a, d in zip(defaulted, node.defaults, strict=True))
        yield from ((a.arg, d) for a, d in zip(node.kwonlyargs, node.kw_defaults, strict=True) if d is not None)


def _is_amount(value: ast.expr) -> bool:
    """Whether an expression is a number other than zero, or a product of such."""
    if isinstance(value, ast.UnaryOp):
        return _is_amount(value.operand)
    if isinstance(value, ast.BinOp):
        return _is_amount(value.left) and _is_amount(value.right)
    return isinstance(value, ast.Constant) and type(value.value) in (int, float) and value.value != 0


def no_module_state(source: Source) -> Iterator[str]:
    """Nothing at module level changes: containers there are constants, by name and by use."""
    tree = source.tree
    constants: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and _is_container(node.value):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for name in (t.id for t in targets if isinstance(t, ast.Name)):
                constants.add(name)
                if not (name.isupper() or name == "__all__"):
                    yield source.at(node, f"{name} is mutable state of the module")
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield source.at(node, f"global {', '.join(node.names)}: pass it and return it instead")
        changed = _changed_name(node)
        if changed in constants and isinstance(node, ast.expr | ast.stmt):
            yield source.at(node, f"changes the module's constant {changed}")


def _is_container(value: ast.expr) -> bool:
    if isinstance(value, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp):
        return True
    return isinstance(value, ast.Call) and ast.unparse(value.func).split(".")[-1] in MUTABLE_CALLS


def _changed_name(node: ast.AST) -> str | None:
    """The plain name whose contents a node changes, if it does."""
    owner: ast.expr | None = None
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
        owner = node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATING_METHODS:
        owner = node.func.value
    return owner.id if isinstance(owner, ast.Name) else None


def keyword_only_beyond_two(source: Source) -> Iterator[str]:
    """A public function of `sim` takes at most two arguments by position.

    Methods are left out: those of policies and of the event loop implement a
    protocol that is called a million times, by position.
    """
    if source.room is None or source.path in INNER_LOOP:
        return
    for node in source.tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            positional = len(node.args.posonlyargs) + len(node.args.args)
            if positional > MOST_POSITIONAL:
                yield source.at(node, f"{node.name} takes {positional} arguments by position: put * after the second")


RULES: tuple[Rule, ...] = (
    layers,
    libraries_at_home,
    short_files,
    no_typed_prices,
    no_module_state,
    keyword_only_beyond_two,
)
"""Every rule that needs nothing but the source."""
