"""New and overdue flags are told once, in few messages, in nobody's words; what fails is tried again."""

import hmac
import json
import logging
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.utils import timezone
from fakes.talks import Talk, talk
from pytest_django import Settings

from chat.database import in_database
from chat.models import Announcement, Flag
from chat.review.announcing import delivered, failed, gather, next_delivery
from chat.review.delivering import NotDelivered, deliver, signature
from chat.service import flag_watch

SECRET = "between us"


class Receiver:
    """A real web server to which flags are posted; it answers with `status`."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 204
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((dict(self.headers), body))
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?token=hidden"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def last(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.got[-1][1])
        return found


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    receiver = Receiver()
    settings.CHAT_REVIEW_WEBHOOK = receiver.url
    settings.CHAT_REVIEW_WEBHOOK_SECRET = SECRET
    settings.CHAT_PUBLIC_URL = "https://chat.example.org"
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


@pytest.fixture
def mailed(settings: Settings) -> None:
    settings.CHAT_REVIEW_MAIL = ["desk@example.org"]
    settings.EMAIL_URL = "smtp://127.0.0.1"


def flag(made: Talk, kind: str = "reported", hours: float = 0, **fields: Any) -> Flag:
    raised = timezone.now() - timedelta(hours=hours)
    return Flag.objects.create(
        conversation_id=made.conversation, message_id=made.reply, kind=kind, raised=raised, **fields
    )


def a_minute_passes() -> None:
    Announcement.objects.filter(sent=None).update(due=timezone.now())


def test_a_post_has_ids_and_counts_and_a_signature_and_no_words(receiver: Receiver, alice: User) -> None:
    made = talk(alice, "My secret question", "A secret answer")
    raised = flag(made, reason="A secret reason")
    assert gather() == 1
    delivery = next_delivery()
    assert delivery is not None
    deliver(delivery)
    delivered(delivery)
    [(headers, body)] = receiver.got
    assert receiver.last == {
        "type": "flags",
        "id": delivery.id,
        "counts": {"new": 1, "overdue": 0},
        "new": [
            {
                "flag": raised.pk,
                "kind": "reported",
                "rule": None,
                "conversation": str(made.conversation),
                "message": str(made.reply),
                "raised": raised.raised.isoformat(),
            }
        ],
        "overdue": [],
        "queue": "https://chat.example.org/admin/review/queue/new/",
    }
    assert b"secret" not in body
    assert b"alice" not in body
    moment = headers["X-Timestamp"]
    assert abs(time.time() - int(moment)) < 60
    expected = hmac.new(SECRET.encode(), f"{moment}.".encode() + body, sha256).hexdigest()
    assert headers["X-Signature"] == f"sha256={expected}" == f"sha256={signature(SECRET, moment, body)}"


def test_a_mail_says_how_many_of_which_kind_and_where(mailed: None, alice: User, settings: Settings) -> None:
    settings.CHAT_PUBLIC_URL = "https://chat.example.org"
    made = talk(alice, "My secret question")
    flag(made, "reported", reason="A secret reason")
    flag(made, "rule", hours=50)
    gather()
    delivery = next_delivery()
    assert delivery is not None
    deliver(delivery)
    [sent] = mail.outbox
    assert (sent.subject, sent.to) == ("Flags: 2 new, 1 overdue", ["desk@example.org"])
    assert "- Reported by the user: 1\n- Raised by a rule: 1" in sent.body
    assert "https://chat.example.org/admin/review/queue/new/" in sent.body
    assert "secret" not in sent.body
    assert "alice" not in sent.body


def test_one_flag_is_in_one_message_and_messages_are_a_minute_apart(receiver: Receiver, alice: User) -> None:
    made = talk(alice)
    flag(made, "reported")
    flag(made, "rule")
    gather()
    first = next_delivery()
    assert first is not None
    assert len(first.new) == 2
    delivered(first)
    assert gather() == 0
    flag(made, "disliked")
    assert gather() == 1
    flag(made, "hand")
    assert gather() == 1
    assert next_delivery() is None
    a_minute_passes()
    second = next_delivery()
    assert second is not None
    assert {told.kind for told in second.new} == {"disliked", "hand"}
    assert next_delivery() is None


def test_a_flag_is_told_when_it_is_new_and_when_it_is_overdue_and_never_again(
    receiver: Receiver, alice: User
) -> None:
    raised = flag(talk(alice))
    gather()
    first = next_delivery()
    assert first is not None
    delivered(first)
    Flag.objects.update(raised=timezone.now() - timedelta(hours=49))
    assert gather() == 1
    a_minute_passes()
    second = next_delivery()
    assert second is not None
    assert (second.new, [told.flag for told in second.overdue]) == ((), [raised.pk])
    delivered(second)
    assert gather() == 0


def test_two_servers_never_tell_the_same_flag(receiver: Receiver, alice: User) -> None:
    flag(talk(alice))
    gather()
    mine = next_delivery()
    assert mine is not None
    assert (gather(), next_delivery()) == (0, None)
    # While a message is on its way nothing joins it: it would be taken for told.
    flag(talk(alice))
    assert gather() == 0
    delivered(mine)
    assert gather() == 1


def test_a_server_that_died_while_sending_is_followed_by_another(receiver: Receiver, alice: User) -> None:
    flag(talk(alice))
    gather()
    assert next_delivery() is not None
    Announcement.objects.update(sending_until=timezone.now())
    again = next_delivery()
    assert again is not None
    assert again.attempts == 2


def test_what_was_settled_meanwhile_is_not_told(receiver: Receiver, alice: User) -> None:
    settled, kept = flag(talk(alice)), flag(talk(alice))
    gather()
    Flag.objects.filter(pk=settled.pk).update(resolved=timezone.now())
    delivery = next_delivery()
    assert delivery is not None
    assert [told.flag for told in delivery.new] == [kept.pk]
    failed(delivery)
    Flag.objects.update(resolved=timezone.now())
    a_minute_passes()
    assert next_delivery() is None
    assert not Announcement.objects.exists()


@pytest.mark.parametrize("policy", ["off", "no ways"])
def test_what_nobody_reviews_or_wants_to_hear_of_is_not_told(
    receiver: Receiver, alice: User, settings: Settings, policy: str
) -> None:
    flag(talk(alice))
    if policy == "off":
        settings.CHAT_REVIEW = "off"
    else:
        settings.CHAT_REVIEW_WEBHOOK = ""
    assert gather() == 0
    assert Flag.objects.get().announced is None


def test_each_failure_waits_longer_and_an_hour_at_most(receiver: Receiver, alice: User) -> None:
    flag(talk(alice))
    gather()
    pauses = []
    for _ in range(9):
        a_minute_passes()
        delivery = next_delivery()
        assert delivery is not None
        pauses.append(failed(delivery).total_seconds() / 60)
        assert next_delivery() is None
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]


@pytest.mark.parametrize("status", [301, 404, 500])
def test_only_a_receiver_that_took_it_has_it(receiver: Receiver, alice: User, status: int) -> None:
    flag(talk(alice))
    gather()
    delivery = next_delivery()
    assert delivery is not None
    receiver.status = status
    with pytest.raises(NotDelivered, match=str(status)):
        deliver(delivery)
    assert len(receiver.got) == 1


async def test_failure_is_logged_once_without_the_address_and_it_comes_later(
    transactional_db: None, receiver: Receiver, alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    await in_database(lambda: flag(talk(alice)))
    receiver.status = 503
    with caplog.at_level(logging.INFO):
        await flag_watch.announce()
        await in_database(a_minute_passes)
        await flag_watch.announce()
        receiver.status = 200
        await in_database(a_minute_passes)
        await flag_watch.announce()
        await flag_watch.announce()
    ours = [record.getMessage() for record in caplog.records if record.name == flag_watch.logger.name]
    assert [message.split(" (")[0] for message in ours] == [
        "flags could not be announced by webhook",
        "flags were announced by webhook at attempt 3",
    ]
    assert "hidden" not in caplog.text
    assert len(receiver.got) == 3
