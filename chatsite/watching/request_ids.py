"""The id of a request: what its sender gave it, if that is fit for a log, else one of ours."""

import re
from random import getrandbits
from typing import Final

from chatsite.asgi_types import Scope, header

HEADER: Final = b"x-request-id"
_FIT: Final = re.compile(r"[A-Za-z0-9_.:+/=@-]{1,128}")


def request_id(scope: Scope) -> str:
    given = header(scope, HEADER)
    return given if given is not None and _FIT.fullmatch(given) else f"{getrandbits(64):016x}"
