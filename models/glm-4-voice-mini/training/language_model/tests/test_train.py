"""A training that was cut off goes on as if it had not been."""

import tempfile
import unittest
from pathlib import Path

import torch

from language_model.model import LanguageModel, LanguageModelConfig
from language_model.samples import Samples
from language_model.speech import RehearsalSpeech
from language_model.tests.test_model import tiny_bpe
from language_model.train import Training, train


class TrainTest(unittest.TestCase):
    def setUp(self):
        self.bpe = tiny_bpe()
        self.samples = Samples(self.bpe, RehearsalSpeech(), seed=1)
        self.samples.CHUNK = 6

    def model(self) -> LanguageModel:
        torch.manual_seed(1)
        return LanguageModel(LanguageModelConfig(len(self.bpe), width=16, layers=1, heads=2, groups=1, head_size=8, feed_forward=16))

    def test_a_training_in_two_pieces_is_the_training_whole(self):
        with tempfile.TemporaryDirectory() as scratch:
            whole, pieces = self.model(), self.model()
            train(whole, self.samples, Path(scratch) / "whole", steps=5)
            train(pieces, self.samples, Path(scratch) / "pieces", steps=3)
            again = self.model()
            train(again, self.samples, Path(scratch) / "pieces", steps=5)
            for name, tensor in whole.state_dict().items():
                self.assertTrue(torch.equal(tensor, again.state_dict()[name]), name)

    def test_told_to_finish_it_ends_and_leaves_the_final_weights(self):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            self.assertTrue(train(self.model(), self.samples, folder, Training(finish_steps=2), finish=True))
            self.assertEqual(torch.load(folder / "final.pt")["step"], 2)

    def test_after_the_planned_steps_it_finishes_by_itself(self):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            self.assertTrue(train(self.model(), self.samples, folder, Training(planned=3, finish_steps=2)))
            self.assertEqual(torch.load(folder / "before-finishing.pt")["step"], 3)
            self.assertEqual(torch.load(folder / "final.pt")["step"], 5)


if __name__ == "__main__":
    unittest.main()
