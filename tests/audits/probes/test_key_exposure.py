import base64
import json

import pytest

from audits.probes.base import App, Verdict
from audits.probes.key_exposure import probe
from tests.audits.probes.apps import of, target, tools, verdicts

KEY = "sk-ant-api03-R2D2" + "aB3_dE5-gH7jK9mN" * 5 + "xYz12345" + "igAA"
HTML = {"Content_Type": "text/html"}


def run(app, page="", **more):
    if page:
        app.says("/", page, **HTML)
    return probe.run(target(app=App(page_url=f"{app.url}/"), **more), tools())


def test_clean_page_passes_and_says_what_was_looked_at(app):
    app.says("/a.js", "console.log(1)")
    finding = run(app, '<script src="/a.js"></script>')
    assert finding.verdict is Verdict.PASS
    assert finding.says == (
        "No key in the page, 1 script and 0 source maps. Nothing else was looked at."
    )


def test_key_in_a_script_fails_masked_with_its_place(app):
    app.says("/a.js", f'let a = 1;\nlet key = "{KEY}";')
    finding = run(app, '<script src="/a.js?v=1"></script>')
    assert finding.verdict is Verdict.FAIL
    assert f"sk-ant-api03-R2D...igAA in {app.url}/a.js:2:12" in finding.says
    assert KEY not in repr(finding)


@pytest.mark.parametrize("kind", ["admin01", "oat01", "api01", "api03", "xyz42"])
def test_every_kind_of_key_is_found(app, kind):
    key = f"sk-ant-{kind}-" + "aB3dE5gH7jK9mNpQ" * 2
    assert run(app, f"<p>{key}</p>").verdict is Verdict.FAIL


def test_example_of_one_letter_is_no_key(app):
    assert run(app, f"<p>sk-ant-api03-{'x' * 93}AA</p>").verdict is Verdict.PASS


def test_key_in_a_source_map_is_found_in_its_source(app):
    source = {"sources": ["src/ai.ts"], "sourcesContent": [f"// ai\nconst k = '{KEY}'"]}
    app.says("/a.js", "min()\n//# sourceMappingURL=a.js.map")
    app.says("/a.js.map", json.dumps(source))
    assert f"{app.url}/a.js.map › src/ai.ts:2:12" in run(app, "<script src=a.js></script>").says


def test_key_in_an_inline_source_map_is_found(app):
    data = base64.b64encode(json.dumps({"sourcesContent": [KEY]}).encode()).decode()
    app.says("/a.js", f"min()\n//# sourceMappingURL=data:application/json;base64,{data}")
    assert run(app, "<script src=a.js></script>").verdict is Verdict.FAIL


def test_map_named_by_a_header_is_read(app):
    app.says("/a.js", "min()", SourceMap="/m.json")
    app.says("/m.json", json.dumps({"sourcesContent": [None, 7, KEY]}))
    assert run(app, "<script src=a.js></script>").verdict is Verdict.FAIL


def test_modules_that_a_script_loads_are_read(app):
    app.says("/a.js", 'import("./lazy.js");import{b}from"/b.js"')
    app.says("/lazy.js", KEY)
    assert "/lazy.js:1:1" in run(app, '<link rel=modulepreload href="/a.js">').says


def test_scripts_of_other_origins_are_counted_and_not_asked(app):
    app.says("/a.js", "ok")
    finding = run(app, '<script src=/a.js></script><script src="http://127.0.0.2/b.js"></script>')
    measures = {measure.name: measure.value for measure in finding.measures}
    assert measures["scripts of other origins, not read"] == 1


def test_page_whose_scripts_all_lie_elsewhere_is_inconclusive(app):
    finding = run(app, '<script src="http://127.0.0.2/b.js"></script>')
    assert finding.verdict is Verdict.INCONCLUSIVE


def test_script_that_cannot_be_read_leaves_it_inconclusive(app):
    app.says("/a.js", "oops", 500)
    assert run(app, "<script src=/a.js></script>").verdict is Verdict.INCONCLUSIVE


def test_number_of_files_is_bounded(app, monkeypatch):
    monkeypatch.setattr("audits.probes.page_scripts.MOST_FILES", 3)
    for number in range(6):
        app.says(f"/{number}.js", "ok")
    finding = run(app, "".join(f"<script src=/{number}.js></script>" for number in range(6)))
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert len(app.came) == 4


@pytest.mark.parametrize("name", ["NEXT_PUBLIC_ANTHROPIC_KEY", "VITE_CLAUDE", "REACT_APP_API_KEY"])
def test_public_variable_that_names_a_key_is_for_a_person(app, name):
    app.says("/a.js", f"process.env.{name}")
    finding = run(app, "<script src=/a.js></script>")
    assert of(finding, "names").verdict is Verdict.INCONCLUSIVE
    assert name in of(finding, "names").says


def test_client_code_that_names_the_api_fails(app):
    app.says("/a.js", 'fetch("https://api.anthropic.com/v1/messages")')
    finding = run(app, "<script src=/a.js></script>")
    assert verdicts(finding) == {"keys": "pass", "names": "pass", "hosts": "fail"}


def test_page_that_names_the_api_is_for_a_person(app):
    finding = run(app, "<p>We use api.anthropic.com.</p>")
    assert of(finding, "hosts").verdict is Verdict.INCONCLUSIVE


def test_page_with_broken_addresses_is_read_all_the_same(app):
    page = '<base href="http://["><script src="http://[::1"></script><script src="//"></script>'
    assert run(app, page).verdict is Verdict.PASS


def test_page_that_is_not_there(app):
    assert run(app).verdict is Verdict.INCONCLUSIVE
    gone = target(app=App(page_url="http://127.0.0.1:9/"))
    assert probe.run(gone, tools()).verdict is Verdict.ERROR
    assert probe.run(target(), tools()).verdict is Verdict.INCONCLUSIVE


def test_key_in_the_address_that_a_page_redirects_to_is_not_shown(app):
    app.says("/", "", 302, Location=f"/{KEY}")
    app.says(f"/{KEY}", f"<p>{KEY}</p>", **HTML)
    finding = run(app)
    assert finding.verdict is Verdict.FAIL
    assert KEY not in repr(finding)
