"""The documents agree with the code: links, names, references, symbols and figures that must not drift apart."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from sim.catalogue import load_catalogue
from sim.cli.parser import parser
from sim.economics import COST_LINES
from sim.lockin import COMPONENTS, LAYERS
from sim.scenario import field_cards, lever_cards
from sim.serving.routing.registry import router
from sim.strategy.fidelity import EFFORTS

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
FOR_READERS = (ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "scenarios" / "README.md", *sorted(DOCS.glob("*.md")))
CHECKLIST = ROOT / ".." / "shared" / "data" / "validation" / "stress_des_checklist.csv"
CHECKLIST_ITEMS = 24

LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
MATH = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]+)\$", re.DOTALL)
SYMBOL_TABLE = re.compile(r"^\| Symbol \|.*\n\|[-| ]+\n((?:\|.*\n)+)", re.MULTILINE)
QUOTED_SECTION = re.compile(r'(docs/\w+\.md), "([^"]+)"')
PATH = re.compile(r"^(?:sim|tests|docs|app_pages|scenarios|benchmarks)/[\w./]+$|^[\w.]+\.(?:py|toml)$")


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def prose_of(path: Path) -> str:
    """A document without its blocks of code."""
    return FENCE.sub("", text_of(path))


def headings_of(path: Path) -> set[str]:
    return set(HEADING.findall(prose_of(path)))


def anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def codes_of(*paths: Path) -> set[str]:
    return {code for path in paths for code in CODE.findall(prose_of(path))}


def sections_of(text: str) -> dict[str, str]:
    """Sections of the second level by heading."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def readable(paths: tuple[Path, ...]) -> list[object]:
    return [pytest.param(path, id=path.relative_to(ROOT).as_posix()) for path in paths]


# --- the rules ------------------------------------------------------------------------------------

RULES_SECTION = "Rules and the tests that hold them"
PRODUCT_RULES, LAWS = 16, 5
NAMED_TESTS = re.compile(r"`(tests/[\w/]+\.py)`: ((?:`test_\w+`(?:, )?)+)")


def test_every_rule_is_held_by_tests_that_exist() -> None:
    rows = [row.strip("|").split(" | ") for row in re.findall(r"^\|.*\|$", rules_section(), re.MULTILINE)][2:]
    heads = Counter(row[0].strip() for row in rows)
    assert heads == {**{str(rule): 1 for rule in range(1, PRODUCT_RULES + 1)}, "Law": LAWS}
    for rule, _, cell in rows:
        named = NAMED_TESTS.findall(cell)
        assert named and NAMED_TESTS.sub("", cell).strip(" ;") == "", f"rule {rule}: {cell} is no list of tests by file"
        for file, tests in named:
            written = re.findall(r"^def (test_\w+)", text_of(ROOT / file), re.MULTILINE)
            missing = set(re.findall(r"test_\w+", tests)) - set(written)
            assert not missing, f"rule {rule}: {file} has no {', '.join(sorted(missing))}"


def rules_section() -> str:
    return sections_of(text_of(DOCS / "validation.md"))[RULES_SECTION]


