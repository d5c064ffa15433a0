"""Rule profiles: three built in, a city's own in one short file, every slip named."""

from __future__ import annotations

from pathlib import Path

import pytest

from redistrict import profiles
from redistrict.i18n import LANGS, catalogue
from redistrict.model.errors import ProfileError
from redistrict.model.finding import Finding
from redistrict.model.profile import CommitteeRule, Profile


def write(folder: Path, content: str) -> Path:
    path = folder / "city.toml"
    path.write_text(content, "utf-8")
    return path


def faults(path: Path | str) -> list[Finding]:
    with pytest.raises(ProfileError) as caught:
        profiles.load(path)
    for finding in caught.value.findings:
        for lang in LANGS:
            assert f"finding.{finding.code}" in catalogue(lang)
            assert f"remedy.{finding.code}" in catalogue(lang)
    return list(caught.value.findings)


def test_the_governing_text_is_the_default() -> None:
    rules, noticed = profiles.load()
    assert noticed == ()
    assert rules == profiles.load("tengzhou-2007")[0]
    assert (rules.committee.lower, rules.committee.target, rules.committee.upper) == (
        2500,
        3000,
        3500,
    )
    assert (rules.grid.lower, rules.grid.upper) == (200, 250)
    assert rules.funding.rate_per_1000_cents is None
    assert rules.funding.subsidy_shares == (5, 2, 3)
    # The model's own defaults are this profile: nobody who builds one by hand is surprised.
    plain = Profile(rules.name, rules.title_zh, rules.title_en, latitude=rules.latitude)
    assert plain == rules


def test_the_organic_law_sets_a_ceiling() -> None:
    rules, noticed = profiles.load("organic-law-2025")
    assert noticed == ()
    assert (rules.committee.lower, rules.committee.upper) == (1000, 3000)
    assert rules.committee.target < rules.committee.upper
    assert (rules.grid.lower, rules.grid.upper) == (200, 250)


def test_henan() -> None:
    rules, _ = profiles.load("henan-2022")
    assert rules.premises.per_100_households_m2 == 30
    assert (rules.grid.lower, rules.grid.upper) == (300, 500)


@pytest.mark.parametrize("name", profiles.names())
def test_a_profile_survives_the_manifest(name: str) -> None:
    rules, _ = profiles.load(name)
    again = profiles.from_dict(profiles.as_dict(rules))
    assert profiles.as_dict(again) | {"extends": rules.extends} == profiles.as_dict(rules)


def test_a_manifest_older_than_a_figure_is_read_with_its_default() -> None:
    rules = profiles.as_dict(profiles.load()[0])
    del rules["committee"]["near_target"]
    assert profiles.from_dict(rules).committee.near_target == CommitteeRule().near_target


