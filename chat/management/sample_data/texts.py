"""Made-up texts in English and Chinese, whose words are as frequent as in a language (Zipf). Pure.

Sentences are cut into words once, and texts put together from sentences: a million texts in a minute.
"""

import itertools
from dataclasses import dataclass
from random import Random
from typing import Final

from chat.search.words import words_of

SENTENCES: Final = 6000
_COMMON: Final = (
    "the of and to in is that for it with as on be this are you can by from or have an not at which we "
    "will one if all your but how there use when more them may other time would these its also into only "
    "model data user file server error value list test first new code name where result table query page "
    "request answer question example function number water house mountain river market report budget "
    "invoice contract travel train recipe garden winter summer health history music language letter "
    "school teacher student company customer price order plan week month year price energy light sound "
    "paper window street bridge forest animal bird marmot whale weather "
)
_SYLLABLES: Final = "ba ce di fo gu ha je ki lo mu na pe qui ro sa te vi wo xa zu bren clor dran flin gris "
_CHINESE: Final = (
    "的一是不了在人有我他这中大来上个国和说们为子你地出道也时年得就那要下以生会自着去之过家学对可她里后小么"
    "心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样"
    "现分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便"
    "位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内加化由却代军产入先山五太水万市眼体别处总才场"
    "师书比住员九笑性通目华报立马命张活难神数件安表原车白应路期叫死常提感金何更反合放做系计或司利受光王果亲界"
)
_WORDS: Final = (
    "模型 数据 问题 回复 天气 北京 上海 骑行 预算 合同 报告 客户 服务器 错误 代码 函数 "
    "表格 旅行 火车 菜谱 花园 健康 历史 音乐 "
)


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    words: str
    """As the index holds them (`chat.search.index`)."""


class Texts:
    """A stock of sentences, and texts made of them."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        syllables = _SYLLABLES.split()
        latin = [*_COMMON.split(), *("".join(chance.choices(syllables, k=3)) for _ in range(8000))]
        chinese = [*_CHINESE, *_WORDS.split()]
        self._latin = [_sentence(self._english(latin)) for _ in range(SENTENCES)]
        self._chinese = [_sentence(self._han(chinese)) for _ in range(SENTENCES)]

    def text(self, sentences: int, *, chinese: bool) -> Sentence:
        chosen = self._chance.choices(self._chinese if chinese else self._latin, k=sentences)
        between = "" if chinese else " "
        return Sentence(between.join(each.text for each in chosen), " ".join(each.words for each in chosen))

    def _english(self, words: list[str]) -> str:
        chosen = self._chance.choices(words, cum_weights=_zipf(len(words)), k=self._chance.randint(6, 18))
        return f"{' '.join(chosen).capitalize()}{self._chance.choice('...?')}"

    def _han(self, pieces: list[str]) -> str:
        chosen = self._chance.choices(pieces, cum_weights=_zipf(len(pieces)), k=self._chance.randint(6, 24))
        return f"{''.join(chosen)}{self._chance.choice('。。。？')}"


def _sentence(text: str) -> Sentence:
    return Sentence(text, " ".join(words_of(text)))


_sums: Final[dict[int, list[float]]] = {}


def _zipf(count: int) -> list[float]:
    if count not in _sums:
        _sums[count] = list(itertools.accumulate(1 / (rank + 3) for rank in range(count)))
    return _sums[count]
