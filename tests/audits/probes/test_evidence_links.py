import pytest

from audits.probes import evidence_links
from audits.probes.base import Link, Verdict
from audits.probes.evidence_links import probe
from tests.audits.probes.apps import of, target, tools

PAGE = "<html><head><title>x</title></head><body><h1>Runbook</h1>\n<p>Swap it.</p></body></html>"


def run(app, *paths, kept=None, digest=""):
    links = tuple(Link(path, f"{app.url}{path}", path.strip("/"), digest) for path in paths)
    return probe.run(target(links=links, kept=kept or {}), tools())


def test_links_that_answer_pass_and_are_remembered(app):
    app.says("/a", PAGE, Content_Type="text/html")
    finding = run(app, "/a")
    assert finding.verdict is Verdict.PASS
    assert of(finding, "unchanged").verdict is Verdict.INCONCLUSIVE
    assert len(finding.kept["links"]["/a"]["first"]) == 64


@pytest.mark.parametrize("status", [404, 410])
def test_link_that_is_gone_fails(app, status):
    app.says("/a", "gone", status)
    finding = run(app, "/a")
    assert finding.verdict is Verdict.FAIL
    assert f"“a” answered {status}" in finding.says


@pytest.mark.parametrize("status", [401, 403, 500, 503])
def test_link_that_cannot_be_seen_is_inconclusive(app, status):
    app.says("/a", "no", status)
    assert run(app, "/a").verdict is Verdict.INCONCLUSIVE


def test_page_that_asks_to_sign_in_is_inconclusive(app):
    app.says("/a", "", 302, Location="/login?next=/a")
    app.says("/login", "<form>Sign in</form>", Content_Type="text/html")
    assert "sign in" in run(app, "/a").says


def test_password_field_asks_to_sign_in(app):
    app.says("/a", '<form><input name=p type="password"></form>', Content_Type="text/html")
    assert run(app, "/a").verdict is Verdict.INCONCLUSIVE


def test_other_markup_around_the_same_words_is_no_change(app):
    app.says("/a", PAGE, Content_Type="text/html")
    first = run(app, "/a")
    changed = PAGE.replace("<body>", '<body class="x">\n<script nonce="77">let a</script>')
    app.says("/a", changed, Content_Type="text/html")
    assert of(run(app, "/a", kept=first.kept), "unchanged").verdict is Verdict.PASS


def test_other_words_are_told_and_do_not_fail(app):
    app.says("/a", PAGE, Content_Type="text/html")
    first = run(app, "/a")
    app.says("/a", PAGE.replace("Swap it", "Moved"), Content_Type="text/html")
    finding = run(app, "/a", kept=first.kept)
    assert finding.verdict is Verdict.PASS
    assert of(finding, "unchanged").verdict is Verdict.INCONCLUSIVE
    assert finding.kept["links"]["/a"]["first"] == first.kept["links"]["/a"]["first"]


def test_digest_of_the_evidence_goes_before_what_was_kept(app):
    app.says("/a", "same")
    assert of(run(app, "/a", digest="0" * 64), "unchanged").verdict is Verdict.INCONCLUSIVE


def test_host_that_is_not_there_is_inconclusive():
    links = (Link("1", "http://127.0.0.1:9/x", "Runbook"),)
    assert probe.run(target(links=links), tools()).verdict is Verdict.INCONCLUSIVE


def test_each_link_has_a_verdict_of_its_own(app):
    app.says("/a", PAGE, Content_Type="text/html")
    kept = run(app, "/a", "/b").kept["links"]
    assert (kept["/a"]["verdict"], kept["/b"]["verdict"]) == ("pass", "fail")


def test_links_beyond_the_time_are_told(app, monkeypatch):
    monkeypatch.setattr("audits.probes.evidence_links.SECONDS", -1)
    assert run(app, "/a", "/b").says == "2 links not seen: there was no time."


def test_without_links_it_is_inconclusive():
    assert probe.run(target(), tools()).verdict is Verdict.INCONCLUSIVE


def test_query_of_a_link_without_a_title_is_not_shown(app):
    links = (Link("1", f"{app.url}/x?token=secret", ""),)
    assert "secret" not in repr(probe.run(target(links=links), tools()))


def test_link_that_there_was_no_time_for_is_still_compared_with_what_was_first_seen(
    app, monkeypatch
):
    app.says("/a", PAGE, Content_Type="text/html")
    first = run(app, "/a")
    monkeypatch.setattr(evidence_links, "SECONDS", -1)
    hurried = run(app, "/a", kept=first.kept)
    assert hurried.kept == first.kept
