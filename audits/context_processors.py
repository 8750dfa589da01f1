from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

THEMES = ("system", "light", "dark")


def chrome(request: HttpRequest) -> dict:
    """What the frame of every page shows."""
    theme = request.COOKIES.get("theme", "")
    user = getattr(request, "user", None)
    return {
        "theme": theme if theme in THEMES else "system",
        "teams": SimpleLazyObject(
            lambda: list(user.teams.order_by("name")) if user and user.is_authenticated else []
        ),
    }
