"""The one settings file, driven by the environment; docs/operating.md lists the variables."""

import os
from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF
from django.contrib.messages import constants as message_levels

from config import broker, environment, networking, secret_stores, signing

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(environment.text("DATA_DIR", str(BASE_DIR / "var"))).absolute()
REPORTS_DIR = DATA_DIR / "reports"
BROKER_DIR = DATA_DIR / "broker"
METRICS_DIR = DATA_DIR / "metrics"
# Each process keeps its figures in a file there.
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(METRICS_DIR)

VERSION = "0.1.0"
DEBUG = False
SECRET_KEY = environment.secret_key(DATA_DIR)
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = environment.words("CSRF_TRUSTED_ORIGINS")
# Behind a TLS proxy: HTTPS=1 marks cookies secure and trusts its X-Forwarded-Proto.
HTTPS = environment.flag("HTTPS", False)
PUBLIC_CHECKLISTS = environment.flag("PUBLIC_CHECKLISTS", False)
# Who may make an account for themselves: "first" (only while there is none), "open" or "closed".
SIGN_UP = environment.text("SIGN_UP", "first")

# Who may read /metrics; nobody while it is empty.
METRICS_TOKEN = environment.text("METRICS_TOKEN")
# What calls cost; docs/operating.md says how to correct it.
PRICES_FILE = Path(environment.text("PRICES_FILE", str(BASE_DIR / "fixtures" / "prices.yaml")))

# How `manage.py serve` starts.
HOST = environment.text("HOST", "127.0.0.1")
PORT = environment.number("PORT", 8000)
# What a report names as the place to verify it.
PUBLIC_URL = signing.public_url(HOST, PORT)
DEMO = environment.flag("DEMO", True)
# The bundled simulator of the API and of an app, which the demo's probes look at.
SIMULATOR = environment.flag("SIMULATOR", DEMO)
# Where it listens; `manage.py serve` sets it for every process of its tree.
SIMULATOR_ENDPOINT: tuple[str, int] | None = None
WEB_PROCESSES = environment.number("WEB_PROCESSES", environment.processors(at_most=4), least=1)
# How many streams a web process keeps open.
STREAMS_MAX = environment.number("STREAMS_MAX", 4000)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials.apps.SimpleAppConfig",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "checklist",
    "audits",
]

MIDDLEWARE = [
    # Outermost, so that static files and refused requests carry the policy too.
    "config.headers.ContentSecurityPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Every view asks for a session unless it says otherwise.
    "audits.middleware.SignInRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "audits.middleware.SignInAndBackMiddleware",
    "audits.middleware.OutdatedProposalMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": [
                "template_partials.templatetags.partials",
                "django.templatetags.static",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "audits.context_processors.chrome",
            ],
        },
    }
]

DATABASES = {"default": environment.database(DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "audits.User"
AUTHENTICATION_BACKENDS = ["audits.authentication.AccountBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "audits.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_SIGNUP_FORM_CLASS = "audits.forms.accounts.SignUpForm"
ACCOUNT_FORMS = {
    "add_email": "audits.forms.addresses.AddEmailForm",
    "reset_password": "audits.forms.addresses.ResetPasswordForm",  # nosec B105: a class
    "reset_password_from_key": "audits.forms.addresses.ResetPasswordKeyForm",  # nosec B105
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# Where anybody may sign up or mail is sent, an address must be proven: owners invite people by
# address, and nobody shall wait there under somebody else's, not even from an earlier time.
MAIL_IS_SENT = bool(environment.text("EMAIL_HOST"))
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if SIGN_UP == "open" or MAIL_IS_SENT else "optional"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_PREVENT_ENUMERATION = True
# Beside allauth's own; of a link only wrong tokens count.
ACCOUNT_RATE_LIMITS = {
    "invite": "20/m/user",
    "invite_address": "5/h/key",
    "open_invitation": "20/m/ip",
    "open_guest_link": "20/m/ip",
    "api": "120/m/key",
    "api_wrong_key": "20/m/ip",
    "verify": "30/m/ip",
    # Wrong passwords and passkeys where somebody signs: a right one clears the count.
    "prove": "5/5m/user",
    # Each challenge of a stranger is a session in the database.
    "ask_passkey": "30/m/ip",
}

# A passkey stands for the password, so it takes a finger, a face or a PIN: a touch is not enough.
MFA_SUPPORTED_TYPES = ["webauthn", "recovery_codes"]
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_PASSKEY_LOGIN_ENABLED = True
# Without mail no address can be proven; where strangers may sign up, all are before they get in.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_ADAPTER = "audits.adapter.PasskeyAdapter"
MFA_FORMS = {
    "add_webauthn": "audits.forms.passkeys.AddPasskeyForm",
    "edit_webauthn": "audits.forms.passkeys.RenamePasskeyForm",
    "login_webauthn": "audits.forms.passkeys.SignInByPasskeyForm",
    "authenticate_webauthn": "audits.forms.passkeys.SecondFactorForm",
    "authenticate": "audits.forms.passkeys.RecoveryForm",
    "reauthenticate": "audits.forms.passkeys.ReauthenticateByCodeForm",
    "reauthenticate_webauthn": "audits.forms.passkeys.ReauthenticateByPasskeyForm",
}

EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if MAIL_IS_SENT
    else "django.core.mail.backends.console.EmailBackend"
)
EMAIL_HOST = environment.text("EMAIL_HOST", "localhost")
EMAIL_PORT = environment.number("EMAIL_PORT", 25)
EMAIL_HOST_USER = environment.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = environment.flag("EMAIL_USE_TLS", False)
# A page waits for the mail that it sends.
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = environment.text("DEFAULT_FROM_EMAIL", "countersign@localhost")

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.statics.HashedStaticFiles"},
}
# For the plain names, which tests and everything before the first `serve` use.
WHITENOISE_USE_FINDERS = True
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_AUTOREFRESH = False

MEDIA_ROOT = DATA_DIR / "uploads"
EVIDENCE_MAX_BYTES = environment.number("EVIDENCE_MAX_MB", 25) * 1024 * 1024
# A system's /tmp may be memory; an upload of 25 MB is not to be held there.
FILE_UPLOAD_TEMP_DIR = DATA_DIR
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# How sealed reports are signed: without a certificate, by a key that is made at the first start.
SIGNING_CERTIFICATE, SIGNING_KEY = signing.certificate_and_key()
SIGNING_PKCS12 = signing.pkcs12(SIGNING_CERTIFICATE)
SIGNING_PASSPHRASE = environment.text("SIGNING_PASSPHRASE")
TIMESTAMP_URL, TIMESTAMP_TRUST = signing.timestamps()
SIGNATURE_LEVEL = signing.level(TIMESTAMP_URL)

# What the machine may connect to beside public addresses, and whose certificates it believes
# beside those of the system.
PRIVATE_NETWORKS = environment.networks("PRIVATE_NETWORKS")
NETWORK_TRUST = networking.trust()

# Where PagerDuty takes events; another one where a service stands between.
PAGERDUTY_URL = environment.text("PAGERDUTY_URL", "https://events.pagerduty.com")

# Values that people typed in are encrypted with these, or with a key that is made on first use.
ENCRYPTION_KEYS = secret_stores.encryption_keys()
SECRETS_KEY = DATA_DIR / "secrets.key"
# Where keys are read that teams name by reference, which teams may name which (without any, all
# may), and the hosts that such keys are sent to.
SECRET_STORES = secret_stores.stores()
KEY_GRANTS = secret_stores.grants()
KEY_HOSTS = environment.words("KEY_HOSTS", "api.anthropic.com")

REDIS_URL = environment.text("REDIS_URL")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "config.cache.FileCache", "LOCATION": str(DATA_DIR / "cache.sqlite3")}
}

