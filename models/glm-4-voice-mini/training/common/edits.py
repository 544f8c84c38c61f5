"""How many edits lie between two sequences."""

from typing import Sequence


def distance(one: Sequence, other: Sequence) -> int:
    """Elements to change, add and leave out to make one sequence of letters or words the other (Levenshtein)."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]
