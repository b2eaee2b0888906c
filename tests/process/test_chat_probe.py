"""`manage.py chat_probe` through real proxies: it finds the hop that is at fault, by the fault's name."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from process.harness.people import Person
from process.harness.processes import CHECKOUT, Server
from process.harness.proxies import Proxy, dev_server, nginx, nginx_with
from process.harness.scripts import ProviderLog
from process.harness.waiting import free_port

pytestmark = pytest.mark.process

IGNORING = "proxy_ignore_headers X-Accel-Buffering;"
BIG = "proxy_buffer_size 64k; proxy_buffers 8 64k; proxy_busy_buffers_size 128k;"
CACHE = """
    proxy_cache_path {folder}/cache keys_zone=zone:1m;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass {server};
            proxy_cache zone;
            proxy_cache_valid any 1m;
            proxy_cache_key $request_uri$http_accept_encoding;
            proxy_ignore_headers Cache-Control Expires Vary X-Accel-Buffering;
        }}
    }}
"""

Probed = tuple[int, dict[str, Any]]
Probe = Callable[..., Awaitable[Probed]]
Folder = Callable[[], Path]


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return lambda: tmp_path_factory.mktemp("proxy")


@pytest.fixture
def proxies() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def probe(server: Server, people: Mapping[str, Person]) -> Probe:
    """Runs the command with Alice's key; its exit code, and what it printed as JSON."""

    async def run(*arguments: str, as_text: bool = False) -> Any:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "manage.py",
            "chat_probe",
            *(() if "--seconds" in arguments else ("--seconds", "1")),
            *arguments,
            *(() if as_text else ("--json",)),
            cwd=CHECKOUT,
            env={**server.settings, "CHAT_KEY": people["alice"].key},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await asyncio.wait_for(process.communicate(), 90)
        assert people["alice"].key.encode() not in out + err
        if as_text:
            return process.returncode, out.decode()
        assert process.returncode in (0, 1, 2), err.decode()
        assert out, err.decode()
        return process.returncode, json.loads(out)

    return run


def codes(hop: dict[str, Any], kind: str = "held") -> list[str]:
    return [found["code"] for found in hop["findings"] if found["kind"] == kind]


async def test_the_server_itself_is_fine_in_every_form(probe: Probe, server: Server) -> None:
    forms = ("sse", "ndjson", "text")
    for code, told in await asyncio.gather(*(probe(server.url, "--format", form) for form in forms)):
        assert (code, told["verdict"], told["hops"][0]["findings"]) == (0, "fine", [])
        assert [run["asked"] for run in told["hops"][0]["runs"]] == ["plain", "compressed"]


async def test_a_plain_nginx_with_gzip_is_fine(
    probe: Probe, server: Server, folder: Folder, proxies: ExitStack
) -> None:
    proxy = proxies.enter_context(nginx(folder(), server.url))
    code, told = await probe(server.url, proxy.url)
    assert (code, told["verdict"], told["hop"]) == (0, "fine", None)
    assert codes(told["hops"][1], "note") == ["compressed_in_time", "accel_gone"]


@pytest.mark.parametrize("kind", ["webpack", "vite"])
async def test_a_dev_server_that_compresses_is_fine_until_it_takes_no_transform_away(
    kind: str, probe: Probe, server: Server, folder: Folder, proxies: ExitStack
) -> None:
    good = proxies.enter_context(dev_server(kind, folder(), server))
    deaf = proxies.enter_context(dev_server(kind, folder(), server, deaf=True))
    (code, told), (bad_code, bad) = await asyncio.gather(
        probe("--direct", server.url, good.url), probe("--direct", server.url, deaf.url)
    )
    assert (code, told["verdict"]) == (0, "fine")
    assert (bad_code, bad["hop"], codes(bad["hops"][1])) == (1, 2, ["compressed"])
    assert "no-transform" in bad["mend"]


async def bad_one(
    proxy: Proxy, probe: Probe, server: Server, *arguments: str
) -> tuple[list[str], dict[str, Any]]:
    code, told = await probe(server.url, proxy.url, *arguments)
    assert (code, told["verdict"], told["hop"]) == (1, "held_back", 2)
    assert told["hops"][0]["verdict"] == "fine"
    assert told["says"].startswith(f"Hop 2 ({proxy.url}) holds it back: ")
    return codes(told["hops"][1]), told


async def test_an_nginx_that_ignores_what_it_is_told_is_found(
    probe: Probe, server: Server, folder: Folder, proxies: ExitStack
) -> None:
    proxy = proxies.enter_context(nginx(folder(), server.url, f"{IGNORING} {BIG} gzip off;", version="1.0"))
    found, told = await bad_one(proxy, probe, server, "--no-websocket")
    assert found == ["whole"]
    assert "`proxy_buffering off;` and `proxy_http_version 1.1;`" in told["mend"]
    assert told["hops"][1]["runs"][0]["lumps"] == 1


async def test_small_buffers_are_lumps(
    probe: Probe, server: Server, folder: Folder, proxies: ExitStack
) -> None:
    small = f"{IGNORING} proxy_buffer_size 1k; proxy_buffers 8 1k; proxy_busy_buffers_size 2k; gzip off;"
    proxy = proxies.enter_context(nginx(folder(), server.url, small, version="1.0"))
    found, _told = await bad_one(proxy, probe, server, "--no-websocket", "--seconds", "3")
    assert found == ["lumps"]


