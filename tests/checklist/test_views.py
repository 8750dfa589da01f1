import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from checklist import probe_names, views
from checklist.models import Checklist

pytestmark = pytest.mark.django_db
SECTIONS = {
    "keys": [
        ("secret", "Keys are secret", "blocker", "Hide <them>."),
        ("own", "Own keys", "minor", "x"),
    ],
    "cost": [("cap", "Cost is capped", "major", "Set a *cap*.")],
}
PAGES = [
    "/checklists/",
    "/checklists/search/?q=keys",
    "/checklists/keys/",
    "/checklists/keys/1.0.0/",
    "/checklists/keys/1.0.0/secret/",
]
HTMX = {"HX-Request": "true"}


def page(client, url, **kwargs) -> str:
    response = client.get(url, **kwargs)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("url", PAGES)
def test_page_asks_for_the_sign_in_and_comes_back(client, load, url):
    load(sections=SECTIONS)
    response = client.get(url)
    assert response.status_code == 302
    assert response.url.startswith(f"{reverse('account_login')}?next=/checklists/")


@pytest.mark.parametrize("url", PAGES)
def test_page_is_open_where_the_operator_says_so(client, load, settings, url):
    settings.PUBLIC_CHECKLISTS = True
    load(sections=SECTIONS)
    assert client.get(url).status_code == 200


@pytest.mark.parametrize(
    "url",
    [
        "/checklists/none/",
        "/checklists/keys/9.9.9/",
        "/checklists/keys/latest/",
        "/checklists/keys/1.0.0/none/",
        "/checklists/none/1.0.0/secret/",
    ],
)
def test_unknown_is_404(reader, load, url):
    load(sections=SECTIONS)
    assert reader.get(url).status_code == 404


@pytest.mark.parametrize("url", PAGES)
def test_queries_do_not_grow_with_the_rows(reader, load, url):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            page(reader, url)
        return len(queries)

    load(sections=SECTIONS)
    count()
    few = count()
    for slug in ("b", "c", "d"):
        many = [(f"keys-{n}", f"Keys {n}", "minor", "x") for n in range(30)]
        load(
            slug=slug,
            sections={f"s{n}": [(f"i{n}-{i[0]}", *i[1:]) for i in many] for n in range(4)},
        )
    # More sections and items in the same checklist too.
    load(version="1.0.1", sections={"more": many, **SECTIONS})
    # An item of an older edition is looked up in the latest one.
    assert count() <= few + url.endswith("/secret/")


def test_list_shows_each_checklist_once_with_its_counts(reader, load):
    load(sections=SECTIONS)
    load(version="2.0.0", title="Renamed", sections=SECTIONS)
    response = reader.get("/checklists/")
    (edition,) = response.context["editions"]
    assert (edition.title, edition.version, edition.section_count) == ("Renamed", "2.0.0", 2)
    assert (edition.blocker_count, edition.major_count, edition.minor_count) == (1, 1, 1)


def test_empty_list_says_what_to_do(reader):
    assert "manage.py load_checklists" in page(reader, "/checklists/")


def test_search_shows_a_whole_page_and_keeps_the_words(reader, load):
    load(sections=SECTIONS)
    html = page(reader, "/checklists/search/?q=capped")
    assert "<h1>Checklists</h1>" in html
    assert 'value="capped"' in html
    assert "Cost is <mark>capped</mark>" in html
    assert "1 item</strong>" in html


def test_search_as_you_type_answers_with_the_results_alone(reader, load):
    load(sections=SECTIONS)
    response = reader.get("/checklists/search/?q=capped", headers=HTMX)
    assert "<h1>" not in response.content.decode()
    assert response.content.decode().strip().startswith('<div id="results"')
    # Or the browser's back button would show the part for the page.
    assert "HX-Request" in response.headers["Vary"]


def test_search_escapes_what_it_found_and_what_was_sought(reader, load):
    load(sections=SECTIONS)
    html = page(reader, "/checklists/search/?q=<b>them")
    assert "<b>" not in html
    html = page(reader, "/checklists/search/?q=hide")
    assert "What to do: <mark>Hide</mark> &lt;them&gt;." in html


def test_search_without_a_result_says_so(reader, load):
    load(sections=SECTIONS)
    assert "No item has all of these words" in page(reader, "/checklists/search/?q=zebra")


