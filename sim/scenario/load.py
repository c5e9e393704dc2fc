"""Scenarios from files, presets and uploads."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sim.scenario.explain import EXTENDS, MISSING
from sim.scenario.faults import ScenarioError, did_you_mean, nearest, short
from sim.scenario.schema import Scenario
from sim.scenario.shape import KIND
from sim.scenario.validate import validated
from sim.scenario.yaml_text import MOST_BYTES, read_mapping

IN_ORDER = ("prototype_by_friday", "own_the_platform", "regulated_in_the_eu", "open_models_by_the_token")
MOST_BASES = 8


def presets() -> dict[str, Path]:
    """The shipped scenarios by name: the four stories first, then any others by name."""
    found = {path.stem: path for path in sorted(_folder().glob("*.yaml"))}
    first = {name: found.pop(name) for name in IN_ORDER if name in found}
    return first | found


def load(source: str | Path) -> Scenario:
    """A scenario from a file, or a preset by its name.

    Raises:
        ScenarioError: no such file or preset, or all faults of the file at once.
    """
    path = presets().get(str(source), Path(source))
    data, faults = _read(path, where=str(source))
    return _resolved(data, where=str(source), faults=faults, folder=path.parent, chain=(_key(path),))


def parse(text: str | bytes, *, where: str = "upload") -> Scenario:
    """A scenario from text that somebody sent; it may extend presets, and no other file.

    Raises:
        ScenarioError: too large, not YAML, or all faults at once.
    """
    data, faults = read_mapping(text, where=where)
    return _resolved(data, where=where, faults=faults, folder=None, chain=())


def _folder() -> Path:
    """Where the presets stand: inside an installed package, beside `sim` in a checkout."""
    sim = Path(__file__).resolve().parents[1]
    bundled = sim / "bundle" / "scenarios"
    return bundled if bundled.is_dir() else sim.parent / "scenarios"


def _resolved(
    data: dict[str, Any], *, where: str, faults: tuple[str, ...], folder: Path | None, chain: tuple[str, ...]
) -> Scenario:
    whole, more = _extended(data, folder=folder, chain=chain)
    try:
        return validated(whole, where=where, faults=(*faults, *more))
    except ScenarioError as error:
        if more:
            # What a faulty base would have given is not missing from this file.
            raise ScenarioError(where, (f for f in error.faults if not f.endswith(MISSING))) from error
        if EXTENDS in data:
            raise ScenarioError(where, _with_strangers(error.faults, whole)) from error
        raise


def _with_strangers(faults: tuple[str, ...], whole: Mapping[str, Any]) -> Iterator[str]:
    """The faults, but one sentence for a product that was meant to be laid over one of the base and has another id.

    A product of the base has a label, so one without is no product of the base.
    """
    products = whole.get("products")
    ids = [item.get("id") for item in products if isinstance(item, Mapping)] if isinstance(products, list) else []
    for fault in faults:
        place, dot, _ = fault.partition(".")
        if not dot or not place.startswith("products[") or f"{place}.label: {MISSING}" not in faults:
            yield fault
        elif fault == f"{place}.label: {MISSING}":
            own = ids[int(place[len("products[") : -1])]
            others = [str(id) for id in ids if id != own]
            way = did_you_mean(str(own), others) or " Write it whole."
            yield f"{place}: the base has no product {short(own)}, and what is here is not a whole one.{way}"
        elif MISSING not in fault:
            yield fault


def _extended(
    data: dict[str, Any], *, folder: Path | None, chain: tuple[str, ...]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The values of a file laid over those of its base, and the faults met on the way.

    Args:
        data: of one file, with or without `extends`.
        folder: where relative paths start; `None` where only presets may be extended.
        chain: files that extend this one, itself included.
    """
    if EXTENDS not in data:
        return data, ()
    own = {name: value for name, value in data.items() if name != EXTENDS}
    name = data[EXTENDS]
    path = _base_path(name, folder)
    if isinstance(path, str):
        return own, (path,)
    if _key(path) in chain:
        way = "" if len(chain) == 1 else f", by way of {len(chain) - 1} more file{'s' if len(chain) > 2 else ''}"
        return own, (f"{EXTENDS}: {short(name)} extends itself{way}. Extend another file, or none.",)
    if len(chain) >= MOST_BASES:
        return own, (f"{EXTENDS}: more than {MOST_BASES} bases stand on one another. Join some of them.",)
    try:
        base, faults = _read(path, where=str(name))
    except ScenarioError as error:
        return own, tuple(f"{EXTENDS} {short(name)}: {fault}" for fault in error.faults)
    base, more = _extended(base, folder=path.parent, chain=(*chain, _key(path)))
    return merged(base, own), tuple(f"{EXTENDS} {short(name)}: {fault}" for fault in (*faults, *more))


def _base_path(name: object, folder: Path | None) -> Path | str:
    """The file that a base's name means, or the fault in the name."""
    known = presets()
    if not isinstance(name, str) or not name:
        return f"{EXTENDS}: must be a preset's name or a path relative to this file (got {short(name)})"
    if name in known:
        return known[name]
    if folder is None:
        near = did_you_mean(name, known)
        return f"{EXTENDS}: there is no preset {short(name)}, and an upload can extend nothing else.{near}"
    if Path(name).is_absolute() or "\0" in name:
        return f"{EXTENDS}: must be a preset's name or a path relative to this file (got {short(name)})"
    path = folder / name
    if not path.is_file():
        return f"{EXTENDS}: there is no file {short(name)} here, and no such preset.{did_you_mean(name, known)}"
    return path


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Values laid over a base: mappings setting by setting, products by id, anything else replaced.

    A part whose `kind` differs is replaced whole: the settings of the other kind mean nothing in it.
    """
    result = dict(base)
    for name, value in over.items():
        below = result.get(name)
        if isinstance(value, Mapping) and isinstance(below, Mapping) and _same_kind(below, value):
            result[name] = merged(below, value)
        elif name == "products" and isinstance(value, list) and isinstance(below, list):
            result[name] = _products(below, value)
        else:
            result[name] = value
    return result


def _same_kind(base: Mapping[str, Any], over: Mapping[str, Any]) -> bool:
    return bool(base.get(KIND) == over.get(KIND, base.get(KIND)))


def _products(base: list[Any], over: list[Any]) -> list[Any]:
    """Products of the base in its order, each with what is laid over it, then the new ones."""
    result = list(base)
    places = {item.get("id"): place for place, item in enumerate(base) if isinstance(item, Mapping)}
    for item in over:
        place = places.get(item.get("id")) if isinstance(item, Mapping) else None
        if place is None:
            result.append(item)
        else:
            result[place] = merged(result[place], item)
    return result


def _read(path: Path, *, where: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES + 1)
    except FileNotFoundError as fault:
        known = presets()
        said = f"there is no such file, and no preset of that name.{nearest(where, known)}"
        raise ScenarioError(where, (f"{said} Presets: {', '.join(known)}.",)) from fault
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or str(fault)
        raise ScenarioError(where, (f"the file cannot be read: {reason}. Give the path of a YAML file.",)) from fault
    return read_mapping(text, where=where)


def _key(path: Path) -> str:
    return str(path.resolve())
