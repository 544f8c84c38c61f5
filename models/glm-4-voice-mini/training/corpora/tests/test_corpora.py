"""Voices that are held out, labels of frames, what a line does."""

import unittest

import numpy as np

from corpora.augment import telephone
from corpora.phones import INDEX, SILENCE, UNKNOWN, of_espeak, of_festival
from corpora.sentences import normalized
from corpora.store import Utterance
from corpora.voices import HELD_OUT, TRAINING
from tokenizer.batches import frame_phones


class CorporaTests(unittest.TestCase):
    def test_no_voice_of_training_is_held_out(self) -> None:
        self.assertFalse({voice.key for voice in TRAINING} & {voice.key for voice in HELD_OUT})

    def test_engines_share_one_set_of_phones(self) -> None:
        self.assertEqual([INDEX["AO"], INDEX["R"]], of_espeak("O@"))
        self.assertEqual(INDEX["AH"], of_festival("ax"))
        self.assertEqual(UNKNOWN, of_festival("nonsense"))

    def test_text_has_letters_only(self) -> None:
        self.assertEqual("it's twenty five", normalized("It’s  twenty-five!"))

    def test_frames_know_the_phone_in_their_middle(self) -> None:
        utterance = Utterance(None, 0, 1600, "oh", "any", [[INDEX["OW"], 60], [INDEX["T"], 100]])
        # 40 ms of silence before, everything twice as slow: OW from 40 to 160 ms, T to 240 ms, then silence.
        labels = frame_phones(utterance, 20, 320 * 16, slower=2.0, before=640)
        expected = [SILENCE] * 2 + [INDEX["OW"]] * 6 + [INDEX["T"]] * 4 + [SILENCE] * 4 + [UNKNOWN] * 4
        self.assertEqual(expected, labels.tolist())

    def test_a_telephone_keeps_its_band_only(self) -> None:
        time = np.arange(16_000) / 16_000
        for hertz, kept in ((1000, True), (5000, False), (60, False)):
            heard = telephone((0.5 * np.sin(2 * np.pi * hertz * time)).astype(np.float32))
            self.assertEqual(kept, float(heard.std()) > 0.1, hertz)


if __name__ == "__main__":
    unittest.main()