CELERY_BROKER_URL, CELERY_BROKER_TRANSPORT_OPTIONS = broker.settings_for(
    environment.text("CELERY_BROKER_URL"), BROKER_DIR
)
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = environment.text("CELERY_QUEUE", "countersign")
# Of its own, so that other work does not show in the times that are measured. A worker that is
# not told otherwise takes both.
LATENCY_QUEUE = f"{CELERY_TASK_DEFAULT_QUEUE}-latency"
CELERY_TASK_QUEUES = broker.queues(CELERY_TASK_DEFAULT_QUEUE, LATENCY_QUEUE)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CONCURRENCY = environment.number("WORKER_PROCESSES", 2)
# In KB: what a large report took goes back to the machine when it is done.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 256 * 1024
# In memory: a schedule of one tick has nothing to remember, and no state file to damage.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
# One tick; what is due lives in the database.
TICK_SECONDS = environment.number("TICK_SECONDS", 10)
# How many probes may be queued or running at once.
PROBES_QUEUED = environment.number("PROBES_QUEUED", 500, least=1)
CELERY_BEAT_SCHEDULE = {
    "tick": {
        "task": "audits.tasks.tick",
        "schedule": timedelta(seconds=TICK_SECONDS),
        # A tick that waited for a worker longer than this is of no use: the next one is there.
        "options": {"expires": TICK_SECONDS},
    }
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_ENGINE = "config.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "audits.views.errors.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 14 * 24 * 3600
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health/"]
    SECURE_HSTS_SECONDS = 31_536_000

MESSAGE_TAGS = {message_levels.ERROR: "fail", message_levels.SUCCESS: "pass"}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {
        "without_traceback": {"()": "config.logs.WithoutTraceback"},
        "without_tokens": {"()": "config.logs.WithoutTokens"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["without_tokens"],
        },
        # The message is the line: JSON.
        "bare": {"class": "logging.StreamHandler", "filters": ["without_tokens"]},
        "lines": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["without_traceback", "without_tokens"],
        },
    },
    "root": {"handlers": ["stderr"], "level": environment.text("LOG_LEVEL", "WARNING")},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        # A 404 or 403 that a page shows is no event for the operator's log.
        "django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        # In their debugging lines are headers, and in those may be keys.
        "httpcore2": {"level": "WARNING"},
        "httpx2": {"level": "WARNING"},
        # One line of JSON for each call of the Claude API.
        "anthropic.requests": {
            "handlers": ["bare"],
            "level": environment.text("CALL_LOG_LEVEL", "INFO"),
            "propagate": False,
        },
        # Strangers cause them at will, and each would be a page of traceback.
        "django.security": {"handlers": ["lines"], "level": "WARNING", "propagate": False},
        # Whose certificate does not hold is an answer of the verification, not an event; what
        # keeps a report from being signed is raised.
        "pyhanko": {"level": "CRITICAL"},
        "pyhanko_certvalidator": {"level": "CRITICAL"},
    },
}
