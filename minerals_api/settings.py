"""Settings for development, tests and production.

Every difference between machines is an environment variable, listed in docs/running.md.
"""

from datetime import timedelta
from pathlib import Path

import environ
from corsheaders.defaults import default_headers

from minerals_api import __version__
from minerals_api.checks import is_production, refuse_unsafe_production

BASE_DIR = Path(__file__).resolve().parent.parent
INSECURE_SECRET_KEY = "insecure-development-key-that-production-refuses-to-start-with"  # noqa: S105

env = environ.Env()

PRODUCTION = is_production(env.str("CMAPI_ENV", default="development"))
DEBUG = env.bool("DJANGO_DEBUG", default=False)
SECRET_KEY = env.str("DJANGO_SECRET_KEY", default=INSECURE_SECRET_KEY)
ALLOWED_HOSTS = env.list("DJANGO_ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"])
RELEASE = env.str("RELEASE", default="")
RATE_LIMIT = env.str("RATE_LIMIT", default="600/minute")
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
REDIS_URL = env.str("REDIS_URL", default="")
CACHE_BYTES = env.int("CACHE_BYTES", default=64 * 1024 * 1024)
CACHE_SHARED = env.bool("CACHE_SHARED", default=True)
LINK_CHECKER_CONTACT = env.str("LINK_CHECKER_CONTACT", default="")
RELEASES_DIR = env.path("RELEASES_DIR", default=str(BASE_DIR / "releases"))()

ROOT_URLCONF = "minerals_api.urls"
WSGI_APPLICATION = "minerals_api.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
APPEND_SLASH = True

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    # Before the admin, whose templates it has its own of.
    "curating",
    "curating.login.apps.DeskAdminConfig",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "auditlog",
    "sources",
    "minerals",
    "projects",
    "minerals_api",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "minerals_api.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "minerals_api.ratelimit.RateLimitMiddleware",
    "django.middleware.common.CommonMiddleware",
    "minerals_api.errors.ReadOnlyMiddleware",
    "minerals_api.conditional.RevisionHeadersMiddleware",
    "minerals_api.signed_in.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "minerals_api.signed_in.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "minerals_api.signed_in.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "minerals_api.desk.DeskMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Opening a connection costs more than a page of facts. One to a file that was replaced is left, see `connections`.
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # Without recursive triggers, INSERT OR REPLACE deletes rows behind the back of the ledger's guards.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA recursive_triggers=ON;",
    }
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}

# A cache that is slower than the answer is worth nothing.
REDIS_TIMEOUTS = {"OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}} if REDIS_URL else {}
CACHES = {
    "default": environ.Env.cache_url_config(REDIS_URL or "locmemcache://") | REDIS_TIMEOUTS,
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "process"},
}

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{validator}", "OPTIONS": options}
    for validator, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]

# Sessions are the desk's alone: no other address is sent their cookies, so no reader of the API has one.
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = "/admin/"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE_AGE = 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "curating.refusing.forged"
LOGIN_REDIRECT_URL = "admin:index"

# Failed logins within the cool-off after which one waits: for one name from one address, and in all.
AXES_HANDLER = "curating.login.lockout.DeskHandler"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
LOGIN_LIMIT_BY_NAME = LOGIN_LIMIT_BY_ADDRESS = 50
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "minerals_api.clients.guesser_of"
AXES_LOCKOUT_CALLABLE = "curating.login.lockout.locked_out"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "csrfmiddlewaretoken"]
AXES_ENABLE_ADMIN = AXES_VERBOSE = False

REQUIRE_TOTP = env.bool("REQUIRE_TOTP", default=False)
OTP_TOTP_ISSUER = "Critical Minerals API"

AUDITLOG_STORE_JSON_CHANGES = True
AUDITLOG_USE_FK_STRING_REPRESENTATION = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
# Development finds the files where they are; production serves what was collected and named by its content.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage",
    },
}

CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_ALL_ORIGINS = True
CORS_ALLOW_METHODS = ("GET", "HEAD", "OPTIONS")
CORS_ALLOW_HEADERS = (*default_headers, "if-none-match", "if-modified-since", "if-range", "range")
CORS_EXPOSE_HEADERS = (
    "Accept-Ranges",
    "Content-Disposition",
    "Content-Length",
    "Content-Range",
    "Dataset-Revision",
    "ETag",
    "Link",
    "RateLimit-Limit",
    "RateLimit-Policy",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    "Retry-After",
)
CORS_PREFLIGHT_MAX_AGE = 86400

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": [
        "minerals_api.renderers.JSONRenderer",
        "minerals_api.renderers.BrowsableRenderer",
        "minerals_api.exporting.tables.CSVRenderer",
        "minerals_api.exporting.tables.NDJSONRenderer",
        "minerals_api.exporting.parquet.ParquetRenderer",
        "minerals_api.exporting.xlsx.XLSXRenderer",
        "minerals_api.exporting.geojson.GeoJSONRenderer",
        "minerals_api.bibliographies.BibTeXRenderer",
        "minerals_api.bibliographies.RISRenderer",
        "minerals_api.bibliographies.CSLRenderer",
        "minerals_api.bibliographies.CitationRenderer",
    ],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "minerals_api.renderers.StrictNegotiation",
    "DEFAULT_FILTER_BACKENDS": ["minerals_api.filtering.StrictFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "minerals_api.pagination.RevisionCursorPagination",
    "DEFAULT_SCHEMA_CLASS": "minerals_api.schema.AutoSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "EXCEPTION_HANDLER": "minerals_api.errors.problem_handler",
    "URL_FORMAT_OVERRIDE": "format",
    "COERCE_DECIMAL_TO_STRING": False,
}

API_DESCRIPTION = """\
Reserves, production, trade and projects of critical minerals, each figure followed to its source.

**What it is.** Every fact cites the document, and the place in it, that supports it. Rival claims stand
side by side, marked `disputed`. Publishing is done in numbered revisions, and `revision=N` reads any of
them again.

**How to cite.** Name the dataset, its revision (header `Dataset-Revision`) and the sources of the facts you
use: `format=bibtex`, `ris`, `csl` or `citation` gives them for any query, and `Link: rel="cite-as"` the address that
keeps its answer. The data is under CC BY 4.0; the sources keep the rights to their own text.

**Errors** are RFC 9457 problem documents (`application/problem+json`) under every `format`. A parameter or
value that isn't known is refused with a 400 that names it and what was allowed; nothing is silently ignored.

**Formats.** JSON unless `format=` or `Accept` asks for another. Keys never come and go: an absent value is
`null`, an empty list is `[]`. CSV, NDJSON, Parquet and XLSX hold the whole filtered result, not a page, in flat
columns: each has `x-row`, the schema of a row with the meaning of every column. GeoJSON has what has a place.

**Limits.** The `RateLimit-*` headers (an IETF draft) say what is left; a 429 says in `Retry-After` when to
return. An answer that the cache repeats isn't counted, and comes without them. Send `If-None-Match` with the last `ETag`: a 304 costs neither side any work.
"""

SPECTACULAR_SETTINGS = {
    "TITLE": "Critical Minerals API",
    "VERSION": __version__,
    "DESCRIPTION": API_DESCRIPTION,
    "LICENSE": {"name": "CC BY 4.0 (the data)", "identifier": "CC-BY-4.0"},
    "OAS_VERSION": "3.1.1",
    "SERVERS": [{"url": "/"}],
    "SCHEMA_PATH_PREFIX": r"/api/v[0-9]+",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": False,
    "SORT_OPERATIONS": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "displayRequestDuration": True},
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enum_id_removal",
        "minerals_api.schema.require_every_property",
        "minerals_api.schema.describe_tags",
        "minerals_api.schema.add_shared_components",
    ],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    # It tells of every query at INFO; who failed to sign in is in the audit log.
    "loggers": {"axes": {"level": "WARNING"}},
}

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

if TRUSTED_PROXIES > 0:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

if PRODUCTION:
    refuse_unsafe_production(
        secret_key=SECRET_KEY, insecure_key=INSECURE_SECRET_KEY, debug=DEBUG, allowed_hosts=ALLOWED_HOSTS
    )
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    # Only a proxy that says what it forwarded lets us tell HTTP from HTTPS; without one this would loop.
    SECURE_SSL_REDIRECT = TRUSTED_PROXIES > 0
    SILENCED_SYSTEM_CHECKS = [] if SECURE_SSL_REDIRECT else ["security.W008"]
    SECURE_REDIRECT_EXEMPT = [r"^health/"]
