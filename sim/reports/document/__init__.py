"""One report, many formats: `build.build_report` makes the value, `formats.write` turns it into files.

Read first: `report.py` for what a report holds, `parts.py` for what a section
is made of. A format is one file here that takes a `Report` and returns files;
it computes no figure and writes no sentence of its own.
"""
