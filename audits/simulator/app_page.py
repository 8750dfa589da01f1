"""The page of the application, its scripts and their source maps."""

import json
from collections.abc import Mapping

HTML, SCRIPT, MAP = "text/html; charset=utf-8", "text/javascript", "application/json"

# `leaks` names these places.
PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Parcel desk (simulated)</title>
<script type="module" src="/app/assets/app.js"></script>
<script src="https://cdn.example.com/widget.js"></script>
<link rel="modulepreload" href="/app/assets/chunk.js">
</head>
<body><h1>Parcel desk</h1>
<p>This application is simulated: it is a part of the demo of Countersign.</p>
<script type="application/json">{"api": "/app/chat", "note": "@@page@@"}</script>
</body></html>
"""
APP = """import {send} from "./chunk.js";
const settings = {"note": "@@script@@"};
document.querySelector("form")?.addEventListener("submit", () => send("/app/chat"));
//# sourceMappingURL=app.js.map
"""
CHUNK = """export const send = (url) => fetch(url, {method: "POST"}); /* @@chunk@@ */
//# sourceMappingURL=chunk.js.map
"""


def file_of(leaks: Mapping[str, str], path: str) -> tuple[str, str] | None:
    """The content type and text of what stands at a path of the site; None when nothing does.
    `leaks` says what stands in `page`, `script`, `chunk`, `map`, or in the map of the chunk."""
    files = {
        "/": (HTML, PAGE),
        "/assets/app.js": (SCRIPT, APP),
        "/assets/chunk.js": (SCRIPT, CHUNK),
        "/assets/app.js.map": (MAP, _map("app.ts", "const client = 1; // @@map@@")),
        "/assets/chunk.js.map": (MAP, _map("chunk.ts", "const other = 2; // @@chunk-map@@")),
    }
    if path not in files:
        return None
    kind, text = files[path]
    for place in ("page", "script", "chunk", "map", "chunk-map"):
        text = text.replace(f"@@{place}@@", leaks.get(place, "nothing to hide"), 1)
    return kind, text


def _map(name: str, source: str) -> str:
    value = {"version": 3, "sources": [name], "sourcesContent": [source], "mappings": "AAAA"}
    return json.dumps(value)
