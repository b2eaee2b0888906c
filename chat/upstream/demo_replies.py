"""What the demo model says: different things to different questions, in Markdown that shows off. Pure."""

import re
from collections.abc import Sequence
from typing import Any

from chat.upstream.context import CONTINUE
from chat.upstream.demo_attachments import remarks_on, without_files

LONG_CHARS = 100_000
ECHO_CHARS = 80

_TOUR = """\
## What a reply can look like

Text can be **bold**, *italic*, ~~struck out~~ or `code`, and it can hold a [link](https://commonmark.org/help/).

| Part | What it shows | Ready |
|:-----|:--------------|------:|
| Heading | structure | ✅ |
| Table | figures side by side | ✅ |
| Code | with its colours | ✅ |

### Lists inside lists

1. First think of what you want to know.
   - A short question is fine.
   - So is a long one:
     - with details,
     - with examples.
2. Then ask.
3. Then look at what came:
   - [x] the first words come at once
   - [x] **Stop** keeps what has arrived
   - [ ] a real model is connected

### Code in two languages

```python
def fibonacci(count: int) -> list[int]:
    numbers = [0, 1]
    while len(numbers) < count:
        numbers.append(numbers[-2] + numbers[-1])
    return numbers[:count]


print(fibonacci(10))  # [0, 1, 1, 2, 3, 5, 8, 13, 21, 34]
```

```javascript
const greet = (name) => `Hello, ${name}! 👋`;

for (const name of ["Ada", "Grace", "小明"]) {
  console.log(greet(name));
}
```

> A reply is a thing of its own: it goes on when you reload the page, and it is saved when you stop it.

中文也没有问题：每个字都会按顺序到达，一个也不会少。😀
Emoji that are made of several characters stay whole: 👩‍👩‍👧, 🏳️‍🌈, 🇨🇭.
"""

_HELP = """\
## The demo model

I am built in, so that everything can be tried without a key.
I stream like a real model, and I can misbehave like one. Put these words into a message:

| Words | What happens |
|:------|:-------------|
| `demo: slow` · `demo: fast` | 4 or 500 tokens a second, in place of 40 |
| `demo: long` | a reply of 100,000 characters |
| `demo: think` | thinking comes before the reply |
| `demo: fail 500` | an error before the first token; also `401`, `429`, `refuse`, `html`, `empty` |
| `demo: fail cut` | an error in the middle; also `stall`, `malformed`, `error-frame` |
| `demo: fail no-finish` | the same, harder to notice; also `half-character`, `endless-line` |
| `demo: fail length` | an end that is none; also `content-filter` |

Or ask for a *table*, a *list*, some *code*, a *poem*, or something in 中文.

To talk to a real model set `OPENAI_API_KEY`, `OPENAI_BASE_URL`, or both, and start the server again;
or add a connection in the admin.
"""

_CODE = """\
Here it is, first in Python:

```python
from collections import Counter


def most_common_words(text: str, count: int = 3) -> list[tuple[str, int]]:
    words = (word.strip(".,;:!?").lower() for word in text.split())
    return Counter(filter(None, words)).most_common(count)
```

and the same for the shell:

```bash
tr -cs '[:alpha:]' '\\n' < text.txt | tr '[:upper:]' '[:lower:]' | sort | uniq -c | sort -rn | head -3
```

Both count words; the first also takes **non-Latin** ones.
Is it fast? For a book of 100,000 words it takes about 20 ms.
"""

_TABLE = """\
| | Server-sent events | WebSocket |
|:--|:--|:--|
| Direction | server to client | both |
| Reconnects by itself | yes | no |
| Goes through proxies | as any response | after an upgrade |
| Good for | one reply | many replies at once |

In short: for *one* stream take the first, for *many* on one connection the second.
"""

_DNS = """\
## How a name becomes an address

Your computer asks a **resolver**, which asks its way down from the root, and remembers what it was told:

1. The *root* knows who serves `.org`.
2. `.org` knows who serves `example.org`.
3. That server knows the record. Its TTL says how long it may be remembered.

| Record | What it says | Example |
|:-------|:-------------|:--------|
| `A`, `AAAA` | the address, IPv4 or IPv6 | `93.184.215.14` |
| `CNAME` | another name for it | `www` → `example.org` |
| `MX` | where its mail goes, lowest number first | `10 mail.example.org` |
| `TXT` | words for machines, such as SPF | `v=spf1 -all` |
| `NS` | who serves the zone | `ns1.example.org` |
| `SOA` | the zone's own data: serial number, times | one for each zone |

In short: names are for people, addresses for machines, and a *cache* makes the way between them fast.
"""

