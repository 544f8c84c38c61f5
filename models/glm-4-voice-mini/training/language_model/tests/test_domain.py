"""The domain is well formed, and nothing that is measured on is trained on."""

import json
import random
import unittest

from language_model.domain import arithmetic, clock, limits, repeating, shop, smalltalk, tools
from language_model.domain.generator import dialogues
from language_model.domain.grammar import HELD_OUT, TRAIN, Phrasings, expand, sentences
from language_model.domain.meaning import expected, intent_of
from language_model.domain.numbers import cardinal, digit_by_digit, order_number_of, ordinal, spoken, time_of_day, year


def all_phrasings():
    """Every set of phrasings with the name of what it says."""
    for talk in smalltalk.SMALL_TALK + shop.SHOP_FACTS:
        yield talk.intent, talk.phrasings
    for tool in tools.TOOLS:
        yield tool.name, tool.phrasings
    for problem, (phrasings, _) in shop.PROBLEMS.items():
        yield problem, phrasings
    for module in (arithmetic, clock, limits, repeating, shop):
        for name, value in vars(module).items():
            if isinstance(value, Phrasings):
                yield f"{module.__name__}.{name}", value
            elif isinstance(value, dict):
                yield from ((f"{name}.{key}", each) for key, each in value.items() if isinstance(each, Phrasings))


class DomainTest(unittest.TestCase):
    def test_held_out_phrasings_are_never_trained_on(self):
        trained = {s for _, phrasings in all_phrasings() for pattern in phrasings.train for s in sentences(pattern)}
        for name, phrasings in all_phrasings():
            self.assertEqual(trained & {s for pattern in phrasings.held_out for s in sentences(pattern)}, set(), name)

    def test_the_same_seed_gives_the_same_dialogues(self):
        first = [json.dumps(d.to_json()) for d in dialogues(50, TRAIN, 3)]
        self.assertEqual(first, [json.dumps(d.to_json()) for d in dialogues(50, TRAIN, 3)])
        self.assertNotEqual(first, [json.dumps(d.to_json()) for d in dialogues(50, TRAIN, 4)])

    def test_every_exchange_says_something_and_every_call_is_json(self):
        for split in (TRAIN, HELD_OUT):
            for made in dialogues(1500, split, 5):
                for exchange in made.exchanges:
                    self.assertTrue(exchange.user or exchange.noise)
                    self.assertTrue(exchange.assistant)
                    self.assertNotRegex(exchange.user + exchange.assistant, r"[{}()|]|  ")
                    self.assertNotRegex(exchange.user + spoken(exchange.assistant), r"\d")
                    if exchange.call:
                        name, arguments = exchange.call.text.split("\n")
                        self.assertRegex(name, r"^[a-z_]+$")
                        self.assertEqual(json.loads(arguments), exchange.call.arguments)
                        self.assertEqual(exchange.observation, exchange.assistant)

    def test_an_answer_shows_its_intent_and_slots(self):
        for made in dialogues(1500, HELD_OUT, 6):
            for exchange in made.exchanges:
                whole = exchange.call.text if exchange.call else exchange.assistant
                intent, slots = expected(exchange)
                self.assertRegex(whole, rf"^(?:{intent})$")
                if slots is not None:
                    self.assertRegex(whole, rf"^(?:{slots})$")
                if exchange.intent not in ("again", "repeat") and "nobody told me" not in whole:
                    self.assertEqual(intent_of(whole), exchange.intent)

    def test_sums_are_right(self):
        rng = random.Random(1)
        for _ in range(300):
            slots = arithmetic.exchange(rng, TRAIN).slots
            self.assertEqual(int(slots["result"]), arithmetic.result_of(int(slots["a"]), slots["operator"], int(slots["b"])))

    def test_numbers_in_words(self):
        self.assertEqual(cardinal(42), "forty-two")
        self.assertEqual(cardinal(305), "three hundred and five")
        self.assertEqual(ordinal(21), "twenty-first")
        self.assertEqual(ordinal(30), "thirtieth")
        self.assertEqual(year(2026), "twenty twenty-six")
        self.assertEqual(digit_by_digit("4702", "oh"), "four seven oh two")
        self.assertEqual(order_number_of("four seven oh zero"), "4700")
        self.assertIsNone(order_number_of("four seven oh please"))
        self.assertEqual(time_of_day(14, 5), "two oh five in the afternoon")
        self.assertEqual(spoken("Order 4702 has 12 parts."), "Order four seven zero two has twelve parts.")

    def test_a_pattern_yields_each_of_its_sentences(self):
        rng = random.Random(1)
        self.assertEqual({expand("a (b|c(d|)|) e", rng) for _ in range(200)}, set(sentences("a (b|c(d|)|) e")))


if __name__ == "__main__":
    unittest.main()
