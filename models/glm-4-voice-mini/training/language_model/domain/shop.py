"""The demo shop: opening hours, order status, complaints, and what a shop is asked besides."""

from __future__ import annotations

import datetime
import random
from typing import List, Optional, Tuple

from .clock import UNKNOWN
from .dialogue import Exchange, ToolCall
from .grammar import Phrasings, expand
from .numbers import WEEKDAYS, cardinal, digit_by_digit, in_pairs
from .smalltalk import SmallTalk

# Opening and closing hour by weekday; Sunday is closed.
_HOURS = [(9, 18)] * 5 + [(10, 16), None]

ITEMS = ("lamp", "cup", "book", "bag", "chair", "clock", "phone", "shirt", "radio", "camera", "table", "mirror", "kettle", "jacket", "toaster",
"watch")

SHOP_FACTS: Tuple[SmallTalk, ...] = (
    SmallTalk("opening_hours", Phrasings(
        ("at what time do you open", "at what time do you close", "what hours do you have", "what are the hours", "which hours are you open",
         "give me the opening hours", "could you tell me the opening hours", "please tell me your opening hours", "when can I come",
         "when can I come by", "when can I visit the (shop|store)", "until what time can I come", "what are the shop's opening hours",
         "what are the hours of the store", "I want to know when you are open", "tell me when the (shop|store) is open", "how late are you open",
         "how early do you open",
         "what are your opening hours", "when are you open", "when is the shop open", "when do you open", "when do you close",
         "tell me the opening hours",
         "what are the opening hours", "what are your opening times", "when does the (shop|store) (open|close)", "how long are you open",
         "what time do you (open|close)",
         "I would like to know your opening hours", "your opening hours please", "which days are you open", "opening hours",
         "what time does the shop (open|close)",
         "can you tell me (when you are open|your opening hours)", "until when are you open", "are you open", "what are your business hours"),
        ("what hours are you open", "could you give me the opening hours", "at what time is the store open", "when can I come to the shop",
         "until what time are you open", "what are the hours of your shop", "please tell me when the shop is open")),
        ("We are open Monday to Friday from nine to six, and on Saturday from ten to four.",)),
    SmallTalk("delivery_time", Phrasings(
        ("how much time does delivery take", "how much is (delivery|shipping)", "how soon do you ship", "how soon will it be delivered",
         "tell me about delivery", "tell me about shipping", "is shipping free", "is the delivery free", "do I pay for delivery",
         "can you deliver to my home", "how long do I wait for a delivery", "what about delivery",
         "how long does (delivery|shipping) take", "how long is the delivery", "when will my order arrive after I order", "how fast do you deliver",
         "how many days does delivery take", "how quickly do you (ship|deliver)", "do you deliver", "what does (delivery|shipping) cost"),
        ("how much time does shipping take", "how soon can you deliver", "tell me about your delivery", "is delivery free")),
        ("Delivery takes two to three days and is free.",)),
    SmallTalk("returns", Phrasings(
        ("how do I return something", "how do I send it back", "how do I get a refund", "I want a refund", "can I have a refund",
         "I would like a refund please", "is it possible to return something", "is it possible to send it back", "what if I want to return it",
         "what if it does not fit", "I don't like what I bought", "can I give it back", "may I return it", "how long can I return things",
         "can I return (it|something|my order|an item)", "can I send it back", "how can I return (something|my order|it)",
         "I want to return my order", "I want to send it back",
         "I want my money back", "can I get my money back", "how do returns work", "what is your return policy", "I would like to return something"),
        ("how do I send something back", "is it possible to return things", "I'd like a refund", "what if I don't like it")),
        ("You can send anything back within thirty days. You get your money back.",)),
    SmallTalk("address", Phrasings(
        ("in which street are you", "in which street is it", "on what street is the shop", "could you tell me the address", "give me the address",
         "give me your address", "how can I find the shop", "how can I find you", "how do I find your store", "which city are you in",
         "what is the address of the store", "where exactly is the shop", "where must I go",
         "where is (the|your) (shop|store)", "what is your address", "where can I find you", "where can I find the (shop|store)",
         "how do I get to the (shop|store)",
         "tell me the address", "what's the address of the shop", "where are you located"),
        ("could you tell me where your shop is", "in which street is the shop", "give me the shop's address", "how can I find your store")),
        ("The shop is at twelve Harbour Street.",)),
    SmallTalk("payment", Phrasings(
        ("is it possible to pay in cash", "is it possible to pay with my phone", "which ways to pay are there", "what ways are there to pay",
         "do you accept cards", "do you accept credit cards", "may I pay by card", "is cash okay", "can I pay later", "which payment do you accept",
         "tell me how I can pay",
         "how can I pay", "can I pay (by card|in cash|cash|with my phone|with a credit card)", "do you take (cards|cash|credit cards)",
         "which cards do you take",
         "what payment methods do you (have|accept)", "how do I pay"),
        ("is it possible to pay by card", "which ways are there to pay", "do you accept cash")),
        ("You can pay by card, by phone or in cash.",)),
    SmallTalk("range", Phrasings(
        ("which products do you sell", "which things do you have", "what things can I buy", "what is there to buy", "what sort of shop is this",
         "what sort of things do you sell", "tell me what you sell", "what is in your shop", "do you have (clocks|chairs|radios|cups)",
         "what do you offer",
         "what do you sell", "what can I buy", "what can I buy (here|in your shop|from you)", "what products do you have",
         "what do you have in the shop", "do you sell (lamps|cups|books|bags|chairs|phones)",
         "tell me about your shop", "tell me about the shop", "what kind of shop is it"),
        ("which things do you sell", "what is there in your shop", "what sort of products do you have")),
        ("We sell things for the home: lamps, clocks, chairs, cups and more.",)),
    SmallTalk("human", Phrasings(
        ("I'd like to talk to a human", "I'd like to speak to someone", "I would rather talk to a person", "put me through",
         "put me through to someone", "please put me through to a human", "is there a human", "is there anybody I can talk to",
         "is there someone I can speak to", "I need a real person", "I want to speak to your boss", "call me back", "can a colleague call me",
         "I want to (speak|talk) to a (person|human|real person)", "can I (speak|talk) to (someone|somebody|a person|a human|a real person)",
         "let me (speak|talk) to a (person|human|colleague)",
         "connect me with (someone|a person|your boss|a human)", "I want a human", "give me a (human|person)", "can somebody call me back",
         "please call me back"),
        ("I'd rather talk to a real human", "put me through to a person", "is there a person I can speak to")),
        ("I will ask a colleague to call you back.",)),
    SmallTalk("cancel_order", Phrasings(
        ("is it possible to change my order", "I don't want my order", "I don't want it any more", "I don't need my order any more",
         "I'd like to cancel my order", "I'd like to order a (lamp|chair|book)", "I'd like to buy something", "I want to place an order",
         "can I place an order", "please change my order", "stop my order", "order a (lamp|cup|chair) for me",
         "I want to cancel my order", "cancel my order", "please cancel my order", "can I cancel my order", "I would like to cancel an order",
         "I want to change my order",
         "I want to (order|buy) (something|a lamp|a cup|a book|a chair|a phone)", "can I (order|buy) (something|a lamp|a chair|a bag)",
         "can I change my order", "I would like to (buy|order) a (clock|radio|camera|watch)"),
        ("is it possible to cancel an order", "I don't want my order any more", "I'd like to place an order")),
        ("I cannot take or change orders. I can tell you the status of an order or take a complaint.",)),
)

