"""A cross-encoder with a few random weights: BERT in all but size and sense."""

from tests.encoders.colvision.tiny import import_torchvision, tokenizer

SPECIALS = {"pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]", "unk_token": "[UNK]"}


class TinyCrossEncoder:
    def __init__(self):
        import_torchvision()
        import torch
        from transformers import BertConfig, BertForSequenceClassification

        self.tokenizer = tokenizer(SPECIALS.values(), **SPECIALS)
        torch.manual_seed(5)
        config = BertConfig(
            vocab_size=len(self.tokenizer), hidden_size=16, num_hidden_layers=2,
            num_attention_heads=2, intermediate_size=32, num_labels=1, initializer_range=1.0,
        )  # fmt: skip
        self.model = BertForSequenceClassification(config).eval()

    def scores(self, pairs):
        """Return the logits of pairs of texts, (n,)."""
        import torch

        questions, texts = zip(*pairs, strict=True)
        batch = self.tokenizer(
            list(questions),
            list(texts),
            padding=True,
            truncation=True,
            max_length=512,
            return_tensors="pt",
        )
        with torch.inference_mode():
            return self.model(**batch).logits[:, 0].numpy()
