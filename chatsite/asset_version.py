"""The version that stands in the addresses of assets, so that browsers may keep them for good.

It follows from what the assets hold: the same on every server of a release, another one after an upgrade.
"""

from hashlib import blake2s
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("django", "django-htmx")
"""Whose assets the pages use besides our own."""


def asset_version(folder: Path) -> str:
    """Of the assets below this folder and of those packages."""
    digest = blake2s(digest_size=5)
    for package in PACKAGES:
        digest.update(f"{package} {version(package)}\n".encode())
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()}\n".encode() + path.read_bytes())
    return digest.hexdigest()