_ON_DAY = Phrasings(
    ("are you also open on {day}", "do you open on {day}", "is it open on {day}", "could I come on {day}", "can I visit you on {day}",
     "until when are you open {day}", "how about on {day}", "and what about {day}", "what are the hours on {day}", "how late are you open on {day}",
     "open on {day}",
         "are you open on {day}", "are you open on {day}s", "is the (shop|store) open on {day}", "when are you open on {day}",
         "what are your opening hours on {day}", "and on {day}", "what about {day}",
     "when do you (open|close) on {day}", "can I come on {day}", "{day} too", "how long are you open on {day}"),
    ("do you also open on {day}", "could I visit you on {day}", "until when are you open on {day}", "how about {day}"))
_TODAY = Phrasings(
    ("what about the hours today", "do you still open today", "when do you open today", "what time are you open today",
     "what time do you open today", "how late are you open today", "could I come today", "are you also open today",
         "are you open today", "is the (shop|store) open today", "when are you open today", "how long are you open today",
         "what are your opening hours today", "until when are you open today",
     "when do you close today", "can I come today"),
    ("what about today", "do you open today", "what time do you close today"))
_TOMORROW = Phrasings(
    ("and are you open tomorrow", "what about tomorrow", "do you also open tomorrow", "at what time do you open tomorrow",
     "what time are you open tomorrow", "until when are you open tomorrow", "could I come tomorrow", "how late are you open tomorrow",
         "are you open tomorrow", "is the (shop|store) open tomorrow", "when are you open tomorrow", "how long are you open tomorrow",
         "what are your opening hours tomorrow",
     "when do you open tomorrow", "can I come tomorrow"),
    ("and tomorrow, are you open", "do you open tomorrow", "what time do you open tomorrow"))
