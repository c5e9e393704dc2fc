"""The formats of a report, as they are named on the command line."""

from argparse import ArgumentTypeError

FORMATS = ("html", "pdf", "pptx", "xlsx", "focus")
BUILT = ("focus",)


def formats(text: str) -> tuple[str, ...]:
    """Names separated by commas, each once."""
    asked = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    for name in asked:
        if name not in FORMATS:
            raise ArgumentTypeError(f"no format '{name}'. There are: {', '.join(FORMATS)}")
        if name not in BUILT:
            raise ArgumentTypeError(f"the format '{name}' is not built yet. Ask for {', '.join(BUILT)}")
    if not asked:
        raise ArgumentTypeError(f"names no format. There are: {', '.join(BUILT)}")
    return asked
