"""Letters and how they are counted."""

import unittest

import numpy as np
import torch

from common.edits import distance
from corpora.phones import SILENCE
from tokenizer.align import best_path
from tokenizer.reader import LETTERS, letters_of, text_of


class ReaderTests(unittest.TestCase):
    def test_best_path_takes_out_repeats_and_blanks(self) -> None:
        path = letters_of("hhe") + [0] + letters_of("l") + [0] + letters_of("lo ") + [0, 0]
        scores = torch.nn.functional.one_hot(torch.tensor(path), len(LETTERS)).float()
        self.assertEqual("hello", text_of(scores, len(path)))

    def test_distance_counts_edits(self) -> None:
        self.assertEqual(3, distance("kitten", "sitting"))
        self.assertEqual(2, distance("", "ab"))

    def test_alignment_leaves_out_pauses_that_nobody_made(self) -> None:
        scores = np.full((6, 4), -9.0)
        for frame, phone in enumerate([1, 1, 2, 3, 3, 3]):
            scores[frame, phone] = 0
        states, optional = [SILENCE, 1, SILENCE, 2, 3, SILENCE], [True, False, True, False, False, True]
        self.assertEqual([1, 1, 2, 3, 3, 3], [states[state] for state in best_path(scores, states, optional)])


if __name__ == "__main__":
    unittest.main()
