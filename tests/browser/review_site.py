"""A site with Dave, an administrator, and many conversations with their figures."""

import os
from pathlib import Path

import pytest
from browser.chat_page import ChatPage
from browser.fixtures import StartSite
from playwright.sync_api import Page
from process.harness.people import PASSWORD
from process.harness.processes import Server, manage

CONVERSATIONS = 2500
"""Each of four messages: some seconds to take out, so that there is time to press a button."""
FILL = """
import random
from datetime import timedelta
from django.contrib.auth.models import Group, User
from django.utils import timezone
from chat.models import Completion, CompletionFigures, Conversation, ConversationDigest
from chat.models import Feedback, Message, Price
User.objects.create_superuser("dave", password=%r)
chance = random.Random(1)
now = timezone.now()
users = [User.objects.get(username="alice"), *(
    User.objects.create_user(f"a-user-with-a-long-name-{n}") for n in range(20))]
group = Group.objects.create(name="Customer support, night shift")
group.user_set.set(users[:7])
models = ["gpt-large", "local/llama-3.3-70b-instruct-q4", "small"]
Price.objects.create(model="gpt-large", since=now - timedelta(days=300), prompt=2, completion=10)
Price.objects.create(
    model="small", since=now - timedelta(days=300), prompt="0.1", completion="0.4", currency="EUR")
rows = [Conversation(owner=chance.choice(users), title=f"Cats {n}") for n in range(%d)]
messages, completions, figures, digests, feedback = [], [], [], [], []
for row in rows:
    above = None
    for number in range(4):
        role = "assistant" if number %% 2 else "user"
        above = Message(conversation=row, parent=above, role=role, content="word " * 40)
        messages.append(above)
        if role == "user":
            continue
        status = chance.choice(["complete"] * 12 + ["stopped", "interrupted", "failed"])
        model = chance.choice(models)
        completion = Completion(message=above, number=1, model=model, status=status, ended=now)
        completions.append(completion)
        failed = status == "failed"
        figures.append(CompletionFigures(
            completion=completion, conversation=row, owner=row.owner, model=completion.model, status=status,
            asked=now - timedelta(days=29 * chance.random() ** 2), source="page",
            cut_off="left" if status == "interrupted" else "", error_code="rate_limit" if failed else "",
            prompt_tokens=chance.randint(10, 3000), completion_tokens=chance.randint(5, 900),
            first_token_ms=None if failed else chance.randint(150, 2500),
            stream_ms=None if failed else chance.randint(500, 20000)))
        if chance.random() < 0.1:
            feedback.append((above, chance.choice([1, 1, -1])))
    digests.append(ConversationDigest(
        conversation=row, owner=row.owner, updated=now, created=now, messages=4, length=800))
Conversation.objects.bulk_create(rows)
Message.objects.bulk_create(messages)
Completion.objects.bulk_create(completions)
for completion in completions:
    completion.message.completion = completion
Message.objects.bulk_update([c.message for c in completions], ["completion"], batch_size=400)
CompletionFigures.objects.bulk_create(figures)
ConversationDigest.objects.bulk_create(digests)
Feedback.objects.bulk_create(Feedback(message=message, rating=rating) for message, rating in feedback)
"""
SIDEWAYS = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const beyond = (element) => element.getBoundingClientRect().right > root.clientWidth + 1;
  const free = (element) => !element.parentElement.closest(".figure-scroll");
  return [...document.querySelectorAll("body *")].filter((element) => beyond(element) && free(element))
    .map((element) => element.outerHTML.slice(0, 120));
}"""
"""What makes the page itself scroll sideways."""


@pytest.fixture(scope="session")
def review_site(start_shared_site: StartSite) -> Server:
    site = start_shared_site()
    manage(site.settings, "shell", "-v", "0", "-c", FILL % (PASSWORD, CONVERSATIONS))
    return site


def as_dave(chat: ChatPage) -> ChatPage:
    """Signed in by the admin's own door, which leads to its pages."""
    chat.open("/accounts/login/?next=/admin/")
    chat.page.get_by_label("Username").fill("dave")
    chat.page.get_by_label("Password", exact=True).fill(PASSWORD)
    chat.page.get_by_role("button", name="Sign in").click()
    chat.page.wait_for_url("**/admin/")
    return chat


def picture(page: Page, name: str) -> None:
    """Kept where TEST_PICTURES says, for somebody to look at."""
    if folder := os.environ.get("TEST_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
