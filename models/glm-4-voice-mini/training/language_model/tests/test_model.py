"""The model has the published names, its cache changes nothing, and its conversations are the product's."""

import random
import unittest
from collections import Counter

import torch

from language_model.bpe import RANKS, Bpe, split, train
from language_model.model import LanguageModel, LanguageModelConfig
from language_model.prompts import PromptWriter
from language_model.samples import BATCH_TOKENS, Samples
from language_model.speech import RehearsalSpeech

TINY = LanguageModelConfig(vocabulary=97, width=32, layers=2, heads=4, groups=2, head_size=8, feed_forward=48)


def tiny_bpe() -> Bpe:
    return Bpe(train([("the cat sat on the mat, the cat's hat\n", 3), ("what is seven plus five 4712", 2)], 275))


class ModelTest(unittest.TestCase):
    def test_the_state_dict_has_the_published_names(self):
        names = set(LanguageModel(TINY).state_dict())
        layer = ("input_layernorm.weight", "self_attention.query_key_value.weight", "self_attention.query_key_value.bias", "self_attention.dense.weight",
                 "post_attention_layernorm.weight", "mlp.dense_h_to_4h.weight", "mlp.dense_4h_to_h.weight")
        self.assertEqual(names, {f"transformer.encoder.layers.{i}.{name}" for i in range(2) for name in layer} | {
            "transformer.embedding.word_embeddings.weight", "transformer.rotary_pos_emb.inv_freq", "transformer.encoder.final_layernorm.weight",
            "transformer.output_layer.weight"})

    def test_a_prompt_in_pieces_is_the_prompt_whole(self):
        torch.manual_seed(1)
        model = LanguageModel(TINY).eval()
        ids = torch.randint(0, 97, (2, 12))
        whole, _ = model.hidden(ids)
        first, past = model.hidden(ids[:, :5])
        second, past = model.hidden(ids[:, 5:6], past)
        third, _ = model.hidden(ids[:, 6:], past)
        self.assertLess((torch.cat((first, second, third), 1) - whole).abs().max().item(), 1e-5)

    def test_what_all_begin_with_changes_no_loss(self):
        torch.manual_seed(1)
        model = LanguageModel(TINY).eval()
        ids = torch.randint(0, 97, (3, 14))
        ids[:, :6] = ids[:1, :6]
        weights = torch.cat((torch.zeros(3, 8), torch.rand(3, 6)), 1)
        hidden, _ = model.hidden(ids[:, :-1])
        each = torch.nn.functional.cross_entropy(model.transformer.output_layer(hidden).flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
        plain = (each * weights[:, 1:].flatten()).sum() / weights[:, 1:].sum()
        self.assertAlmostEqual(model.loss(ids, weights).item(), plain.item(), 5)


class TokensTest(unittest.TestCase):
    def test_pieces_are_those_of_the_published_expression(self):
        cases = {"It's 12345 o'clock!\n\nHi": ["It", "'s", " ", "123", "45", " o", "'clock", "!\n\n", "Hi"],
                 "a  b": ["a", " ", " b"], " \n x ": [" \n", " x", " "], '{"id": 7}': ['{"', "id", '":', " ", "7", "}"], "draw_picture": ["draw", "_picture"],
                 "HE'LL": ["HE", "'LL"], "你好。": ["你好", "。"], "x\r\n": ["x", "\r\n"]}
        for text, pieces in cases.items():
            self.assertEqual(list(split(text)), pieces)

    def test_text_comes_back_and_digits_stay_apart(self):
        bpe = tiny_bpe()
        for text in ("the cat's hat", "Straße 你好 \U0001f600", "order 4712\n"):
            self.assertEqual(bpe.decode(bpe.encode(text)), text)
        self.assertEqual(len(bpe.encode("4712")), 4)
        self.assertLess(len(bpe.encode("the cat")), 7)
        self.assertGreater(RANKS, 256)


class ConversationTest(unittest.TestCase):
    def test_text_and_speech_take_turns(self):
        bpe = tiny_bpe()
        writer = PromptWriter(bpe)
        writer.ask()
        start = len(writer.sample.ids)
        writer.say("4" * 30, range(60))
        writer.end()
        kinds = "".join("s" if id >= bpe.first_speech else "t" for id in writer.sample.ids[start:-1])
        self.assertEqual(kinds, "t" * 13 + "s" * 26 + "t" * 13 + "s" * 26 + "t" * 4 + "s" * 8)
        self.assertEqual(writer.sample.ids[-1], bpe.specials["<|user|>"])

    def test_only_replies_are_learned(self):
        bpe = tiny_bpe()
        writer = PromptWriter(bpe, clock="It is 14:05 on Wednesday, 25 November 2026.")
        writer.hear([1, 2, 3])
        writer.ask()
        writer.write("order_status\n{}")
        writer.observe("Sent.")
        writer.ask()
        writer.say("Sent.", [4, 5])
        writer.end()
        sample = writer.sample
        learned = [id for id, weight in zip(sample.ids, sample.weights) if weight > 0]
        self.assertEqual(learned, bpe.encode("order_status\n{}") + [bpe.specials["<|observation|>"]] + bpe.encode("Sent.")
                         + [bpe.first_speech + 4, bpe.first_speech + 5, bpe.specials["<|user|>"]])
        self.assertEqual(sum(sample.heard), 3)

    def test_what_follows_an_interrupted_reply_is_not_learned_as_its_end(self):
        bpe = tiny_bpe()
        writer = PromptWriter(bpe)
        writer.ask()
        start = len(writer.sample.ids)
        writer.say("the cat", [1, 2, 3])
        writer.interrupt(2)
        writer.hear([5])
        self.assertEqual(writer.sample.ids[start:start + 3], bpe.encode("the cat") + [bpe.first_speech + 1])
        self.assertEqual(writer.sample.weights[start + 2:start + 4], [1.0, 0.0])

    def test_batches_hold_every_sample_once_and_stay_small(self):
        bpe = tiny_bpe()
        samples = Samples(bpe, RehearsalSpeech(), seed=1)
        samples.CHUNK = 24
        batches = samples.chunk(3)
        self.assertEqual(sum(len(ids) for ids, _ in batches), 24)
        self.assertTrue(all(ids.numel() <= BATCH_TOKENS for ids, _ in batches))
        rows = Counter(tuple(row[: int((weights != 0).nonzero()[-1]) + 1].tolist()) for ids, all_weights in batches for row, weights in zip(ids, all_weights))
        self.assertEqual(rows, Counter(tuple(samples(3 * 24 + i).ids) for i in range(24)))

    def test_rehearsed_speech_is_about_as_long_as_its_letters(self):
        speech = RehearsalSpeech()
        self.assertEqual(speech.assistant("seven plus five", random.Random(1)), speech.assistant("seven plus five", random.Random(2)))
        self.assertTrue(10 <= len(speech.user("seven plus five", random.Random(1))) <= 20)


if __name__ == "__main__":
    unittest.main()
