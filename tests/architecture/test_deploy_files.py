"""deploy/ speaks of this server: its settings, its files, its commands."""

import configparser
import json
import re
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
DEPLOY = ROOT / "deploy"
SETTINGS = set(re.findall(r"(?m)^### `(\w+)`", (ROOT / "docs" / "settings.md").read_text()))
UNITS = sorted((DEPLOY / "systemd").iterdir())
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVERS = re.findall(r"server (\w+):8000", (DEPLOY / "nginx" / "servers-compose.conf").read_text())


def test_what_compose_sets_is_a_setting() -> None:
    names = set(COMPOSE["services"]["chat1"]["environment"])
    assert len(names) > 5
    assert names <= SETTINGS


def test_the_image_alone_begins_with_an_empty_volume() -> None:
    """Where there are several, one job brings the database up to date, and no server does."""
    image = json.loads(re.findall(r"(?m)^CMD (.+)$", (DEPLOY / "Dockerfile").read_text())[-1])
    assert image[-2:] == ["serve", "--migrate"]
    for name in SERVERS:
        service = COMPOSE["services"][name]
        assert service["command"] == image[:-1]
        assert service["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert COMPOSE["services"]["migrate"]["command"] == [*image[:2], "migrate", "--no-input"]


def test_the_database_is_not_ready_while_it_is_being_made() -> None:
    """Its image makes it with another server, which answers at the socket alone, and then goes."""
    check = COMPOSE["services"]["postgres"]["healthcheck"]["test"][-1]
    assert re.search(r"pg_isready .*-h 127\.0\.0\.1", check)


def test_the_servers_keep_their_addresses_and_believe_their_own_network_alone() -> None:
    """nginx looks a name up once: a server that came back elsewhere would not be found again."""
    (pool,) = COMPOSE["networks"]["default"]["ipam"]["config"]
    addresses = [
        ip_address(COMPOSE["services"][name]["networks"]["default"]["ipv4_address"]) for name in SERVERS
    ]
    assert len(set(addresses)) == len(SERVERS) == 2
    for address in addresses:
        assert address in ip_network(pool["subnet"])
        assert address not in ip_network(pool["ip_range"])  # which others take theirs from
    assert COMPOSE["services"]["chat1"]["environment"]["CHAT_TRUSTED_PROXIES"] == pool["subnet"]


def test_secrets_of_compose_stay_out_of_git_and_of_the_image() -> None:
    assert COMPOSE["services"]["chat1"]["env_file"] == ".env"
    assert ".env" in (ROOT / ".gitignore").read_text().splitlines()
    assert (DEPLOY / "Dockerfile.dockerignore").read_text().startswith("*\n")


def test_the_image_is_made_of_what_is_there() -> None:
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    copied = [line.split()[1] for line in lines if line.startswith("COPY") and "--from" not in line]
    assert {"chat", "chatsite", "templates", "manage.py", "requirements.txt"} <= set(copied)
    assert all((ROOT / name).exists() for name in copied)
    kept = re.findall(r"(?m)^!(.+)$", (DEPLOY / "Dockerfile.dockerignore").read_text())
    assert sorted(kept) == sorted(copied)
    python = re.search(r"FROM python:(\d\.\d+)", "\n".join(lines))
    assert python is not None
    assert tuple(map(int, python[1].split("."))) >= (3, 11)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_starts_a_command_of_ours(unit: Path) -> None:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(unit)
    python, manage, command, *_ = parser["Service"]["ExecStart"].split()
    home = parser["Service"]["WorkingDirectory"]
    assert (python, manage) == (f"{home}/.venv/bin/python", "manage.py")
    assert command in ("serve", "migrate")
    assert parser["Service"]["ReadWritePaths"] == f"{home}/var"
    names = [each.partition("=")[0] for each in parser["Service"].get("Environment", "").split()]
    assert set(names) <= SETTINGS


def test_the_proxy_keeps_queries_out_of_its_log() -> None:
    """They may hold a ticket."""
    text = (DEPLOY / "nginx" / "http.conf").read_text()
    assert "$uri" in text
    for name in ("$request ", '$request"', "$request_uri", "$args", "$query_string", "$http_referer"):
        assert name not in text


def test_all_servers_of_the_proxy_are_there() -> None:
    assert set(SERVERS) == {"chat1", "chat2"} <= set(COMPOSE["services"])
