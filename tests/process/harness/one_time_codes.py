"""What an authenticator app shows: RFC 6238 with the usual six digits and half minutes."""

import base64
import hashlib
import hmac
import time

STEP_SECONDS = 30


def code_of(secret: str, ahead: int = 0) -> str:
    """Of now, or of so many steps from now."""
    counter = (int(time.time()) // STEP_SECONDS + ahead).to_bytes(8, "big")
    digest = hmac.digest(base64.b32decode(secret), counter, hashlib.sha1)
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"


def wrong_code(secret: str) -> str:
    """One that no step near now has."""
    near = {code_of(secret, ahead) for ahead in range(-3, 4)}
    return next(code for code in ("000000", "111111", "222222", "333333") if code not in near)
