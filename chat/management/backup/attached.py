"""The attached files of a backup: one member of the archive, which is a tar. Files never change, so that they
can be read after the rows that name them."""

import io
import tarfile
from collections.abc import Iterator
from typing import IO
from uuid import UUID

from chat.files import folder
from chat.management.backup.archive import Measured
from chat.management.backup.rows import AnyModel


def named_in(attachment: AnyModel) -> Iterator[UUID]:
    """The files that rows name, each once."""
    files = attachment._base_manager.order_by("file").values_list("file", flat=True).distinct()
    yield from files.iterator(2000)


def pack(files: Iterator[UUID], out: Measured) -> tuple[int, int]:
    """Write them; how many, and how many were not there any more: deleted since the rows were read."""
    packed = missing = 0
    with tarfile.open(fileobj=out, mode="w|") as tar:
        for file in files:
            try:
                data = folder.read(file)
            except FileNotFoundError:
                missing += 1
                continue
            info = tarfile.TarInfo(str(file))
            info.size, info.mode = len(data), 0o600
            tar.addfile(info, io.BytesIO(data))
            tar.members.clear()  # type: ignore[attr-defined]  # it would keep one for each file
            packed += 1
    return packed, missing


def unpack(source: IO[bytes]) -> int:
    """Put them into the site's folder. One that is there already is the same: they never change."""
    count = 0
    with tarfile.open(fileobj=source, mode="r|") as tar:
        for info in tar:
            file = UUID(info.name)  # a name that is no id leads nowhere
            data = tar.extractfile(info)
            if data is not None and not folder.has(file):
                folder.keep(file, data.read())
            tar.members.clear()  # type: ignore[attr-defined]
            count += 1
    while source.read(io.DEFAULT_BUFFER_SIZE):
        pass  # to its end, where its checksum is compared
    return count
