"""Where the model's knowledge ends: what it cannot do, and what it cannot make out."""

from __future__ import annotations

import random

from .dialogue import Exchange
from .grammar import Phrasings
from .smalltalk import SHORT_ABILITIES

_BEYOND = Phrasings(
    ("what is the weather (like|today|tomorrow|like today)", "how is the weather", "will it rain (today|tomorrow)", "is it (cold|warm|raining) outside", "how warm is it", "do I need an umbrella",
     "tell me a (joke|story|secret|fairy tale)", "sing (a song|for me|something)", "play (some music|a song|the radio|a game)", "turn (on|off) the (light|lights|radio|television|heating|music)", "turn the volume (up|down)",
     "set a timer (for ten minutes|for one hour)", "wake me (up |)at (six|seven|eight)", "set an alarm", "call (my mother|my wife|the police|a taxi|Peter)", "send (a message|an email) to (Anna|my boss|Tom)", "what is in the news", "tell me the news",
     "who is the president", "who won the game", "what is the capital of (France|Italy|Germany|Spain)", "how tall is (the tower|the president|a giraffe)", "how far is it to (London|Paris|the station)", "where is the next (station|hotel|restaurant|doctor|bank)",
     "book a (table|flight|hotel|room)", "find a (restaurant|hotel|doctor|flight)", "what should I (eat|cook|wear|do) today", "how do I cook (rice|pasta|an egg)", "translate (this|hello|good morning) into (French|German|Spanish)", "how do you spell (apple|mountain)",
     "what is the price of (gold|oil|a car)", "how is the stock market", "open the (door|window|garage)", "take a note", "remind me (tomorrow|of my meeting|to call Anna)", "what is on television", "read me a book", "who was (Napoleon|Einstein|Mozart)",
     "when was the (war|king born)", "why is the sky blue", "what do you think about (politics|love|football)", "I need a doctor", "I am hungry", "order a pizza", "let's play chess", "do my homework", "help me with my homework",
     "can you drive a car", "can you dance", "do you like (music|football|pizza|cats)", "what is your favorite (color|song|movie|food)", "give me some advice", "what is the meaning of life", "show me the way", "which bus goes to the city",
     "how many people live in (London|China|the world)", "is there a god", "what will happen tomorrow", "what is my name", "who am I", "where am I", "do you know (Peter|my name|Berlin)", "can you see me", "tell me something interesting", "my (dog|cat|car) is (sick|old|gone)"),
    ("is it sunny today", "what's the temperature", "tell me something funny", "put on some music", "switch off the lamp", "call a friend for me", "write a letter to my aunt", "who is the king of Spain", "what's new in the world", "where can I eat tonight",
     "get me a taxi", "how long is the river", "translate thank you into Italian", "can you fly", "do you like chocolate", "which movie should I see", "give me a recipe", "I want to go to London", "who was Shakespeare", "what's the score of the match", "buy me a ticket",
     "my computer is slow", "tell me about Napoleon", "what is your favorite animal"))

UNCLEAR = ("Sorry, I did not understand that. Could you say it again?",)


def beyond(rng: random.Random, split: str) -> Exchange:
    """Something the model does not know or do."""
    return Exchange(user=_BEYOND.pick(rng, split), intent="beyond", assistant=f"I cannot help with that. {SHORT_ABILITIES}")


def unclear(rng: random.Random) -> Exchange:
    """Noise, or speech that cannot be made out."""
    return Exchange(user="", intent="unclear", assistant=rng.choice(UNCLEAR), noise=True)