_ANAGRAMS = """\
Two words are anagrams when their letters, sorted, are the same; so the sorted letters are the key:

```python
from collections import defaultdict


def anagrams(words: list[str]) -> list[list[str]]:
    groups = defaultdict(list)
    for word in words:
        groups["".join(sorted(word.casefold()))].append(word)
    return [group for group in groups.values() if len(group) > 1]
```

And its tests:

```python
def test_words_of_the_same_letters_are_found():
    assert anagrams(["listen", "Silent", "stone"]) == [["listen", "Silent"]]


def test_a_word_alone_is_no_anagram():
    assert anagrams(["stone"]) == []
```

It takes `n · k log k` steps for `n` words of `k` letters.
"""

_WALK = """\
### Three days in the mountains

| Day | From, to | Hours | Up, down |
|:----|:---------|------:|:---------|
| 1 | valley, first hut | 4 | 900 m, 100 m |
| 2 | over the pass, second hut | 6 | 700 m, 800 m |
| 3 | along the lake, valley | 5 | 150 m, 950 m |

1. **Before you go**
   - [ ] book both huts
   - [ ] look at the weather on the evening before
   - [ ] tell somebody your way
2. **In the pack**
   - rain jacket, warm layer, sun hat
   - map *and* phone, head torch, first-aid kit
   - 2 litres of water, food for one day more
3. **On the way**
   - start early: storms come in the afternoon
   - turn back at noon if the pass is still far

A good second day decides the trip: keep it shorter than you think.
"""

_LIST = """\
### A plan

1. **Prepare**
   - [x] write down the goal
   - [x] ask who is concerned
2. **Try**
   - [ ] the smallest thing that can work
     - one user
     - one day
   - [ ] measure it
3. **Decide**
   - keep it, change it, or drop it

It takes about a week. The second step is the one that people leave out.
"""

_POEM = """\
> A word arrives, and then a word,
> each after each, and none is lost;
> the line was cut, the line was heard
> again, at no one's cost.
>
> You closed the page. It went on still,
> and kept what it had said for you.
> Come back to it whenever you will:
> the end is there, and so are you.
"""

_CHINESE = """\
## 你好！

我是内置的**演示模型**，不需要密钥就可以试用。我会像真正的模型一样，一个字一个字地回答。

| 功能 | 说明 |
|:--|:--|
| 流式输出 | 每秒大约四十个词元 |
| 停止 | 已经收到的文字会保存 |
| 继续 | 从停下的地方接着说 |

- 第一，刷新页面不会丢失内容；
- 第二，关闭页面以后也能回来看；
- 第三，表情符号 😀 也没有问题。

```python
print("你好，世界")
```

> 千里之行，始于足下。
"""

_HELLO = (
    "Hello! 👋 I am the demo model, built in so that you can try everything. "
    "Ask me anything, or ask *what can you do?*\n"
)
_THANKS = "You are welcome! 🙂 Is there anything else?\n"
_HOW = "I am fine, thank you: no load, no fan, and every token on time. And you?\n"

_NO_CHINESE = r"^(?!.*[\u4e00-\u9fff])"
_TOPICS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(words, re.IGNORECASE), text)
    for words, text in (
        (r"\bhow are you\b|\bhow do you do\b|\bhow is it going\b", _HOW),
        (
            r"\bwhat can (?:you|i)\b|\bhelp\b|\bwho are you\b|\bwhat are you\b|\bdemo model\b|能做什么|帮助",
            _HELP,
        ),
        (r"\bthanks?\b|\bthank you\b|谢谢", _THANKS),
        # The questions to begin with, as far as they are asked in English.
        (rf"{_NO_CHINESE}.*\bDNS\b", _DNS),
        (rf"{_NO_CHINESE}.*\banagrams?\b", _ANAGRAMS),
        (rf"{_NO_CHINESE}.*\b(?:walk|mountains?)\b", _WALK),
        (r"\btables?\b|\bcompare\b|\bcomparison\b|\bdifferences?\b|\bversus\b|\bvs\b", _TABLE),
        (r"\bcode\b|\bpython\b|\bjavascript\b|\bfunctions?\b|\bscripts?\b|\bprogram\b|\bbash\b", _CODE),
        (r"\blists?\b|\bplan\b|\bsteps?\b|\bto-?do\b|\btasks?\b", _LIST),
        (r"\bpoems?\b|\bsong\b|\bstory\b|\bverse\b", _POEM),
        (r"[\u4e00-\u9fff]", _CHINESE),
        (r"^\W*(?:hi|hello|hey|good (?:morning|evening|day))\b(?:\W+\w+){0,2}\W*$", _HELLO),
    )
)
_SHORT = frozenset({_HELLO, _THANKS, _HOW})
_OPENINGS = ("You asked:", "Your question was:", "To your words")
_THINK = re.compile(r"\bthink\b|\bthinking\b|\breason(?:ing)?\b|\bstep by step\b|思考|想一想", re.IGNORECASE)
_STEERING = re.compile(r"\bdemo:\s*(?:fail\s+[\w-]+|[\w-]+)", re.IGNORECASE)
_MORE = " And there is more to say about it, but this is as far as a demo model goes.\n"