_NOW = Phrasings(
    ("is the shop open at this moment", "are you open at the moment", "are you closed", "is it open now", "is the shop closed now",
     "are you closed already", "can I come to the shop now", "can I still come", "may I come now",
         "are you open now", "is the (shop|store) open now", "are you open right now", "are you still open", "is the shop still open",
         "can I come now", "are you already closed", "is the store closed"),
    ("is your shop open at the moment", "are you closed now", "can I visit the shop now"))

_STATUS = Phrasings(
    ("could you check my order", "could you look for my order", "look up my order", "I'd like to check my order",
     "I'd like to know where my order is", "I want to track my order", "I want to track a parcel", "track my (parcel|package)",
     "is there any news about my order", "any news of my (parcel|package)", "can you find my order", "find my order", "find out where my order is",
     "how far is my (parcel|package)", "tell me where my order is", "tell me about my order", "tell me what happened to my order",
     "has my (parcel|package) been sent", "has my order left", "I want to ask about my order", "I have a question about an order",
     "when is my order coming", "when will it come",
         "where is my order", "where's my order", "what is the status of my order", "what's the status of my order",
         "when (will|does) my order (arrive|come)", "I want to know where my order is",
     "can you check my order", "check my order", "please check my order", "track my order", "I have a question about my order",
     "how is my order doing", "has my order (shipped|been sent|arrived)",
     "where is my (parcel|package)", "where's my (parcel|package)", "when will I get my (order|parcel|package)", "order status",
     "I am calling about my order", "is my order on its way", "I am waiting for my order",
     "what happened to my order", "what about my order", "I would like to know the status of my order", "I ordered something",
     "did you send my order"),
    ("could you look up my order", "I'd like to track a package", "any news about my order", "can you find out where my parcel is",
     "how far is my order", "tell me the status of my order",
     "has my parcel left yet", "I want to ask about an order"))
