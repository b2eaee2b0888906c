"""How large one thing may be: nothing that is said by one lifts what is said by the other."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from pytest_django import Settings

from chat.errors import TooLarge
from chat.limits.sizes import Size, largest, refuse_large_file, refuse_long_text
from chat.quota import NOTHING_SAID, Quota


@dataclass(frozen=True)
class Who:
    quota: Quota = NOTHING_SAID
    key_quota: Quota = NOTHING_SAID
    user_id: int = 1
    key_id: UUID | None = None
    address: str | None = None


def of_both(limit: int | None) -> Quota:
    return Quota(message_chars=limit, attachment_bytes=limit)


@pytest.mark.parametrize(
    ("of_site", "of_groups", "of_key", "found"),
    [
        (9, None, None, ("your", 9)),
        (9, None, 5, ("this API key's", 5)),
        (5, None, 9, ("your", 5)),
        (5, 9, None, ("your", 9)),
        (5, 9, 7, ("this API key's", 7)),
        (9, 5, 7, ("your", 5)),
        (0, None, 5, ("this API key's", 5)),
        (9, 0, 5, ("this API key's", 5)),
        (5, None, 0, ("your", 5)),
        (5, None, 5, ("your", 5)),
        (0, None, None, None),
        (9, 0, 0, None),
    ],
)
def test_the_smaller_one_counts_and_is_known_by_whose_it_is(
    settings: Settings,
    of_site: int,
    of_groups: int | None,
    of_key: int | None,
    found: tuple[str, int] | None,
) -> None:
    settings.CHAT_MAX_MESSAGE_CHARS = settings.CHAT_MAX_ATTACHMENT_BYTES = of_site
    sizes: tuple[Size, ...] = ("message_chars", "attachment_bytes")
    for size in sizes:
        who = Who(of_both(of_groups), of_both(of_key))
        most = largest(who, size)
        assert (most and (most.whose, most.limit)) == found


def test_what_is_just_as_large_is_taken(settings: Settings) -> None:
    who = Who(key_quota=Quota(message_chars=3, attachment_bytes=4))
    refuse_long_text(who, 3, what="The content", param="content")
    refuse_large_file(who, 4)
    with pytest.raises(TooLarge, match=r"^The content has 4 characters; this API key's limit is 3\.$"):
        refuse_long_text(who, 4, what="The content", param="content")
    with pytest.raises(TooLarge, match=r"^The file has 5 bytes; this API key's limit is 4\.$"):
        refuse_large_file(who, 5)
