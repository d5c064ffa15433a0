"""The exact number of partitions into connected parts with weight in a window."""

from redistrict.districting.enumeration.frontier import TooMany, count_partitions

__all__ = ["TooMany", "count_partitions"]
