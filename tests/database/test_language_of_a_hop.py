"""What is said in a thread of the database's pool is said in the language of who asked."""

import asyncio

from django.utils import translation

from chat.database import in_database, reading


def test_the_language_goes_along_and_does_not_stay() -> None:
    async def in_turn() -> list[str | None]:
        found: list[str | None] = []
        for language in ("zh-hans", "en", "zh-hans"):
            with translation.override(language):
                found += [
                    await reading(translation.get_language),
                    await in_database(translation.get_language),
                ]
        return found

    assert asyncio.run(in_turn()) == ["zh-hans"] * 2 + ["en"] * 2 + ["zh-hans"] * 2
