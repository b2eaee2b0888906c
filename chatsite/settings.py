"""Settings, from the environment (or a `.env` file) only; every name is in docs/settings.md.

Loud: a bad value ends the start with `ImproperlyConfigured`, the name, and what is allowed.
"""

from urllib.parse import urlsplit

from chatsite import environment as env
from chatsite import identity, proxies, sentry
from chatsite.asset_version import asset_version
from chatsite.databases import BASE_DIR, database, folder_beside
from chatsite.hosts import LOOPBACK, is_loopback
from chatsite.log_lines import uvicorn_notes_requests
from chatsite.secret_key import kept_secret

env.read_env_file(BASE_DIR / ".env")
VAR_DIR = BASE_DIR / "var"

# Where it listens, and under which names it may be called
HOST = env.text("HOST", "127.0.0.1")
PORT = env.whole("PORT", 8000, least=1, most=65535)
CHAT_PUBLIC_URL = env.origin("CHAT_PUBLIC_URL")
CHAT_TRUSTED_PROXIES = proxies.networks("CHAT_TRUSTED_PROXIES", env.words("CHAT_TRUSTED_PROXIES"))
CHAT_CORS_ORIGINS = env.origins("CHAT_CORS_ORIGINS")
ALLOWED_HOSTS = env.words("DJANGO_ALLOWED_HOSTS")
# Reachable by others and told no name: any address will do, and this machine's names (chatsite/hosts.py).
CHAT_HOME_NETWORK = not (ALLOWED_HOSTS or CHAT_PUBLIC_URL or is_loopback(HOST))
if CHAT_HOME_NETWORK:
    ALLOWED_HOSTS = ["*"]
elif not ALLOWED_HOSTS:
    ALLOWED_HOSTS = [*LOOPBACK]
CSRF_TRUSTED_ORIGINS: list[str] = []
if CHAT_PUBLIC_URL:
    ALLOWED_HOSTS.append(urlsplit(CHAT_PUBLIC_URL).hostname or "")
    CSRF_TRUSTED_ORIGINS.append(CHAT_PUBLIC_URL)

# Safety
SECRET_KEY = env.text("DJANGO_SECRET_KEY") or kept_secret(VAR_DIR / "secret_key")
DEBUG = env.flag("DJANGO_DEBUG", default=False)
DJANGO_HTTPS = env.flag("DJANGO_HTTPS", default=False)
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = DJANGO_HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if DJANGO_HTTPS else 0
# Whether the neighbours of this host use TLS is not for a chat server to promise.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
CHAT_IMAGE_HOSTS = env.image_origins("CHAT_IMAGE_HOSTS")
SECURE_CSP = {
    "default-src": ["'self'"],
    "img-src": ["'self'", *CHAT_IMAGE_HOSTS],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "object-src": ["'none'"],
}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
CHAT_SIGN_UP = env.one_of("CHAT_SIGN_UP", ("closed", "invitation", "open"), default="invitation")
PASSWORD_RESET_TIMEOUT = 24 * 3600
CHAT_SECOND_FACTOR = env.choice("CHAT_SECOND_FACTOR", "off", ("off", "optional", "required"))
CHAT_OIDC_ISSUER = identity.checked_issuer(env.address("CHAT_OIDC_ISSUER"))
CHAT_OIDC_CLIENT_ID = env.required_with("CHAT_OIDC_CLIENT_ID", "CHAT_OIDC_ISSUER", "the client's id")
CHAT_OIDC_CLIENT_SECRET = env.required_with(
    "CHAT_OIDC_CLIENT_SECRET", "CHAT_OIDC_ISSUER", "the client's secret"
)
CHAT_OIDC_NAME = env.text("CHAT_OIDC_NAME", "Single sign-on")
CHAT_OIDC_SIGN_UP = env.flag("CHAT_OIDC_SIGN_UP", default=CHAT_SIGN_UP == "open")
CHAT_OIDC_LINK_BY_EMAIL = env.flag("CHAT_OIDC_LINK_BY_EMAIL", default=False)
CHAT_PASSWORD_SIGN_IN = env.flag("CHAT_PASSWORD_SIGN_IN", default=True)
if not CHAT_PASSWORD_SIGN_IN:
    env.required_with(
        "CHAT_OIDC_ISSUER", "CHAT_PASSWORD_SIGN_IN", "where single sign-on is, if not by passwords"
    )
USES_ALLAUTH = bool(CHAT_OIDC_ISSUER) or CHAT_SECOND_FACTOR != "off"
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
CSRF_FAILURE_VIEW = "chat.web.errors.csrf_failure"

