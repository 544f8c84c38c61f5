"""Lines of a log that runs for hours."""

import time


def say(text: str) -> None:
    """Prints a line with the time of day, at once."""
    print(time.strftime("%H:%M:%S"), text, flush=True)
