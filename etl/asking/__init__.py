"""Asks a language model behind an OpenAI-compatible endpoint, and keeps its answers. Nothing else sends text of articles anywhere."""

from etl.asking.asker import Tally, ask_all

__all__ = ["Tally", "ask_all"]