_STATUS_OF = Phrasings(
    ("look up order {id}", "could you check order number {id}", "could you find order {id}", "can you look up {id}", "look for order {id}",
     "find order {id}", "please find order number {id}", "any news of order {id}", "is there any news about order {id}",
     "how far is order number {id}", "I'd like to know where order {id} is", "I want to know about order {id}", "tell me the status of order {id}",
     "the status of {id} please", "where is {id}", "what happened to order {id}", "has order {id} left",
         "where is order {id}", "where is order number {id}", "what is the status of order {id}", "what's the status of order {id}",
         "check order {id}", "please check order (number |){id}", "status of order {id}",
     "where is my order {id}", "where is my order, the number is {id}", "when will order {id} arrive", "when does order {id} come",
     "can you check order {id}", "track order {id}", "order {id}", "order number {id}",
     "what about order {id}", "tell me about order {id}", "I want to know where order {id} is", "has order {id} been sent",
     "what is with order {id}", "and order {id}", "is order {id} on its way"),
    ("could you look up order {id}", "look up order number {id}", "any news about order {id}", "how far is order {id}",
     "I'd like to know about order {id}", "find order {id} please"))
_THE_NUMBER = Phrasings(
    ("it must be {id}", "I think it should be {id}", "let me look, {id}", "let me see, it's {id}", "here it is, {id}", "it says {id}",
     "here is the number, {id}", "one moment, {id}", "wait, {id}", "I have the number {id}", "I have it here, {id}", "the order is {id}",
     "my order has the number {id}", "okay, {id}", "well, it is {id}", "the digits are {id}", "that would be {id}",
         "{id}", "{id}", "{id}", "it is {id}", "it's {id}", "the number is {id}", "my order number is {id}", "my number is {id}", "order {id}",
         "order number {id}", "it's number {id}", "number {id}", "that is {id}", "yes, {id}",
     "okay, it's {id}", "I think it's {id}", "the order number is {id}", "um, {id}", "{id} please", "sure, {id}", "my order is {id}"),
    ("it should be {id}", "let me see, {id}", "here it says {id}", "one moment, it's {id}", "I have {id} here", "the order has the number {id}"))
_OTHER_NUMBER = Phrasings(
    ("wrong, {id}", "wrong, the number is {id}", "that was wrong, it is {id}", "I made a mistake, {id}", "sorry, my mistake, {id}",
     "it is not that one, it is {id}", "that's not right, it's {id}", "that's not my number, it's {id}", "mine is {id}",
     "not that one, mine is {id}", "correct that to {id}", "no, that is not it, {id}",
         "no, {id}", "no, I said {id}", "no, it's {id}", "no, the number is {id}", "sorry, {id}", "I meant {id}", "no, order {id}",
         "that's wrong, it's {id}", "not that, {id}", "no no, {id}", "I said {id}"),
    ("wrong number, it's {id}", "I made a mistake, it is {id}", "correction, {id}", "that's not my order, mine is {id}"))
_NO_NUMBER = Phrasings(
    ("I am not sure", "I'm not sure about it", "I have no idea", "no idea what that is", "where do I see it", "where can I see the number",
     "where is the number", "how do I find it", "I don't remember", "I don't remember it", "what number do you mean", "which number do you mean",
     "I don't have a number",
         "I don't know", "I don't know it", "I don't know the number", "I have no order number", "I don't have it", "I forgot it",
         "where do I find it", "what order number", "I lost it", "I can't find it", "which number"),
    ("I'm not sure", "where can I find that number", "no idea", "I don't remember the number"))

_COMPLAINT = Phrasings(
    ("I want to file a complaint", "I'd like to make a complaint", "how can I complain", "how do I make a complaint", "how do I report a problem",
     "how do I tell you about a problem", "where can I complain", "I wish to make a complaint", "I am angry", "I am very angry",
     "I am angry with you", "I'm unhappy with my order", "I'm not happy with what I ordered", "I'm unhappy about something",
     "what I got is not good", "my order is not okay", "my order is wrong", "there's a problem with what I got",
     "I have to complain about something", "I need to report a problem", "something went wrong with my order",
         "I want to complain", "I have a complaint", "I want to make a complaint", "I would like to make a complaint", "I'd like to complain",
         "I am not happy with my order", "there is a problem with my order",
     "something is wrong with my order", "I have a problem with my order", "I need to complain", "can I make a complaint", "I am not satisfied",
     "complaint", "I want to report a problem", "I have a problem", "there is a problem",
     "I am very unhappy with your shop", "I want to complain about my order"),
    ("I'd like to file a complaint", "I'm unhappy with what I got", "my order has a problem", "I wish to complain about something",
     "how do I complain", "I am angry about my order"))

