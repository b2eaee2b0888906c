"""The Chinese catalogue, as it was written and as it was compiled, in one form: key to translations."""

import ast
import gettext
import re

from languages.sentences import CHECKOUT

WRITTEN = CHECKOUT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"

Catalogue = dict[str, list[str]]
"""`context\\x04text` or the text alone; a translation for each plural form, and Chinese has one."""

_FIELD = re.compile(r'^(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?) ((?:".*"\n?)+)', re.MULTILINE)


def written() -> Catalogue:
    """What translators keep. An entry that is not finished (`fuzzy`) is there too."""
    found: Catalogue = {}
    context = key = ""
    for field, lines in _FIELD.findall(WRITTEN.read_text()):
        text = "".join(ast.literal_eval(line) for line in lines.splitlines())
        match field:
            case "msgctxt":
                context = f"{text}\x04"
            case "msgid":
                key, context = context + text, ""
                assert key not in found, f"twice: {key}"
                found[key] = []
            case "msgid_plural":
                pass
            case _:
                found[key].append(text)
    del found[""]
    return found


def compiled() -> Catalogue:
    """What Django reads."""
    with WRITTEN.with_suffix(".mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    found: Catalogue = {}
    for key, text in catalogue.items():
        if key:
            found.setdefault(key[0] if isinstance(key, tuple) else key, []).append(text)
    return found
