"""The texts of the demo model: Markdown that shows off."""

TOUR = """\
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

HELP = """\
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

CODE = """\
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

TABLE = """\
| | Server-sent events | WebSocket |
|:--|:--|:--|
| Direction | server to client | both |
| Reconnects by itself | yes | no |
| Goes through proxies | as any response | after an upgrade |
| Good for | one reply | many replies at once |

In short: for *one* stream take the first, for *many* on one connection the second.
"""

DNS = """\
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

ANAGRAMS = """\
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

WALK = """\
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

LIST = """\
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

POEM = """\
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

CHINESE = """\
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

HELLO = (
    "Hello! 👋 I am the demo model, built in so that you can try everything. "
    "Ask me anything, or ask *what can you do?*\n"
)

THANKS = "You are welcome! 🙂 Is there anything else?\n"

HOW = "I am fine, thank you: no load, no fan, and every token on time. And you?\n"
