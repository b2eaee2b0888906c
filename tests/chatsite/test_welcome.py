"""What the server says when it starts: where it is, and what to do next."""

from chatsite.hosts import names_of_this_machine
from chatsite.welcome import Started, welcome


def test_a_new_server_says_where_it_is_and_what_to_do() -> None:
    text = welcome(Started("127.0.0.1", 8000, has_users=False, demo=True))
    assert "http://127.0.0.1:8000" in text
    assert "make the first account" in text
    assert "OPENAI_BASE_URL=" in text
    assert "one-time code" not in text


def test_a_server_that_others_reach_tells_its_code() -> None:
    text = welcome(Started("0.0.0.0", 8000, has_users=False, setup_code="ABCD-2345"))
    assert "ABCD-2345" in text
    assert f"http://{names_of_this_machine()[-1]}:8000" in text


def test_a_server_in_use_says_no_more_than_where_it_is() -> None:
    text = welcome(Started("::1", 9000))
    assert "http://[::1]:9000" in text
    assert "account" not in text
    assert "demo" not in text


def test_the_public_address_is_the_one_to_open() -> None:
    text = welcome(Started("0.0.0.0", 8000, public_url="https://chat.example.org"))
    assert "running on https://chat.example.org" in text
    assert "http://0.0.0.0" not in text
    assert "listening on 0.0.0.0:8000" in text
