"""What the assistant's voice is made to say for training: books in the public domain, and sentences of its daily life."""

import random
import re
from pathlib import Path

ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
MONTHS = "January February March April May June July August September October November December".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
ORDINALS = ("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
            "sixteenth seventeenth eighteenth nineteenth twentieth").split()
NAMES = "Anna Ben Carla David Emma Felix Grace Henry Iris Jack Kate Liam Mia Noah Olive Paul Rose Sam Tina Victor".split()
PLACES = "Paris London Tokyo Berlin Chicago Madrid Oslo Sydney Cairo Boston Lisbon Vienna Denver Dublin Rome".split()
THINGS = ("a red car|a small house by the lake|two cats on a sofa|a bowl of fruit|a mountain at sunset|an old bicycle|a green dragon|"
          "a robot with a flower|a city at night|a sailing boat|a horse in the snow|a yellow bird|a cup of coffee|a wooden chair|"
          "a friendly whale|a garden full of roses|a paper airplane|a lighthouse in a storm|a fox under a tree|three balloons").split("|")
GOODS = ("jacket|pair of shoes|blue shirt|coffee machine|desk lamp|phone case|backpack|kettle|keyboard|headphones|umbrella|watch|"
         "winter coat|frying pan|garden chair|blanket|charger|toaster").split("|")
QUESTIONS = ("Is there anything else I can do for you?|What would you like to know?|Could you say that again, please?|Shall I read it to you?|"
             "Would you like a refund or a replacement?|Can you tell me your order number?|How can I help you today?|Are you still there?|"
             "Do you want me to draw it for you?|Which day suits you best?|Did you mean the first one or the second one?|What is your name?|"
             "Where should we send it?|When did you place the order?|Why do you ask?|Who is speaking, please?").split("|")
REPLIES = ("Of course, one moment.|I am sorry to hear that.|Thank you for waiting.|Yes, that is right.|No, I am afraid not.|Good morning, and welcome.|"
           "You are welcome.|I did not quite understand that.|Let me look that up for you.|Here is what I found.|That is a good question.|"
           "I can tell the time, do sums, and look after your orders.|I am a small voice model, so I know only a few things.|"
           "Have a nice day, and goodbye.|Hello, nice to meet you.|It looks good to me.|Please hold the line.|I will pass it on to my colleagues.|"
           "The drawing is ready.|I have written the code for you.|The expert thinks so too.|I would rather not guess.|"
           "The picture shows a street with people and shops.|Your complaint has been recorded.|Sure, I am happy to help.").split("|")


