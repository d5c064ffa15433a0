"""Each straddling estate as a case: recorded, computed, referred, or not ours to rule on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from redistrict.model.errors import SurveyError
from redistrict.model.finding import Finding
from redistrict.model.profile import Profile
from redistrict.model.ruling import Ruling
from redistrict.model.survey import Survey
from redistrict.planar.geometries import common_areas, of_frame
from redistrict.rulings.conflicts import DISPUTED_M2, refer_conflicts, referred
from redistrict.rulings.decide import decide
from redistrict.rulings.measure import Ellipsoid, Land, straddling_land
from redistrict.rulings.recorded import BY_RULE, Recorded, read_recorded
from redistrict.rulings.report import tell_left_alone, tell_ruling


class Cases:
    """Settles every estate; ``moves`` then holds estate index -> governing office index."""

    def __init__(self, survey: Survey, profile: Profile, today: str | None) -> None:
        self._survey = survey
        self._rule = profile.ruling
        offices = survey.layers["street_offices"]
        estates = survey.layer("estates")
        self._office_ids: list[str] = list(offices["street_office_id"])
        self._offices = of_frame(offices)
        self._estate_ids: list[str] = [] if estates is None else list(estates["estate_id"])
        self._stages = [None] * len(self._estate_ids) if estates is None else list(estates["stage"])
        self._estates = np.zeros(0, dtype=object) if estates is None else of_frame(estates)
        self._today = today
        self._findings: list[Finding] = []
        self.moves: dict[int, int] = {}

    def settle(self) -> tuple[list[Ruling], list[Finding]]:
        """Rulings (by estate id) and findings; raises SurveyError on an inapplicable record."""
        index = {name: e for e, name in enumerate(self._estate_ids)}
        recorded = self._recorded(index)
        always = {index[name] for name in recorded if name in index}
        ellipsoid = Ellipsoid(self._survey.working_crs)
        lands = straddling_land(self._estates, self._offices, ellipsoid, always)
        rulings: dict[str, Ruling] = {}
        errors: list[Finding] = []
        for name in sorted({*recorded, *(self._estate_ids[e] for e in lands)}):
            record = recorded.get(name)
            if name not in index:
                if record is not None:
                    rulings[name] = self._kept(record, {}, None)
                continue
            e = index[name]
            land = lands[e]
            if record is not None and not (record.computed and land.straddles):
                ruling, error = self._by_record(e, land, record)
                errors += error
            else:
                ruling = self._by_rule(e, land)
            if ruling is not None:
                rulings[name] = ruling
        if errors:
            raise SurveyError(errors)
        shape_of = {name: self._estates[index[name]] for name in rulings if name in index}
        refer_conflicts(rulings, shape_of, self._office_ids, self._offices)
        for name, ruling in rulings.items():
            self._findings.append(tell_ruling(ruling, self._rule))
            if ruling.outcome == "decided" and name in index and self._leaves(index[name], ruling):
                self.moves[index[name]] = self._office_ids.index(str(ruling.street_office_id))
        return [rulings[name] for name in sorted(rulings)], self._findings

    def _recorded(self, index: dict[str, int]) -> dict[str, Recorded]:
        table = self._survey.tables.get("rulings")
        known = set(index)
        if self._survey.layer("estates") is None:
            # one of our own proposals: the estates live on in the buildings' estate_id
            known |= {e for e in self._survey.layers["buildings"]["estate_id"] if e}
        holding, errors, notes = read_recorded(table, known, set(self._office_ids), self._today)
        if errors:
            raise SurveyError(errors)
        self._findings += notes
        return dict(holding)

    def _areas(self, land: Land) -> dict[str, float]:
        counted = land.parts or land.by_office
        return {self._office_ids[k]: v for k, v in sorted(counted.items())}

    def _kept(
        self, record: Recorded, areas: dict[str, float], geometry: BaseGeometry | None
    ) -> Ruling:
        return Ruling(
            record.estate_id,
            "decided",
            record.street_office_id,
            areas,
            record.basis if record.computed else "recorded",
            record.decided_by,
            evidence=record.evidence,
            date=record.date,
            geometry=geometry,
            params={"stated_basis": record.basis, "row": record.row},
        )

    def _by_record(
        self, e: int, land: Land, record: Recorded
    ) -> tuple[Ruling | None, list[Finding]]:
        office = self._office_ids.index(record.street_office_id)
        where = {"row": record.row, "estate_id": record.estate_id}
        if land.by_office.get(office, 0.0) <= 0.0:
            if record.computed:
                return None, []  # of an earlier map; nothing to decide on this one
            return None, [
                Finding(
                    "ruling-office-without-land",
                    "error",
                    "rulings",
                    f"row:{record.row}",
                    clause=self._rule.clause,
                    params={**where, "street_office_id": record.street_office_id},
                    action="refused",
                    geometry=self._estates[e],
                )
            ]
        frozen = self._frozen_loss(e, office)
        if frozen is not None:
            return None, [
                Finding(
                    "ruling-against-frozen",
                    "error",
                    "rulings",
                    f"row:{record.row}",
                    clause="2.2",
                    params={**where, "committee_id": frozen},
                    action="refused",
                    geometry=self._estates[e],
                )
            ]
        ruling = self._kept(record, self._areas(land), self._estates[e])
        if not land.straddles:
            if not record.computed:
                self._findings.append(
                    Finding(
                        "ruling-not-straddling",
                        "info",
                        "rulings",
                        record.estate_id,
                        clause=self._rule.clause,
                        params={**where, "street_office_id": record.street_office_id},
                        action="kept",
                        geometry=self._estates[e],
                        rows=0,
                    )
                )
            return ruling, []
        computed = decide(land, self._rule.tolerance)
        if computed.office is not None and computed.office != office:
            return replace(ruling, overrides=self._office_ids[computed.office]), []
        return ruling, []

    def _by_rule(self, e: int, land: Land) -> Ruling | None:
        if not land.straddles:
            return None
        stage = self._stages[e]
        if stage not in self._rule.new_stages:
            self._findings.append(
                tell_left_alone(
                    self._estate_ids[e], stage, self._areas(land), self._estates[e], self._rule
                )
            )
            return None
        decision = decide(land, self._rule.tolerance)
        params = {"land_m2": land.whole, "tolerance": self._rule.tolerance, "stage": stage}
        decided = decision.office is not None
        ruling = Ruling(
            self._estate_ids[e],
            "decided" if decided else "refer",
            self._office_ids[decision.office] if decision.office is not None else None,
            self._areas(land),
            decision.basis,
            BY_RULE if decided else None,
            clause=self._rule.clause,
            geometry=self._estates[e],
            params=params,
        )
        if decision.office is not None:
            frozen = self._frozen_loss(e, decision.office)
            if frozen is not None:
                return referred(ruling, "frozen-committee", frozen)
        return ruling

    def _leaves(self, e: int, ruling: Ruling) -> bool:
        """True where some land of the estate lies in another street office than the ruled one."""
        winner = self._office_ids.index(str(ruling.street_office_id))
        others = np.delete(self._offices, winner)
        touching = others[shapely.intersects(others, self._estates[e])]
        return bool(common_areas(touching, self._estates[e]).sum() > 0)

    def _frozen_loss(self, e: int, winner: int) -> str | None:
        """The frozen committee that would lose land if the estate went to ``winner``."""
        committees = self._survey.layer("committees")
        if committees is None or "frozen_reason" not in committees:
            return None
        elsewhere = committees["street_office_id"] != self._office_ids[winner]
        frozen = (committees["frozen_reason"].notna() & elsewhere).to_numpy(dtype=bool)
        shapes = of_frame(committees)[frozen]
        common = common_areas(shapes, self._estates[e])
        if len(common) == 0 or common.max() < DISPUTED_M2:
            return None
        return str(committees.loc[frozen, "committee_id"].iloc[int(common.argmax())])
