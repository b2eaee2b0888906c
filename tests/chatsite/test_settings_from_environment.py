"""Settings come from the environment, typed, and a bad value is named with what is allowed."""

import runpy
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

SETTINGS = Path(__file__).resolve().parents[2] / "chatsite" / "settings.py"


def settings_with(monkeypatch: pytest.MonkeyPatch, **environment: str) -> dict[str, Any]:
    """What settings.py makes of an environment that has these variables."""
    for name, value in {"DJANGO_ENV_FILE": "", "DJANGO_SECRET_KEY": "k" * 60, **environment}.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(SETTINGS))


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("PORT", "http", "whole number from 1 to 65535"),
        ("PORT", "0", "from 1"),
        ("PORT", "70000", "65535"),
        ("DJANGO_DEBUG", "maybe", "1 or 0"),
        ("DJANGO_HTTPS", "https", "1 or 0"),
        ("CHAT_AUTO_TITLE", "2", "1 or 0"),
        ("CHAT_PUBLIC_URL", "chat.example.org", "https://host"),
        ("CHAT_PUBLIC_URL", "https://example.org/chat", "no path"),
        ("CHAT_PUBLIC_URL", "https://example.org:port", "https://host"),
        ("CHAT_CORS_ORIGINS", "*", "https://host"),
        ("CHAT_CORS_ORIGINS", "https://app.example.org, localhost:3000", "https://host"),
        ("CHAT_CORS_ORIGINS", "https://*.example.org", "https://host"),
        ("CHAT_IMAGE_HOSTS", "*", "none by `*`"),
        ("CHAT_IMAGE_HOSTS", "*.example.org", "none by `*`"),
        ("CHAT_IMAGE_HOSTS", "img.example.org/pictures", "hosts like"),
        ("CHAT_IMAGE_HOSTS", "ftp://img.example.org", "hosts like"),
        ("CHAT_IMAGE_HOSTS", "img.example.org; script-src", "hosts like"),
        ("CHAT_TRUSTED_PROXIES", "nginx", "addresses and networks"),
        ("CHAT_TRUSTED_PROXIES", "10.0.0.1/8", "addresses and networks"),
        ("DATABASE_URL", "chat.sqlite3", "sqlite:///"),
        ("DATABASE_URL", "mysql://root@127.0.0.1/chat", "postgres://"),
        ("DATABASE_URL", "sqlite://:memory:", "not shared between threads"),
        ("REDIS_URL", "127.0.0.1:6379", "redis://host"),
        ("OPENAI_BASE_URL", "127.0.0.1:11434/v1", "http://host"),
        ("CHAT_CHECKPOINT_SECONDS", "0", "from 0.01"),
        ("CHAT_CHECKPOINT_SECONDS", "nan", "seconds"),
        ("CHAT_DRAIN_SECONDS", "-1", "from 0"),
        ("CHAT_WEB_RESUME_WINDOW", "inf", "from 0 to 86400, or end"),
        ("CHAT_WEB_RESUME_WINDOW", "endless", "or end"),
        ("CHAT_SIGN_UP", "anybody", "closed, invitation, open"),
        ("CHAT_SECOND_FACTOR", "always", "off, optional, required"),
        ("CHAT_OIDC_ISSUER", "http://login.example.org", "https://host"),
        ("CHAT_OIDC_ISSUER", "login.example.org", "https://host"),
        ("CHAT_PASSWORD_SIGN_IN", "0", "where single sign-on is"),
        ("EMAIL_URL", "mail.example.org", "smtp://host"),
        ("CHAT_MAX_MESSAGE_CHARS", "-5", "whole number from 0"),
        ("CHAT_MAX_REPLY_CHARS", "1e6", "whole number"),
        ("CHAT_MAX_BODY_BYTES", "10MB", "whole number"),
        ("CHAT_MAX_ATTACHMENT_BYTES", "20000000", "to 10000000"),
        ("CHAT_MAX_ATTACHMENT_BYTES", "0", "from 1"),
        ("CHAT_MAX_ATTACHMENTS", "101", "from 0 to 100"),
        ("CHAT_FILES_DIR", str(SETTINGS), "a folder"),
        ("CHAT_MAX_STREAMS_PER_USER", "many", "whole number"),
        ("CHAT_MAX_SOCKETS_PER_USER", "2.5", "whole number"),
        ("CHAT_REQUESTS_PER_MINUTE", "no", "whole number"),
        ("CHAT_TOKENS_PER_DAY", "-1", "whole number from 0"),
        ("CHAT_COST_PER_DAY", "-1", "an amount from 0"),
        ("CHAT_COST_PER_MONTH", "1.234", "an amount from 0"),
        ("CHAT_TOKENS_PER_DAY_PER_ADDRESS", "1e3", "whole number from 0"),
        ("CHAT_COST_PER_MONTH_PER_ADDRESS", "ten", "an amount from 0"),
        ("CHAT_COST_PER_MONTH", "NaN", "an amount from 0"),
        ("DJANGO_ENV_FILE", "/nowhere/.env", "a file, or nothing"),
    ],
)
def test_a_bad_value_is_named_with_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, allowed: str
) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        settings_with(monkeypatch, **{name: value})
    assert name in str(caught.value)
    assert allowed in str(caught.value)