# A problem: how it is told of "it" or an item, and how it is asked back.
PROBLEMS = {
    "damaged": (Phrasings(
        ("the {item} is in pieces", "the {item} was in pieces", "it came in many pieces", "my {item} was damaged", "my {item} came broken",
         "there is a (scratch|hole|crack) in it", "there is a (hole|scratch) in the {item}", "the {item} fell apart", "it fell apart",
         "the {item} was cracked", "it is scratched", "the {item} broke",
         "it is (broken|damaged)", "it's (broken|damaged)", "it arrived (broken|damaged)", "it was (broken|damaged)",
         "the {item} is (broken|damaged|cracked|scratched)", "my {item} is (broken|damaged)", "the {item} arrived (broken|damaged)",
         "the {item} was broken", "the box was damaged", "it came broken", "it has a (crack|hole|scratch)", "the {item} has a (crack|hole|scratch)",
         "you sent me a broken {item}"),
        ("the {item} came in pieces", "it's in pieces", "my {item} was damaged when it came", "there is a crack in the {item}")),
        "So order {id} arrived damaged. Is that right?"),
    "late": (Phrasings(
        ("I haven't got it yet", "I have not received anything", "I haven't got my {item}", "the delivery is late", "the delivery takes too long",
         "it is slow", "I've been waiting for a week", "I have been waiting for two weeks", "I have waited too long", "my {item} isn't here",
         "it still isn't here", "where is my {item}, it is not here",
         "it never (came|arrived)", "it has not arrived", "it did not come", "it is (late|too late)", "it's late", "I am still waiting",
         "I am still waiting for it", "the {item} never (came|arrived)",
         "the {item} has not arrived", "my {item} did not come", "my parcel never arrived", "I did not get it", "I got nothing", "it takes too long",
         "the parcel is late"),
        ("I haven't received it", "the delivery is too slow", "I've been waiting for two weeks", "my {item} still isn't here")),
        "So order {id} has not arrived. Is that right?"),
    "missing": (Phrasings(
        ("not all was in the box", "not everything is there", "some parts are missing", "some things are not there", "the {item} wasn't in the box",
         "the {item} was not in the parcel", "half of the order is missing", "half is missing", "I miss a part", "the parcel was empty",
         "there was nothing in the box",
         "something is missing", "a part is missing", "one (part|piece) is missing", "there is something missing", "the {item} is missing",
         "the {item} was not in the box", "the box was empty", "it is not complete", "I only got half of it", "there was no {item} in the box",
         "two parts are missing"),
        ("not everything was in the box", "some parts are not there", "the {item} wasn't in the parcel", "half of it is missing")),
        "So something is missing from order {id}. Is that right?"),
    "wrong": (Phrasings(
        ("that's not what I ordered", "that is not what I wanted", "it has the wrong (size|color)", "the {item} is the wrong (size|color)",
         "I received the wrong {item}", "I got a different {item}", "I got somebody else's order", "it is somebody else's order",
         "it is a different {item}", "I got something different", "the {item} does not fit",
         "it is the wrong (one|thing|color|size|{item})", "it's the wrong (one|thing|color|size|{item})",
         "I got the wrong (one|thing|color|size|{item})", "you sent (me |)the wrong {item}", "the color is wrong", "the size is wrong",
         "it is too (big|small)", "the {item} is too (big|small)",
         "I ordered a {item} but got something else", "this is not what I ordered", "I ordered something else", "it is not my order"),
        ("that's not what I wanted", "the {item} has the wrong (size|color)", "I received a different {item}",
         "somebody else's order was in the box")),
        "So order {id} was the wrong thing. Is that right?"),
    "not_working": (Phrasings(
        ("it won't work", "it won't turn on", "the {item} won't start", "the {item} won't work", "it is dead", "my {item} is dead",
         "I can't turn it on", "I can't switch it on", "it doesn't start", "the {item} does not start", "it only works sometimes",
         "the {item} stopped after a day", "it makes a noise",
         "it does not work", "it doesn't work", "it is not working", "it stopped working", "the {item} does not work", "the {item} doesn't work",
         "my {item} stopped working", "my {item} is not working", "it does not turn on", "the {item} does not turn on",
         "it worked for one day", "the {item} makes a strange noise"),
        ("it won't start", "the {item} is dead", "I can't switch the {item} on", "it only worked once")),
        "So what came with order {id} does not work. Is that right?"),
    "price": (Phrasings(
        ("I was billed too much", "I was billed twice", "there is a mistake in the bill", "there's a mistake in the price", "the amount is wrong",
         "the amount on the bill is not right", "I paid more than the price", "I should pay less", "it cost too much", "the price is not right",
         "you billed me twice",
         "I paid too much", "the price is wrong", "you charged me twice", "the bill is wrong", "it was too expensive", "the price was too high",
         "I paid twice", "I was charged twice", "the bill is too high", "you took too much money"),
        ("I was billed two times", "there's a mistake in the bill", "the amount is not correct", "I paid more than I should")),
        "So the price of order {id} was wrong. Is that right?"),
}
_CONFIRM = Phrasings(("yep, that's right", "yep, it is", "you got it right", "you got that right", "yes indeed", "yes, indeed", "indeed it is",
"absolutely right", "yes, absolutely", "that is so", "yes, that's true", "that's true, yes", "true", "it is true", "quite right", "yes, that's it",
"that's it", "yes yes",
         "yes", "yes", "yes, that's right", "that's right", "right", "correct", "that's correct", "yes, it is", "yes please", "yeah", "exactly",
         "yes, exactly", "that is right", "yes, correct", "sure", "okay", "yes, of course"),
                     ("yep", "you got it", "indeed", "absolutely", "yes, that is so", "that's true"))
