"""What can be listed on the command line of `report`: formats, sections."""

from argparse import ArgumentTypeError

from sim.reports.document.formats import FORMATS

NAMES = tuple(form.name for form in FORMATS)


def formats(text: str) -> tuple[str, ...]:
    """Names of formats separated by commas, each once."""
    asked = listed(text)
    for name in asked:
        if name not in NAMES:
            raise ArgumentTypeError(f"no format '{name}'. There are: {', '.join(NAMES)}")
    if not asked:
        raise ArgumentTypeError(f"names no format. There are: {', '.join(NAMES)}")
    return asked


def listed(text: str) -> tuple[str, ...]:
    """Names separated by commas, each once."""
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
