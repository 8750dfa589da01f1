"""Read the environment once, and say plainly what is wrong with it."""

import os
import secrets
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    """The variable, or the content of the file that `<name>_FILE` names, or the default."""
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(
                f"{name}_FILE names {path}, which cannot be read: {error.strerror}."
            ) from None
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool) -> bool:
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() in TRUE:
        return True
    if value.strip().lower() in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; write 1 or 0.")


def number(name: str, default: int, *, least: int = 0) -> int:
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} is {value!r}; write a whole number.")
    if int(value) < least:
        raise ImproperlyConfigured(f"{name} is {value}; it must be at least {least}.")
    return int(value)


def processors(*, at_most: int) -> int:
    """How many processors this process may use."""
    try:
        found = len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        found = os.cpu_count() or 1
    return min(found, at_most)


def words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """Ranges of IP addresses, by comma."""
    found = []
    for word in words(name):
        try:
            found.append(ip_network(word))
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{name} has {word!r}: {error}. Write ranges like 10.20.0.0/16, by comma."
            ) from None
    return found


def secret_key(data_dir: Path) -> str:
    """SECRET_KEY, or on the embedded default a key made once and kept in DATA_DIR, mode 0600."""
    if key := text("SECRET_KEY"):
        return key
    path = data_dir / "secret-key"
    try:
        return path.read_text().strip() or _new_secret(path)
    except (FileNotFoundError, NotADirectoryError):
        return _new_secret(path)
    except OSError as error:
        raise ImproperlyConfigured(
            f"The secret key in {path} cannot be read: {error.strerror}. "
            "Set SECRET_KEY, or make the file readable."
        ) from None


def _new_secret(path: Path) -> str:
    key = secrets.token_urlsafe(50)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Written aside and linked: two processes that start together agree on one key.
        aside = path.with_name(f"{path.name}.{os.getpid()}")
        aside.touch(mode=0o600)
        aside.write_text(key)
        try:
            os.link(aside, path)
        except FileExistsError:
            key = path.read_text().strip()
        finally:
            aside.unlink()
    except OSError as error:
        raise ImproperlyConfigured(
            f"DATA_DIR {path.parent} cannot be written: {error.strerror}. "
            "Choose another DATA_DIR, or make this one writable."
        ) from None
    return key


def database(data_dir: Path) -> dict:
    """Django's DATABASES entry for DATABASE_URL; SQLite in DATA_DIR without one."""
    url = text("DATABASE_URL")
    if not url:
        return _sqlite(data_dir / "countersign.sqlite3")
    parts = urlsplit(url)
    try:
        port = str(parts.port or "")
    except ValueError:
        raise ImproperlyConfigured(
            "DATABASE_URL has a port that is no number up to 65535. A password with one of "
            "/ : @ ? # in it must be percent-encoded."
        ) from None
    if parts.scheme == "sqlite":
        return _sqlite(Path(unquote(parts.path)))
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": port,
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {"connect_timeout": 10},
        }
    raise ImproperlyConfigured(
        f"DATABASE_URL begins with {parts.scheme or 'nothing'}://; "
        "write sqlite:///absolute/path or postgresql://user:password@host:port/name."
    )


def _sqlite(path: Path) -> dict:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # A writer takes the lock at BEGIN and waits for it, instead of failing half-way.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;"
                "PRAGMA mmap_size=134217728; PRAGMA temp_store=MEMORY;"
            ),
        },
    }