def test_a_city_of_its_own(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        extends = "tengzhou-2007"
        [committee]
        upper = 4000
        [funding]
        rate_per_1000_cents = 3000000
        [latitude]
        committee.upper = "几个小区共用一个大门"
        """,
    )
    rules, noticed = profiles.load(path)
    assert rules.name == "city"
    assert rules.committee.upper == 4000
    assert rules.committee.lower == 2500
    assert rules.latitude["committee.upper"] == "几个小区共用一个大门"
    assert "committee.lower" in rules.latitude
    assert [(f.code, f.feature_id) for f in noticed] == [
        ("profile-figure-changed", "funding.rate_per_1000_cents")
    ]


def test_a_latitude_without_a_reason_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, 'extends = "tengzhou-2007"\n[committee]\nlower = 2000\n')
    rules, noticed = profiles.load(path)
    assert [(f.code, f.feature_id, f.outcome) for f in noticed] == [
        ("latitude-without-reason", "committee.lower", "refer")
    ]
    # The base's reason was for the base's figure.
    assert "committee.lower" not in rules.latitude


def test_a_latitude_restated_unchanged_keeps_its_reason(tmp_path: Path) -> None:
    path = write(tmp_path, 'extends = "tengzhou-2007"\n[committee]\nlower = 2500\n')
    assert profiles.load(path)[1] == ()


def test_open_leaves_a_figure_open(tmp_path: Path) -> None:
    path = write(tmp_path, 'extends = "henan-2022"\n[premises]\nper_100_households_m2 = "open"\n')
    assert profiles.load(path)[0].premises.per_100_households_m2 is None


BASE = 'extends = "tengzhou-2007"\n'


@pytest.mark.parametrize(
    ("content", "code", "key"),
    [
        (BASE + "[comittee]\nupper = 1", "profile-key-unknown", "comittee"),
        (BASE + "[committee]\nuper = 1", "profile-key-unknown", "committee.uper"),
        (BASE + "nonsense = 1", "profile-key-unknown", "nonsense"),
        (BASE + "committee = 3000", "profile-type-table", "committee"),
        (BASE + "latitude = 3000", "profile-type-table", "latitude"),
        (BASE + '[committee]\nupper = "3500"', "profile-type-integer", "committee.upper"),
        (BASE + "[committee]\nupper = true", "profile-type-integer", "committee.upper"),
        (BASE + "[committee]\nupper = 3500.5", "profile-type-integer", "committee.upper"),
        (BASE + "[premises]\nbuilt_m2 = nan", "profile-type-number", "premises.built_m2"),
        (BASE + "[premises]\nbuilt_m2 = inf", "profile-type-number", "premises.built_m2"),
        (BASE + "name = 3", "profile-type-text", "name"),
        (BASE + '[staff]\nrounding = "bankers"', "profile-type-choice", "staff.rounding"),
        (BASE + "[barriers]\nuncrossable = 1", "profile-type-texts", "barriers.uncrossable"),
        (
            BASE + "[funding]\nsubsidy_shares = [5, 5]",
            "profile-type-three-integers",
            "funding.subsidy_shares",
        ),
        (
            BASE + "[funding]\nsubsidy_shares = [5, 2, 2]",
            "profile-rule-shares",
            "funding.subsidy_shares",
        ),
        (BASE + "[grid]\nlower = 300", "profile-rule-lower-above-upper", "grid.lower"),
        (BASE + "[grid]\nlower = 0", "profile-rule-at-least", "grid.lower"),
        (
            BASE + "[grid]\nplot_households = 251",
            "profile-rule-plot-above-window",
            "grid.plot_households",
        ),
        (
            BASE + "[committee]\ntarget = 3501",
            "profile-rule-target-outside-band",
            "committee.target",
        ),
        (BASE + "[staff]\ncap = 4", "profile-rule-at-least", "staff.cap"),
        (
            BASE + "[committee]\nnear_target = 1",
            "profile-rule-share-of-target",
            "committee.near_target",
        ),
        (BASE + "[ruling]\ntolerance = 0.5", "profile-rule-tolerance", "ruling.tolerance"),
        (BASE + '[ruling]\nnew_stages = ["new"]', "profile-rule-stage", "ruling.new_stages"),
        (
            BASE + '[latitude]\n"committee.uper" = "why"',
            "profile-key-unknown",
            "latitude.committee.uper",
        ),
        (
            BASE + '[latitude]\n"committee.upper" = " "',
            "profile-type-text",
            "latitude.committee.upper",
        ),
        ('extends = "nowhere"', "profile-extends-unknown", "extends"),
        ("[committee]\nupper = 4000", "profile-incomplete", "extends"),
        ("[committee", "profile-not-toml", None),
        ("", "profile-incomplete", "extends"),
    ],
)
def test_slips(tmp_path: Path, content: str, code: str, key: str | None) -> None:
    found = faults(write(tmp_path, content))
    assert (code, key) in [(f.code, f.feature_id) for f in found]
    assert all(f.layer == "city.toml" for f in found)


def test_every_slip_is_told_at_once(tmp_path: Path) -> None:
    found = faults(write(tmp_path, BASE + "a = 1\n[grid]\nlower = 1.5\nb = 2\n"))
    assert [f.feature_id for f in found] == ["a", "grid.lower", "grid.b"]


def test_near_names_are_offered(tmp_path: Path) -> None:
    found = faults(write(tmp_path, BASE + "[committee]\nuper = 1\n"))
    assert found[0].params["near"] == "committee.upper"
    assert faults("tengzhou-2008")[0].params["near"] == "tengzhou-2007"


def test_files_that_are_none(tmp_path: Path) -> None:
    assert faults(tmp_path / "absent.toml")[0].code == "profile-unreadable-missing"
    assert faults(tmp_path)[0].code == "profile-unreadable-missing"
    assert faults("bad\x00name.toml")[0].code == "profile-unreadable-missing"
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    assert faults(binary)[0].code == "profile-unreadable-encoding"
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * 1_000_001)
    assert faults(large)[0].code == "profile-too-big"
    deep = tmp_path / "deep.toml"
    deep.write_text("a = " + "[" * 50_000, "utf-8")
    assert faults(deep)[0].code == "profile-not-toml"


@pytest.mark.parametrize("name", ["", " ", "qqq"])
def test_a_name_that_is_none_is_answered_with_the_nearest_that_is(name: str) -> None:
    (why,) = faults(name)
    assert why.code == "profile-unknown"
    assert why.params["near"] in profiles.names()
