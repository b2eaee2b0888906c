"""Which of several hops it is: they are in a row, the one nearest to the server first. Pure."""

from dataclasses import dataclass
from typing import Final, Literal

from chat.management.probing.hop import Hop
from chat.management.probing.judging import Finding, judge
from chat.management.probing.mending import mend

Answer = Literal["fine", "held_back", "cannot_tell"]
EXIT_CODES: Final[dict[Answer, int]] = {"fine": 0, "held_back": 1, "cannot_tell": 2}


@dataclass(frozen=True, slots=True)
class Told:
    """A finding, and the line that mends it where one is known."""

    finding: Finding
    mend: str | None


@dataclass(frozen=True, slots=True)
class Judged:
    hop: Hop
    told: tuple[Told, ...]

    @property
    def answer(self) -> Answer:
        kinds = {told.finding.kind for told in self.told}
        return "held_back" if "held" in kinds else "cannot_tell" if "unknown" in kinds else "fine"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`at`: the number of the hop that it is about, from 1; None where all is fine."""

    answer: Answer
    hops: tuple[Judged, ...]
    at: int | None = None

    @property
    def says(self) -> str:
        """The verdict in one sentence or two."""
        if self.at is None:
            where = "All hops pass" if len(self.hops) > 1 else "This address passes"
            return f"{where} the stream on as it comes."
        judged = self.hops[self.at - 1]
        [worst, *_] = judged.told
        where = f"Hop {self.at} ({judged.hop.target.url})"
        if self.answer == "cannot_tell":
            return f"{where} does not let us see: {worst.finding.says}."
        return f"{where} holds it back: {worst.finding.says}."

    @property
    def mend(self) -> str | None:
        return None if self.at is None else self.hops[self.at - 1].told[0].mend


def verdict(hops: list[Hop]) -> Verdict:
    """The first hop that holds the stream back is the one: all behind it only pass on what it lets go."""
    judged: list[Judged] = []
    for index, hop in enumerate(hops):
        before = hops[index - 1] if index else None
        said_before = {told.finding for told in judged[-1].told} if judged else set()
        findings = [one for one in judge(hop) if one.kind != "note" or one not in said_before]
        # Before the first address stands no proxy that could have taken the key away.
        known = [
            Told(one, None if one.code == "status_401" and before is None else mend(one.code, hop, before))
            for one in findings
        ]
        judged.append(Judged(hop, tuple(known)))
    for answer in ("held_back", "cannot_tell"):
        for number, one in enumerate(judged, 1):
            if one.answer == answer:
                return Verdict(one.answer, tuple(judged), number)
    return Verdict("fine", tuple(judged))