def spoken_number(number: int) -> str:
    """A number below ten million in words."""
    if number < 20:
        return ONES[number]
    if number < 100:
        return TENS[number // 10] + ("" if number % 10 == 0 else " " + ONES[number % 10])
    for size, name in ((1_000_000, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= size:
            rest = "" if number % size == 0 else " " + spoken_number(number % size)
            return f"{spoken_number(number // size)} {name}{rest}"
    raise ValueError(number)


def daily_sentence(draw: random.Random, words: list[str]) -> str:
    """One sentence of the kinds that an assistant says: sums, times, dates, prices, orders, spelling, lists, questions."""
    below = draw.randrange
    pick = draw.choice
    number = spoken_number(pick([below(21), below(100), below(1000), below(10_000), below(1_000_000)]))
    few = spoken_number(below(2, 60))
    time = pick([
        f"{ONES[below(1, 13)]} {pick(['o clock', TENS[below(2, 6)], 'fifteen', 'thirty', 'forty five', TENS[below(2, 6)] + ' ' + ONES[below(1, 10)]])}",
        f"half past {ONES[below(1, 13)]}", f"a quarter to {ONES[below(1, 13)]}", f"ten past {ONES[below(1, 13)]}"])
    part = pick(["in the morning", "in the afternoon", "in the evening", "at night", "sharp"])
    date = f"{pick(DAYS)}, the {pick(ORDINALS)} of {pick(MONTHS)}"
    digits = " ".join(ONES[below(10)] for _ in range(below(3, 9)))
    letters = " ".join(pick("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(below(2, 7)))
    rare = [pick(words) for _ in range(6)]
    first, second = below(50), below(50)
    forms = [
        lambda: f"{spoken_number(first)} plus {spoken_number(second)} is {spoken_number(first + second)}.",
        lambda: f"{spoken_number(first + second)} minus {spoken_number(first)} is {spoken_number(second)}.",
        lambda: f"{spoken_number(first)} times {spoken_number(second)} makes {spoken_number(first * second)}.",
        lambda: f"It is {time} {part}.",
        lambda: f"Today is {date}.",
        lambda: f"We are open from {ONES[below(6, 11)]} in the morning until {ONES[below(4, 10)]} in the evening, but closed on {pick(DAYS)}.",
        lambda: f"Your order number is {digits}.",
        lambda: f"The order {digits} was sent on {pick(DAYS)} and should arrive {pick(['tomorrow', 'on ' + pick(DAYS), 'in ' + few + ' days', 'next week'])}.",
        lambda: f"The {pick(GOODS)} costs {spoken_number(below(2, 400))} {pick(['dollars', 'euros', 'pounds'])} and {few} cents.",
        lambda: f"I am sorry that your {pick(GOODS)} is {pick(['broken', 'late', 'too small', 'the wrong colour', 'missing', 'damaged'])}.",
        lambda: f"That is spelled {letters}.",
        lambda: f"You said: {rare[0]}, {rare[1]} and {rare[2]}.",
        lambda: f"The {rare[0]} {rare[1]} is not a {rare[2]}.",
        lambda: f"{rare[0]}, {rare[1]}, {rare[2]}, {rare[3]}, {rare[4]}, {rare[5]}.",
        lambda: f"I will draw {pick(THINGS)} for you.",
        lambda: f"Here is {pick(THINGS)}, with {pick(THINGS)} behind it.",
        lambda: f"There are {number} people in {pick(PLACES)} called {pick(NAMES)}.",
        lambda: f"{pick(NAMES)} will call you back at {time}.",
        lambda: f"The answer is {number}.",
        lambda: f"It is {spoken_number(below(1, 40))} degrees and {pick(['sunny', 'cloudy', 'raining', 'snowing', 'windy'])} in {pick(PLACES)}.",
        lambda: f"{pick(REPLIES)} {pick(QUESTIONS)}",
        lambda: pick(REPLIES),
        lambda: pick(QUESTIONS),
    ]
    sentence = pick(forms)()
    return sentence[0].upper() + sentence[1:]


def book_sentences(book: Path) -> list[str]:
    """The sentences of a Project Gutenberg text, without its front and back matter, in order."""
    text = book.read_text(encoding="latin-1")
    text = re.split(r"\*\*\* ?START OF[^\n]*", text, 1)[-1]
    text = re.split(r"\*\*\* ?END OF|End of (the )?Project Gutenberg", text, 1)[0]
    paragraphs = [re.sub(r"\s+", " ", paragraph) for paragraph in re.split(r"\n\s*\n", text)]
    sentences = []
    for paragraph in paragraphs:
        if paragraph.upper() == paragraph or "[Illustration" in paragraph:
            continue
        paragraph = re.sub(r"[\"_*()\[\]]|(?<![a-z])'|'(?![a-z])", "", paragraph).replace("--", ", ")
        sentences += [s.strip() for s in re.findall(r"[A-Z][^.!?]*[.!?]", paragraph.replace("Mr.", "Mister").replace("Mrs.", "Missis").replace("Dr.", "Doctor"))]
    return [s for s in sentences if s.isascii() and 3 <= len(s.split()) <= 32]


def lexicon_words(lexicon: Path) -> list[str]:
    """The plain words of festival's CMU lexicon that are four to ten letters long."""
    words = re.findall(r'^\("([a-z]{4,10})" ', lexicon.read_text(encoding="latin-1"), re.MULTILINE)
    return sorted(set(words))


def general_sentences(books: Path, lexicon: Path, count: int, seed: int) -> list[str]:
    """A reproducible mixture: half from books (single sentences and runs of two or three), half of daily life."""
    draw = random.Random(seed)
    words = lexicon_words(lexicon)
    runs: list[str] = []
    for book in sorted(books.glob("*.txt")):
        sentences = book_sentences(book)
        position = 0
        while position < len(sentences):
            length = draw.choice([1, 1, 1, 2, 3])
            run = " ".join(sentences[position:position + length])
            position += length
            if len(run) <= 260:
                runs.append(run)
    draw.shuffle(runs)
    chosen: dict[str, None] = {}
    while len(chosen) < count:
        text = runs.pop() if runs and draw.random() < 0.5 else daily_sentence(draw, words)
        chosen[text] = None
    return list(chosen)
