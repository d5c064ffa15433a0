"""Layers: the published layers of a proposal as its edits have made them, row by row."""

from redistrict.revision.layers.shown import Shown, first_shown

__all__ = ["Shown", "first_shown"]
