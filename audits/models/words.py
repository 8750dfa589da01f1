"""Words that people seek, in columns of names."""

from collections.abc import Iterable

from django.db.models import Q

from audits.models.text import UNSTORABLE

MAX_QUERY = 200
MAX_WORDS = 8


def cleaned(query: str) -> str:
    """The query without what no database stores, which is in no name either."""
    return UNSTORABLE.sub(" ", query).strip()[:MAX_QUERY]


def words(query: str) -> tuple[str, ...]:
    return tuple(cleaned(query).split()[:MAX_WORDS])


def holds(word: str, *columns: str) -> Q:
    """The condition that a word stands in one of the columns, whatever its case."""
    # SQLite folds the case of ASCII alone.
    forms = {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}
    return _any(Q(**{f"{column}__icontains": form}) for column in columns for form in forms)


def _any(conditions: Iterable[Q]) -> Q:
    found = Q()
    for condition in conditions:
        found |= condition
    return found
