"""A provider of single sign-on on loopback: discovery, PKCE, signed tokens, user info. It lies if told to."""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, CLIENT_SECRET = "chat", "a secret between the two of us, long enough"


class OidcProvider:
    """Whoever comes is `person`, at once. `lies` change the token, `key` signs it."""

    def __init__(self) -> None:
        self.good_key = self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.person: dict[str, Any] = {}
        self.lies: dict[str, Any] = {}
        self.told: dict[str, Any] = {}
        """What its user info says otherwise than its token."""
        self.refuses = False
        self.asked: list[dict[str, str]] = []
        """What came to its authorization endpoint."""
        self._codes: dict[str, tuple[dict[str, str], dict[str, Any]]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def is_now(self, sub: str, **claims: Any) -> None:
        """Who comes next, honestly."""
        self.person, self.lies, self.told, self.refuses = {"sub": sub, **claims}, {}, {}, False
        self.key = self.good_key

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def settings(self, **more: str) -> dict[str, str]:
        return {
            "CHAT_OIDC_ISSUER": self.issuer,
            "CHAT_OIDC_CLIENT_ID": CLIENT_ID,
            "CHAT_OIDC_CLIENT_SECRET": CLIENT_SECRET,
            "CHAT_OIDC_NAME": "Example Org",
            **more,
        }

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def keys(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.good_key.public_key()))
        return {"keys": [public | {"kid": "one", "use": "sig", "alg": "RS256"}]}

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes from here."""
        self.asked.append(asked)
        if self.refuses:
            return f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': asked['state']})}"
        code = secrets.token_urlsafe()
        self._codes[code] = asked, self.person
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, form: dict[str, str]) -> dict[str, Any] | None:
        asked, person = self._codes.pop(form.get("code", ""), ({}, {}))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if (
            form.get("client_secret") != CLIENT_SECRET
            or asked.get("code_challenge_method") != "S256"
            or asked.get("code_challenge") != challenge.decode().rstrip("=")
            or asked.get("redirect_uri") != form.get("redirect_uri")
        ):
            return None
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 60, **person}
        claims |= {"nonce": asked.get("nonce"), **self.lies}
        if claims["nonce"] is None:
            del claims["nonce"]
        signed = jwt.encode(claims, self.key, "RS256", headers={"kid": "one"})
        return {"access_token": json.dumps(person), "token_type": "Bearer", "id_token": signed}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                match parts.path:
                    case "/.well-known/openid-configuration":
                        self._say(provider.discovery())
                    case "/jwks":
                        self._say(provider.keys())
                    case "/userinfo":
                        person = json.loads(self.headers["Authorization"].removeprefix("Bearer "))
                        self._say(person | provider.told)
                    case "/authorize":
                        self.send_response_only(302)
                        self.send_header("Location", provider.authorize(dict(parse_qsl(parts.query))))
                        self.send_header("Content-Length", "0")
                        self.end_headers()
                    case _:
                        self._say({}, 404)

            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                answer = provider.token({name: values[0] for name, values in form.items()})
                self._say(answer or {"error": "invalid_grant"}, 400 if answer is None else 200)

            def _say(self, what: dict[str, Any], status: int = 200) -> None:
                body = json.dumps(what).encode()
                self.send_response_only(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nothing."""

        return Handler
