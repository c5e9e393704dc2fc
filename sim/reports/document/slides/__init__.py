"""A report as slides: one finding each, native charts whose figures can be edited, and notes with the sources.

Read first: `compose.py` for which slides a report gets, `deck.py` for what every slide looks like.
"""
