"""Tiny random ColBERT models, saved as PyLate, its ONNX export and Stanford's library do."""

import json
import warnings

import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, ModernBertConfig, ModernBertModel

WORDS = "the ferry leaves at nine from lower harbor low water is six tolls when does leave".split()
HIDDEN, DIM = 32, 12


def word_piece():
    """A tokenizer like BERT's."""
    tokens = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        "[unused0]",
        "[unused1]",
        "[Q] ",
        "[D] ",
    ]
    tokens += [*WORDS, ".", ",", "-", "land", "##ing", "##stage", *"abcdefghijklmnopqrstuvwxyz"]
    tokens += [f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
    vocabulary = {token: number for number, token in enumerate(dict.fromkeys(tokens))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(
        ("[SEP]", vocabulary["[SEP]"]), ("[CLS]", vocabulary["[CLS]"])
    )
    return tokenizer


def byte_level():
    """A tokenizer like ModernBERT's, whose tokens carry the space before them."""
    tokens = ["[CLS]", "[SEP]", "[PAD]", "[MASK]", "[Q] ", "[D] "]
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges, known = [], dict.fromkeys([*tokens, *alphabet])
    for word in ["Ġthe", "Ġferry", "Ġwater", "Ġharbor"]:
        left = word[0]
        for letter in word[1:]:
            if (left, letter) not in merges:
                merges.append((left, letter))
            left += letter
            known[left] = None
    vocabulary = {token: number for number, token in enumerate(known)}
    tokenizer = Tokenizer(models.BPE(vocabulary, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])],
    )
    return tokenizer


def transformer(tokenizer, kind):
    """A random transformer for a tokenizer."""
    torch.manual_seed(7)
    size = {
        "vocab_size": tokenizer.get_vocab_size(),
        "hidden_size": HIDDEN,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 48,
        "max_position_embeddings": 512,
        "pad_token_id": 0,
    }
    if kind == "bert":
        model = BertModel(BertConfig(**size))
    else:
        special = {"bos_token_id": 0, "eos_token_id": 1, "cls_token_id": 0, "sep_token_id": 1}
        model = ModernBertModel(ModernBertConfig(**size, **special))
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter *= 6  # so that tokens see each other
    return model.eval()


def save_pylate(folder, kind="modern", **settings):
    """Save a model as PyLate does, with two layers of projection, one with a residual."""
    tokenizer = byte_level() if kind == "modern" else word_piece()
    model = transformer(tokenizer, kind)
    model.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    modules = [{"idx": 0, "name": "0", "path": "", "type": "Transformer"}]
    for number, (inner, outer) in enumerate([(HIDDEN, 24), (24, DIM)], start=1):
        path = folder / f"{number}_Dense"
        path.mkdir()
        weights = {"linear.weight": torch.randn(outer, inner) / 5}
        if number == 1:
            weights["residual.weight"] = torch.randn(outer, inner) / 5
        save_file(weights, path / "model.safetensors")
        identity = "torch.nn.modules.linear.Identity"
        write(path / "config.json", use_residual=number == 1, activation_function=identity)
        kind_of = "pylate.models.Dense.Dense"
        modules.append({"idx": number, "name": str(number), "path": path.name, "type": kind_of})
    (folder / "modules.json").write_text(json.dumps(modules))
    write(folder / "tokenizer_config.json", mask_token={"content": "[MASK]"})
    defaults = {"query_prefix": "[Q] ", "document_prefix": "[D] ", "query_length": 16,
                "document_length": 40, "do_query_expansion": False,
                "attend_to_expansion_tokens": False, "skiplist_words": [".", ","]}  # fmt: skip
    write(folder / "config_sentence_transformers.json", **{**defaults, **settings})
    return folder


def save_stanford(folder, **metadata):
    """Save a model as Stanford's library does: the projection among the other weights."""
    tokenizer = word_piece()
    model = transformer(tokenizer, "bert")
    weights = {f"bert.{name}": value for name, value in model.state_dict().items()}
    weights["linear.weight"] = torch.randn(DIM, HIDDEN) / 5
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    model.config.architectures = ["HF_ColBERT"]
    model.config.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    write(folder / "special_tokens_map.json", mask_token="[MASK]")
    defaults = {"query_token_id": "[unused0]", "doc_token_id": "[unused1]", "query_maxlen": 16,
                "doc_maxlen": 40, "mask_punctuation": True,
                "attend_to_mask_tokens": False}  # fmt: skip
    write(folder / "artifact.metadata", **{**defaults, **metadata})
    return folder


def export_onnx(folder, projected):
    """Add an ONNX file of the transformer, or of the transformer and its projection."""
    from transformers import AutoModel

    model = AutoModel.from_pretrained(folder).eval()
    layers = read_torch_layers(folder) if projected else []

    class Export(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, input_ids, attention_mask):
            inputs = {"input_ids": input_ids, "attention_mask": attention_mask}
            states = self.model(**inputs).last_hidden_state
            for weight, residual in layers:
                states = states @ weight.T + (0 if residual is None else states @ residual.T)
            return states

    ones = torch.ones(2, 5, dtype=torch.long)
    axes = {0: "batch", 1: "sequence"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporter
        torch.onnx.export(
            Export(), (ones, ones), str(folder / "model.onnx"), dynamo=False,
            input_names=["input_ids", "attention_mask"], output_names=["states"],
            dynamic_axes=dict.fromkeys(("input_ids", "attention_mask", "states"), axes),
        )  # fmt: skip
    return folder


def read_torch_layers(folder):
    """Return weight and residual of the layers that `save_pylate` saves."""
    from safetensors.torch import load_file

    layers = [load_file(folder / f"{number}_Dense" / "model.safetensors") for number in (1, 2)]
    return [(layer["linear.weight"], layer.get("residual.weight")) for layer in layers]


def states_of(folder, ids, mask=None):
    """Return the projected, normalized vectors of token ids, one sequence, by torch alone."""
    from transformers import AutoModel

    model = AutoModel.from_pretrained(folder).eval()
    with torch.inference_mode():
        inputs = torch.tensor([ids]), torch.tensor([mask or [1] * len(ids)])
        states = model(input_ids=inputs[0], attention_mask=inputs[1]).last_hidden_state[0]
        for weight, residual in read_torch_layers(folder):
            states = states @ weight.T + (0 if residual is None else states @ residual.T)
    vectors = states.numpy()
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def write(path, **values):
    path.write_text(json.dumps(values))
