"""What a probe says of what it heard: each classic failure by its name, and nothing of what is fine."""

import dataclasses
from typing import Any

import pytest
from management.probing.heard import (
    COUNT,
    fine,
    gzipped,
    gzipped_whole,
    heard,
    hop,
    in_lumps,
    one_by_one,
    run,
    sent,
    whole,
)

from chat.management.probing.call import Heard
from chat.management.probing.hop import Hop
from chat.management.probing.judging import judge
from chat.management.probing.reply import ReplySeen
from chat.management.probing.sockets import SocketSeen


def codes(hop: Hop, kind: str | None = None) -> list[str]:
    return [found.code for found in judge(hop) if kind in (None, found.kind)]


def test_a_stream_that_comes_as_it_is_sent_is_nothing_to_speak_of() -> None:
    assert judge(hop(run(fine()), run(fine(), "compressed"))) == []


def test_clocks_that_differ_and_a_long_way_are_no_delay() -> None:
    far = heard(one_by_one(sent(), delay=0.8))
    assert judge(hop(run(far))) == []


def test_one_pause_of_a_machine_is_no_proxy() -> None:
    reads = one_by_one(sent())
    paused = [(max(at, 1.3) if 0.9 < at < 1.3 else at, data) for at, data in reads]
    assert judge(hop(run(heard(paused)))) == []


def test_the_whole_at_once() -> None:
    [found] = judge(hop(run(whole())))
    assert (found.code, found.kind) == ("whole", "held")
    assert f"{COUNT + 2} pieces arrived in one lump, the first 2.0 s late" in found.says


def test_lumps() -> None:
    [found] = judge(hop(run(heard(in_lumps(sent(), 700)))))
    assert (found.code, found.kind) == ("lumps", "held")


def test_a_beginning_that_is_held_until_there_is_enough_of_it() -> None:
    writes = sent()
    held = [(0.6, data) for _at, data in writes[:6]] + one_by_one(writes[6:], delay=0.0)
    assert codes(hop(run(heard(held)))) == ["beginning"]


def test_compression_that_collects_is_told_from_one_that_does_not() -> None:
    in_time = heard(gzipped(one_by_one(sent())), content_encoding="gzip")
    assert codes(hop(run(fine()), run(in_time, "compressed"))) == ["compressed_in_time"]
    collected = heard(gzipped_whole(sent()), content_encoding="gzip")
    [found] = judge(hop(run(fine()), run(collected, "compressed")))
    assert (found.code, found.kind) == ("compressed", "held")


def test_what_collects_without_compression_is_not_told_twice() -> None:
    collected = heard(gzipped_whole(sent()), content_encoding="gzip")
    assert codes(hop(run(whole()), run(collected, "compressed")), "held") == ["whole"]


def test_a_compression_that_nobody_asked_for_cannot_be_read() -> None:
    unread = heard([(0.1, b"\x1b..."), (2.0, b"...")], content_encoding="br")
    found = judge(hop(run(fine()), run(unread, "compressed")))
    assert [one.kind for one in found] == ["unknown"]


def test_a_cut_in_the_middle() -> None:
    cut = heard(one_by_one(sent()[:9]), broke="the connection was closed in the middle")
    [found] = judge(hop(run(cut)))
    assert (found.code, found.kind) == ("cut", "held")
    assert f"after {cut.size} bytes" in found.says


def test_a_cut_without_a_sign_is_one_too() -> None:
    assert codes(hop(run(heard(one_by_one(sent()[:9]), transfer_encoding=None))), "held") == ["cut"]


