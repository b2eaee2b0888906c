"""What people put in front of the server, as real processes: nginx, webpack's dev server, Vite's."""

import json
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from process.harness.processes import CHECKOUT, Process, Server, answers, environment
from process.harness.waiting import free_port, until_true

PACKAGES = CHECKOUT / "var" / "npm" / "node_modules"
"""Where `.ci/run` installs what comes from npm."""
START_SECONDS = 60.0
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or "nginx"
"""Debian has it where only an administrator's shell looks."""

NGINX_CONF = """
daemon off;
worker_processes 1;
{user}
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {http}
}}
"""
PLAIN_NGINX = """
    gzip on;
    gzip_types *;
    gzip_min_length 1;
    gzip_proxied any;
    map $http_upgrade $connection_upgrade {{ default upgrade; '' ""; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass {server};
            proxy_http_version {version};
            proxy_set_header Host $http_host;
            {location}
        }}
    }}
"""
SOCKETS = """
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
"""
WEBPACK = """
const webpack = require("webpack");
const WebpackDevServer = require("webpack-dev-server");
const { port, server, deaf, mended } = JSON.parse(process.argv[2]);
const compiler = webpack({ mode: "development", entry: "./page.js" });
const proxy = [{ context: ["/api", "/v1"], target: server }, { context: ["/ws"], target: server, ws: true }];
// Its proxy does not notice by itself that a page has gone (docs/cookbook.md).
const passOn = (asking, request, answer) => { answer.on("close", () => asking.destroy()); };
if (mended) proxy[0].onProxyReq = passOn;
if (deaf) proxy[0].onProxyRes = (answer) => { delete answer.headers["cache-control"]; };
new WebpackDevServer({ host: "127.0.0.1", port, proxy, compress: true, hot: false }, compiler).start();
"""
VITE = """
import compression from "compression";
import { createServer } from "vite";
const { port, server, deaf } = JSON.parse(process.argv[2]);
const configure = (proxy) => {
  if (deaf) proxy.on("proxyRes", (answer) => { delete answer.headers["cache-control"]; });
};
const configureServer = (vite) => { vite.middlewares.use(compression()); };
const vite = await createServer({
  configFile: false,
  logLevel: "error",
  plugins: [{ name: "compressed", configureServer }],
  server: {
    host: "127.0.0.1",
    port,
    strictPort: true,
    hmr: false,
    proxy: {
      "/api": { target: server, configure },
      "/v1": { target: server, configure },
      "/ws": { target: server, ws: true },
    },
  },
});
await vite.listen();
"""
"""Vite's own server does not compress: those who want it add the middleware that webpack's has."""


class Proxy(Process):
    def __init__(self, folder: Path, port: int, *, secure: bool = False) -> None:
        super().__init__(folder / "proxy.log")
        self.folder = folder
        self.port = port
        self.url = f"http{'s' if secure else ''}://127.0.0.1:{port}"

    def wait(self) -> None:
        def up() -> bool:
            assert self.runs, f"the proxy ended at its start:\n{self.log()}"
            return answers(self.url)

        until_true(up, START_SECONDS, "the proxy's start")


@contextmanager
def nginx_with(folder: Path, port: int, http: str) -> Iterator[Proxy]:
    """nginx with these lines in its `http` block, listening on that port."""
    proxy = Proxy(folder, port)
    user = "user root;" if os.geteuid() == 0 else ""
    conf = folder / "nginx.conf"
    conf.write_text(NGINX_CONF.format(folder=folder, user=user, http=http))
    proxy.spawn([NGINX, "-p", str(folder), "-c", str(conf)], environment())
    try:
        proxy.wait()
        yield proxy
    finally:
        proxy.ask_to_end(signal.SIGTERM)
        proxy.exit_code(15)


@contextmanager
def nginx(
    folder: Path, server: str, location: str = "", *, version: str = "1.1", sockets: bool = True
) -> Iterator[Proxy]:
    """As Debian has it, with gzip on for everything, and these lines more in its `location`.

    `version`: of HTTP towards the server. nginx takes 1.0 where nobody says otherwise.
    """
    port = free_port()
    location += SOCKETS if sockets else ""
    lines = PLAIN_NGINX.format(port=port, server=server, location=location, version=version)
    with nginx_with(folder, port, lines) as proxy:
        yield proxy


@contextmanager
def dev_server(
    kind: str, folder: Path, server: Server, *, deaf: bool = False, mended: bool = True
) -> Iterator[Proxy]:
    """webpack's or Vite's, with compression. `deaf`: it takes away the header that asks for none.

    `mended`: webpack's passes on that a client has gone, which by itself it does not.
    """
    assert (PACKAGES / kind).is_dir(), "see .ci/run for the npm packages"
    name, source = {"webpack": ("run.cjs", WEBPACK), "vite": ("run.mjs", VITE)}[kind]
    (folder / name).write_text(source)
    (folder / "page.js").write_text("")
    (folder / "index.html").write_text("<!doctype html><title>A page</title>")
    (folder / "node_modules").symlink_to(PACKAGES.resolve())
    port = free_port()
    proxy = Proxy(folder, port)
    given = json.dumps({"port": port, "server": server.url, "deaf": deaf, "mended": mended})
    node = shutil.which("node")
    assert node is not None, "Node is needed"
    proxy.spawn([node, str(folder / name), given], environment(), folder)
    try:
        proxy.wait()
        yield proxy
    finally:
        proxy.kill()
