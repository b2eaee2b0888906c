"""Sends mails beside the request that asks for them: its answer neither waits for one nor tells of one."""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from django.utils import translation

logger = logging.getLogger(__name__)

_sender = ThreadPoolExecutor(1, thread_name_prefix="mail")
"""One after the other. What waits when the process ends is still sent: at most EMAIL_TIMEOUT each."""


def post(send: Callable[..., object], language: str | None, *args: Any, **kwargs: Any) -> Future[None]:
    """Call `send`, in this language, as soon as the mails before it are out. Must not use the database."""
    return _sender.submit(_send, send, language, args, kwargs)


def _send(send: Callable[..., object], language: str | None, args: Any, kwargs: Any) -> None:
    try:
        with translation.override(language):
            send(*args, **kwargs)
    except Exception:
        logger.exception("a mail could not be sent")


def wait() -> None:
    """Until what was posted before is out."""
    _sender.submit(lambda: None).result()
