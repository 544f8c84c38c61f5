"""Where the model's knowledge ends: what it cannot do, and what it cannot make out."""

from __future__ import annotations

import random

from .dialogue import Exchange
from .grammar import Phrasings
from .smalltalk import SHORT_ABILITIES

_BEYOND = Phrasings(
    ("is it (windy|snowing|stormy) (today|outside)", "is it sunny (outside|in London|tomorrow)", "what's the weather (today|tomorrow|in London)",
     "what is the temperature (today|outside|in the room)", "tell me something (about cats|about history|sad|new|clever)", "make me laugh",
     "put on the (radio|television)", "put some music on", "switch (on|off) the (light|radio|heating)", "switch the lamp (on|off)",
     "switch the (light|radio) (on|off)", "call a (doctor|taxi|friend)", "call my (friend|boss|brother) for me", "write (a letter|a poem|an email)",
     "write a letter to (my mother|my boss)", "who is the (queen|king) of (England|Sweden)", "what's new (today|in town)",
     "where can I (sleep|park|buy bread|find a doctor)", "get me (a coffee|a beer|some water|my coat)",
     "how (long|deep|big) is the (sea|road|lake|desert)", "translate (thank you|goodbye) into (Chinese|German)",
     "can you (swim|cook|run|sing|drive|read my mind)", "do you like (tea|summer|books|dogs|ice cream)",
     "which (book|song|film) should I (read|hear|watch)", "give me a (present|kiss|book|number)",
     "I want to (go home|sleep|travel|learn French|see a movie)", "who was (Caesar|Mozart|the first man on the moon)",
     "what's the (result|news|plan|problem)", "buy me a (car|house|coffee|book)", "my (phone|car|head) is (broken|slow|heavy)",
     "my computer is (broken|too loud|old)", "tell me something (funny about|nice about|new about) (cats|school|Napoleon)",
     "do you like (chocolate cake|my dress|the sea)", "can you (fly a plane|play tennis|jump|count sheep)",
     "where can I (eat|eat pizza|go tonight|go swimming)", "which movie (is good|do you like)", "what's the (score|weather like|movie about)",
     "how long is (the film|the road|the war)", "tell me about (Rome|your family|the stars|Einstein|dogs)",
     "what is your favorite (book|city|number|sport)", "how do I (get to London|learn English|fix my car|open this)",
     "I need (a plumber|money|a new job|a haircut|some rest)", "is (Peter|the train|my mother) (late|here|at home)",
     "when does the (train|bus|film|plane) (leave|come|start|arrive)", "what (color|size) is the (sky|sea|moon)",
     "how many (days|people|legs) (are there|has a spider|has a year)", "why (do birds fly|is grass green|are you so small)",
     "who (wrote this book|sings this song|lives next door)", "let's (go|dance|play a game|have dinner)",
     "take me (home|to the moon|to the station)", "start (the car|the washing machine|a game)", "look for my (keys|phone|glasses)",
     "what happened (yesterday|in the war|to my car)", "should I (stay|go|call her|sell my house)",
     "I (lost my keys|saw a bird|like apples|have a dog|live in a small town|bought a new car)",
     "my (brother|mother|friend) (is coming|lives in Spain|likes music|has a dog)",
     "the (sun is shining|train was late|children are playing|book is on the table)",
     "we (went to the beach|had dinner|are going home|need more time)", "it (was a dark night|is a long story|rained all day)",
         "what is the weather (like|today|tomorrow|like today)", "how is the weather", "will it rain (today|tomorrow)",
         "is it (cold|warm|raining) outside", "how warm is it", "do I need an umbrella",
     "tell me a (joke|story|secret|fairy tale)", "sing (a song|for me|something)", "play (some music|a song|the radio|a game)",
     "turn (on|off) the (light|lights|radio|television|heating|music)", "turn the volume (up|down)",
     "set a timer (for ten minutes|for one hour)", "wake me (up |)at (six|seven|eight)", "set an alarm",
     "call (my mother|my wife|the police|a taxi|Peter)", "send (a message|an email) to (Anna|my boss|Tom)", "what is in the news",
     "tell me the news",
     "who is the president", "who won the game", "what is the capital of (France|Italy|Germany|Spain)",
     "how tall is (the tower|the president|a giraffe)", "how far is it to (London|Paris|the station)",
     "where is the next (station|hotel|restaurant|doctor|bank)",
     "book a (table|flight|hotel|room)", "find a (restaurant|hotel|doctor|flight)", "what should I (eat|cook|wear|do) today",
     "how do I cook (rice|pasta|an egg)", "translate (this|hello|good morning) into (French|German|Spanish)", "how do you spell (apple|mountain)",
     "what is the price of (gold|oil|a car)", "how is the stock market", "open the (door|window|garage)", "take a note",
     "remind me (tomorrow|of my meeting|to call Anna)", "what is on television", "read me a book", "who was (Napoleon|Einstein|Mozart)",
     "when was the (war|king born)", "why is the sky blue", "what do you think about (politics|love|football)", "I need a doctor", "I am hungry",
     "order a pizza", "let's play chess", "do my homework", "help me with my homework",
     "can you drive a car", "can you dance", "do you like (music|football|pizza|cats)", "what is your favorite (color|song|movie|food)",
     "give me some advice", "what is the meaning of life", "show me the way", "which bus goes to the city",
     "how many people live in (London|China|the world)", "is there a god", "what will happen tomorrow", "what is my name", "who am I", "where am I",
     "do you know (Peter|my name|Berlin)", "can you see me", "tell me something interesting", "my (dog|cat|car) is (sick|old|gone)"),
    ("is it sunny today", "what's the temperature", "tell me something funny", "put on some music", "switch off the lamp", "call a friend for me",
     "write a letter to my aunt", "who is the king of Spain", "what's new in the world", "where can I eat tonight",
     "get me a taxi", "how long is the river", "translate thank you into Italian", "can you fly", "do you like chocolate",
     "which movie should I see", "give me a recipe", "I want to go to London", "who was Shakespeare", "what's the score of the match",
     "buy me a ticket",
     "my computer is slow", "tell me about Napoleon", "what is your favorite animal"))

UNCLEAR = ("Sorry, I did not understand that. Could you say it again?",)


def beyond(rng: random.Random, split: str) -> Exchange:
    """Something the model does not know or do."""
    return Exchange(user=_BEYOND.pick(rng, split), intent="beyond", assistant=f"I cannot help with that. {SHORT_ABILITIES}")


def unclear(rng: random.Random) -> Exchange:
    """Noise, or speech that cannot be made out."""
    return Exchange(user="", intent="unclear", assistant=rng.choice(UNCLEAR), noise=True)