_DENY = Phrasings(("nope, wrong", "nope, that's wrong", "no, it's not true", "that's not it", "you got it wrong", "you got me wrong", "not quite",
"no, not exactly", "not quite right", "you misunderstood", "you misunderstood me", "no, that is not what I said", "I did not say that",
"no, it is something else", "that is not correct",
         "no", "no", "no, that's wrong", "that's not right", "no, that's not right", "wrong", "that is wrong", "no, it's not", "not really",
         "no, that's not it", "no no"),
                  ("nope, it's not", "that's quite wrong", "you got that wrong", "not exactly", "no, you misunderstood"))

_STATES = (
    "Order {id} is on its way. It will arrive {future}.", "Order {id} was delivered {past}.", "Order {id} is being packed. It leaves {future}.",
    "Order {id} is waiting for your payment.",
    "Order {id} was cancelled {past}.", "I cannot find order {id}. Please check the number.", "Order {id} came back to us {past}.",
    "Order {id} is ready in our shop.", "Order {id} was sent {past}. It will arrive {future}.",
    "Order {id} is delayed. It will arrive {future}.",
)
_FILED = (
    "Your complaint about order {id} is noted. We will call you within two days.",
    "Thank you. We have your complaint about order {id} and will call you back.",
    "I have noted your complaint about order {id}. A colleague will call you {future}.",
)
ASK_NUMBER = "What is your order number? It has four digits."
ASK_NUMBER_AGAIN = "The order number has four digits. You find it in our e-mail. What is it?"


def order_id(rng: random.Random) -> str:
    return f"{rng.randrange(10000):04d}"


def say_order_id(rng: random.Random, digits: str) -> str:
    """Digit by digit; sometimes in pairs, or with *oh* for 0."""
    draw = rng.random()
    if draw < 0.12 and digits[0] != "0" and digits[2] != "0":
        return in_pairs(digits)
    return digit_by_digit(digits, zero="oh" if draw < 0.4 else "zero")


