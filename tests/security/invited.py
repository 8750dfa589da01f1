"""Following the link of an invitation, as a browser does."""

from allauth.account.models import EmailAddress
from django.test import Client

from audits.models import User

NEW = "new@harbour.example"
PASSWORD = "a long walk by the harbour"
ACCOUNT = {"name": "New Person", "password1": PASSWORD, "password2": PASSWORD}


def follow(link: str, user: User | None = None) -> tuple[Client, str]:
    """A browser that opened the link, and the page to which it led."""
    client = Client()
    if user:
        client.force_login(user)
    return client, client.get(link)["Location"]


def newcomer() -> User:
    user = User.objects.create_user(NEW, PASSWORD, name="New Person")
    EmailAddress.objects.create(user=user, email=NEW, primary=True, verified=True)
    return user
