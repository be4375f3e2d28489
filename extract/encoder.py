"""The encoder: a small transformer that makes a vector of each word, and heads that read the vectors.

The network is all-MiniLM-L6-v2 fine-tuned by ``lab/train_language.py``, as ONNX with 8-bit weights.
It was made for text without case, so how a word is written goes in beside it, as the "token type".
Whoever wants to know something about words or sentences adds a head, a linear layer of its own in a
file of its own, over the same pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

MODELS = Path(__file__).parent.parent / "data" / "models"
TOKENIZER, NETWORK = "tokenizer.json", "encoder.onnx"
MAX_PIECES = 254
"""Word pieces of one pass, without the marks at its ends; the network has seen few longer ones."""

BATCH_PIECES = 2048
"""Word pieces, padding included, that are computed at once: more need more memory and no less time."""

WIDTH = 384
"""Numbers in the vector of a word."""

CONTINUES = "##"


class Shape(IntEnum):
    """How a word is written."""

    NONE = 0
    LOWER = 1
    CAPITALISED = 2
    UPPER = 3
    LETTER = 4
    MIXED = 5
    DIGITS = 6


def shape(word: str) -> Shape:
    """Return how a word is written."""
    letters = [letter for letter in word if letter.isalpha()]
    if not letters:
        return Shape.DIGITS if any(letter.isdigit() for letter in word) else Shape.NONE
    upper = sum(letter.isupper() for letter in letters)
    if not upper:
        return Shape.LOWER
    if upper == len(letters):
        return Shape.UPPER if len(letters) > 1 else Shape.LETTER
    return Shape.CAPITALISED if upper == 1 and word[0].isupper() else Shape.MIXED


@dataclass(frozen=True, slots=True)
class Pieces:
    """Words cut for the network: ``n`` word pieces that make up ``m`` parts, such as "Ust", "-", "Luga".

    ``ids`` and ``shapes`` are of length n; of length m are ``first``, the index of each part's first
    piece, ``words``, the index of the word that it is of, and ``starts`` and ``ends``, its characters
    in that word.
    """

    ids: NDArray[np.int64]
    shapes: NDArray[np.int64]
    first: NDArray[np.int64]
    words: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def windows(self) -> Iterator[Pieces]:
        """Yield the pieces in windows of at most ``MAX_PIECES``, cut between parts where that goes."""
        start = 0
        while start < len(self.ids):
            end = min(start + MAX_PIECES, len(self.ids))
            if end < len(self.ids):
                begins = self.first[(self.first > start) & (self.first <= end)]
                end = int(begins[-1]) if len(begins) else end
            parts = slice(*np.searchsorted(self.first, [start, end]))
            yield Pieces(
                self.ids[start:end],
                self.shapes[start:end],
                self.first[parts] - start,
                self.words[parts],
                self.starts[parts],
                self.ends[parts],
            )
            start = end


class WordPieces:
    """Cuts words into the word pieces of the network."""

    def __init__(self, path: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(path))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        begin, end = (self._tokenizer.token_to_id(mark) for mark in ("[CLS]", "[SEP]"))
        self.begin, self.end = int(begin or 0), int(end or 0)

    def cut(self, words: Sequence[str]) -> Pieces:
        """Return the pieces of a row of words; none of them may hold white space."""
        text = " ".join(words)
        # Half of a surrogate pair, which JSON may let in, has no UTF-8 form. An emoji would be an unknown
        # word, and what stands beside it would seem to be its number.
        encoding = self._tokenizer.encode(_UNREADABLE.sub(" ", text), add_special_tokens=False)
        first = [i for i, piece in enumerate(encoding.tokens) if i == 0 or not piece.startswith(CONTINUES)]
        after = [*first, len(encoding.ids)][1:]
        offsets = encoding.offsets
        starts = np.asarray([offsets[i][0] for i in first], np.int64)
        ends = np.asarray([offsets[i - 1][1] for i in after], np.int64)
        shapes = np.zeros(len(encoding.ids), np.int64)
        for begin, end, start, stop in zip(first, after, starts, ends, strict=True):
            shapes[begin:end] = shape(text[start:stop])
        lengths = np.asarray([len(word) + 1 for word in words], np.int64)
        begins = np.cumsum(lengths) - lengths
        owners = np.searchsorted(begins, starts, side="right") - 1
        at = begins[owners]
        return Pieces(
            np.asarray(encoding.ids, np.int64),
            shapes,
            np.asarray(first, np.int64),
            owners,
            starts - at,
            ends - at,
        )


_UNREADABLE = re.compile("[\ud800-\udfff\u2600-\u27bf\ufe0f\U0001f000-\U0001faff]")


class Encoder:
    """The network and how to cut text for it. Threads may share it."""

    def __init__(self, folder: Path = MODELS) -> None:
        self.cutter = WordPieces(folder / TOKENIZER)
        options = onnxruntime.SessionOptions()
        # One report is read on one core; many reports are read side by side.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        # Memory once taken for a long text would be kept for good.
        options.enable_cpu_mem_arena = False
        self._session = onnxruntime.InferenceSession(
            str(folder / NETWORK), options, providers=["CPUExecutionProvider"]
        )

    def encode(self, texts: Sequence[Pieces]) -> list[NDArray[np.float32]]:
        """Return for each text an array (parts, ``WIDTH``): what the network makes of each part of it."""
        windows = [(index, window) for index, text in enumerate(texts) for window in text.windows()]
        vectors: dict[int, NDArray[np.float32]] = {}
        for batch in _batches([len(window.ids) for _, window in windows]):
            hidden = self._run([windows[number][1] for number in batch])
            for row, number in enumerate(batch):
                # The first column is the mark at the beginning.
                vectors[number] = hidden[row, windows[number][1].first + 1]
        found: list[list[NDArray[np.float32]]] = [[] for _ in texts]
        for number, (index, _) in enumerate(windows):
            found[index].append(vectors[number])
        nothing = np.zeros((0, WIDTH), np.float32)
        return [np.concatenate(parts) if parts else nothing for parts in found]

    def _run(self, batch: Sequence[Pieces]) -> NDArray[np.float32]:
        width = max(len(window.ids) for window in batch) + 2
        ids, shapes, mask = (np.zeros((len(batch), width), np.int64) for _ in range(3))
        for row, window in enumerate(batch):
            end = len(window.ids) + 1
            ids[row, 0], ids[row, end] = self.cutter.begin, self.cutter.end
            ids[row, 1:end] = window.ids
            shapes[row, 1:end] = window.shapes
            mask[row, : end + 1] = 1
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": shapes}
        hidden: NDArray[np.float32] = self._session.run(None, feed)[0]
        return hidden


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield indices of windows of like length, so that little is padding."""
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lambda index: lengths[index]):
        if batch and (len(batch) + 1) * (lengths[index] + 2) > BATCH_PIECES:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


@dataclass(frozen=True, slots=True)
class Head:
    """A linear layer over vectors: ``weight`` (``WIDTH``, classes) and ``bias`` (classes)."""

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]

    def log_probabilities(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return an array (vectors, classes) of natural logarithms."""
        scores = vectors @ self.weight + self.bias
        scores -= scores.max(axis=-1, keepdims=True)
        logs: NDArray[np.float32] = scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))
        return logs


def read_arrays(name: str, folder: Path = MODELS) -> dict[str, NDArray[Any]]:
    """Return the arrays of the head of that name; numbers come as 32-bit floats."""
    with np.load(folder / f"{name}.npz", allow_pickle=False) as arrays:
        found = {key: arrays[key] for key in arrays.files}
    return {
        key: value.astype(np.float32) if value.dtype.kind == "f" else value for key, value in found.items()
    }


def word_vectors(pieces: Pieces, vectors: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """Return an array (``count``, ``WIDTH``): of each word the vector of its first part.

    A word that has none, as one of control characters alone, gets zeros.
    """
    found = np.zeros((count, WIDTH), np.float32)
    found[pieces.words[::-1]] = vectors[::-1]
    return found