def test_an_error_never_shows_the_password_of_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        settings_with(monkeypatch, DATABASE_URL="mysql://root:hunter2@127.0.0.1/chat")
    assert "hunter2" not in str(caught.value)


def test_a_long_value_is_not_shown_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        settings_with(monkeypatch, PORT="sk-" + "x" * 100)
    assert "x" * 20 not in str(caught.value)


def test_nothing_set_is_a_server_for_this_machine_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings_with(monkeypatch)
    assert (found["HOST"], found["PORT"], found["DEBUG"]) == ("127.0.0.1", 8000, False)
    assert found["ALLOWED_HOSTS"] == [".localhost", "127.0.0.1", "[::1]"]
    assert found["DATABASES"]["default"]["NAME"].endswith("var/chat.sqlite3")
    assert not found["CHAT_HOME_NETWORK"]


def test_a_variable_set_to_nothing_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings_with(monkeypatch, PORT="", DATABASE_URL="", OPENAI_BASE_URL="", CHAT_AUTO_TITLE=" ")
    assert found["PORT"] == 8000
    assert found["CHAT_AUTO_TITLE"] is True


def test_the_public_url_names_hosts_and_origins(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings_with(monkeypatch, HOST="0.0.0.0", CHAT_PUBLIC_URL="https://Chat.Example.org:443/")
    assert found["CHAT_PUBLIC_URL"] == "https://chat.example.org"
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://chat.example.org"]
    assert "chat.example.org" in found["ALLOWED_HOSTS"]
    assert "*" not in found["ALLOWED_HOSTS"]


def test_an_open_address_without_a_name_is_a_home_network(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_with(monkeypatch, HOST="0.0.0.0")["CHAT_HOME_NETWORK"]
    assert not settings_with(monkeypatch, HOST="0.0.0.0", DJANGO_ALLOWED_HOSTS="chat.lan")[
        "CHAT_HOME_NETWORK"
    ]


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text("PORT=9001\nCHAT_SITE_NAME='The house'\n")
    monkeypatch.setenv("CHAT_SITE_NAME", "")  # what the file sets is undone after the test
    monkeypatch.delenv("CHAT_SITE_NAME")
    found = settings_with(monkeypatch, DJANGO_ENV_FILE=str(file), PORT="9000")
    assert (found["PORT"], found["CHAT_SITE_NAME"]) == (9000, "The house")


def test_the_limit_of_files_goes_along_with_the_limit_of_bodies(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_with(monkeypatch, CHAT_MAX_BODY_BYTES="5000")["CHAT_MAX_ATTACHMENT_BYTES"] == 5000
    assert settings_with(monkeypatch, CHAT_MAX_BODY_BYTES="0")["CHAT_MAX_ATTACHMENT_BYTES"] == 10_000_000


def test_no_two_databases_have_one_folder_of_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def files_of(url: str) -> Path:
        found: Path = settings_with(monkeypatch, DATABASE_URL=url)["CHAT_FILES_DIR"]
        return found

    assert files_of(f"sqlite:///{tmp_path}/a.sqlite3") == tmp_path / "a.files"
    assert files_of("postgres://me@db.example.org/one") != files_of("postgres://me@db.example.org/two")


def test_sqlite_begins_its_transactions_as_a_writer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    options = settings_with(monkeypatch, DATABASE_URL=f"sqlite:///{tmp_path}/a/b.sqlite3")["DATABASES"][
        "default"
    ]["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]
    assert "wal_autocheckpoint=4000" in options["init_command"]
    assert (tmp_path / "a").is_dir()


def test_a_connection_to_postgresql_is_kept_and_looked_at_before_use(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings_with(monkeypatch, DATABASE_URL="postgres://me@db.example.org:5433/chat")["DATABASES"][
        "default"
    ]
    assert found["ENGINE"] == "django.db.backends.postgresql"
    assert found["CONN_MAX_AGE"] == 600
    assert found["CONN_HEALTH_CHECKS"] is True


def test_replies_may_go_on_to_their_end(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_with(monkeypatch, CHAT_WEB_RESUME_WINDOW="end")["CHAT_WEB_RESUME_WINDOW"] is None


def test_a_mail_server_is_one_address(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings_with(
        monkeypatch,
        EMAIL_URL="smtp+tls://user:p%40ss@mail.example.org",
        CHAT_PUBLIC_URL="https://chat.example.org",
    )
    names = ("EMAIL_HOST", "EMAIL_PORT", "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD", "EMAIL_USE_TLS")
    assert [found[name] for name in names] == ["mail.example.org", 587, "user", "p@ss", True]
    assert found["DEFAULT_FROM_EMAIL"] == "noreply@chat.example.org"


def test_without_a_mail_server_a_mail_goes_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_with(monkeypatch)["EMAIL_BACKEND"].endswith("dummy.EmailBackend")


def test_pictures_are_loaded_from_the_named_hosts_alone_over_https(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_with(monkeypatch)["SECURE_CSP"]["img-src"] == ["'self'"]
    found = settings_with(monkeypatch, CHAT_IMAGE_HOSTS="Img.example.org:443, http://10.0.0.1:8080")
    assert found["CHAT_IMAGE_HOSTS"] == ["https://img.example.org", "http://10.0.0.1:8080"]
    assert found["SECURE_CSP"]["img-src"] == ["'self'", "https://img.example.org", "http://10.0.0.1:8080"]
