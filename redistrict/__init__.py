"""redistrict: certified, seamless, lawful redrawing of residents' committees and service grids."""

__version__ = "0.1.0"
