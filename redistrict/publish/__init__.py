"""A proposal becomes files: styled GeoPackage, GeoJSON, tables, manifest, findings, pictures."""

from redistrict.publish.alternatives import place, write_listing
from redistrict.publish.content import content_hash, content_hashes
from redistrict.publish.files import write, write_findings
from redistrict.publish.folder import check_target
from redistrict.wording import reason_text

__all__ = [
    "check_target",
    "content_hash",
    "content_hashes",
    "place",
    "reason_text",
    "write",
    "write_findings",
    "write_listing",
]