# Where things are kept
DATABASES = {"default": database(env.text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'chat.sqlite3'}"))}
CHAT_FILES_DIR = env.folder("CHAT_FILES_DIR", folder_beside(DATABASES["default"]), BASE_DIR)
REDIS_URL = env.address("REDIS_URL", ("redis", "rediss", "unix"))

# Mail: none is sent where no server is named
EMAIL_URL = env.address("EMAIL_URL", ("smtp", "smtp+tls", "smtp+ssl"))
vars().update(env.mail_server(EMAIL_URL))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text(
    "DEFAULT_FROM_EMAIL", f"noreply@{urlsplit(CHAT_PUBLIC_URL).hostname or 'localhost'}"
)

# The model
OPENAI_API_KEY = env.text("OPENAI_API_KEY")
OPENAI_BASE_URL = env.address("OPENAI_BASE_URL")
CHAT_MODELS = env.words("CHAT_MODELS")

# The chat
CHAT_SITE_NAME = env.text("CHAT_SITE_NAME", "Holdfast")
CHAT_AUTO_TITLE = env.flag("CHAT_AUTO_TITLE", default=True)
CHAT_CHECKPOINT_SECONDS = env.seconds("CHAT_CHECKPOINT_SECONDS", 0.1, least=0.01, most=60)
CHAT_DRAIN_SECONDS = env.seconds("CHAT_DRAIN_SECONDS", 0, most=3600)
# None is to the end.
CHAT_WEB_RESUME_WINDOW = env.seconds_or_end("CHAT_WEB_RESUME_WINDOW", 30, most=24 * 3600)
# By default as reviewable as all the rest: a review that a site relies on has no way around it unasked.
CHAT_TEMPORARY_CHATS = env.choice("CHAT_TEMPORARY_CHATS", "reviewed", ("off", "private", "reviewed"))
CHAT_SHARING = env.flag("CHAT_SHARING", default=True)
CHAT_PURGE_DAYS = env.whole("CHAT_PURGE_DAYS", 0, most=3650)

# Review
CHAT_REVIEW = env.choice("CHAT_REVIEW", "all", ("off", "flagged", "all"))
CHAT_REVIEW_EXEMPT_GROUPS = env.words("CHAT_REVIEW_EXEMPT_GROUPS")
CHAT_REVIEW_REASON = env.flag("CHAT_REVIEW_REASON", default=False)
CHAT_REVIEW_MASK = env.flag("CHAT_REVIEW_MASK", default=False)
CHAT_REVIEW_DUE_HOURS = env.whole("CHAT_REVIEW_DUE_HOURS", 48, most=8760)
CHAT_REVIEW_MAIL = env.words("CHAT_REVIEW_MAIL")
env.required_with("EMAIL_URL", "CHAT_REVIEW_MAIL", "a mail server")
CHAT_REVIEW_WEBHOOK = env.address("CHAT_REVIEW_WEBHOOK")
CHAT_REVIEW_WEBHOOK_SECRET = env.required_with(
    "CHAT_REVIEW_WEBHOOK_SECRET", "CHAT_REVIEW_WEBHOOK", "a secret that signs what is posted"
)
# 0 lifts a limit.
CHAT_MAX_MESSAGE_CHARS = env.whole("CHAT_MAX_MESSAGE_CHARS", 200_000)
CHAT_MAX_REPLY_CHARS = env.whole("CHAT_MAX_REPLY_CHARS", 1_000_000)
CHAT_MAX_BODY_BYTES = env.whole("CHAT_MAX_BODY_BYTES", 10_000_000)
CHAT_MAX_STREAMS_PER_USER = env.whole("CHAT_MAX_STREAMS_PER_USER", 20)
CHAT_MAX_SOCKETS_PER_USER = env.whole("CHAT_MAX_SOCKETS_PER_USER", 20)
CHAT_MAX_STREAMS_PER_ADDRESS = env.whole("CHAT_MAX_STREAMS_PER_ADDRESS", 0)
CHAT_MAX_SOCKETS_PER_ADDRESS = env.whole("CHAT_MAX_SOCKETS_PER_ADDRESS", 0)
CHAT_REQUESTS_PER_MINUTE = env.whole("CHAT_REQUESTS_PER_MINUTE", 120)
CHAT_REQUESTS_PER_MINUTE_PER_ADDRESS = env.whole("CHAT_REQUESTS_PER_MINUTE_PER_ADDRESS", 0)
CHAT_TOKENS_PER_DAY = env.whole("CHAT_TOKENS_PER_DAY", 0)
CHAT_TOKENS_PER_MONTH = env.whole("CHAT_TOKENS_PER_MONTH", 0)
CHAT_COST_PER_DAY = env.money("CHAT_COST_PER_DAY", 0)
CHAT_COST_PER_MONTH = env.money("CHAT_COST_PER_MONTH", 0)
CHAT_TOKENS_PER_DAY_PER_ADDRESS = env.whole("CHAT_TOKENS_PER_DAY_PER_ADDRESS", 0)
CHAT_TOKENS_PER_MONTH_PER_ADDRESS = env.whole("CHAT_TOKENS_PER_MONTH_PER_ADDRESS", 0)
CHAT_COST_PER_DAY_PER_ADDRESS = env.money("CHAT_COST_PER_DAY_PER_ADDRESS", 0)
CHAT_COST_PER_MONTH_PER_ADDRESS = env.money("CHAT_COST_PER_MONTH_PER_ADDRESS", 0)
# A file is a body of its own: where the limit of bodies is lowered, the limit of files goes along.
CHAT_MAX_ATTACHMENT_BYTES = env.whole(
    "CHAT_MAX_ATTACHMENT_BYTES",
    min(10_000_000, CHAT_MAX_BODY_BYTES or 10_000_000),
    least=1,
    most=CHAT_MAX_BODY_BYTES or None,
)
CHAT_MAX_ATTACHMENTS = env.whole("CHAT_MAX_ATTACHMENTS", 10, most=100)
DATA_UPLOAD_MAX_MEMORY_SIZE = CHAT_MAX_BODY_BYTES or None

# Watching
# Whoever has the token need not be near: with one, and without addresses, nobody is let in by where they are.
CHAT_METRICS_TOKEN = env.text("CHAT_METRICS_TOKEN")
CHAT_METRICS_FROM = proxies.networks("CHAT_METRICS_FROM", env.words("CHAT_METRICS_FROM"))
if not CHAT_METRICS_FROM and not CHAT_METRICS_TOKEN:
    CHAT_METRICS_FROM = proxies.networks("CHAT_METRICS_FROM", ["127.0.0.0/8", "::1"])
CHAT_LOG_FORMAT = env.choice("CHAT_LOG_FORMAT", "text", ("text", "json"))
SENTRY_DSN = sentry.required(env.address("SENTRY_DSN"))

# What it is made of
INSTALLED_APPS = [
    "chatsite.admin_config.ChatAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "servestatic",
    "django_htmx",
    "channels",
    *(identity.APPS if USES_ALLAUTH else []),
    "chat",
]
# For pages only: the paths of the API run without any (chatsite/lean_handler.py).
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "chatsite.security_headers.ContentSecurityPolicy",
    "chatsite.assets.Assets",
    # For pages; it leaves streams alone. Its padding and the masked CSRF tokens answer BREACH.
    "chatsite.page_compression.PageCompression",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    *(["chat.web.signed_in_fully.SignedInFully"] if CHAT_SECOND_FACTOR == "required" else []),
    "chat.web.chosen.ChosenByUser",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    *([identity.MIDDLEWARE] if USES_ALLAUTH else []),
]
if USES_ALLAUTH:
    vars().update(
        identity.allauth_settings(
            issuer=CHAT_OIDC_ISSUER,
            client_id=CHAT_OIDC_CLIENT_ID,
            client_secret=CHAT_OIDC_CLIENT_SECRET,
            name=CHAT_OIDC_NAME,
        )
    )
