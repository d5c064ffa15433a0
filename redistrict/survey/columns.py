"""Which column of a file is which field: exact name, alias, name cut to ten bytes; or as stated."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from redistrict.model.finding import Finding
from redistrict.survey.fields import FIELDS, Field
from redistrict.survey.sandbox import refusal

_DBF_NAME_BYTES = 10


def choose(
    names: Sequence[str], layer: str, stated: Mapping[str, str], file: str, quiet: bool = False
) -> tuple[dict[str, str], list[Finding]]:
    """canonical field -> column of the file, and what was passed over.

    ``quiet``: columns passed over are our own and need no word.
    ``stated``: canonical -> column as survey.toml says, before anything found. Raises SurveyError
    ``settings-invalid`` where survey.toml names a field or a column that does not exist.
    """
    fields = FIELDS[layer]
    known = {f.name for f in fields}
    for field, column in stated.items():
        if field not in known or column not in names:
            raise refusal("settings-invalid", file, layer, reason=f"{field} = {column}")
    cut = file.casefold().endswith(".shp")
    chosen = dict(stated)
    findings: list[Finding] = []
    taken = set(stated.values())
    for field in fields:
        if field.name in chosen:
            continue
        found = [n for n in _candidates(field, names, cut) if n not in taken or _shared(field)]
        if not found:
            continue
        chosen[field.name] = found[0]
        taken.add(found[0])
        if len(found) > 1:
            findings.append(
                Finding(
                    "column-chosen",
                    "info",
                    layer,
                    params={"field": field.name, "taken": found[0], "others": ", ".join(found[1:])},
                    rows=0,
                )
            )
    if not quiet:
        findings += _dropped(names, chosen, layer, file)
    return chosen, findings


def _dropped(
    names: Sequence[str], chosen: Mapping[str, str], layer: str, file: str
) -> list[Finding]:
    left = [n for n in names if n not in set(chosen.values())]
    if not left:
        return []
    params = {"file": file, "columns": ", ".join(left), "count": len(left)}
    return [Finding("columns-dropped", "info", layer, params=params, action="dropped", rows=0)]


def _shared(field: Field) -> bool:
    return field.name == "name"


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold().replace(" ", "")


def _candidates(field: Field, names: Sequence[str], cut: bool) -> list[str]:
    """Columns that may be ``field``, best first."""
    wanted = [_plain(a) for a in (field.name, *field.aliases)]
    plain = {}
    for name in names:
        plain.setdefault(_plain(name), name)
    found = list(dict.fromkeys(plain[w] for w in wanted if w in plain))
    if cut:
        for alias in (field.name, *field.aliases):
            for short in sorted(_cut_forms(alias)):
                name = plain.get(_plain(short))
                if name is not None and name not in found:
                    found.append(name)
    return found


def _cut_forms(alias: str) -> set[str]:
    """``alias`` as a DBF would have cut it: 10 bytes of GBK or of UTF-8."""
    forms: set[str] = set()
    for encoding in ("gb18030", "utf-8"):
        raw = alias.encode(encoding)
        if len(raw) > _DBF_NAME_BYTES:
            forms.add(raw[:_DBF_NAME_BYTES].decode(encoding, errors="ignore"))
    return forms