async def test_gzip_in_a_buffering_nginx_is_found_for_those_who_take_it(
    probe: Probe, server: Server, folder: Folder, proxies: ExitStack
) -> None:
    proxy = proxies.enter_context(nginx(folder(), server.url, IGNORING))
    found, told = await bad_one(proxy, probe, server)
    assert found == ["compressed"]
    assert "`gzip off;`" in told["mend"]


async def test_a_short_read_time_out_is_found_by_a_silence(
    probe: Probe, server: Server, folder: Folder, proxies: ExitStack
) -> None:
    proxy = proxies.enter_context(nginx(folder(), server.url, "proxy_read_timeout 1s;"))
    assert (await probe(server.url, proxy.url))[0] == 0
    found, told = await bad_one(proxy, probe, server, "--silence", "3")
    assert found == ["silence"]
    assert told["mend"] == "`proxy_read_timeout 60s;` in its location"


async def test_two_nginx_in_a_row_of_which_the_second_is_not_told(
    probe: Probe, server: Server, folder: Folder, proxies: ExitStack
) -> None:
    inner = proxies.enter_context(nginx(folder(), server.url))
    outer = proxies.enter_context(nginx(folder(), inner.url, version="1.0"))
    code, told = await probe("--direct", server.url, inner.url, outer.url, "--no-websocket")
    assert (code, told["hop"]) == (1, 3)
    assert told["mend"].startswith(
        f"`proxy_pass_header X-Accel-Buffering;` in the nginx before it ({inner.url})"
    )
    # And that line does mend it.
    mended = proxies.enter_context(nginx(folder(), server.url, "proxy_pass_header X-Accel-Buffering;"))
    again = proxies.enter_context(nginx(folder(), mended.url, version="1.0"))
    assert (await probe(server.url, mended.url, again.url, "--no-websocket"))[0] == 0


async def test_a_socket_that_is_not_let_through_is_found(
    probe: Probe, server: Server, folder: Folder, proxies: ExitStack
) -> None:
    proxy = proxies.enter_context(nginx(folder(), server.url, sockets=False))
    found, told = await bad_one(proxy, probe, server)
    assert found == ["socket_refused"]
    assert "proxy_set_header Upgrade $http_upgrade" in told["mend"]


async def test_an_abort_that_does_not_arrive_is_found(
    probe: Probe, server: Server, folder: Folder, proxies: ExitStack
) -> None:
    webpack = proxies.enter_context(dev_server("webpack", folder(), server, mended=False))
    found, told = await bad_one(webpack, probe, server)
    assert found == ["abort_kept"]
    assert "onProxyReq" in told["mend"]


async def test_a_cache_is_found(probe: Probe, server: Server, folder: Folder, proxies: ExitStack) -> None:
    port, place = free_port(), folder()
    lines = CACHE.format(folder=place, port=port, server=server.url)
    proxy = proxies.enter_context(nginx_with(place, port, lines))
    found, _told = await bad_one(proxy, probe, server, "--no-websocket")
    assert "cached" in found


async def test_a_key_that_a_hop_takes_away_cannot_be_told_from_a_bad_one_but_by_the_hop_before(
    probe: Probe, server: Server, folder: Folder, proxies: ExitStack
) -> None:
    proxy = proxies.enter_context(nginx(folder(), server.url, 'proxy_set_header Authorization "";'))
    code, told = await probe(server.url, proxy.url)
    assert (code, told["verdict"], told["hop"]) == (2, "cannot_tell", 2)
    assert "Authorization" in told["mend"]


async def test_what_is_no_server_of_ours_cannot_be_told(
    probe: Probe, server: Server, folder: Folder, proxies: ExitStack
) -> None:
    page = proxies.enter_context(dev_server("vite", folder(), server))
    code, told = await probe(f"{page.url}/elsewhere", f"http://127.0.0.1:{free_port()}")
    assert (code, told["verdict"]) == (2, "cannot_tell")
    assert [codes(hop, "unknown") for hop in told["hops"]] == [["foreign"], ["unheard"]]


async def test_a_true_reply_is_asked_for_only_when_told_to_and_leaves_nothing(
    probe: Probe, server: Server, people: Mapping[str, Person], log: ProviderLog
) -> None:
    asked = "Write the numbers from one to fifty"
    assert (await probe(server.url))[0] == 0
    assert await log.of(asked) == []
    code, told = await probe(server.url, "--reply")
    assert code == 0
    assert told["hops"][0]["reply"]["first_token"] > 0
    assert codes(told["hops"][0], "note") in (["reply_short"], ["reply_fine"])


async def test_people_read_lines(probe: Probe, server: Server, folder: Folder, proxies: ExitStack) -> None:
    proxy = proxies.enter_context(nginx(folder(), server.url, f"{IGNORING} gzip off;", version="1.0"))
    code, text = await probe(server.url, proxy.url, "--no-websocket", as_text=True)
    assert code == 1
    last = str(text).strip().splitlines()[-2:]
    assert last[0].startswith(f"Hop 2 ({proxy.url}) holds it back: it collects the whole stream")
    assert last[1].startswith("What mends it: `proxy_buffering off;`")
