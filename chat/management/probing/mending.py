"""The line that mends a finding, in the words of what stands at that address. Pure."""

from typing import Final

from chat.management.probing.hop import Hop

_COLLECTS: Final = ("whole", "lumps", "beginning")

_NGINX: Final = {
    "compressed": "`gzip off;` in its location, and take away what ignores X-Accel-Buffering",
    "silence": "`proxy_read_timeout 60s;` in its location",
    "cut": "look into its error_log; `proxy_read_timeout 60s;` where it says that the upstream timed out",
    "cached": "`proxy_cache off;` in its location",
    "socket_refused": "`proxy_http_version 1.1;`, `proxy_set_header Upgrade $http_upgrade;` and "
    "`proxy_set_header Connection $connection_upgrade;` in its location (docs/deploy.md has all of it)",
    "reply_held": "`proxy_buffering off;` and `gzip off;` in its location",
    "status_401": "`proxy_set_header Authorization $http_authorization;` in its location",
}
_EXPRESS: Final = {
    "compressed": "let `Cache-Control: no-transform` through (look for what changes headers: `onProxyRes`, a "
    "middleware), or `compress: false` of the dev server",
    "abort_kept": "`onProxyReq: (asking, request, answer) => { answer.on('close', () => asking.destroy()) }` "
    "in the dev server's `proxy`",
    "socket_refused": "`ws: true` in the dev server's `proxy`, for /ws",
}
_CADDY: Final = {
    **dict.fromkeys(_COLLECTS, "`flush_interval -1` in its reverse_proxy"),
    "compressed": "leave /api/ and /v1/ out of its `encode`",
}
_APACHE: Final = {
    **dict.fromkeys(_COLLECTS, "`flushpackets=on` on its ProxyPass"),
    "compressed": "`SetEnvIf Request_URI ^/(api|v1)/ no-gzip` beside its DEFLATE filter",
    "silence": "`ProxyTimeout 60`",
    "socket_refused": "`upgrade=websocket` on its ProxyPass for /ws/",
}
_ANY: Final = {
    **dict.fromkeys(
        (*_COLLECTS, "reply_held"),
        "switch off its buffering of answers for /api/ and /v1/ (text/event-stream)",
    ),
    "compressed": "switch off its compression for /api/ and /v1/, or let it obey Cache-Control: no-transform",
    "silence": "its time-out for reading an answer has to be longer than 15 s; 60 s is good",
    "cut": "look for a limit of time or size of an answer in it",
    "cached": "it must not keep answers under /api/ and /v1/: they say no-store",
    "socket_refused": "let it pass on the headers Upgrade and Connection for /ws/",
    "abort_kept": "it must close its connection to the server when a client closes its own",
    "socket_late": "it must pass frames on as they come",
    "socket_closed": "look for a limit of time for WebSockets in it",
    "status_401": "let it pass on the header Authorization",
}


def mend(code: str, hop: Hop, before: Hop | None) -> str | None:
    """What to do about it, where we know; `before` is the hop nearer to the server."""
    product = _product(hop)
    if product == "nginx" and code in _COLLECTS:
        return _nginx_collects(hop, before)
    return _LINES.get(product, {}).get(code) or _ANY.get(code)


def _nginx_collects(hop: Hop, before: Hop | None) -> str:
    begin = hop.runs[0].arrivals.begin or {}
    old = " and `proxy_http_version 1.1;`" if begin.get("request", {}).get("http") == "1.0" else ""
    if before is not None and before.runs[0].is_stream and "x-accel-buffering" not in before.headers:
        return (
            f"`proxy_pass_header X-Accel-Buffering;` in the nginx before it ({before.target.url}), which "
            f"obeys that header and keeps it; or `proxy_buffering off;` in its own location"
        )
    return (
        f"`proxy_buffering off;`{old} in its location, or take `proxy_ignore_headers X-Accel-Buffering;` away"
    )


def _product(hop: Hop) -> str:
    headers = hop.headers
    told = f"{headers.get('server', '')} {headers.get('via', '')} {headers.get('x-powered-by', '')}".lower()
    return next((name for name in _LINES if name in told), "")


_LINES: Final = {"nginx": _NGINX, "express": _EXPRESS, "caddy": _CADDY, "apache": _APACHE}
