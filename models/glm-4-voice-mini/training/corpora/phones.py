"""One set of phones for all sources: the 39 of CMU's dictionary, and silence.

Frame labels are indices of `PHONES`; `UNKNOWN` marks what no source names well and no loss counts.
"""

PHONES = (
    "SIL AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH"
).split()
INDEX = {name: index for index, name in enumerate(PHONES)}
SILENCE = INDEX["SIL"]
UNKNOWN = -100

# What flite and festival call otherwise.
_FESTIVAL = {"pau": "SIL", "h#": "SIL", "brth": "SIL", "#": "SIL", "ax": "AH", "axr": "ER", "ix": "IH", "hv": "HH", "dx": "D", "em": "M", "en": "N", "el": "L", "nx": "N"}

# espeak-ng's mnemonics of its English accents; two phones share the time of the one.
_ESPEAK = {
    "_": "SIL", "_:": "SIL", "_!": "SIL", "_|": "SIL", "?": "SIL",
    "n": "N", "n-": "N", "t": "T", "t#": "T", "t2": "T", "t[": "T", "d": "D", "d[": "D", "s": "S", "m": "M", "l": "L", "D": "DH", "z": "Z",
    "k": "K", "r": "R", "r-": "R", "w": "W", "w#": "W", "h": "HH", "v": "V", "f": "F", "p": "P", "b": "B", "N": "NG", "j": "Y",
    "g": "G", "S": "SH", "tS": "CH", "dZ": "JH", "T": "TH", "Z": "ZH",
    "I": "IH", "I#": "IH", "I2": "IH", "i": "IY", "i:": "IY", "a": "AE", "aa": "AE", "a#": "AH", "V": "AH", "@": "AH", "@2": "AH", "@5": "AH",
    "@-": "AH", "E": "EH", "aI": "AY", "aI2": "AY", "3": "ER", "3:": "ER", "eI": "EY", "oU": "OW", "u:": "UW", "u": "UW", "0": "AA", "U": "UH",
    "aU": "AW", "@L": "AH L", "O@": "AO R", "O:": "AO", "O2": "AO", "O": "AO", "O~": "AO", "e@": "EH R", "A@": "AA R", "A:": "AA", "o@": "AO R", "i@3": "IH R",
    "i@": "IH AH", "U@": "UH R", "OI": "OY", "aI3": "AY ER", "aI@": "AY AH", "VR": "ER", "IR": "ER", "aU@": "AW ER",
}  # fmt: skip
# Palatalization: no phone of its own, its time belongs to the one before.
_ESPEAK_NOTHING = {";"}


def of_festival(name: str) -> int:
    """The phone that flite or festival names, or `UNKNOWN`."""
    name = name.lower()
    return INDEX.get(_FESTIVAL.get(name, name.upper()), UNKNOWN)


def of_espeak(name: str) -> list[int]:
    """The phones that share the time of an espeak-ng phoneme; none for one that adds nothing."""
    if name in _ESPEAK_NOTHING:
        return []
    return [INDEX[phone] for phone in _ESPEAK[name].split()] if name in _ESPEAK else [UNKNOWN]
