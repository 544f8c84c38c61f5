"""The tools: what is asked for, the call that it becomes, and what a tool may answer."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Callable, Tuple

from .dialogue import Exchange, ToolCall
from .grammar import Phrasings, expand

_ADJECTIVES = "(red|blue|green|yellow|white|black|golden|pink|little|big|old|happy|sad|sleepy|funny|)"
_SUBJECTS = (
    "(fox|cat|dog|horse|bird|dragon|robot|house|castle|boat|ship|tree|flower|mountain|lion|elephant|fish|car|train|rocket|king|queen|clown|"
    "rabbit|bear|wolf|tiger|monkey|sheep|duck|snowman|pirate|witch|bridge|island|lighthouse|city|village|garden|rose|moon|planet|butterfly|owl|"
    "penguin|whale)")
_PLACES = (
    "( in the snow| in the rain| on the moon| in the forest| on a hill| by the sea| at night| in a garden| under a tree| in space|"
    " on the beach| in the desert| with a hat| with wings| in the city| on a boat| at sunset| in the mountains||||)")
_SCENE = (
    f"(a {_ADJECTIVES} {_SUBJECTS}{_PLACES}|two {_ADJECTIVES} (cats|dogs|horses|birds|robots|boats|trees|foxes|lions|ducks){_PLACES}|the (sun|"
    f"moon|sea|sky){_PLACES})")
_HAPPENING = (
    f"(a {_ADJECTIVES} {_SUBJECTS} (running|dancing|sleeping|flying|swimming|jumping|singing|walking|cooking|playing football|driving a car|"
    f"riding a bike){_PLACES}|waves on the beach|a sunset over the sea|rain on a window|clouds in the sky|a train in the mountains|"
    f"a city at night|a storm at sea|fireworks over a city)")
_TASKS = (
    "(sorts a list|adds two numbers|reads a file|counts words|prints hello world|draws a circle|reverses a string|finds the largest number|"
    "checks a password|sends an email|downloads a page|plays a game of chess|solves a puzzle|removes spaces|opens a window|counts to ten|"
    "finds prime numbers|computes the average|converts a date|shows the time|rolls a dice|renames files|makes a table|searches a text|"
    "computes the factorial|checks for a palindrome)")
_LANGUAGES = "(python|c sharp|java|go|rust|javascript)"
_CODE = (
    f"(a (function|program|script) that {_TASKS}|a {_LANGUAGES} (function|program|script) that {_TASKS}|a (function|program|"
    f"script) in {_LANGUAGES} that {_TASKS}|hello world in {_LANGUAGES}|a (web page|calculator|timer|quiz|small game|to do list|chat program))")
_TOPICS = (
    "(the (sun|moon|sea|weather|earth|brain|internet|economy|climate|universe)|life|love|time|music|history|energy|money|sleep|food|water|"
    "light|gravity|electricity)")
_MANY = (
    "(the stars|computers|robots|dreams|numbers|animals|plants|black holes|steam engines|airplanes|volcanoes|earthquakes|bees|whales|dinosaurs|"
    "vitamins|batteries)")
_QUESTIONS = (
    f"(why is the sky blue|why is the sea salty|why do cats purr|why do we (sleep|dream|cry|laugh|get old)|how do (airplanes fly|magnets work|"
    f"fish breathe|batteries work|birds find their way|computers think)|how far away is the (moon|sun)|how deep is the ocean|"
    f"how old is the (earth|sun|universe)|"
    f"who (built the pyramids|invented the telephone|wrote hamlet|painted the mona lisa|discovered america)|what is the (meaning of life|"
    f"largest number|highest mountain|longest river|fastest animal|capital of (France|Italy|Japan|China|Egypt|Spain))|"
    f"what is the best way to (learn|save money|sleep well|lose weight|cook rice|learn English)|"
    f"what happens (in a black hole|when we sleep|after death|if the sun goes out)|is there life on (mars|other planets)|can (plants feel pain|"
    f"animals think|robots have feelings)|what do you know about ({_TOPICS}|{_MANY})|how does {_TOPICS} work|how do {_MANY} work|"
    f"why is {_TOPICS} important|why are {_MANY} important|what is the future of ({_TOPICS}|{_MANY})|how many (people|animals|stars|"
    f"countries) are there)")
_LOOKING = (
    "(what do you see|what is this|what is that|what is in (the|this) picture|what color is (this|it)|read this|read the text|who is this|"
    "how many people are there|what does (it|this) say|what is in my hand|is this (safe|ripe|broken|clean)|where is (my key|the cat|the door)|"
    "what kind of (plant|animal|food|bird|car) is this|"
    "describe the picture|describe this|what is on the table|how do I look|is the light on|what am I holding)")


@dataclass(frozen=True)
class Tool:
    """A tool: its name, its one argument, what is asked for, how, and what it may answer."""

    name: str
    argument: str
    what: str
    phrasings: Phrasings
    answers: Tuple[str, ...]
    weight: int = 1

    def exchange(self, rng: random.Random, split: str) -> Exchange:
        what = tidy(expand(self.what, rng))
        user = tidy(self.phrasings.pick(rng, split, what=what))
        call = ToolCall(self.name, {self.argument: what})
        return Exchange(user=user, intent=self.name, slots=dict(call.arguments), call=call, observation=self.answer(rng, what))

    def answer(self, rng: random.Random, what: str) -> str:
        """Something a tool could say."""
        return tidy(expand(rng.choice(self.answers), rng).format(what=what, scene=tidy(expand(_SCENE, rng))))


_FACTS = (
    "(The answer is|I think it is|It is|The expert says) (yes|no|the sun|water|about (ten|twenty|one hundred|two thousand) (years|meters|"
    "people|kilometers)|nobody knows|love|very simple|quite hard|a matter of taste|too early to say).",
    "(In short,|After some thinking,|The expert says) (it depends on (the weather|you|the light|the time)|light is bent in the air|"
    "salt comes from the rivers|the brain needs rest|people disagree|it takes practice|there are many answers|small steps are best|"
    "nobody has seen it yet).",
    "(Rome|Paris|Tokyo|Cairo|Madrid|Beijing) is the (capital|largest city|right answer).",
    "(Because|It happens because) (blue light is scattered the most|warm air rises|they feel safe|we need it|the water carries salt|"
    "the earth turns).")

TOOLS: Tuple[Tool, ...] = (
    Tool("draw_picture", "prompt", _SCENE, Phrasings(
        ("would you paint {what}", "would you make a picture of {what}", "sketch me {what}", "can you sketch {what}", "I'd like a picture of {what}",
         "I'd like you to paint {what}", "I want you to draw {what}", "let me see {what}", "let me see a picture of {what}", "a drawing of {what}",
         "make a drawing of {what}", "create an image of {what}", "create a drawing with {what}", "please paint {what}",
         "please make a picture of {what}", "I want to see {what}", "could you paint {what}",
         "draw {what}", "please draw {what}", "draw me {what}", "can you draw {what}", "paint {what}", "paint me {what}", "draw a picture of {what}",
         "make a picture of {what}", "make me a picture of {what}", "I want a picture of {what}",
         "show me a picture of {what}", "can you paint {what}", "could you draw {what} for me", "I would like a picture of {what}",
         "create a picture of {what}", "a picture of {what} please", "now draw {what}", "make an image of {what}"),
        ("would you draw {what}", "sketch {what}", "I'd like you to draw {what}", "let me see a drawing of {what}", "create an image with {what}",
         "please paint me a picture of {what}")),
        ("Here is your picture of {what}.", "Your picture is ready.", "Here it is: {what}.", "I drew {what}.",
         "The picture could not be drawn. Please try again."), 3),
    Tool("look_at_image", "question", _LOOKING, Phrasings(
        ("would you look and tell me, {what}", "look here and tell me, {what}", "look here please, {what}", "check this, {what}",
         "check the picture, {what}", "check with the camera, {what}", "can you look at this, {what}", "can you see it, {what}", "see this, {what}",
         "I show you something, {what}", "with the camera, {what}", "here is a picture, {what}",
         "look at this, {what}", "look at this and tell me, {what}", "look at the picture, {what}", "look, {what}", "use the camera, {what}",
         "take a look, {what}", "look through the camera, {what}", "please look at this, {what}",
         "look at my camera, {what}", "have a look, {what}", "{what}", "{what}"),
        ("would you look at this, {what}", "look here, {what}", "check the camera, {what}", "can you see this, {what}")),
        ("I see {scene}.", "(It looks like|This is|That is) {scene}.", "(It is|The color is) (red|blue|green|yellow|black|white|brown).",
         "It says (hello|open|exit|push|pull|no smoking|welcome|happy birthday|danger|sale).",
         "(There are|I count) (two|three|four|five) (people|cats|cups|cars|books).",
         "(It is a|I see a|You are holding a) (cup|book|phone|key|pen|plant|dog|cat|chair|bottle|lamp).",
         "I cannot see anything. Please turn the camera on."), 2),
    Tool("write_code", "task", _CODE, Phrasings(
        ("would you write {what}", "write {what} for me", "please write me {what}", "can you program {what}", "develop {what} for me",
         "I'd like to have {what}", "I would like {what}", "generate {what}", "generate the code of {what}", "make me {what}", "please code {what}",
         "implement {what} for me", "I need code for {what}", "can you make {what}",
         "write {what}", "please write {what}", "write code for {what}", "write me {what}", "can you write {what}", "code {what}", "program {what}",
         "I need {what}", "create {what}", "make {what}", "I want {what}", "could you write {what}", "write the code for {what}",
         "help me write {what}"),
        ("would you write {what} for me", "develop {what}", "I'd like {what}", "generate code for {what}", "implement {what}")),
        ("The code is ready. You see it on the page.", "I wrote {what}.", "Here is {what}. It has (five|ten|twelve|twenty) lines.",
         "Done. The code is on the page."), 2),
    Tool("make_video", "prompt", _HAPPENING, Phrasings(
        ("would you make a film of {what}", "would you create a video of {what}", "produce a film of {what}", "please produce a video of {what}",
         "I'd like a video of {what}", "I'd like you to film {what}", "a short movie of {what}", "make a short movie of {what}",
         "create a film of {what}", "please create a video with {what}", "let me see a film of {what}", "I want to see a video of {what}",
         "can you film {what}",
         "make a video of {what}", "make me a video of {what}", "please make a video of {what}", "create a video of {what}", "film {what}",
         "can you make a video of {what}", "I want a video of {what}", "make a movie of {what}", "make a short film of {what}",
         "I would like a video of {what}",
         "show me a video of {what}", "a video of {what} please", "make a video with {what}", "could you make a film of {what}"),
        ("would you make a video of {what}", "produce a video of {what}", "I'd like a short movie of {what}", "create a film with {what}",
         "let me see a video of {what}")),
        ("I am making your video. It takes a minute.", "Your video is ready.", "The video of {what} is ready.",
         "Your video is in the making. I tell you when it is ready."), 2),
    Tool("think_hard", "question", _QUESTIONS, Phrasings(
        ("give it some thought, {what}", "please give this some thought, {what}", "think very hard, {what}",
         "think very carefully about this, {what}", "reason carefully, {what}", "reason step by step, {what}", "think long, {what}",
         "think for a long time, {what}", "I want you to think hard, {what}", "I want you to think about this, {what}", "think well, {what}",
         "use all your brain, {what}", "take time to think, {what}",
         "think hard about {what}", "think hard, {what}", "please think hard, {what}", "think about this, {what}", "think carefully, {what}",
         "think it through, {what}", "think deeply, {what}", "take your time and think, {what}", "think step by step, {what}",
         "use your brain, {what}", "think hard about this, {what}", "please think about {what}"),
        ("give this some thought, {what}", "think very carefully, {what}", "reason about this, {what}", "think long and hard, {what}",
         "I want you to think, {what}")),
        _FACTS, 2),
    Tool("ask_glm", "question", _QUESTIONS, Phrasings(
        ("would you ask the expert, {what}", "would you ask an expert {what}", "get the expert to answer, {what}", "let's ask an expert, {what}",
         "let's ask the big model, {what}", "a question for the expert, {what}", "question for the big model, {what}",
         "check with an expert, {what}", "please check with the big model, {what}", "the expert should tell me, {what}",
         "let the expert tell me {what}", "could you ask the expert {what}", "I want the expert to tell me {what}", "ask the expert for me, {what}",
         "ask the expert, {what}", "ask the expert {what}", "please ask the expert {what}", "ask an expert, {what}", "ask the big model, {what}",
         "ask the big model {what}", "can you ask the expert {what}", "ask G L M, {what}", "I want to ask the expert, {what}",
         "let the expert answer, {what}", "find out {what}", "look up {what}",
         "what does the expert say, {what}", "ask somebody who knows, {what}"),
        ("would you ask the expert {what}", "get the expert to tell me, {what}", "let's ask the expert, {what}", "question for the expert, {what}",
         "check with the expert, {what}")),
        _FACTS, 2),
)


def exchange(rng: random.Random, split: str) -> Exchange:
    """A request for one of the tools."""
    return rng.choices(TOOLS, [tool.weight for tool in TOOLS])[0].exchange(rng, split)


def tidy(text: str) -> str:
    """One space between words, and ``an`` before a vowel."""
    words = text.split()
    return " ".join("an" if word == "a" and words[i + 1:] and words[i + 1][0] in "aeio" else word for i, word in enumerate(words))
