"""CQL2: filters as text or JSON, and which rows of a layer they choose.

Source: OGC 21-065r2, Common Query Language (CQL2) 1.0. Parsing is ours because whoever may read a
layer may send a filter: the library ``cql2`` 0.6 (our oracle in the tests) takes 21 s for 12 kB of
text with twelve open brackets and ends the process at 20,000 (docs/decisions/0009).
"""

from api.ogc.cql2.evaluate import chosen
from api.ogc.cql2.table import Column, Table
from api.ogc.cql2.text import parse_text
from api.ogc.cql2.tree import Tree, parse_json

__all__ = ["Column", "Table", "Tree", "chosen", "parse_json", "parse_text"]
"""A filter is a `Tree`: the CQL2 JSON encoding, which the text encoding is read into as well."""
