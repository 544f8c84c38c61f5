"""A store survives being killed while it is written."""

import tempfile
import unittest
from pathlib import Path

import numpy as np

from corpora.store import Store, StoreWriter


class StoreTest(unittest.TestCase):
    def test_what_an_interruption_cut_is_left_out_when_it_goes_on(self):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / "store"
            writer = StoreWriter(folder)
            writer.add(np.arange(5, dtype=np.int16), "one", "voice")
            writer.add(np.arange(7, dtype=np.int16), "two", "voice")
            writer.close()
            # The second sound lacks its end, and a third line its own.
            with open(folder / "samples.i16", "r+b") as sound:
                sound.truncate(2 * 10 + 1)
            with open(folder / "index.jsonl", "a") as index:
                index.write('{"start": 12, "le')
            writer = StoreWriter(folder)
            writer.add(np.full(3, 9, np.int16), "three", "voice")
            writer.close()
            store = Store(folder)
            self.assertEqual([u.text for u in store.utterances], ["one", "three"])
            self.assertEqual(store.utterances[0].samples.tolist(), [0, 1, 2, 3, 4])
            self.assertEqual(store.utterances[1].samples.tolist(), [9, 9, 9])


if __name__ == "__main__":
    unittest.main()
