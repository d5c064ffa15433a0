"""Rule profiles over HTTP: every figure with its clause, and a city's own."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Request
from pydantic import BaseModel, Field

from api.errors import told
from api.identity import may
from api.languages import language
from api.routes.surveys import FindingOut
from api.routing import router
from api.runs import rules
from api.runs.rules import Figure
from api.service import Running
from redistrict import profiles
from redistrict.model.profile import Profile
from redistrict.profiles.fields import KEYS
from redistrict.profiles.latitude import LATITUDES

routes = router("/api/profiles", tags=["runs"])
Path_ = Annotated[str, Field(max_length=80)]
Text = Annotated[str, Field(max_length=500)]


class FigureOut(BaseModel):
    """One figure; ``word``: the word of the policy that leaves it to judgement, if one does."""

    path: str
    value: Any
    kind: str
    choices: list[str]
    word: str | None
    reason: str | None


class SectionOut(BaseModel):
    """The figures of one rule, with its clause."""

    section: str
    clause: str | None
    figures: list[FigureOut]


class ProfileOut(BaseModel):
    """A rule profile; ``findings``: what a person should know of it."""

    name: str
    title_zh: str
    title_en: str
    sections: list[SectionOut]
    findings: list[FindingOut] = []


class ProfileIn(BaseModel):
    """A built-in profile with other figures; a figure that policy leaves open wants a reason."""

    extends: Annotated[str, Field(max_length=100)] = profiles.DEFAULT
    title: Annotated[str, Field(max_length=100)] = ""
    figures: Annotated[dict[Path_, Figure], Field(max_length=60)] = {}
    reasons: Annotated[dict[Path_, Text], Field(max_length=60)] = {}


@routes.get("", dependencies=[may("run.read")])
def built_in() -> list[ProfileOut]:
    """Those that come with the service."""
    return [_out(name, profiles.load(name)[0]) for name in profiles.names()]


@routes.get("/{profile}", dependencies=[may("run.read")])
def one(profile: str, request: Request, service: Running) -> ProfileOut:
    """One profile, built in or a city's own."""
    source = rules.source(service.artifacts, profile)
    loaded, noticed = profiles.load(source)
    lang = language(request)
    return _out(profile, loaded, [FindingOut(**told(f, lang)) for f in noticed])


@routes.post("", status_code=201, dependencies=[may("run.start")])
def write(body: ProfileIn, request: Request, service: Running) -> ProfileOut:
    """Keep a profile of one's own; the same figures have the same name."""
    name, made, noticed = rules.keep(
        service.artifacts, body.extends, body.title, body.figures, body.reasons
    )
    lang = language(request)
    return _out(name, made, [FindingOut(**told(f, lang)) for f in noticed])


def _out(name: str, rules_: Profile, findings: list[FindingOut] | None = None) -> ProfileOut:
    sections: list[SectionOut] = []
    for section, keys in KEYS.items():
        rule = getattr(rules_, section)
        figures = [
            FigureOut(
                path=key.path,
                value=getattr(rule, key.name),
                kind=_kind(getattr(rule, key.name)),
                choices=list(key.choices),
                word=LATITUDES.get(key.path),
                reason=rules_.latitude.get(key.path),
            )
            for key in keys.values()
            if key.name != "clause"
        ]
        clause = getattr(rule, "clause", None)
        sections.append(SectionOut(section=section, clause=clause, figures=figures))
    return ProfileOut(
        name=name,
        title_zh=rules_.title_zh,
        title_en=rules_.title_en,
        sections=sections,
        findings=findings or [],
    )


def _kind(value: Any) -> str:
    if isinstance(value, tuple):
        return "list"
    return "number" if value is None or isinstance(value, int | float) else "text"
