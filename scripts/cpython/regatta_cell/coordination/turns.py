"""How fair the turns of a lock were."""

from __future__ import annotations

from typing import Sequence


def jain_index(shares: Sequence[int]) -> float:
    """Jain's index of fairness: 1 if all have the same share, and 1/n if one of n has everything.

    Source: Jain, Chiu and Hawe, "A quantitative measure of fairness and discrimination for resource allocation in
    shared computer systems", DEC-TR-301, 1984.
    """
    return sum(shares) ** 2 / (len(shares) * sum(share * share for share in shares))


SLICES = 50
TOLD = 8


def slices(turns: Sequence[int], tasks: int) -> list[list[int]]:
    """How many turns each task had in each slice of the run. Of many tasks, neighbours are told together."""
    told, count = min(tasks, TOLD), min(SLICES, len(turns))
    had = [[0] * told for _ in range(count)]
    for place, holder in enumerate(turns):
        had[place * count // len(turns)][holder * told // tasks] += 1
    return had


def fairness(turns: Sequence[int], begun: Sequence[int], each: int) -> dict[str, float]:
    """The figures `jain_index` and `longest_turn` of turns (whose each was), up to where the first task has had `each`.

    After that, tasks end one after the other, and the last has the lock for itself. `begun` says by task how many turns
    there were when it began. Tasks that began after the first was done did not compete, and do not count.
    """
    had = [0] * len(begun)
    last, in_a_row, longest, until = -1, 0, 0, 0
    for until, holder in enumerate(turns, 1):
        had[holder] += 1
        in_a_row = in_a_row + 1 if holder == last else 1
        last, longest = holder, max(longest, in_a_row)
        if had[holder] == each:
            break
    competed = [turns for turns, before in zip(had, begun) if before < until]
    # One task alone is neither fair nor unfair.
    index = {"jain_index": jain_index(competed)} if len(competed) > 1 else {}
    return {**index, "longest_turn": longest}
