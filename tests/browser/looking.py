"""What several people see of one audit."""

# "Within a moment", on a machine that does other things too.
MOMENT_MS = 30_000


def row(page, answer):
    return page.locator(f"#row-{answer.pk}")


def texts(page, answer):
    return page.locator(f"#comments-{answer.pk} textarea[name=text]")