ROOT_URLCONF = "chatsite.urls"
ASGI_APPLICATION = "chatsite.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "chat.web.context.site",
            ],
            "builtins": ["chat.web.icons"],
        },
    }
]

# Served straight from where they are: no step of collecting that a first start could miss.
# Browsers keep them for good: what changed has another address. Not while somebody works on them.
STATIC_URL = "/static/" if DEBUG else f"/static/{asset_version(BASE_DIR / 'chat' / 'static')}/"
STATIC_ROOT = BASE_DIR / "static-root"
SERVESTATIC_USE_FINDERS = True
SERVESTATIC_USE_STATIC_ROOT = False
SERVESTATIC_ALLOW_ALL_ORIGINS = False

# Languages and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = DJANGO_HTTPS
USE_TZ = True
TIME_ZONE = "UTC"

# One line each, to stderr; what opens a stream or a door is cut out (chatsite/log_lines.py).
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"redact": {"()": "chatsite.log_lines.Redact"}},
    "formatters": {
        "text": {"()": "chatsite.log_forms.TextLines"},
        "json": {"()": "chatsite.log_forms.JsonLines"},
    },
    "handlers": {
        "lines": {"class": "logging.StreamHandler", "filters": ["redact"], "formatter": CHAT_LOG_FORMAT}
    },
    "root": {"handlers": ["lines"], "level": "INFO"},
    "loggers": {
        "django": {"level": "INFO"},
        # The access log has the 404s.
        "django.request": {"level": "ERROR"},
        # What a client did wrong is its 400 there: no stranger writes tracebacks, or sends them to Sentry.
        "django.security": {"level": "CRITICAL"},
        "django.security.csrf": {"level": "WARNING"},
        "daphne": {"level": "WARNING"},
        # These come with handlers of their own, which print addresses whole.
        "uvicorn": {"handlers": ["lines"], "level": "INFO", "propagate": False},
        # With JSON the lines of `chat.access` stand for the servers' own (chatsite/watching/watched.py).
        "uvicorn.access": {
            "handlers": ["lines"] if CHAT_LOG_FORMAT == "text" and uvicorn_notes_requests() else [],
            "level": "INFO",
            "propagate": False,
        },
        # A line for each request to a provider says nothing that the completion does not.
        "httpx2": {"level": "WARNING"},
        "openai": {"level": "WARNING"},
    },
}
