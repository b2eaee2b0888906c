"""Every address, also those to come, as another site's page would call it in an administrator's browser."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import AsyncClient
from django.urls import URLPattern, get_resolver
from fakes.fed_upstream import FedUpstream

CHANGING = ("POST", "PUT", "PATCH", "DELETE")


def addresses(patterns: list[Any], prefix: str = "/") -> Iterator[str]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from addresses(pattern.url_patterns, route)


def filled(route: str) -> str:
    route = re.sub(r"<uuid:\w+>", str(uuid4()), route)
    route = re.sub(r"\(\?P<\w+>[^)]*\)", "abc", re.sub(r"<\w+:\w+>|<\w+>(?!\[)", "1", route))
    return re.sub(r"[\^$]|\(\?:|\\Z", "", route)


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}])
async def test_without_its_token_none_changes_anything(
    alice: User, upstream: FedUpstream, headers: dict[str, str]
) -> None:
    alice.is_staff = alice.is_superuser = True
    await alice.asave()
    client = AsyncClient(enforce_csrf_checks=True)
    await client.aforce_login(alice)
    refused = 0
    for route in set(addresses(get_resolver().url_patterns)):
        for method in CHANGING:
            kind = "application/json" if "/v1/" in route else "application/x-www-form-urlencoded"
            answer = await client.generic(method, filled(route), b"{}", kind, headers=headers)
            # 405: the API says first which methods there are. 404: there is nothing there.
            assert answer.status_code in (403, 404, 405), f"{method} {route}: {answer.status_code}"
            refused += answer.status_code == 403
    assert refused > 400
