"""The evaluation answers as the product does, and counts what it says it counts."""

import unittest

import torch

from language_model.bpe import STOPS
from language_model.evaluate import Conversation, Reply, Score
from language_model.model import LanguageModel, LanguageModelConfig
from language_model.tests.test_model import tiny_bpe


class EvaluateTest(unittest.TestCase):
    def test_turn_after_turn_is_the_whole_conversation_at_once(self):
        torch.manual_seed(3)
        bpe = tiny_bpe()
        model = LanguageModel(LanguageModelConfig(len(bpe), width=32, layers=2, heads=4, groups=2, head_size=8, feed_forward=48)).eval()
        conversation = Conversation(model, bpe, spoken=True, clock=None)
        conversation.hear([1, 2, 3])
        conversation.reply(whole=True)
        conversation.observe("the cat")
        conversation.reply(whole=True)
        ids = conversation.ids
        stops = [bpe.specials[name] for name in STOPS]
        start = max(i for i, id in enumerate(ids) if id == bpe.specials["<|assistant|>"]) + 1 + len(bpe.encode("streaming_transcription\n"))
        self.assertEqual(model.generate(ids[:start], stops, len(ids) - start), ids[start:])

    def test_a_score_counts_intents_and_slots_apart(self):
        score = Score()
        turn = {"intent": "arithmetic", "text": "", "answer": "^(?:.* is .*)$", "slots": r"^(?:Two plus two is four\.)$"}
        for text in ("Two plus two is four.", "Two plus two is five.", "Hello."):
            score.count(turn, Reply(text, -0.1))
        self.assertEqual(score.rate("intent"), 2 / 3)
        self.assertEqual(score.rate("slots"), 1 / 3)
        self.assertEqual(len(score.wrong), 2)


if __name__ == "__main__":
    unittest.main()