def test_search_without_words_shows_the_list(reader, load):
    load(sections=SECTIONS)
    assert 'class="card' in page(reader, "/checklists/search/?q=+")


def test_search_of_many_is_paged_and_says_how_many(reader, load, monkeypatch):
    monkeypatch.setattr(views, "RESULTS_A_PAGE", 2)
    load(sections=SECTIONS)
    html = page(reader, "/checklists/search/?q=key-valid&page=2")
    assert "3 items</strong>" in html
    assert "here are 3 to 3" in html
    assert "Cost is capped" in html
    assert "Own keys" not in html


def test_checklist_opens_its_latest_edition(reader, load):
    load(sections=SECTIONS)
    load(version="1.10.0", sections=SECTIONS)
    load(version="1.9.0", sections=SECTIONS)
    html = page(reader, "/checklists/keys/")
    assert "version 1.10.0" in html
    assert "is not the latest" not in html


def test_older_edition_says_that_a_newer_one_exists(reader, load):
    load(sections=SECTIONS)
    load(version="2.0.0", sections=SECTIONS)
    html = page(reader, "/checklists/keys/1.0.0/")
    assert "Version 1.0.0 is not the latest." in html
    assert 'href="/checklists/keys/2.0.0/"' in html


def test_filter_by_severity_shows_these_items_and_keeps_the_counts(reader, load):
    load(sections=SECTIONS)
    response = reader.get("/checklists/keys/?severity=major")
    assert [item.ref for item in response.context["page"]] == ["cap"]
    assert [count for _, count in response.context["severities"]] == [1, 1, 1]
    assert [entry["shown"] for entry in response.context["sections"]] == [0, 1]


def test_unknown_severity_shows_all_items(reader, load):
    load(sections=SECTIONS)
    assert len(reader.get("/checklists/keys/?severity=grave").context["page"]) == 3


def test_rail_leads_to_the_page_on_which_a_section_begins(reader, load, monkeypatch):
    monkeypatch.setattr(views, "ROWS_A_PAGE", 2)
    load(sections=SECTIONS)
    html = page(reader, "/checklists/keys/")
    assert 'href="#section-keys"' in html
    assert 'href="?page=2#section-cost"' in html


def test_item_shows_all_that_the_file_says(reader, load):
    load(sections=SECTIONS)
    html = page(reader, "/checklists/keys/1.0.0/cap/")
    for text in (
        "<h1>Cost is capped</h1>",
        "Set a <em>cap</em>.",
        "Because it breaks otherwise.",
        "Look at it.",
        "5 minutes",
        "A page that shows it",
        "<code>key-valid</code>",
        "An article",
        "Item cap",
        "Item 3 of 3",
        "Major",
    ):
        assert text in html
    assert "Hide &lt;them&gt;." in page(reader, "/checklists/keys/1.0.0/secret/")


def test_item_says_what_its_probes_look_at_and_how_strongly(reader, load):
    load(sections=SECTIONS)
    html = page(reader, "/checklists/keys/1.0.0/cap/")
    about = probe_names.known()["key-valid"]
    for text in (about.title, about.looks_at, "<code>key-valid</code>", about.strength):
        assert text in html


def test_item_leads_to_its_neighbours_across_sections(reader, load):
    load(sections=SECTIONS)
    html = page(reader, "/checklists/keys/1.0.0/own/")
    assert 'rel="prev" href="/checklists/keys/1.0.0/secret/"' in html
    assert 'rel="next" href="/checklists/keys/1.0.0/cap/"' in html


def test_item_of_an_older_edition_leads_to_itself_in_the_latest(reader, load):
    load(sections=SECTIONS)
    load(version="2.0.0", sections=SECTIONS)
    assert 'href="/checklists/keys/2.0.0/cap/"' in page(reader, "/checklists/keys/1.0.0/cap/")


def test_urls_of_rows_are_those_of_their_pages(reader, load):
    edition = load(sections=SECTIONS)
    for thing in (Checklist.objects.get(), edition, edition.items.first()):
        assert reader.get(thing.get_absolute_url()).status_code == 200


def test_nothing_is_changed_by_post(reader, load):
    load(sections=SECTIONS)
    assert reader.post("/checklists/").status_code == 405
