"""What the model can talk about: phrasings, slots, answers, tools and the dialogues made of them."""
