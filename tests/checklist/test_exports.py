import pytest

from checklist import definitions, loader, schema
from checklist.formats import registry
from tests.audits.views.counting import queries_of

pytestmark = pytest.mark.django_db
TYPES = {
    "yaml": "application/yaml; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
}


@pytest.mark.parametrize("name", TYPES)
def test_export_loads_back_equal(reader, edition, name):
    response = reader.get(f"/checklists/keys/1.0.0/export.{name}")
    format = registry.FORMATS[name]
    assert response["Content-Type"] == TYPES[name]
    assert response["Content-Disposition"] == f'attachment; filename="keys-1.0.0.{name}"'
    assert schema.parse(response.content, format) == definitions.of_edition(edition)
    assert loader.load(response.content, format=format) == (edition, False)


def test_yaml_names_the_schema_for_editors(reader, edition):
    first = reader.get("/checklists/keys/1.0.0/export.yaml").content.splitlines()[0]
    address = first.decode().partition("$schema=")[2]
    assert address == "http://testserver/checklists/schema.json"
    assert reader.get(address).json() == schema.json_schema()


def test_schema_needs_no_sign_in(client, db):
    response = client.get("/checklists/schema.json")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/schema+json"


def test_export_in_an_unknown_format_is_404(reader, edition):
    assert reader.get("/checklists/keys/1.0.0/export.xlsx").status_code == 404


def test_page_of_an_edition_offers_every_format(reader, edition):
    html = reader.get("/checklists/keys/").content.decode()
    for name in TYPES:
        assert f'href="/checklists/keys/1.0.0/export.{name}"' in html


def test_export_takes_as_many_queries_for_60_items_as_for_2(reader, load):
    few, many = (
        load(
            slug=f"of-{count}",
            sections={"s": [(f"i{n}", "I", "minor", "x") for n in range(count)]},
        )
        for count in (2, 60)
    )
    assert len({queries_of(reader, f"{e.get_absolute_url()}export.csv") for e in (few, many)}) == 1
