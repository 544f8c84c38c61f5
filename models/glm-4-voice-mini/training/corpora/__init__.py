"""What the tokenizer hears while it learns: synthetic users, real people, noise, and what a line does to them."""
