"""A conversation of the evaluation set as its file has it: a line of JSON."""

from __future__ import annotations

from typing import Dict, List, Optional

from .domain.dialogue import Dialogue
from .domain.meaning import expected


def told(name: str, condition: str, dialogue: Dialogue, voice: Optional[str], waves: List[str]) -> Dict:
    """voice: who speaks; None: the turns are typed. waves: the sound of each turn, below the set's folder."""
    turns = []
    for turn, exchange in enumerate(dialogue.exchanges):
        intent, slots = expected(exchange)
        turns.append({
            "wav": waves[turn] if waves else None, "text": exchange.user if voice else exchange.typed, "intent": exchange.intent,
            "answer": f"^(?:{intent})$", "slots": None if slots is None else f"^(?:{slots})$", "observation": exchange.observation})
    return {"id": name, "condition": condition, "voice": voice, "clock": dialogue.clock_text, "turns": turns}
