"""A sign-off from the proposal to the sealed report that can be fetched, and its verification."""

from bench.stage import Stage

MODULE = "bench.sealing"


def measure(stage: Stage) -> None:
    ground, found = stage.seeded("seals")
    for name in ("short", "long", "longest"):
        items = f"{found[f'{name}_items']:,} items"
        proposed = ground.ask(MODULE, "propose", found[name])
        signed = ground.ask(MODULE, "sign", proposed.pop("round"))
        report = signed.pop("report")
        page = str(ground.folder / f"{name}.html")
        ground.ask(MODULE, "page", report, page)
        alone = ground.ask("bench.printing", "alone", page)
        sealed = ground.ask(MODULE, "seal", report)
        size = sealed.pop("mb")
        verified = ground.ask(MODULE, "verify", report)
        stage.add(f"proposing, {items}", kind="run", **_told(proposed))
        stage.add(f"the last signature, {items}", kind="run", **_told(signed))
        to = {key: round(sealed[key] / alone[key], 3) for key in alone}
        stage.add(f"WeasyPrint alone, sealed, {items}", kind="run", **_told(alone))
        stage.add(f"seal to PDF, {items}, {size:.1f} MB", kind="run", **_told(sealed), to=to)
        stage.add(f"verifying, {items}", kind="run", **_told(verified))


def _told(figures: dict) -> dict:
    return {key: round(value, 3) for key, value in figures.items()}
