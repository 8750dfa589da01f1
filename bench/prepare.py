"""bench.prepare, by way of bench.with_django: tables, the checklists that are shipped, and the
static files, as a first start makes them."""

from io import StringIO

from django.core.management import call_command

from audits.serving.statics import collect_static_files

call_command("migrate", verbosity=0)
call_command("load_checklists", stdout=StringIO())
collect_static_files()
