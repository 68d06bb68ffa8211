"""Settings of the Django project: read from the environment, documented in docs/settings.md."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from steward.kernel import database, jobs, logs
from steward.kernel.environment import BadSetting, Environment

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = env = Environment(os.environ)

HOME = Path(env.text("STEWARD_HOME", "var", "Folder for everything Steward writes.")).resolve()
ADDRESS = env.text("STEWARD_ADDRESS", "127.0.0.1:8000", "Host and port the web process listens on.")
DEBUG = env.boolean("STEWARD_DEBUG", default=False, meaning="Show error pages with code; never in production.")
SECURE = env.boolean("STEWARD_SECURE", default=False, meaning="Served over HTTPS: secure cookies and HSTS.")
ALLOWED_HOSTS = env.names("STEWARD_HOSTS", "127.0.0.1,localhost,[::1],testserver", "Host names that may be asked for.")
CSRF_TRUSTED_ORIGINS = env.names("STEWARD_ORIGINS", "", "Origins (scheme://host) behind a proxy that may post forms.")
TRUSTED_PROXIES = env.networks(
    "STEWARD_TRUSTED_PROXIES",
    "",
    "Addresses or networks of proxies whose X-Forwarded-For says who calls.",
)
WEB_WORKERS = env.integer("STEWARD_WEB_WORKERS", default=2, minimum=1, maximum=64, meaning="Web worker processes.")
WEB_THREADS = env.integer(
    "STEWARD_WEB_THREADS", default=8, minimum=1, maximum=64, meaning="Threads for pages in a web process."
)
JOB_THREADS = env.integer(
    "STEWARD_JOB_THREADS", default=4, minimum=1, maximum=64, meaning="Jobs a worker runs at once."
)
API_CALLS_PER_MINUTE = env.integer(
    "STEWARD_API_CALLS_PER_MINUTE",
    default=6_000,
    minimum=1,
    maximum=10_000_000,
    meaning="API requests a token or person may make per minute, in each web process.",
)
WATCHED_FOLDER = env.text(
    "STEWARD_WATCHED_FOLDER", "", "Folder whose files are taken in as orders (SHOP/MAPPING/file)."
)
PUBLIC_URL = (
    env.text(
        "STEWARD_PUBLIC_URL", "", "Address customers reach Steward at (https://shop.example), for links in messages."
    ).rstrip("/")
    or f"http://{ADDRESS}"
)
DATA_FOLDER = env.text("STEWARD_DATA", "", "Folder of real data for benches and tests; they are skipped without it.")
NODE_MODULES = Path(env.text("STEWARD_NODE_MODULES", str(ROOT / "node_modules"), "Folder of the front-end packages."))

SECRET_KEY = env.secret("STEWARD_SECRET_KEY", "Signs sessions and links.", keep_in=HOME / "secret.key")


def _keys(text: str, purpose: str) -> dict[int, bytes]:
    """Parse `1:secret,2:secret` (or one bare secret) into 32-byte keys by version; the highest is current."""
    keys = {}
    for part in text.split(","):
        version, colon, secret = part.partition(":")
        if colon and not version.strip().isdigit():
            raise BadSetting("STEWARD_MASTER_KEYS and STEWARD_INDEX_KEYS look like 1:secret,2:secret.")
        keys[int(version) if colon else 1] = hashlib.sha256(f"{purpose}\0{secret or version}".encode()).digest()
    return keys


MASTER_KEYS = _keys(
    env.secret("STEWARD_MASTER_KEYS", "Wrap the data keys of persons: 1:secret,2:secret.", keep_in=HOME / "master.key"),
    "master",
)
INDEX_KEYS = _keys(
    env.secret("STEWARD_INDEX_KEYS", "Key the blind indexes: 1:secret,2:secret.", keep_in=HOME / "index.key"), "index"
)

SMTP_HOST = env.text("STEWARD_SMTP_HOST", "", "Mail server; without it e-mails are only shown in the console.")
SMTP_PORT = env.integer("STEWARD_SMTP_PORT", default=587, minimum=1, maximum=65_535, meaning="Port of the mail server.")
SMTP_SECURITY = env.choice(
    "STEWARD_SMTP_SECURITY", "starttls", ("starttls", "tls", "none"), "How the connection to the mail server is sealed."
)
SMTP_USER = env.text("STEWARD_SMTP_USER", "", "User name at the mail server.")
SMTP_PASSWORD = env.secret("STEWARD_SMTP_PASSWORD", "Password at the mail server.", keep_in=None)
SMTP_CA_FILE = env.text(
    "STEWARD_SMTP_CA_FILE", "", "Certificates the mail server is checked against (else the system's)."
)
SMTP_TIMEOUT_S = env.integer(
    "STEWARD_SMTP_TIMEOUT_S", default=20, minimum=1, maximum=120, meaning="Seconds to wait for the mail server."
)
MAIL_FROM = env.text("STEWARD_MAIL_FROM", "Steward <steward@localhost>", "Sender of e-mails.")
MAIL_PROVIDER = env.choice(
    "STEWARD_MAIL_PROVIDER", "", ("", "mailgun", "postmark", "brevo"), "Who carries e-mails instead of a mail server."
)
MAIL_PROVIDER_KEY = env.secret("STEWARD_MAIL_PROVIDER_KEY", "Key at the provider of e-mails.", keep_in=None)
MAIL_PROVIDER_ADDRESS = env.text(
    "STEWARD_MAIL_PROVIDER_ADDRESS", "", "Address of the provider's interface, where it is not the usual one."
)
MAIL_PROVIDER_REPORT_KEY = env.secret(
    "STEWARD_MAIL_PROVIDER_REPORT_KEY", "Key with which Mailgun signs its reports.", keep_in=None
)
SMS = env.choice(
    "STEWARD_SMS", "development", ("development", "aliyun", "tencent", "twilio"), "Who carries short messages."
)
SMS_KEY_ID = env.text("STEWARD_SMS_KEY_ID", "", "Access key at the carrier; the account's SID at Twilio.")
SMS_SECRET = env.secret("STEWARD_SMS_SECRET", "Secret of the access key; the auth token at Twilio.", keep_in=None)
SMS_APP = env.text("STEWARD_SMS_APP", "", "SdkAppId at Tencent Cloud.")
SMS_SIGN_NAME = env.text("STEWARD_SMS_SIGN_NAME", "", "Approved name short messages begin with (Aliyun, Tencent).")
SMS_SENDER = env.text("STEWARD_SMS_SENDER", "", "Number, name or messaging service to send from (Twilio).")
SMS_ADDRESS = env.text("STEWARD_SMS_ADDRESS", "", "Address of the carrier's interface, where it is not the usual one.")
REPORT_SECRET = env.secret(
    "STEWARD_REPORT_SECRET", "Makes the keys by which delivery reports are known.", keep_in=HOME / "reports.key"
)
CLAMD = env.text(
    "STEWARD_CLAMD", "", "ClamAV's daemon for files that come in: unix:/run/clamav/clamd.ctl or host:port."
)
TRANSLATION = env.choice(
    "STEWARD_TRANSLATION", "", ("", "libretranslate", "openai"), "Shape of the server that translates; empty: nobody."
)
TRANSLATION_ADDRESS = env.text(
    "STEWARD_TRANSLATION_ADDRESS", "", "Address of the server that translates (https://translate.example, …/v1)."
)
TRANSLATION_KEY = env.secret("STEWARD_TRANSLATION_KEY", "Key at the server that translates.", keep_in=None)
TRANSLATION_MODEL = env.text("STEWARD_TRANSLATION_MODEL", "", "Model that translates, where the server has several.")
if TRANSLATION and not TRANSLATION_ADDRESS.startswith(("http://", "https://")):
    raise BadSetting("STEWARD_TRANSLATION needs STEWARD_TRANSLATION_ADDRESS: http://… or https://….")
WEBHOOKS_PRIVATE = env.boolean(
    "STEWARD_WEBHOOKS_PRIVATE",
    default=False,
    meaning="Let webhooks go to private and loopback addresses and over plain HTTP.",
)

env.text("DATABASE_URL", "", "PostgreSQL 15 or newer; without it the bundled server runs in STEWARD_HOME.")
env.text("DATABASE_DIRECT_URL", "", "Around a pooler such as PgBouncer: for the worker, the listener and intake.")
POOL = env.integer(
    "STEWARD_DATABASE_POOL",
    default=12,
    minimum=2,
    maximum=500,
    meaning="Connections per web process at most; more than its threads, for live updates and intake need some too.",
)
if WEB_THREADS >= POOL:
    raise BadSetting(
        f"STEWARD_WEB_THREADS={WEB_THREADS} needs more connections than STEWARD_DATABASE_POOL={POOL} gives: pages "
        f"would wait for each other. Use at least {WEB_THREADS + 1} connections or at most {POOL - 1} threads."
    )
DATABASES: dict[str, Any] = database.settings(os.environ, HOME)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "django_cotton",
    "django_htmx",
    "procrastinate.contrib.django",
    "steward.kernel",
    "steward.modules.people",
    "steward.modules.catalog",
    "steward.modules.customers",
    "steward.modules.messaging",
    "steward.modules.deadlines",
    "steward.modules.approvals",
    "steward.modules.payments",
    "steward.modules.inventory",
    "steward.modules.orders",
    "steward.modules.returns",
    "steward.modules.desk",
    "steward.modules.incidents",
    "steward.modules.logistics",
    "steward.modules.fulfilment",
    "steward.interfaces.console",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "steward.interfaces.console.middleware.PersonLocaleMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "steward.interfaces.console.middleware.PolicyMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "steward.interfaces.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "steward/interfaces/console/templates", ROOT / "steward/interfaces/portal/templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "steward.interfaces.console.context.shell",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton", "django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

AUTH_USER_MODEL = "people.Staff"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "steward.interfaces.console.adapter.StaffAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
# Axes locks wrong passwords out (below, at 8); this limit comes later and counts the codes of the second step too.
ACCOUNT_RATE_LIMITS = {"login_failed": "60/m/ip,10/5m/key"}
MFA_TOTP_ISSUER = "Steward"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ADAPTER = "steward.interfaces.console.adapter.StaffMfaAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # staff are vouched for by an administrator, not by an e-mail
MFA_TOTP_TOLERANCE = 1  # telephones' clocks are off by some seconds
USERSESSIONS_TRACK_ACTIVITY = False
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "steward.interfaces.callers.address_of"
AXES_LOCKOUT_CALLABLE = "steward.interfaces.console.adapter.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
SESSION_COOKIE_AGE = ACCOUNT_SESSION_COOKIE_AGE = 12 * 3600  # the longest shift
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Attempts and used codes are counted for all machines together, so not in the memory of one.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "people_attempt_cache"},
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("zh-hant", _("Traditional Chinese")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "locale"]
USE_TZ = True
TIME_ZONE = env.text("STEWARD_TIME_ZONE", "Asia/Shanghai", "Time zone of people who chose none.")

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [
    ROOT / "steward/interfaces/console/static",
    ROOT / "steward/interfaces/portal/static",
    ("vendor/tabler", NODE_MODULES / "@tabler/core/dist"),
    ("vendor/icons", NODE_MODULES / "@tabler/icons-webfont/dist"),
    ("vendor/echarts", NODE_MODULES / "echarts/dist"),
    ("vendor/alpine", NODE_MODULES / "@alpinejs/csp/dist"),
]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600
MEDIA_ROOT = HOME / "files"
STORAGES = {
    # What customers send is nobody else's to read on this machine.
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 32 * 1024 * 1024

SUBSCRIPTIONS = "steward.subscriptions.SUBSCRIPTIONS"
EVENT_BATCH = 500  # events a handler job carries at most
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"
PROCRASTINATE_IMPORT_PATHS = ["steward.kernel.upkeep"]
PROCRASTINATE_WORKER_DEFAULTS = jobs.WORKER_DEFAULTS

LOGGING_CONFIG = None
logs.configure(level=env.text("STEWARD_LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR."))
SILENCED_SYSTEM_CHECKS: list[str] = []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