def question_in(messages: Sequence[dict[str, Any]]) -> str:
    """The last thing that a person wrote; the instruction to go on is not one."""
    for message in reversed(messages):
        if message.get("role") == "user" and (text := text_of(message)) != CONTINUE:
            return without_files(text)
    return ""


def remarks_in(messages: Sequence[dict[str, Any]]) -> str:
    """What is said of the files that came with that."""
    for message in reversed(messages):
        if message.get("role") == "user" and text_of(message) != CONTINUE:
            return remarks_on(message)
    return ""


def partial_in(messages: Sequence[dict[str, Any]]) -> str | None:
    """The reply that is to be gone on with, if that is what is asked."""
    if len(messages) < 2 or text_of(messages[-1]) != CONTINUE:
        return None
    return text_of(messages[-2])


def replies_to(question: str) -> list[str]:
    """What may be answered; the variants differ in their first words, as a regenerated reply would."""
    asked = " ".join(_STEERING.sub("", question).split())
    text = next((text for words, text in _TOPICS if words.search(asked)), _TOUR)
    if text in _SHORT or not asked:
        return [text]
    echo = asked if len(asked) <= ECHO_CHARS else asked[:ECHO_CHARS] + "…"
    return [f"{opening}\n\n> {echo}\n\n{text}" for opening in _OPENINGS]


def rest_of(partial: str, variants: Sequence[str]) -> str:
    """How a reply goes on that stopped after `partial`."""
    for text in variants:
        if text.startswith(partial) and len(text) > len(partial):
            return text[len(partial) :]
    return _MORE


def long_reply(question: str) -> str:
    """A reply of exactly `LONG_CHARS` characters, which begins like a short one."""
    parts = [replies_to(question)[0]]
    length = len(parts[0])
    number = 0
    while length < LONG_CHARS:
        number += 1
        parts.append(
            f"\n### Part {number}\n\nThis is part **{number}** of a long reply. Its first character is the "
            f"{length + 1}th. 第{number}段也按顺序到达。 🙂\n"
        )
        length += len(parts[-1])
    return "".join(parts)[:LONG_CHARS]


def thoughts_on(question: str) -> str:
    asked = " ".join(_STEERING.sub("", question).split())[:ECHO_CHARS]
    return (
        f"The user asks: “{asked}”. Let me think about what would help.\n\n"
        "First, what is it about? A demo model knows little, but it can show how thinking looks. "
        "Second, what form suits it: a table, a list, some code?\n\n"
        "I will answer in Markdown, briefly, and say what I am."
    )


def asks_to_think(question: str) -> bool:
    return _THINK.search(question) is not None


TITLE_WORDS = 7
_PHRASE_END = re.compile(r"[?!.,;:](?=\s|$)|[？！。，；：]|\n")
_LEADS_ON = {
    *("a", "an", "the", "and", "or", "but", "with", "without", "of", "in", "on", "at", "to", "from"),
    *("for", "by", "as", "than", "that", "which", "is", "are", "my", "your"),
}
"""Words that promise another one: no title ends with them."""


def title_of(question: str) -> str:
    """The first phrase of the question; of a long one as many words as can stand alone."""
    phrase = _PHRASE_END.split(_STEERING.sub("", question).strip(), maxsplit=1)[0]
    words = phrase.split()
    kept = words[:TITLE_WORDS]
    while len(words) > TITLE_WORDS and len(kept) > 1 and kept[-1].lower() in _LEADS_ON:
        kept.pop()
    title = " ".join(kept)
    return (title[:1].upper() + title[1:60]) if title else "A conversation with the demo model"


def text_of(message: dict[str, Any]) -> str:
    """The text of a message, also of one in parts."""
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return " ".join(part.get("text", "") for part in content if part.get("type") == "text")
