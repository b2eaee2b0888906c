"""What a scope carries: key before ticket before cookie, and malformed is not absent."""

from typing import Any

import pytest

from chat.auth.credentials import Credentials, credentials_of


def scope(*headers: tuple[str, str], query: str = "", subprotocols: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
        "query_string": query.encode(),
        "subprotocols": list(subprotocols),
    }


def test_nothing_sent_is_nothing() -> None:
    assert credentials_of(scope()) == Credentials()
    assert credentials_of({"type": "websocket"}) == Credentials()


@pytest.mark.parametrize("value", ["Bearer k-1", "bearer k-1", "BEARER   k-1 "])
def test_a_bearer_key_is_read_from_the_header(value: str) -> None:
    assert credentials_of(scope(("authorization", value))).bearer == "k-1"


@pytest.mark.parametrize("value", ["", "Bearer", "Basic YWxpY2U6eA==", "k-1", "Bearer: k-1"])
def test_a_malformed_header_is_a_bad_key_and_not_none(value: str) -> None:
    assert credentials_of(scope(("authorization", value), ("cookie", "sessionid=s"))).bearer == ""


def test_two_keys_are_a_bad_one() -> None:
    assert credentials_of(scope(("authorization", "Bearer a"), ("authorization", "Bearer b"))).bearer == ""
    assert credentials_of(scope(subprotocols=("bearer.a", "bearer.b"))).bearer == ""


def test_a_socket_may_bring_its_key_as_a_subprotocol() -> None:
    assert credentials_of(scope(subprotocols=("chat.v1", "bearer.k-1"))).bearer == "k-1"
    assert credentials_of(scope(subprotocols=("bearer.",))).bearer == ""
    assert credentials_of(scope(subprotocols=("chat.v1",))).bearer is None


def test_the_session_is_found_in_split_cookies() -> None:
    split = scope(("cookie", "csrftoken=c"), ("cookie", "sessionid=s"))
    assert credentials_of(split).session == "s"
    assert credentials_of(scope(("cookie", "sessionid="))).session is None


def test_a_ticket_counts_only_where_it_is_allowed() -> None:
    with_ticket = scope(query="x=1&ticket=t-1")
    assert credentials_of(with_ticket).ticket is None
    assert credentials_of(with_ticket, allow_ticket=True).ticket == "t-1"
    assert credentials_of(scope(query="ticket="), allow_ticket=True).ticket == ""


def test_a_page_says_whose_it_is_by_a_header_or_on_a_socket_in_the_query() -> None:
    assert credentials_of(scope(("x-page-of", "7"))).page_of == "7"
    assert credentials_of(scope(query="page_of=7")).page_of == "7"
    assert credentials_of(scope()).page_of is None