def facts(rng: random.Random, split: str) -> Exchange:
    return rng.choice(SHOP_FACTS).exchange(rng, split)


def opening_on_day(rng: random.Random, split: str, clock: Optional[datetime.datetime]) -> Exchange:
    """Whether the shop is open on a weekday, today, tomorrow, or now."""
    draw = rng.random()
    if draw < 0.55:
        day = rng.randrange(7)
        user = _ON_DAY.pick(rng, split, day=WEEKDAYS[day])
        return Exchange(user=user, intent="opening_day", assistant=_opening(f"On {WEEKDAYS[day]}", day), slots={"day": WEEKDAYS[day]})
    if draw < 0.7:
        answer = _opening("Today", clock.weekday()) if clock else UNKNOWN
        return Exchange(user=_TODAY.pick(rng, split), intent="opening_day", assistant=answer, slots={"day": "today"})
    if draw < 0.85:
        answer = _opening("Tomorrow", (clock.weekday() + 1) % 7) if clock else UNKNOWN
        return Exchange(user=_TOMORROW.pick(rng, split), intent="opening_day", assistant=answer, slots={"day": "tomorrow"})
    if clock is None:
        return Exchange(user=_NOW.pick(rng, split), intent="opening_now", assistant=UNKNOWN)
    hours = _HOURS[clock.weekday()]
    is_open = hours is not None and hours[0] <= clock.hour < hours[1]
    answer = f"Yes, we are open now, until {_clock(hours[1])}." if is_open else "No, we are closed now."
    return Exchange(user=_NOW.pick(rng, split), intent="opening_now", assistant=answer, slots={"open": str(is_open).lower()})


def status(rng: random.Random, split: str) -> List[Exchange]:
    """Asks for an order: with its number at once, or when asked for it; now and then corrected."""
    exchanges: List[Exchange] = []
    digits = order_id(rng)
    if rng.random() < 0.5:
        exchanges.append(_with_number(rng, _STATUS_OF, split, digits))
    else:
        exchanges.append(ask_status(rng, split))
        if rng.random() < 0.1:
            exchanges.append(Exchange(user=_NO_NUMBER.pick(rng, split), intent="no_order_number", assistant=ASK_NUMBER_AGAIN))
        exchanges.append(_with_number(rng, _THE_NUMBER, split, digits))
    if rng.random() < 0.2:
        exchanges.append(_with_number(rng, _OTHER_NUMBER, split, misheard(rng, digits)))
    return exchanges


def ask_status(rng: random.Random, split: str) -> Exchange:
    """Asks for an order without its number."""
    return Exchange(user=_STATUS.pick(rng, split), intent="ask_order_number", assistant=ASK_NUMBER)


def status_call(digits: str) -> ToolCall:
    return ToolCall("order_status", {"order_id": digits})


