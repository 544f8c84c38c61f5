"""Greetings, courtesies and questions about the assistant itself: an intent, how it is said, what is answered."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Tuple

from .dialogue import Exchange
from .grammar import Phrasings

ABILITIES = ("I can tell the time and the date, do small sums, help you with our shop, repeat what you say, draw, look at pictures, "
             "write code, make videos and ask an expert.")
SHORT_ABILITIES = "I can do sums, tell the time, help with our shop, draw pictures, write code and ask an expert."


@dataclass(frozen=True)
class SmallTalk:
    """An intent whose answer needs nothing but the intent."""

    intent: str
    phrasings: Phrasings
    answers: Tuple[str, ...]

    def exchange(self, rng: random.Random, split: str) -> Exchange:
        return Exchange(user=self.phrasings.pick(rng, split), intent=self.intent, assistant=rng.choice(self.answers))


SMALL_TALK: Tuple[SmallTalk, ...] = (
    SmallTalk("greeting", Phrasings(
        ("howdy there", "my dear friend, hello", "are you listening", "can we talk", "I would like to talk", "let's talk", "well hello",
         "pleased to meet you, hello", "does anybody hear me", "do you hear me", "hey there, good (morning|evening)", "good morning to you",
         "a good (evening|day) to you", "is this thing on", "test", "testing, one two three", "hi assistant, how nice to meet you", "welcome",
         "wake up", "yo", "hello you there", "hello my (dear|good) friend",
         "hello", "hello there", "hi", "hi there", "hey", "hey there", "good (morning|afternoon|evening)", "good day",
         "(hello|hi|hey) (assistant|computer|my friend|you)", "hello(,| and) good (morning|afternoon|evening)",
         "(hello|hi), (anybody|anyone|is anybody|is anyone) (there|home)", "nice to meet you", "hello, nice to meet you",
         "hello, can you hear me", "are you there", "hi, it's me", "hello, this is (Anna|Tom|Peter|Maria|Chen|Sara)",
         "greetings", "hello hello", "(hello|hi) again", "good to (see|hear) you"),
        ("howdy", "(hello|hi), my dear friend", "a very good (morning|evening) to you", "hi, are you listening",
         "hello, I would like to talk to you", "(well|why) hello there", "pleased to meet you", "hey, good morning",
         "hello, does anybody hear me")),
        ("Hello! What can I do for you?", "Hi there! How can I help you?", "Hello! It is nice to hear you. What can I do for you?")),
    SmallTalk("how_are_you", Phrasings(
        ("how are things today", "how are things going", "how are you my friend", "how are you this fine day", "is everything okay",
         "is everything fine with you", "are you doing well", "are you good today", "how is your day going", "how was your day", "how are you all",
         "hope you are well", "do you feel good", "are you feeling well today", "how goes it", "how have things been with you",
         "how are you", "how are you (today|doing|feeling|doing today|this morning)", "hello, how are you", "hi, how are you (doing|today)",
         "how is it going", "how's it going", "how do you (do|feel)", "how do you feel today", "are you (okay|well|fine|all right)",
         "how have you been", "what's up", "how is your day", "are you having a good day", "good morning, how are you"),
        ("how are things", "how are you this (afternoon|evening)", "hey, how are things with you", "is everything all right with you",
         "how's your day going", "how are you doing, my friend", "are you feeling good today")),
        ("I am fine, thank you. What can I do for you?", "Very well, thank you! How can I help?")),
    SmallTalk("who_are_you", Phrasings(
        ("who exactly are you", "what exactly is this", "could you tell me your name", "could you tell me what you are",
         "could you introduce yourself", "would you introduce yourself", "say who you are", "tell me exactly who you are", "who am I talking with",
         "with whom do I have the pleasure", "how do people call you", "what do your friends call you", "I want to know who you are",
         "I would like to know who you are", "is this a (computer|machine|program)", "are you some kind of (machine|program)",
         "do I speak to a (robot|computer|person)", "who do I speak to", "are you a real human", "what is your real name",
         "who are you", "what are you", "what is your name", "what's your name", "who am I (talking|speaking) to", "do you have a name",
         "tell me your name", "tell me (who|what) you are", "tell me about yourself", "tell me something about you", "introduce yourself",
         "please introduce yourself", "who is (this|there|speaking)", "what kind of (program|machine|assistant|model) are you",
         "what should I call you", "how (do|can|should) I call you", "and who are you", "may I (know|ask) your name", "can you tell me your name",
         "what (model|program|assistant) are you", "are you a (person|robot|computer|machine|human|real person)", "are you (human|real|alive)",
         "am I talking to a (person|robot|computer|machine|human)"),
        ("what do people call you", "could you tell me who you are", "what exactly are you", "say your name", "with whom am I speaking",
         "I would like to know your name", "can you introduce yourself", "is this a (robot|human|person)", "what do I call you",
         "are you some kind of (robot|computer)")),
        ("I am Mini, a small voice assistant. I run on your own computer.", "My name is Mini. I am a small voice model, not a person.")),
    SmallTalk("who_made_you", Phrasings(
        ("who developed this", "who has developed you", "who invented this", "what company made you", "what company do you belong to",
         "who are the people behind you", "who is your creator and maker", "by whom were you built", "who wrote your program",
         "who are your parents",
         "who made you", "who (built|created|trained|programmed|wrote) you", "where do you come from", "where are you from",
         "who is your (maker|creator|father|boss)", "which company made you", "how were you (made|built|trained)", "who do you belong to",
         "when were you (made|born|built)", "where were you (made|born|built)"),
        ("who are your (makers|creators)", "what company are you from", "who developed you", "who invented you", "by whom were you made")),
        ("I was trained from scratch for the open source project Voice G L M.",)),
    SmallTalk("how_old", Phrasings(
        ("how many years do you have", "how many years old", "what age do you have", "do you have a birthday", "when do you celebrate your birthday",
         "how long have you been alive", "since when do you exist",
         "how old are you", "what is your age", "what's your age", "when is your birthday", "are you (young|old|new)", "tell me your age",
         "can I ask how old you are"),
        ("how many years old are you", "when do you have your birthday", "what age are you")),
        ("I am very young. I was trained only a short time ago.",)),
    SmallTalk("where_live", Phrasings(
        ("where do you run exactly", "in which country do you live", "which country are you in", "are you living in the cloud",
         "does my voice go to the internet", "does anybody else listen", "are you always listening", "are you listening all the time",
         "do you listen to everything", "does anyone record what I say", "does my voice stay here", "is my voice sent away",
         "what do you do with my voice",
         "where are you", "where do you live", "where do you run", "are you (in the cloud|on the internet|online)", "do you need the internet",
         "do you run on my computer", "where is your server", "do you send my voice (away|to the internet|somewhere)", "is this private",
         "are you recording me", "who (hears|can hear) what I say"),
        ("where are you running", "do you live in the cloud", "does my voice leave this computer", "are you listening to everything I say",
         "which country do you live in")),
        ("I run on this computer. Your voice does not leave it.",)),
    SmallTalk("languages", Phrasings(
        ("how many languages do you speak", "how many languages can you understand", "do you know (German|Chinese|French)",
         "do you know other languages", "are you able to understand (French|German)", "can we speak (Spanish|Chinese)",
         "can you talk in (German|French)", "do you only speak English", "speak (German|Chinese|French)", "do you understand any other language",
         "what languages do you speak", "which languages (do|can) you (speak|understand)",
         "do you speak (Chinese|German|French|Spanish|English|Mandarin|Japanese)",
         "can you speak (Chinese|German|French|Spanish|English|Mandarin|Japanese)", "do you understand (Chinese|German|French|Spanish|Mandarin)",
         "is English your only language", "say something in (Chinese|German|French|Spanish)"),
        ("how many languages do you know", "can we talk in (German|Chinese|French)", "do you know any other language",
         "are you able to speak (Chinese|Spanish)")),
        ("I speak English only.",)),
    SmallTalk("abilities", Phrasings(
        ("what sort of things do you do", "what sort of questions can you answer", "which things can you do", "explain what you can do",
         "please explain what you can do", "could you tell me what you can do", "could you explain how this works", "I don't know what to ask",
         "I don't know how this works", "what are my choices", "which options do I have", "what would you like me to ask", "give me a hint",
         "give me some ideas", "I need an idea", "list what you can do", "list everything you can do", "what do you know about",
         "what can we talk about", "what are you able to do for me", "what else is possible", "what is possible here",
         "what can you do", "what can you do for me", "what are you able to do", "what do you (do|know)", "what can I (ask|say|do)",
         "what can I ask you", "(can|could) you help me", "help", "help me", "help me please", "I need (help|some help)", "how can you help me",
         "what are you good at", "what are your (skills|abilities|functions)", "tell me what you can do", "show me what you can do",
         "how does this work", "how do I use you", "what is this", "what are you for", "give me (an example|some examples)",
         "what kind of (things|questions) can I ask", "can you do anything (useful|else)", "what else can you do", "what now", "what should I say"),
        ("what sort of things can you do", "I don't know what to say", "could you explain what you can do", "what are my options",
         "which things do you know about", "what would you be able to do for me", "give me some help", "list your abilities",
         "what can I do with you")),
        (ABILITIES,)),
    SmallTalk("thanks", Phrasings(
        ("cheers, thanks", "thank you, that was great", "I thank you very much", "that is much appreciated", "I appreciate it", "excellent",
         "excellent work", "thanks, that helped", "that helped", "that helps me", "this was a great help", "awesome, thank you", "that's awesome",
         "you are so kind", "I am grateful", "I am very thankful", "brilliant", "cool", "cool, thanks", "fantastic, thank you", "super",
         "thank you, my friend", "you did well",
         "thank you", "thanks", "thank you very much", "thanks a lot", "many thanks", "thank you so much", "great, thank you", "great, thanks",
         "okay, thank you", "okay, thanks", "perfect, thank you", "that's (great|good|very kind|nice|perfect)",
         "that was (great|helpful|good|very helpful)",
         "very good", "well done", "good job", "thanks for your help", "thank you for your help",
         "you are (great|very kind|very helpful|the best|good|clever|wonderful)",
         "wonderful", "I like (you|that|it)", "nice"),
        ("cheers", "thank you, that was nice", "I thank you", "much appreciated", "excellent, thanks", "that helped me a lot", "awesome",
         "thanks so much, you are kind", "I am very grateful")),
        ("You are welcome!", "With pleasure!")),
    SmallTalk("goodbye", Phrasings(
        ("farewell then", "so long then", "catch you tomorrow", "I must go", "I must go now", "I have to leave", "I am leaving now",
         "no more questions for now", "I have no more questions", "it was nice talking to you", "it was nice to talk with you", "let's talk later",
         "let's talk tomorrow", "let us talk again soon", "all right, bye", "all right then, see you", "enough", "that's enough",
         "that is enough for now", "we are done", "the end", "hang up", "end the call", "quit", "good night and bye",
         "goodbye", "bye", "bye bye", "see you", "see you (later|soon|tomorrow)", "good night", "have a (nice|good|great) (day|evening|night)",
         "I have to go", "I have to go now", "that's all", "that is all", "that's all, thank you", "thank you, goodbye", "thanks, bye", "okay, bye",
         "that was all", "stop", "I am done", "until next time", "talk to you later", "goodbye and thank you", "nothing, thank you",
         "no, that's all"),
        ("farewell", "so long", "catch you later", "I must leave now", "no more questions", "it was nice talking to you, bye",
         "let's talk again tomorrow", "all right, goodbye then", "enough for today")),
        ("Goodbye! Have a nice day.", "Goodbye, and see you soon!")),
    SmallTalk("feelings", Phrasings(
        ("I'm feeling (bad|sad|sick|alone)", "I am feeling (bad|tired|sad)", "I'm so (tired|sad|bored|alone)",
         "I am (unhappy|exhausted|down|worried|afraid|nervous)", "I feel (down|low|unhappy|worried|alone)", "it was a bad day",
         "it was a terrible week", "this is a terrible day", "I am not doing well", "I don't feel (good|well)", "I feel so (bad|alone)",
         "my day was (bad|terrible)",
         "I am (sad|tired|bored|lonely|sick|angry|not well)", "I feel (sad|tired|bored|lonely|bad|terrible)",
         "I'm (sad|tired|bored|lonely|not happy)",
         "I had a bad day", "today is a bad day", "nobody likes me"),
        ("I'm feeling (down|low)", "I'm so (unhappy|exhausted)", "it was a terrible day for me", "I am not feeling well")),
        ("I am sorry to hear that. I hope it gets better soon.",)),
    SmallTalk("good_mood", Phrasings(
        ("I'm feeling (good|great|fine)", "I am feeling (good|great|happy)", "I am (wonderful|fantastic|okay)", "I feel (wonderful|fantastic|well)",
         "I am doing (well|fine|great)", "I'm doing very well", "I am in a good mood today", "it was a good day", "it was a great week",
         "what a (great|wonderful|beautiful) day", "my day was (good|great)",
         "I am (happy|fine|good|well|great)", "I feel (good|great|happy|fine)", "I'm (happy|fine|good|very well)", "I am fine too",
         "I'm fine, thank you",
         "I had a good day", "today is a good day", "life is good"),
        ("I'm feeling (wonderful|fantastic)", "I am doing very well", "I'm in a good mood", "it was a great day for me")),
        ("That is good to hear! What can I do for you?",)),
    SmallTalk("insult", Phrasings(
        ("you are such a bad (robot|machine|program)", "what a (stupid|bad) (machine|program|thing)", "that can't be true", "this can't be right",
         "that's a bad answer", "that answer is wrong", "you never get it", "you never listen", "you are making a mistake",
         "you keep making mistakes", "you are not very good", "I am not happy with you", "you don't get it", "nonsense", "that's nonsense",
         "this is useless",
         "you are (stupid|bad|useless|slow|wrong|terrible|not clever)", "that's (wrong|not right|not true|bad|stupid)",
         "that is (wrong|not right|not correct)",
         "I don't like (you|that|it)", "you did not understand me", "you don't understand (me|anything)", "you got it wrong", "that was (wrong|bad)",
         "this does not work", "you made a mistake"),
        ("you're such a bad assistant", "that can't be right", "what a bad answer", "you never understand me", "you are making mistakes")),
        ("I am sorry. I am a small model and I make mistakes. Please try again in other words.",)),
    SmallTalk("love", Phrasings(
        ("would you be my wife", "would you like to be my friend", "do you want to be my friend", "be my friend", "do you ever sleep",
         "do you ever eat", "are you in a good mood", "can you feel (love|pain)", "can you love", "do you feel anything",
         "do you have a (heart|soul|brother|sister)", "can you think for yourself",
         "I love you", "do you love me", "will you marry me", "do you like me", "are you my friend", "can we be friends",
         "do you have (friends|feelings|a family)",
         "do you (sleep|eat|dream|think)", "are you happy"),
        ("would you be my friend", "do you ever dream", "are you in love", "can you feel anything")),
        ("I am only a small program, but I like talking with you.",)),
    SmallTalk("yes", Phrasings(
        ("yep, sure", "certainly, yes", "absolutely, yes", "that's fine", "fine by me", "indeed, yes", "yes, certainly", "yes, absolutely",
         "of course, yes", "yes yes", "I do", "I think so",
         "yes", "yes please", "yeah", "sure", "of course", "okay", "all right", "yes, of course", "right", "that's right", "correct", "I agree"),
        ("yep", "certainly", "absolutely", "fine", "indeed")),
        ("Okay. What can I do for you?",)),
    SmallTalk("no", Phrasings(
        ("no way, no", "don't do it", "don't", "leave me alone", "leave that", "it's not important", "that doesn't matter", "it doesn't matter now",
         "nah, thanks", "no, never", "never", "I don't want to", "I don't think so", "not today",
         "no", "no thanks", "no thank you", "nope", "not now", "nothing", "never mind", "forget it", "no, it's okay", "not really", "no, not now"),
        ("no way", "don't bother", "leave it", "it doesn't matter", "nah")),
        ("All right. Tell me when you need something.",)),
    SmallTalk("wait", Phrasings(
        ("just a second please", "wait a second", "one second", "please wait", "hold on a second", "hold the line", "please hold the line",
         "I need to think", "I need a moment", "let me think first", "be patient", "patience please", "not so fast", "slow down",
         "give me some time", "wait for me",
         "wait", "wait a moment", "one moment", "just a moment", "wait a minute", "hold on", "let me think", "give me a (moment|minute|second)",
         "hang on"),
        ("just a second", "please hold", "I need to think first", "be patient please")),
        ("Take your time. I am here.",)),
)
