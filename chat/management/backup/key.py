"""The secret key in a backup: its fingerprint always, itself only where that was asked for."""

import os
from pathlib import Path

from django.conf import settings
from django.utils.crypto import salted_hmac

MEMBER = "secret_key"


def fingerprint() -> str:
    """Eight digits: enough to tell two keys apart, too few to tell anything of one."""
    return salted_hmac("chat.backup", "which key", algorithm="sha256").hexdigest()[:8]


def path() -> Path:
    """Where a key lies that no setting names."""
    return Path(settings.VAR_DIR) / "secret_key"


def put_back(key: str) -> Path | None:
    """Make it the site's; what lay there is kept beside it. None where a setting names another one."""
    if key == settings.SECRET_KEY:
        return path()
    file = path()
    if not file.exists() or file.read_text().strip() != settings.SECRET_KEY:
        return None
    file.replace(file.with_suffix(".before"))
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as new:
        new.write(key + "\n")
    return file
