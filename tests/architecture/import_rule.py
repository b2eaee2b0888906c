"""The rule of imports: they point down only, and never sideways. Pure: a source text in, complaints out."""

import ast
from collections.abc import Iterator

LEVELS = (
    {"api", "ws", "web", "admin", "management"},
    {"service"},
    {"review", "shown"},
    {
        "engine",
        "relay",
        "upstream",
        "wire",
        "auth",
        "limits",
        "metrics",
        "render",
        "portable",
        "files",
        "actions",
        "access",
    },
    {"search", "audit", "digest"},
    {"models", "database", "group_commit", "planner", "statements", "keyed"},
    {
        "events",
        "errors",
        "chunks",
        "ids",
        "imported",
        "log_marks",
        "parts",
        "history",
        "scopes",
        "quota",
        "timer",
        "at_once",
        "cancellation",
    },
)
SIDEWAYS = {("actions", "access")}
"""Who writes a row gets it from those who know whose it is."""
SITE = "chatsite"
"""The site runs the chat. Of the chat only edges may look at it."""
WITHOUT_DJANGO = {"engine", "wire", "metrics"} | LEVELS[-1]
"""Tested in milliseconds, since they need no settings and no database."""
EXEMPT = {"apps", "migrations"}


def complaints(module: str, source: str) -> list[str]:
    """What a module of `chat` imports and may not: one sentence each, with its line."""
    room = _room(module)
    if room in EXEMPT or room is None:
        return []
    return [
        f"{module}:{line} imports {imported}: {why}"
        for line, imported in _imports(module, source)
        if (why := _objection(room, imported))
    ]


def _objection(room: str, imported: str) -> str | None:
    package = imported.partition(".")[0]
    if package == "django" and room in WITHOUT_DJANGO:
        return f"{room} does without Django"
    if package == SITE and room not in LEVELS[0]:
        return f"{room} must not know the site"
    other = _room(imported)
    if other is None or other == room:
        return None
    here, there = _level(room), _level(other)
    if here is None or there is None:
        return f"the rule knows no room {room if here is None else other}"
    if there < here:
        return "upward"
    if there == here and here < len(LEVELS) - 2 and (room, other) not in SIDEWAYS:
        return "sideways"
    return None


def _level(room: str) -> int | None:
    return next((depth for depth, rooms in enumerate(LEVELS) if room in rooms), None)


def _room(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "chat" and len(parts) > 1 else None


def _imports(module: str, source: str) -> Iterator[tuple[int, str]]:
    """Every import, also those inside functions and those for types alone."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield node.lineno, name.name
        elif isinstance(node, ast.ImportFrom):
            origin = node.module or ""
            if node.level:
                package = module.split(".")[: -node.level]
                origin = ".".join([*package, origin] if origin else package)
            # `from chat import service` names a room, `from chat.events import End` a thing in one.
            for name in node.names:
                yield node.lineno, f"{origin}.{name.name}" if origin == "chat" else origin
