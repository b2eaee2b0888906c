"""The pages in both languages, complete, their scripts' sentences included."""

import json
import re
from pathlib import Path

from django.contrib.auth.models import User
from django.test import Client

CATALOGUE = Path(__file__).resolve().parents[2] / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def test_the_browser_chooses_the_language(alices: Client) -> None:
    page = alices.get("/", headers={"Accept-Language": "zh-CN,zh;q=0.9"}).content.decode()
    assert 'lang="zh-hans"' in page
    assert "你想了解什么？" in page


def test_the_scripts_speak_it_too(alices: Client) -> None:
    page = alices.get("/", headers={"Accept-Language": "zh-CN"}).content.decode()
    texts = re.search(r'<script id="texts" type="application/json">(.*?)</script>', page)
    assert texts is not None
    assert json.loads(texts[1])["lost"] == "连接中断，正在重新连接…"


def test_no_sentence_of_the_catalogue_is_left_untranslated() -> None:
    catalogue = CATALOGUE.read_text()
    assert re.findall(r'msgid .*\nmsgstr ""\n(?!")', catalogue[catalogue.index("\n\n") :] + "\n") == []
    assert "fuzzy" not in catalogue


def test_every_language_at_the_door_is_called_by_its_own_name(client: Client, dave: User) -> None:
    page = client.get("/accounts/login/", headers={"Accept-Language": "zh-CN"}).content.decode()
    assert re.findall(r'name="language" value="(.*?)".*?>(.*?)</button>', page) == [
        ("en", "English"),
        ("zh-hans", "简体中文"),
    ]
