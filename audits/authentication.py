from allauth.account.auth_backends import AuthenticationBackend

from audits.models import User


class AccountBackend(AuthenticationBackend):
    def get_user(self, user_id: int) -> User | None:
        """Asked with each request, so the statement is written out: Django needs 0.1 ms to write
        it, and the database a tenth of that to answer."""
        statement = f'SELECT * FROM "{User._meta.db_table}" WHERE id = %s'  # noqa: S608  # nosec B608: our own name
        user = next(iter(User.objects.raw(statement, [user_id])), None)
        return user if user and self.user_can_authenticate(user) else None
