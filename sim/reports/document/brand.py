"""Whose report it is: a name, a logo and two colors from a small YAML file, checked for contrast."""

import re
from dataclasses import dataclass
from pathlib import Path

from sim.reports.document.clean import one_line
from sim.scenario.faults import ScenarioError
from sim.scenario.yaml_text import read_mapping

MOST_FILE_BYTES = 16 * 1024
MOST_LOGO_BYTES = 512 * 1024
MOST_NAME = 80
TEXT_CONTRAST, FILL_CONTRAST = 4.5, 3.0
"""Least contrast with white that WCAG 2 asks of text, and of areas and lines that carry meaning."""
KEYS = ("name", "logo", "accent", "counterpart")
_HEX = re.compile(r"#[0-9A-Fa-f]{6}")
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"


class BrandError(ValueError):
    """A branding file cannot be used; all its faults, one a line."""


@dataclass(frozen=True, slots=True)
class Brand:
    """Name in the head and foot of every page, a logo, the color of the option proposed and that of its counterpart."""

    name: str = "Loadbearing"
    accent: str = "#0072B2"
    counterpart: str = "#D55E00"
    counterpart_text: str = "#B84E00"
    """The counterpart's color as text, which must be darker than as a fill."""
    logo: bytes = b""
    """A PNG or JPEG; empty without one."""

    @property
    def logo_mime(self) -> str:
        return "image/png" if self.logo.startswith(_PNG) else "image/jpeg"


def read_brand(path: Path) -> Brand:
    """The brand of a YAML file: `name`, `logo` (a file beside it), `accent` and `counterpart` (as `#RRGGBB`).

    Raises:
        BrandError: all faults of the file together.
    """
    try:
        with path.open("rb") as file:
            text = file.read(MOST_FILE_BYTES + 1)
    except OSError as fault:
        reason = fault.strerror or str(fault)
        raise BrandError(f"{path}: cannot be read: {reason}. Give the path of a YAML file.") from fault
    return parse_brand(text, where=str(path), folder=path.parent)


def parse_brand(text: bytes, *, where: str, folder: Path | None = None, logo: bytes = b"") -> Brand:
    """The same of text that somebody sent.

    Args:
        folder: where the logo stands; `None` where no file may be read, and then only `logo` is used.
        logo: a picture sent beside the text.

    Raises:
        BrandError: all faults together.
    """
    if len(text) > MOST_FILE_BYTES:
        raise BrandError(f"{where}: more than {MOST_FILE_BYTES} bytes. A brand has four short settings.")
    try:
        data, faults = read_mapping(text, where=where)
    except ScenarioError as fault:
        raise BrandError(str(fault)) from fault
    found = [*faults, *(f"{key}: no such setting. There are: {', '.join(KEYS)}" for key in data if key not in KEYS)]
    plain = Brand()
    name = data.get("name", plain.name)
    if not isinstance(name, str) or not one_line(name, most=MOST_NAME):
        found.append(f"name: must be text (got {name!r})")
        name = plain.name
    accent = _color(data.get("accent", plain.accent), "accent", least=TEXT_CONTRAST, faults=found)
    counterpart = _color(data.get("counterpart", plain.counterpart), "counterpart", least=FILL_CONTRAST, faults=found)
    picture = _logo(data["logo"], folder, found) if data.get("logo") is not None and folder else logo
    if picture and not picture.startswith((_PNG, _JPEG)):
        found.append("logo: must be a PNG or JPEG picture. Save it as one.")
    if len(picture) > MOST_LOGO_BYTES:
        found.append(f"logo: {len(picture)} bytes, at most {MOST_LOGO_BYTES}. Make the picture smaller.")
    if found:
        count = f"{len(found)} fault{'' if len(found) == 1 else 's'}"
        raise BrandError("\n".join([f"{where}: {count}", *(f"  {fault}" for fault in found)]))
    return Brand(
        name=one_line(name, most=MOST_NAME),
        accent=accent,
        counterpart=counterpart,
        counterpart_text=darkened(counterpart, least=TEXT_CONTRAST),
        logo=picture,
    )


def _logo(name: object, folder: Path, faults: list[str]) -> bytes:
    """The picture's bytes; it must stand in the folder of the file that names it."""
    if not isinstance(name, str) or Path(name).name != name:
        faults.append(f"logo: must be the name of a file beside this one (got {name!r})")
        return b""
    try:
        with (folder / name).open("rb") as file:
            return file.read(MOST_LOGO_BYTES + 1)
    except (OSError, ValueError) as fault:
        faults.append(f"logo: {name} cannot be read: {getattr(fault, 'strerror', None) or fault}. Put it beside.")
        return b""


def _color(value: object, key: str, *, least: float, faults: list[str]) -> str:
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        faults.append(f"{key}: must be a color as #RRGGBB, in quotes (got {value!r})")
        return "#000000"
    reached = contrast(value)
    if reached < least:
        way_out = darkened(value, least=least)
        faults.append(
            f"{key}: {value} has a contrast of {reached:.1f} with white, and {least} is needed to be read. "
            f"Take a darker one, such as {way_out}."
        )
    return value.upper()


def contrast(color: str) -> float:
    """Contrast of a `#RRGGBB` color with white, 1 to 21 (WCAG 2, relative luminance)."""
    return 1.05 / (_luminance(color) + 0.05)


def darkened(color: str, *, least: float) -> str:
    """The color itself, or its nearest shade toward black that reaches a contrast with white."""
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    for percent in range(100, -1, -1):
        shade = f"#{red * percent // 100:02X}{green * percent // 100:02X}{blue * percent // 100:02X}"
        if contrast(shade) >= least:
            return shade
    return "#000000"


def _luminance(color: str) -> float:
    shares = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
