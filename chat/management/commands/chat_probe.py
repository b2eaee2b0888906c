"""`manage.py chat_probe URL…`: says which hop on the way holds a stream back, and what mends it."""

import json
import re
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chat.management.probing.hop import Hop
from chat.management.probing.target import BadAddress, Target, target
from chat.management.probing.telling import as_dict, lines
from chat.management.probing.trying import Wishes, probe
from chat.management.probing.verdict import EXIT_CODES, verdict
from chat.service.probing import RANGES
from chat.wire.probe import CONTENT_TYPES
from chatsite import environment

USAGE_ERROR = 2
"""Nothing was tried, so nothing can be told."""
_KEY = re.compile(r"[A-Za-z0-9_-]+")


class Command(BaseCommand):
    help = (
        "Try the way of a stream: each address is that of one hop, the nearest to the server first. Asks no "
        "model. The key is that in CHAT_KEY, or in --key-file. Exits with 0 where streams come as they are "
        "sent, with 1 where something holds them back, with 2 where that cannot be told."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", nargs="+", help="an address of the server; several in a row find the hop")
        parser.add_argument("--direct", metavar="URL", help="the server itself, without what is before it")
        parser.add_argument("--key-file", metavar="FILE", help="a file with an API key and nothing else")
        parser.add_argument("--seconds", type=int, default=2, help="how long each stream takes (2)")
        parser.add_argument(
            "--silence",
            type=int,
            default=0,
            metavar="SECONDS",
            help="one more stream with so long a silence, to find time-outs; 20 is longer than a reply's",
        )
        parser.add_argument("--bytes", type=int, default=0, help="one more stream with so many bytes")
        parser.add_argument("--format", choices=sorted(CONTENT_TYPES), default="sse")
        parser.add_argument("--no-websocket", action="store_true", help="do not try /ws/chat/")
        parser.add_argument(
            "--reply", action="store_true", help="ask the default model something short, too: it may cost"
        )
        parser.add_argument("--json", action="store_true", help="print everything as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        for name, (least, most) in RANGES.items():
            if not least <= options[name] <= most:
                raise CommandError(f"--{name} is between {least} and {most}.", returncode=USAGE_ERROR)
        urls = [*filter(None, [options["direct"]]), *options["url"]]
        wishes = Wishes(
            key=_key(options["key_file"]),
            seconds=options["seconds"],
            silence=options["silence"],
            bytes=options["bytes"],
            form=options["format"],
            socket=not options["no_websocket"],
            reply=options["reply"],
        )
        found = verdict([self._probed(hop, wishes) for hop in _targets(urls)])
        if options["json"]:
            self.stdout.write(json.dumps(as_dict(found)))
        else:
            for line in lines(found):
                self.stdout.write(line)
        if code := EXIT_CODES[found.answer]:
            sys.exit(code)

    def _probed(self, hop: Target, wishes: Wishes) -> Hop:
        if sys.stderr.isatty():
            self.stderr.write(f"Trying {hop.url} …")
        return probe(hop, wishes)


def _targets(urls: list[str]) -> list[Target]:
    try:
        return [target(url) for url in urls]
    except BadAddress as error:
        raise CommandError(str(error), returncode=USAGE_ERROR) from error


def _key(file: str | None) -> str:
    """The key, which no message quotes: not one of ours, and none of a library that is given it."""
    if file is not None:
        try:
            key = Path(file).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError("The file with the key cannot be read.", returncode=USAGE_ERROR) from error
    else:
        key = environment.text("CHAT_KEY")
    if not key:
        raise CommandError(
            "An API key is needed: in CHAT_KEY, or in a file that --key-file names. "
            "`manage.py create_api_key NAME` makes one.",
            returncode=USAGE_ERROR,
        )
    if not _KEY.fullmatch(key):
        raise CommandError(
            "What was given as the key is none: it has other characters.", returncode=USAGE_ERROR
        )
    return key
