"""What the accurate model is worth on what was held out of its corpora, measured as it is exported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from numpy import int64
from numpy.typing import NDArray

from extract.encoder import Encoder, word_vectors
from extract.labels import LABELS, tag_path, tag_spans
from extract.recognise import read_entity_head
from extract.syntax import SyntaxHead
from lab.entities import OUTSIDE, Sentence, mask, passages
from lab.finetune import Passage, example_of, together
from lab.treebanks import documents, read_treebank

_BEGINS = mask(*LABELS)


def entity_scores(sentences: Iterable[Sentence], folder: Path) -> dict[str, tuple[float, float, float]]:
    """Return precision, recall and F1 by corpus and label on the held-out passages, as exported.

    Only what a corpus tells for certain counts: an entity found where the corpus leaves it open is
    neither right nor wrong, and a place is a place, be it LOC or FAC.
    """
    encoder, head = Encoder(folder), read_entity_head(folder)
    counts: dict[str, list[int]] = {}
    for passage in passages(sentence for sentence in sentences if sentence.held_out):
        example = example_of(Passage(passage.words, passage.allowed), encoder.cutter)
        path = tag_path(head.log_probabilities(encoder.encode([example.pieces])[0]))
        found = {(start, end, _coarse(label)) for start, end, label in tag_spans(path)}
        gold = _gold(example.allowed)
        for span in found | gold:
            tally = counts.setdefault(f"{passage.corpus} {span[2]}", [0, 0, 0])
            tags = example.allowed[span[0] : span[1]]
            left_open = bool(((tags & OUTSIDE > 0) & (tags != OUTSIDE)).any())
            tally[0] += span in found and span in gold
            tally[1] += span in found and (span in gold or not left_open)
            tally[2] += span in gold
    return {
        name: (right / max(1, made), right / max(1, wanted), 2 * right / max(1, made + wanted))
        for name, (right, made, wanted) in sorted(counts.items())
        if wanted
    }


def _coarse(label: str) -> str:
    return "LOC" if label == "FAC" else label


def _gold(allowed: NDArray[int64]) -> set[tuple[int, int, str]]:
    """Return the entities that are certain, of one label or of LOC and FAC alone."""
    found = set()
    start = -1
    for index, tags in enumerate((*allowed.tolist(), OUTSIDE)):
        certain = not tags & OUTSIDE
        if start >= 0 and not (certain and not tags & _BEGINS):
            labels = {_coarse(label) for label in LABELS if int(allowed[start]) & mask(label)}
            if len(labels) == 1:
                found.add((start, index, labels.pop()))
            start = -1
        if certain and tags & _BEGINS and not tags & (_BEGINS << 1):
            start = index
    return found


def syntax_scores(folder: Path) -> dict[str, float]:
    """Return tag and lemma accuracy, UAS and LAS (punctuation counts) on EWT's test part, gold words."""
    encoder, head = Encoder(folder), SyntaxHead.read(folder)
    right: Counter[str] = Counter()
    for document in documents(read_treebank("ewt-test")):
        for passage in together([(sentence, None) for sentence in document]):
            pieces = encoder.cutter.cut(passage.words)
            vectors = word_vectors(pieces, encoder.encode([pieces])[0], len(passage.words))
            at = 0
            for sentence in passage.trees:
                end = at + len(sentence.words)
                tree = head.parse(passage.words[at:end], vectors[at:end])
                for index, word in enumerate(sentence.words):
                    attached = int(tree.heads[index]) == word.head
                    right.update(
                        words=1,
                        tag=tree.tags[index] == word.upos,
                        lemma=tree.lemmas[index].lower() == word.lemma.lower(),
                        uas=attached,
                        las=attached and tree.labels[index] == word.deprel,
                    )
                at = end
    return {name: count / right["words"] for name, count in right.items()}
