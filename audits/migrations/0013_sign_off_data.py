"""What was sealed before people signed a proposal: each sealed revision becomes a round."""

from django.db import migrations

ENDED = {"go": "signed", "no_go": "refused"}


def fill(apps, schema_editor):
    Audit = apps.get_model("audits", "Audit")
    sealed = Audit.objects.filter(snapshots__sealed=True).distinct().order_by("pk")
    for audit in sealed.iterator(chunk_size=200):
        last = None
        for snapshot in audit.snapshots.filter(sealed=True).order_by("revision"):
            last = _round(apps, audit, snapshot, last)
        if audit.state == "sealed" and last is not None:
            audit.state = last.state
            audit.save(update_fields=["state"])


def _round(apps, audit, snapshot, former):
    Round, SignOff = (apps.get_model("audits", name) for name in ("Round", "SignOff"))
    sign_off = SignOff.objects.filter(snapshot=snapshot).order_by("-at", "-pk").first()
    if sign_off is None:  # somebody removed it; verify_events tells
        return former
    row = Round.objects.create(
        audit=audit,
        revision=snapshot.revision,
        snapshot=snapshot,
        state=ENDED[sign_off.decision],
        decision="go",
        # One approver decided, in the role that the person had in the team.
        rules={
            "roles": [{"name": sign_off.role, "count": 1, "people": None}],
            "four_eyes": False,
            "valid_days": None,
            "release_bound": False,
            "conditional": False,
        },
        about="",
        proposed_by=snapshot.taken_by,
        proposed_by_name=sign_off.by_name,
        proposed_at=snapshot.taken_at,
        ended_at=sign_off.at,
    )
    SignOff.objects.filter(snapshot=snapshot).update(round=row)
    if former is not None:
        former.state, former.superseded_by = "superseded", row.revision
        former.save(update_fields=["state", "superseded_by"])
    return row


def empty(apps, schema_editor):
    Audit, Round, SignOff, Seal = (
        apps.get_model("audits", name) for name in ("Audit", "Round", "SignOff", "Seal")
    )
    if Seal.objects.exists() or Round.objects.filter(state="proposed").exists():
        raise RuntimeError("What was signed since cannot be told in the older form.")
    SignOff.objects.update(round=None)
    Round.objects.all().delete()
    Audit.objects.filter(state__in=("signed", "refused")).update(state="sealed")


class Migration(migrations.Migration):
    dependencies = [("audits", "0012_sign_off")]
    operations = [migrations.RunPython(fill, empty)]