@pytest.mark.parametrize(("seconds", "code", "kind"), [(5, "silence", "held"), (16, "silence_later", "note")])
def test_a_cut_in_a_silence_matters_where_the_server_would_not_have_broken_it(
    seconds: int, code: str, kind: str
) -> None:
    half = one_by_one(sent()[: COUNT // 2 + 1])
    silent = heard(half, broke="the connection was closed in the middle")
    silent.over_at = silent.reads[-1][0] + seconds
    [found] = judge(hop(run(fine()), run(silent, "silent")))
    assert (found.code, found.kind) == (code, kind)


def test_a_stream_out_of_a_cache() -> None:
    seen = hop(run(fine()))
    seen.is_cached = True
    assert codes(seen, "held") == ["cached"]


def test_a_hop_that_keeps_an_abort_to_itself() -> None:
    seen = hop(run(fine()))
    seen.keeps_aborts = True
    assert codes(seen, "held") == ["abort_kept"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"transfer_encoding": None, "content_length": "1718"}, "length"),
        ({"transfer_encoding": None}, "no_chunks"),
        ({"cache_control": "no-cache"}, "transform_gone"),
        ({"x_accel_buffering": None}, "accel_gone"),
    ],
)
def test_what_is_different_and_holds_nothing_back_is_noted(changes: dict[str, Any], code: str) -> None:
    [found] = judge(hop(run(fine(**changes))))
    assert (found.code, found.kind) == (code, "note")


def test_a_hop_that_asks_in_http_1_0_is_noted() -> None:
    assert codes(hop(run(heard(one_by_one(sent(http="1.0")))))) == ["asks_in_1_0"]


def with_status(status: int, **headers: str) -> Heard:
    return dataclasses.replace(heard([(0.1, b"<html>")], **headers), status=status)


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        (with_status(401), "status_401", "the key is refused"),
        (with_status(404), "status_404", "older server"),
        (with_status(429), "status_429", "limit"),
        (with_status(502), "status_502", "does not reach the server"),
        (with_status(418), "status_418", "(status 418)"),
        (with_status(302, location="https://other.test/x?secret=1"), "moved", "https://other.test/x:"),
        (with_status(200, content_type="text/html"), "foreign", "text/html"),
        (None, "unheard", "Connection refused"),
    ],
)
def test_what_is_no_stream_of_ours_cannot_be_judged(answer: Heard | None, code: str, words: str) -> None:
    [found] = judge(hop(run(answer, why="Connection refused")))
    assert (found.code, found.kind) == (code, "unknown")
    assert words in found.says
    assert "secret" not in found.says


@pytest.mark.parametrize(
    ("seen", "code", "kind"),
    [
        (SocketSeen(opened=False, status=400), "socket_refused", "held"),
        (SocketSeen(opened=False, why="OSError"), "socket_refused", "held"),
        (SocketSeen(opened=True, why="no answer came"), "socket_late", "held"),
        (SocketSeen(opened=True, slowest=3.0), "socket_late", "held"),
        (SocketSeen(opened=True, code=1006), "socket_closed", "held"),
        (SocketSeen(opened=True, code=4429), "socket_closed", "unknown"),
        (SocketSeen(opened=True, slowest=0.01), None, None),
    ],
)
def test_a_socket(seen: SocketSeen, code: str | None, kind: str | None) -> None:
    tried = hop(run(fine()))
    tried.socket = seen
    found = judge(tried)
    assert [(one.code, one.kind) for one in found] == ([(code, kind)] if code else [])


@pytest.mark.parametrize(
    ("seen", "code"),
    [
        (ReplySeen(first_token=0.5, waited=0.4, took_here=5.0, took_there=5.0), "reply_fine"),
        (ReplySeen(first_token=5.0, waited=0.4, took_here=0.0, took_there=5.0), "reply_held"),
        (ReplySeen(first_token=1.4, waited=0.4, took_here=4.5, took_there=5.0), "reply_held"),
        (ReplySeen(first_token=0.5, waited=0.4, took_here=0.1, took_there=0.2), "reply_short"),
        (ReplySeen(why="status 400"), "reply_unknown"),
    ],
)
def test_a_reply_is_held_against_the_servers_own_times(seen: ReplySeen, code: str) -> None:
    tried = hop(run(fine()))
    tried.reply = seen
    assert codes(tried) == [code]
