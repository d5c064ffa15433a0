"""Part 1 HTML and OpenAPI 3.0, Part 3 queryables and filters, as the abstract tests ask."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from fastapi.testclient import TestClient

from tests.api.ogc.test_core import ask, refused
from tests.api.shown import FORMULA, MARKUP

PAGES = (
    "/ogc/", "/ogc/conformance", "/ogc/api", "/ogc/collections", "/ogc/collections/town.committees",
    "/ogc/collections/town.committees/queryables", "/ogc/collections/town.committees/items",
    "/ogc/collections/town.committees/items/SO0-N0",
)  # fmt: skip


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def test_every_resource_is_a_page_in_which_nothing_runs(shown: TestClient) -> None:
    for path in PAGES:
        answer = shown.get(path, headers={"Accept": "text/html,application/json;q=0.5"})
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/html")
        page = _Page()
        page.feed(answer.text)
        tags = {tag for tag, _ in page.tags}
        assert not tags & {"script", "iframe", "object", "img", "style", "form"}
        names = {name for _, attributes in page.tags for name in attributes}
        assert not any(name.startswith("on") for name in names)
        alternates = [a for t, a in page.tags if t == "link" and a["rel"] == "alternate"]
        assert shown.get(str(alternates[0]["href"])).status_code == 200
    page = _Page()
    page.feed(shown.get("/ogc/collections/town.committees/items?f=html").text)
    assert {MARKUP, FORMULA} <= set(page.said)


def test_the_openapi_document_is_3_0_and_complete(shown: TestClient) -> None:
    document = ask(shown, "/ogc/api")
    assert re.fullmatch(r"3\.0\.\d", document["openapi"])
    asked = {
        "{collectionId}": "town.committees",
        "{featureId}": "SO0-N0",
    }
    root = document["servers"][0]["url"]
    for path, verbs in document["paths"].items():
        filled = path
        for name, value in asked.items():
            filled = filled.replace(name, value)
        answer = shown.get(root + filled)
        kinds = verbs["get"]["responses"]["200"]["content"]
        assert answer.status_code == 200
        assert answer.headers["content-type"] in kinds
        known = document["components"]["parameters"]
        for parameter in verbs["get"]["parameters"]:
            assert parameter["$ref"].split("/")[-1] in known
        assert {"400", "500"} <= set(verbs["get"]["responses"])
    for name, parameter in document["components"]["parameters"].items():
        assert not parameter["description"].startswith("ogc."), name
    assert {"bearer", "query"} <= set(document["components"]["securitySchemes"])


def test_queryables_are_a_schema_of_the_columns(shown: TestClient) -> None:
    answer = shown.get("/ogc/collections/town.committees/queryables")
    assert answer.headers["content-type"] == "application/schema+json"
    schema = answer.json()
    assert schema["$id"].endswith("/ogc/collections/town.committees/queryables")
    assert schema["additionalProperties"] is False
    feature = ask(shown, "/ogc/collections/town.committees/items", limit=1)["features"][0]
    assert set(schema["properties"]) == {*feature["properties"], "geometry"}
    assert schema["properties"]["households"] == {"title": "户数", "type": "number"}
    one = ask(shown, "/ogc/collections/town.committees")
    rel = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
    assert [x for x in one["links"] if x["rel"] == rel]


def test_queryables_are_query_parameters(shown: TestClient) -> None:
    path = "/ogc/collections/town.committees/items"
    everything = ask(shown, path)["features"]
    name = everything[2]["properties"]["name"]
    (found,) = ask(shown, path, name=name)["features"]
    assert found["id"] == everything[2]["id"]
    query = "within_band=true&street_office_id=SO0"
    counted = shown.get(f"{path}?{query}").json()["numberMatched"]
    wanted = [
        f for f in everything
        if f["properties"]["within_band"] and f["properties"]["street_office_id"] == "SO0"
    ]  # fmt: skip
    assert counted == len(wanted)
    assert refused(shown, path, "nothing=1") == "unknown-parameter"


def test_filters_in_text_and_json_with_other_parameters(shown: TestClient) -> None:
    path = "/ogc/collections/town.committees/items"
    text = ask(shown, path, filter="name = 'O''Brien 社区'")
    (one,) = text["features"]
    json_ = '{"op":"=","args":[{"property":"name"},"O\'Brien 社区"]}'
    again = ask(shown, path, filter=json_, filter_lang="cql2-json")
    assert again["features"] == text["features"]
    assert ask(shown, path, filter="name LIKE '%社区'", name="none")["numberMatched"] == 0
    assert refused(shown, path, "filter=nowhere%20%3D%201") == "filter-property"
    assert refused(shown, path, "filter=" + "(" * 9000) == "filter-too-large"
    href = [x["href"] for x in text["links"] if x["rel"] == "self"][0]  # noqa: RUF015
    assert shown.get(href).json()["features"][0]["id"] == one["id"]
