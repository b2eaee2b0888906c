"""The file of a backup: a ZIP archive whose last member says what the others must be. Knows no database.

Without its end a ZIP archive cannot be opened, and it takes its name when all is written: half a backup
looks like none. Written and read in pieces; nothing is ever held whole.
"""

import io
import os
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Final

import msgspec

FORMAT: Final = "holdfast-backup"
VERSION: Final = 1
"""Raised when an older program could no longer read what a newer one writes."""
MANIFEST: Final = "manifest.json"
PIECE: Final = 1024 * 1024


class NoBackup(Exception):
    """The file is none, or not what was written. The message says which."""


@dataclass(slots=True)
class Member:
    """What one member of the archive must be."""

    name: str
    size: int = 0
    sha256: str = ""
    rows: int = 0
    model: str = ""
    fields: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Manifest:
    made: str
    database: str
    """`sqlite` or `postgresql`: only to be told, since either can be restored into either."""
    migrations: list[tuple[str, str]]
    key: str
    """A fingerprint of the secret key, to tell whether a site has the same."""
    secrets: bool
    """Whether the secret key and the sign-ins of browsers are in it."""
    tables: list[Member] = field(default_factory=list)
    files: Member | None = None
    attached: int = 0
    missing: int = 0
    """Attached files that were not in the folder any more."""
    others: list[Member] = field(default_factory=list)
    format: str = FORMAT
    version: int = VERSION

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)

    @property
    def members(self) -> list[Member]:
        return [*self.tables, *([self.files] if self.files else []), *self.others]


class Writing:
    """A backup that is being written."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    @contextmanager
    def member(self, member: Member, *, compressed: bool = True) -> Iterator["Measured"]:
        """The bytes of a member, which knows its size and sum when it is written."""
        info = zipfile.ZipInfo(member.name)
        info.compress_type = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
        info.external_attr = 0o600 << 16
        with self._archive.open(info, "w", force_zip64=True) as raw:
            measured = Measured(raw)
            yield measured
        member.size, member.sha256 = measured.size, measured.digest()

    def close(self, manifest: Manifest) -> None:
        self._archive.writestr(MANIFEST, msgspec.json.encode(asdict(manifest)))


class Measured(io.RawIOBase):
    """Passes bytes on, and knows how many and what sum they were."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._sum = sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._raw.write(data)
        self._sum.update(data)
        self.size += len(data)
        return len(data)

    def digest(self) -> str:
        return self._sum.hexdigest()


@contextmanager
def writing(path: Path) -> Iterator[Writing]:
    """A new backup: under no name until all is written and on the disk, and readable by its owner alone."""
    with tempfile.NamedTemporaryFile(
        dir=path.parent, prefix=f".{path.name}.", suffix=".part", delete=False
    ) as file:
        unfinished = Path(file.name)
        try:
            with zipfile.ZipFile(file, "w", compresslevel=3) as archive:
                yield Writing(archive)
            file.flush()
            os.fsync(file.fileno())
            unfinished.replace(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise


class Reading:
    """A backup that is read. Raises `NoBackup` wherever it is not what was written."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self._archive = archive
        self.manifest = manifest

    def pieces(self, member: Member) -> Iterator[bytes]:
        """All bytes of a member; whether they were the right ones shows at the end."""
        found, size = sha256(), 0
        try:
            with self._archive.open(member.name) as raw:
                while piece := raw.read(PIECE):
                    found.update(piece)
                    size += len(piece)
                    yield piece
        except (zipfile.BadZipFile, KeyError, OSError, EOFError) as error:
            raise NoBackup(f"{member.name} in it cannot be read: {error}.") from error
        if (found.hexdigest(), size) != (member.sha256, member.size):
            raise NoBackup(f"{member.name} in it is not what was written: its checksum is another one.")

    def lines(self, member: Member) -> Iterator[bytes]:
        rest = b""
        for piece in self.pieces(member):
            *whole, rest = (rest + piece).split(b"\n")
            yield from whole
        if rest:
            raise NoBackup(f"{member.name} in it ends within a row.")

    def verify(self) -> Iterator[int]:
        """Read all of it once; how many bytes were read, after each piece."""
        for member in self.manifest.members:
            for piece in self.pieces(member):
                yield len(piece)


@contextmanager
def reading(path: Path) -> Iterator[Reading]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise NoBackup(f"{path} is no backup, or only a part of one: {error}.") from error
    with archive:
        yield Reading(archive, _manifest(path, archive))


def _manifest(path: Path, archive: zipfile.ZipFile) -> Manifest:
    try:
        told = msgspec.json.decode(archive.read(MANIFEST))
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise NoBackup(f"{path} is no backup: nothing in it says what it holds.") from error
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise NoBackup(f"{path} is no backup of this program.")
    if told.get("version") != VERSION:
        raise NoBackup(
            f"{path} has version {told.get('version')} of the format, and this program reads {VERSION}. "
            "Restore it with the version that made it, or a newer one."
        )
    try:
        return msgspec.convert(told, Manifest)
    except ValueError as error:
        raise NoBackup(f"{path} is no backup: {error}.") from error


def joined(pieces: Iterable[bytes]) -> IO[bytes]:
    """Pieces as a file that can only be read on."""
    return io.BufferedReader(_Joined(iter(pieces)))


class _Joined(io.RawIOBase):
    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        taken = self._rest[: len(buffer)]
        buffer[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        return len(taken)
