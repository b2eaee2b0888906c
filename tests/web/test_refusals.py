"""What a call was refused with is said in the reader's language, by the error's code."""

import json
import re
from pathlib import Path

from django.test import Client, RequestFactory
from django.utils import translation

import chat
from chat.errors import Conflict, Unavailable
from chat.shown.refusals import REFUSALS
from chat.web.errors import refused

SOURCES = Path(chat.__file__).parent


def test_every_code_is_one_that_the_server_says() -> None:
    said = {
        code
        for path in SOURCES.rglob("*.py")
        for code in re.findall(r'\bcode(?:: str)? ?= ?"(\w+)"', path.read_text())
    }
    assert REFUSALS.keys() - said == set()


def test_the_scripts_know_the_sentence_of_each_code(alices: Client) -> None:
    page = alices.get("/", headers={"Accept-Language": "zh-CN"}).content.decode()
    found = re.search(r'<script id="texts" type="application/json">(.*?)</script>', page)
    assert found is not None
    texts = json.loads(found[1])
    assert texts["refused_text_too_long"] == "文字超过了服务器的长度限制。请缩短，或作为文件添加。"
    assert {f"refused_{code}" for code in REFUSALS} <= texts.keys()


def test_a_refused_page_says_why_and_when_to_come_back() -> None:
    request = RequestFactory().get("/")
    with translation.override("zh-hans"):
        running = refused(request, Conflict("The reply runs.", code="reply_running"))
        away = refused(request, Unavailable("It goes.", code="draining", retry_after=1.2))
    assert "回复仍在进行。请等待它结束，或先停止它。" in running.content.decode()
    assert "服务器即将重启。请在 2 秒后重试。" in away.content.decode()