def complaint(rng: random.Random, split: str) -> List[Exchange]:
    """Takes a complaint: number, problem, confirmation, and the call that files it."""
    digits = order_id(rng)
    problem = rng.choice(list(PROBLEMS))
    exchanges: List[Exchange] = []
    knows_problem = rng.random() < 0.35
    if knows_problem:
        exchanges.append(Exchange(user=_problem(rng, split, problem), intent="complaint", slots={"problem": problem},
                                  assistant=f"I am sorry about that. {ASK_NUMBER}"))
    else:
        exchanges.append(Exchange(user=_COMPLAINT.pick(rng, split), intent="complaint", assistant=f"I am sorry to hear that. {ASK_NUMBER}"))
    if rng.random() < 0.06:
        exchanges.append(Exchange(user=_NO_NUMBER.pick(rng, split), intent="no_order_number", assistant=ASK_NUMBER_AGAIN))
    words = _THE_NUMBER.pick(rng, split, id="\0")
    user = words.replace("\0", say_order_id(rng, digits))
    if knows_problem:
        exchanges.append(Exchange(user=user, typed=words.replace("\0", digits), intent="confirm_complaint", slots={"order_id": digits, "problem": problem},
                                  assistant=PROBLEMS[problem][1].format(id=digits)))
    else:
        exchanges.append(Exchange(user=user, typed=words.replace("\0", digits), intent="ask_problem", slots={"order_id": digits},
                                  assistant=f"What is wrong with order {digits}?"))
        exchanges.append(Exchange(user=_problem(rng, split, problem), intent="confirm_complaint", slots={"order_id": digits, "problem": problem},
                                  assistant=PROBLEMS[problem][1].format(id=digits)))
    draw = rng.random()
    if draw < 0.12:
        exchanges.append(Exchange(user=_DENY.pick(rng, split), intent="ask_problem", slots={"order_id": digits},
                                  assistant=f"Sorry. What is wrong with order {digits}?"))
        problem = rng.choice(list(PROBLEMS))
        exchanges.append(Exchange(user=_problem(rng, split, problem), intent="confirm_complaint", slots={"order_id": digits, "problem": problem},
                                  assistant=PROBLEMS[problem][1].format(id=digits)))
    elif draw < 0.24:
        digits = misheard(rng, digits)
        words = _OTHER_NUMBER.pick(rng, split, id="\0")
        exchanges.append(Exchange(user=words.replace("\0", say_order_id(rng, digits)), typed=words.replace("\0", digits), intent="confirm_complaint",
                                  slots={"order_id": digits, "problem": problem}, assistant=PROBLEMS[problem][1].format(id=digits)))
    call = ToolCall("file_complaint", {"order_id": digits, "problem": problem})
    exchanges.append(Exchange(user=_CONFIRM.pick(rng, split), intent="file_complaint", slots=dict(call.arguments), call=call, observation=filed(rng, digits)))
    return exchanges


def state(rng: random.Random, digits: str) -> str:
    """What the shop's system says about an order."""
    return rng.choice(_STATES).format(id=digits, future=_future(rng), past=_past(rng))


def filed(rng: random.Random, digits: str) -> str:
    """What the shop's system says when a complaint is taken."""
    return rng.choice(_FILED).format(id=digits, future=_future(rng))


def misheard(rng: random.Random, digits: str) -> str:
    """The same number with one digit changed."""
    place = rng.randrange(4)
    return digits[:place] + rng.choice([d for d in "0123456789" if d != digits[place]]) + digits[place + 1:]


def _with_number(rng: random.Random, phrasings: Phrasings, split: str, digits: str) -> Exchange:
    words = phrasings.pick(rng, split, id="\0")
    call = status_call(digits)
    return Exchange(user=words.replace("\0", say_order_id(rng, digits)), typed=words.replace("\0", digits), intent="order_status",
                    slots=dict(call.arguments), call=call, observation=state(rng, digits))


def _problem(rng: random.Random, split: str, problem: str) -> str:
    return PROBLEMS[problem][0].pick(rng, split, item=rng.choice(ITEMS))


def _opening(when: str, weekday: int) -> str:
    hours: Optional[Tuple[int, int]] = _HOURS[weekday]
    return f"{when} we are closed." if hours is None else f"{when} we are open from {_clock(hours[0])} to {_clock(hours[1])}."


def _clock(hour: int) -> str:
    return cardinal((hour - 1) % 12 + 1)


def _future(rng: random.Random) -> str:
    return expand("(today|tomorrow|tomorrow|in two days|in three days|next week|on Monday|on Tuesday|on Wednesday|on Thursday|on Friday|on Saturday)", rng)


def _past(rng: random.Random) -> str:
    return expand("(today|yesterday|yesterday|two days ago|three days ago|last week|on Monday|on Tuesday|on Wednesday|on Thursday|on Friday|on Saturday)", rng)
