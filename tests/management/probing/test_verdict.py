"""Which of several hops it is, and the line that mends it."""

import json
from typing import Any

import pytest
from management.probing.heard import fine, gzipped_whole, hop, in_lumps, one_by_one, run, sent, whole
from management.probing.heard import heard as answer

from chat.management.probing.hop import Hop
from chat.management.probing.sockets import SocketSeen
from chat.management.probing.target import BadAddress, target
from chat.management.probing.telling import as_dict, lines
from chat.management.probing.verdict import verdict


def served(by: str, **changes: Any) -> dict[str, Any]:
    return {"server": by, "x_accel_buffering": None} | changes


SERVER = hop(run(fine()), url="http://127.0.0.1:8000")


def test_where_nothing_is_held_back_all_is_fine() -> None:
    found = verdict([SERVER, hop(run(fine(**served("nginx"))), url="https://chat.test")])
    assert (found.answer, found.at, found.mend) == ("fine", None, None)
    assert found.says == "All hops pass the stream on as it comes."


def test_the_first_hop_that_holds_back_is_the_one() -> None:
    second, third = (hop(run(whole(**served("nginx"))), url=f"https://{name}.test") for name in "bc")
    found = verdict([SERVER, second, third])
    assert (found.answer, found.at) == ("held_back", 2)
    assert found.says.startswith("Hop 2 (https://b.test) holds it back: it collects the whole stream")
    assert found.mend is not None
    assert "`proxy_buffering off;`" in found.mend


def test_a_hop_that_answers_nobody_is_told_where_nothing_worse_is() -> None:
    away = hop(run(None, why="Connection refused"))
    assert (verdict([away, SERVER]).answer, verdict([away, SERVER]).at) == ("cannot_tell", 1)
    assert verdict([away, hop(run(whole()))]).at == 2


def test_two_nginx_in_a_row_are_mended_at_the_first() -> None:
    inner = hop(run(fine(**served("nginx"))), url="http://inner.test")
    outer = hop(run(whole(**served("nginx"))), url="https://outer.test")
    mend = verdict([SERVER, inner, outer]).mend
    assert mend is not None
    assert mend.startswith(
        "`proxy_pass_header X-Accel-Buffering;` in the nginx before it (http://inner.test)"
    )


def test_nginx_that_asks_in_http_1_0_is_told_to_ask_in_1_1() -> None:
    old = hop(run(answer(in_lumps(sent(http="1.0"), 10_000), **served("nginx"))))
    mend = verdict([SERVER, old]).mend
    assert mend is not None
    assert "`proxy_http_version 1.1;`" in mend


@pytest.mark.parametrize(
    ("headers", "line"),
    [
        ({"server": "nginx/1.22.1"}, "`gzip off;`"),
        ({"x_powered_by": "Express"}, "`compress: false`"),
        ({"via": "1.1 Caddy"}, "`encode`"),
        ({"server": "Apache/2.4"}, "no-gzip"),
        ({}, "obey Cache-Control: no-transform"),
    ],
)
def test_compression_is_mended_in_the_words_of_what_compresses(headers: dict[str, str], line: str) -> None:
    packed = answer(gzipped_whole(sent()), content_encoding="gzip", **headers)
    bad = hop(run(fine(**headers)), run(packed, "compressed"))
    mend = verdict([SERVER, bad]).mend
    assert mend is not None
    assert line in mend


def test_a_refused_socket_names_the_three_lines_of_nginx() -> None:
    bad = hop(run(fine(server="nginx")))
    bad.socket = SocketSeen(opened=False, status=404)
    mend = verdict([SERVER, bad]).mend
    assert mend is not None
    assert "proxy_set_header Upgrade $http_upgrade" in mend


def test_what_one_hop_was_noted_for_is_not_said_of_the_next() -> None:
    inner, outer = (hop(run(fine(**served("nginx"))), url=f"https://{name}.test") for name in "bc")
    told = [[one.finding.code for one in judged.told] for judged in verdict([SERVER, inner, outer]).hops]
    assert told == [[], ["accel_gone"], []]


def a_verdict_of_everything() -> list[Hop]:
    first = hop(run(fine()), run(fine(), "compressed"))
    first.socket = SocketSeen(opened=True, slowest=0.004)
    return [first, hop(run(answer(one_by_one(sent()[:5])))), hop(run(None, why="Connection refused"))]


def test_people_get_lines_and_programs_an_object_that_say_the_same() -> None:
    found = verdict(a_verdict_of_everything())
    text = "\n".join(lines(found))
    told = json.loads(json.dumps(as_dict(found)))
    assert told["says"] in text
    assert (told["verdict"], told["hop"]) == ("held_back", 2)
    assert [one["verdict"] for one in told["hops"]] == ["fine", "held_back", "cannot_tell"]
    assert "WebSocket            answers within 4 ms" in text
    assert "22 pieces one by one" in text
    first = told["hops"][0]["runs"][0]["pieces"][0]
    assert set(first) == {"sent", "arrived", "late"}


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("https://chat.test", "https://chat.test"),
        ("https://chat.test/", "https://chat.test"),
        ("http://chat.test:8000/api/v1/", "http://chat.test:8000"),
        ("http://chat.test/v1", "http://chat.test"),
        ("https://office.test/chat/", "https://office.test/chat"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_addresses_are_read_as_people_have_them(url: str, read: str) -> None:
    assert target(url).url == read


@pytest.mark.parametrize(
    "url",
    [
        "chat.test",
        "ftp://chat.test",
        "http://",
        "http://a:secret@chat.test",
        "http://chat.test:x",
        "http://a/?b",
    ],
)
def test_an_address_that_is_none_is_refused_and_its_password_not_repeated(url: str) -> None:
    with pytest.raises(BadAddress) as refused:
        target(url)
    assert "secret" not in str(refused.value)
