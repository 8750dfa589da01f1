import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audits.models import Team
from checklist import crosswalk_loader, crosswalk_pages
from tests.checklist.crosswalk_files import HEAD, KNOWN, crosswalk_yaml

pytestmark = pytest.mark.django_db
RELATIONS = (
    "alpha/keys equal beta/keys",
    "alpha/limits narrower gamma/limits",
    "beta/limits broader alpha/keys",
    "alpha/retries related beta/retries",
)
PAGE = "/checklists/crosswalks/ours/"
ITEM = "/checklists/alpha/1.0.0/keys/"


@pytest.fixture
def checklists(load):
    for slug, refs in KNOWN.items():
        items = [(ref, f"{slug} {ref}", "major", "Do it.") for ref in sorted(refs)]
        load(slug=slug, title=slug.title(), sections={"all": items})


@pytest.fixture
def crosswalk(checklists):
    return crosswalk_loader.load(crosswalk_yaml(*RELATIONS))[0]


def page(client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_crosswalk_is_shown_by_pairs_in_the_order_of_its_file(reader, crosswalk):
    response = reader.get(PAGE)
    groups = [(group["id"], len(group["rows"])) for group in response.context["groups"]]
    assert groups == [("alpha--beta", 2), ("alpha--gamma", 1), ("beta--alpha", 1)]
    shown = words(response.content.decode())
    assert "1. alpha keys equal to 1. beta keys The same page shows both." in shown
    assert "2. alpha limits narrower than 2. gamma limits" in shown


def test_one_kind_of_relation_is_shown_alone(reader, crosswalk):
    response = reader.get(f"{PAGE}?kind=related")
    assert [group["id"] for group in response.context["groups"]] == ["alpha--beta"]
    assert [count for _, count in response.context["kinds"]] == [1, 1, 1, 1]


def test_unknown_kind_shows_everything(reader, crosswalk):
    assert len(reader.get(f"{PAGE}?kind=none").context["page"]) == 4


def test_page_links_to_the_items_of_the_latest_editions(reader, crosswalk, load):
    items = [("keys", "Keys anew", "major", "Do it.")]
    load(slug="alpha", version="2.0.0", title="Alpha", sections={"all": items})
    html = page(reader, PAGE)
    assert 'href="/checklists/alpha/2.0.0/keys/">1. Keys anew</a>' in html
    assert words(html).count("limits not in the latest edition") == 1


def test_latest_version_of_a_crosswalk_is_shown(reader, crosswalk):
    crosswalk_loader.load(crosswalk_yaml(RELATIONS[0], head=HEAD.replace("1.0.0", "1.1")))
    assert "version 1.1" in page(reader, PAGE)


def test_long_crosswalk_has_pages_and_the_rail_leads_to_them(reader, crosswalk, monkeypatch):
    monkeypatch.setattr(crosswalk_pages, "ROWS_A_PAGE", 2)
    response = reader.get(PAGE)
    assert len(response.context["page"]) == 2
    assert [pair["page"] for pair in response.context["pairs"]] == [1, 2, 2]


def test_item_shows_its_neighbours_as_seen_from_itself(reader, crosswalk):
    html = page(reader, ITEM)
    shown = words(html[html.index("Elsewhere") :])
    assert "Equal to Beta, 1. beta keys The same page shows both." in shown
    assert "Narrower than Beta, 2. beta limits" in shown
    assert "As said by How ours meet ." in shown
    assert 'href="/checklists/beta/1.0.0/keys/"' in html


def test_item_without_relations_says_nothing_of_them(reader, crosswalk):
    assert "Elsewhere" not in page(reader, "/checklists/alpha/1.0.0/timeouts/")


def test_list_of_checklists_leads_to_the_crosswalk(reader, crosswalk):
    html = page(reader, "/checklists/")
    assert f'<a href="{PAGE}">How ours meet</a>' in html
    assert "4 relations, version 1.0.0" in html


def test_crosswalk_of_a_team_is_read_by_its_members_alone(reader, client, checklists):
    team = Team.objects.create(name="Ours")
    crosswalk_loader.load(crosswalk_yaml(RELATIONS[0]), owner=team.pk)
    assert "Elsewhere" not in page(reader, ITEM)
    assert reader.get(PAGE).status_code == 404
    assert "How ours meet" not in page(reader, "/checklists/")


@pytest.mark.parametrize("url", ["/checklists/crosswalks/none/", "/checklists/crosswalks/1.0.0/"])
def test_unknown_is_404(reader, crosswalk, url):
    assert reader.get(url).status_code == 404


def test_page_asks_for_the_sign_in_unless_the_operator_opens_it(client, crosswalk, settings):
    assert client.get(PAGE).status_code == 302
    settings.PUBLIC_CHECKLISTS = True
    assert client.get(PAGE).status_code == 200
    assert "Elsewhere" in page(client, ITEM)


@pytest.mark.parametrize("url", [PAGE, ITEM, "/checklists/"])
def test_queries_do_not_grow_with_the_relations(reader, checklists, load, url):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            page(reader, url)
        return len(queries)

    crosswalk_loader.load(crosswalk_yaml(RELATIONS[0]))
    count()
    few = count()
    many = [(f"more-{n}", f"More {n}", "minor", "x") for n in range(40)]
    load(slug="more", sections={"all": many})
    more = [f"alpha/keys related more/more-{n}" for n in range(40)]
    head = HEAD.replace("1.0.0", "1.1.0")
    crosswalk_loader.load(crosswalk_yaml(*RELATIONS, *more, head=head))
    crosswalk_loader.load(crosswalk_yaml(*RELATIONS, head=HEAD.replace("ours", "others")))
    assert count() <= few


def test_export_is_a_file_that_loads_back_equal(reader, crosswalk):
    response = reader.get(f"{PAGE}export.yaml")
    assert response["Content-Disposition"] == 'attachment; filename="ours-1.0.0.yaml"'
    assert crosswalk_loader.load(response.content) == (crosswalk, False)
