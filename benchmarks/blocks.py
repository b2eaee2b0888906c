"""What following the Markdown of a reply costs per token, by its length: `python benchmarks/blocks.py`.

The two numbers should be near each other: closed text is never looked at again.
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from chat.render import Blocks

SAMPLE = """## A heading

A paragraph with *emphasis*, `code` and a [link](https://example.org/), and a few more words to fill the line.

- an item
- [x] a task that is done

  its second paragraph

| name | size |
|------|-----:|
| text | 2048 |

```python
def double(number: int) -> int:
    return number * 2
```

> A quote
that goes on lazily.

"""
TOKEN = 4
"""Characters; about what a token of English is."""
SECONDS = 0.5


def microseconds_per_token(size: int) -> float:
    """The best of many runs: other work of the machine only ever adds."""
    text = (SAMPLE * (size // len(SAMPLE) + 1))[:size]
    tokens = [text[at : at + TOKEN] for at in range(0, size, TOKEN)]
    best = float("inf")
    until = time.perf_counter() + SECONDS
    while time.perf_counter() < until:
        blocks = Blocks()
        began = time.perf_counter()
        for token in tokens:
            blocks.feed(token)
        blocks.finish()
        best = min(best, time.perf_counter() - began)
    return best / len(tokens) * 1e6


def main() -> None:
    short, long = microseconds_per_token(2_000), microseconds_per_token(100_000)
    print(f"  2 KB reply: {short:.2f} µs per token")
    print(f"100 KB reply: {long:.2f} µs per token ({long / short:.2f} times as much)")


if __name__ == "__main__":
    main()