# --- links and names ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", readable(FOR_READERS))
def test_every_link_resolves(path: Path) -> None:
    faults = []
    for link in LINK.findall(prose_of(path)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, fragment = link.partition("#")
        target = path.parent / name if name else path
        if not target.exists():
            faults.append(f"{link}: there is no such file")
        elif fragment and fragment not in {anchor(heading) for heading in headings_of(target)}:
            faults.append(f"{link}: there is no such heading")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("path", readable(FOR_READERS))
def test_every_file_that_is_named_exists(path: Path) -> None:
    places = ("", "docs", "scenarios", "app_pages", "app_pages/*", "sim/*", "sim/*/*")
    missing = [
        code
        for code in codes_of(path)
        if PATH.match(code) and not any(any(ROOT.glob(f"{place}/{code}".strip("/"))) for place in places)
    ]
    assert not missing


def test_every_section_that_code_quotes_exists() -> None:
    quotes = {
        (source.relative_to(ROOT).as_posix(), *quote)
        for folder in ("sim", "app_pages", "tests")
        for source in (ROOT / folder).rglob("*.py")
        for quote in QUOTED_SECTION.findall(re.sub(r"\s+", " ", text_of(source)))
    }
    assert len(quotes) >= 5, "the code's references to the documents were not found"
    lost = [q for q in quotes if (ROOT / q[1]).exists() and q[2] not in headings_of(ROOT / q[1])]
    assert not lost


def test_the_model_is_shown_in_the_app_where_links_to_files_lead_nowhere() -> None:
    assert not LINK.findall(text_of(DOCS / "model.md"))


def test_every_room_is_in_the_architecture() -> None:
    rooms = {f"sim/{entry.name}/" for entry in (ROOT / "sim").iterdir() if (entry / "__init__.py").exists()}
    assert rooms <= codes_of(DOCS / "architecture.md")


def test_every_command_is_in_the_readme_and_no_other() -> None:
    commands = next(action.choices for action in parser()._actions if action.dest == "command")
    assert commands is not None
    in_readme = set(re.findall(r"^loadbearing ([a-z]+)", text_of(ROOT / "README.md"), re.MULTILINE))
    assert in_readme == set(commands)
    named = {name for path in FOR_READERS for name in re.findall(r"`loadbearing ([a-z]+)", text_of(path))}
    assert named <= set(commands)


NAMED = {
    "cost line": COST_LINES,
    "component of cash to leave": COMPONENTS,
    "layer": LAYERS,
    "routing policy": router.names(),
    "lock-in parameter": load_catalogue().ids("lockin"),
    "lever": tuple(card.path.partition(".")[2] for card in lever_cards()),
    "setting of the world": tuple(c.path.partition(".")[2] for c in field_cards() if c.path.startswith("world.")),
}


@pytest.mark.parametrize("kind", NAMED)
def test_everything_a_reader_may_meet_is_in_the_documents(kind: str) -> None:
    words = {word for code in codes_of(*DOCS.glob("*.md")) for word in re.split(r"[/.]", code)}
    missing = [name for name in NAMED[kind] if name not in words]
    assert not missing, f"{kind}: {', '.join(missing)}"


# --- references -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", readable(tuple(sorted(DOCS.glob("*.md")))))
def test_every_catalogue_row_that_is_named_exists(path: Path) -> None:
    catalogue = load_catalogue()
    faults = []
    for code in codes_of(path):
        table, _, rest = code.partition("/")
        if table not in catalogue.tables or rest.count("/") != 1:
            continue
        id, quantity = rest.split("/")
        wanted = re.compile(re.sub(r"[A-Z]+", r"[^.]+", id))
        asked = re.compile(re.sub(r"[A-Z]+", r"[^.]+", quantity))
        if not any(wanted.fullmatch(row.id) and asked.fullmatch(row.quantity) for row in catalogue.rows(table)):
            faults.append(code)
    assert not faults


@pytest.mark.parametrize("path", readable(tuple(sorted(DOCS.glob("*.md")))))
def test_every_setting_that_is_named_exists(path: Path) -> None:
    known = {card.path for card in field_cards()}
    parts = {name.split(".")[0].removesuffix("[]") for name in known if "." in name}
    named = {code for code in codes_of(path) if "." in code and code.split(".")[0].removesuffix("[]") in parts}
    assert {code for code in named if not code.endswith((".csv", ".py"))} <= known


# --- equations ------------------------------------------------------------------------------------


def stands_in(equations: str, symbol: str) -> bool:
    """Whether a symbol is in equations by itself, not as a letter of a longer name."""
    before = "" if symbol.startswith("\\") else r"(?<![A-Za-z\\])"
    after = r"(?![A-Za-z])" if symbol[-1].isalpha() else ""
    return re.search(before + re.escape(symbol) + after, equations) is not None


def test_every_symbol_of_a_table_is_used_once_explained_and_sourced() -> None:
    faults, tables = [], 0
    for heading, section in sections_of(text_of(DOCS / "model.md")).items():
        equations = " ".join(a or b for a, b in MATH.findall(SYMBOL_TABLE.sub("", section)))
        symbols: Counter[str] = Counter()
        for table in SYMBOL_TABLE.findall(section):
            tables += 1
            for row in table.splitlines():
                cells = [cell.strip() for cell in row.strip("|").split("|")]
                if len(cells) != 4 or not all(cells):
                    faults.append(f"{heading}: {row}: a symbol needs meaning, unit and source")
                    continue
                symbol = cells[0].strip("$")
                symbols[symbol] += 1
                if not stands_in(equations, symbol):
                    faults.append(f"{heading}: {symbol} is in no equation of its section")
        faults += [f"{heading}: {symbol} is explained {n} times" for symbol, n in symbols.items() if n > 1]
    assert tables >= 8, "the tables of symbols were not found"
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("name", ["model.md", "glossary.md"])
def test_dollars_enclose_equations_and_nothing_else(name: str) -> None:
    """A dollar sign of money would open an equation where the app shows the text."""
    left = MATH.sub("", prose_of(DOCS / name))
    assert "$" not in left
    for equation in (a or b for a, b in MATH.findall(prose_of(DOCS / name))):
        assert equation.count("{") == equation.count("}"), equation
        assert equation.count(r"\bigl") == equation.count(r"\bigr"), equation


# --- figures and the checklist --------------------------------------------------------------------


def test_the_fidelities_are_those_of_the_code() -> None:
    rows = {
        cells[0].strip(): [cell.strip() for cell in cells[1:]]
        for cells in (line.strip("|").split("|") for line in text_of(DOCS / "architecture.md").splitlines())
        if len(cells) == 4
    }
    efforts = [EFFORTS[name] for name in ("draft", "standard", "full")]
    assert rows["Loads tabulated"] == [str(len(effort.loads)) for effort in efforts]
    requests = rows["Requests at each load and mix, pool / API"]
    assert requests == [f"{effort.calls:,} / {effort.api_calls:,}" for effort in efforts]
    assert rows["Largest cell, replicas"] == [str(effort.cell_replicas) for effort in efforts]
    assert [cell.split(",")[0] for cell in rows["Replications"]] == [str(effort.replications) for effort in efforts]


def checklist_answers() -> dict[str, str]:
    section = sections_of(text_of(DOCS / "model.md"))["STRESS-DES"]
    return dict(re.findall(r"^\| (\d(?:\.\d)+) [^|]+\| ([^|]+) \|$", section, re.MULTILINE))


def test_every_item_of_the_checklist_is_answered_and_its_sections_exist() -> None:
    answers = checklist_answers()
    assert len(answers) == CHECKLIST_ITEMS
    quoted = {name for answer in answers.values() for name in re.findall(r'"([^"]+)"', answer)}
    assert quoted <= headings_of(DOCS / "model.md")


def test_the_checklist_is_the_published_one() -> None:
    if not CHECKLIST.exists():
        pytest.skip("the shared validation data is not beside this checkout")
    with CHECKLIST.open(encoding="utf-8", newline="") as file:
        assert [row["stress_des_item"] for row in csv.DictReader(file)] == list(checklist_answers())
