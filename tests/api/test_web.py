"""The review map: files by name alone, in both encodings, under the policy; told if not built."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.web import built
from tests.api.world import World, made


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A service whose built files are in ``tmp_path / "built"``."""
    monkeypatch.setattr(built, "FOLDER", tmp_path / "built")
    built.page.cache_clear()
    built.assets.cache_clear()
    built.asset.cache_clear()
    with made(tmp_path / "data", None) as world:
        yield world
    built.page.cache_clear()
    built.assets.cache_clear()
    built.asset.cache_clear()


def lay_out(folder: Path) -> None:
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>图</title>", "utf-8")
    (folder / "assets" / "index-abc.js").write_text("export {}\n" * 50, "utf-8")
    (folder / "assets" / "index-abc.js.map").write_text("{}", "utf-8")


def test_page_and_script_are_kept_by_their_content(at: World, tmp_path: Path) -> None:
    lay_out(tmp_path / "built")
    page = at.client.get("/")
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-cache"
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert at.client.get("/", headers={"if-none-match": page.headers["etag"]}).status_code == 304
    script = at.client.get("/assets/index-abc.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["content-encoding"] == "gzip"
    assert "immutable" in script.headers["cache-control"]
    plain = at.client.get("/assets/index-abc.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == script.text


@pytest.mark.parametrize(
    "name", ["index.html", "index-abc.js.map", "..%2Findex.html", "%2e%2e/index.html", "none.js"]
)
def test_nothing_else_is_served(at: World, tmp_path: Path, name: str) -> None:
    lay_out(tmp_path / "built")
    assert at.client.get(f"/assets/{name}").status_code == 404


@pytest.mark.parametrize(("lang", "word"), [("zh", "尚未构建"), ("en", "has not been built")])
def test_a_map_that_is_not_built_says_how_to(at: World, lang: str, word: str) -> None:
    answer = at.client.get("/", headers={"accept-language": lang})
    assert answer.status_code == 200
    assert word in answer.text


def test_what_is_zipped_is_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(built, "FOLDER", tmp_path)
    built.assets.cache_clear()
    built.asset.cache_clear()
    lay_out(tmp_path)
    one = built.asset("index-abc.js")
    assert one is not None
    built.assets.cache_clear()
    built.asset.cache_clear()
    assert gzip.decompress(one.zipped) == one.plain
