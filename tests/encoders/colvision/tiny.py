"""Models of every family with a few random weights, as their libraries would save them."""

import json

from tokenizers import Tokenizer, decoders, pre_tokenizers
from tokenizers import models as tokenizer_models

LANGUAGE = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
}
ROPE = {"rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 10000.0}
TILE, TILE_TOKENS = 128, 16  # a model sees a tile as 4 x 4 tokens
GEMMA = ["<pad>", "<eos>", "<bos>", "<unk>"]
GEMMA3 = [
    "<start_of_image>",
    "<end_of_image>",
    "<image_soft_token>",
    "<start_of_turn>",
    "<end_of_turn>",
]
QWEN = [
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
]
IDEFICS = [
    "<pad>",
    "<|im_start|>",
    "<|im_end|>",
    "<|begin_of_text|>",
    "<fake_token_around_image>",
    "<image>",
    "<end_of_utterance>",
    "<global-img>",
    *(f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7)),
]
CHAT = (
    "{{bos_token}}{% for m in messages %}<start_of_turn>{{m['role']}}\n"
    "{% for c in m['content'] %}{% if c['type']=='image' %}<start_of_image>"
    "{% else %}{{c['text']}}{% endif %}{% endfor %}<end_of_turn>\n{% endfor %}"
)


_OPERATORS = []  # which exist as long as what defined them


def import_torchvision():
    """Import torchvision, also one that was built for a GPU on a machine without.

    That one lacks two operators, which no processor calls. They are defined for good: transformers
    imports parts of torchvision when it first needs them.
    """
    try:
        import torchvision
    except RuntimeError:
        import torch

        library = torch.library.Library("torchvision", "DEF")
        library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        import torchvision  # noqa: F401

        _OPERATORS.append(library)


def tokenizer(specials, **named):
    """A token for every byte, and the special ones."""
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: place for place, token in enumerate([*specials, *alphabet])}
    made = Tokenizer(tokenizer_models.BPE(vocab=vocabulary, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    if "extra_special_tokens" not in named:
        known = set(named.values())
        named["additional_special_tokens"] = [name for name in specials if name not in known]
    return PreTrainedTokenizerFast(tokenizer_object=made, **named)


def gemma_tokenizer():
    return tokenizer(
        [*GEMMA, "<image>"],
        pad_token="<pad>",
        eos_token="<eos>",
        bos_token="<bos>",
        unk_token="<unk>",
    )


def qwen_tokenizer():
    return tokenizer(QWEN, pad_token="<|endoftext|>", eos_token="<|im_end|>")


def idefics_tokenizer():
    return tokenizer(IDEFICS, pad_token="<pad>", bos_token="<|im_start|>", eos_token="<|im_end|>")


def gemma3_tokenizer():
    made = tokenizer(
        [*GEMMA, *GEMMA3],
        pad_token="<pad>",
        eos_token="<eos>",
        bos_token="<bos>",
        unk_token="<unk>",
        extra_special_tokens={
            "boi_token": "<start_of_image>",
            "eoi_token": "<end_of_image>",
            "image_token": "<image_soft_token>",
        },
    )
    made.chat_template = CHAT
    return made


def siglip(side, patch):
    return {
        "model_type": "siglip_vision_model",
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "image_size": side,
        "patch_size": patch,
    }


def paligemma(words):
    from transformers import PaliGemmaConfig

    return PaliGemmaConfig(
        vision_config={**siglip(224, 14), "projection_dim": 32},
        text_config={
            "model_type": "gemma",
            "vocab_size": len(words) + 2000,  # the processor adds 1,152 tokens
            "head_dim": 8,
            "pad_token_id": 0,
            **LANGUAGE,
        },
        image_token_id=words.convert_tokens_to_ids("<image>"),
        projection_dim=32,
        hidden_size=32,
        pad_token_id=0,
    )


def siglip_pictures():
    from transformers import SiglipImageProcessor

    made = SiglipImageProcessor(size={"height": 224, "width": 224})
    made.image_seq_length = 256
    return made


def qwen_pictures(**changes):
    from transformers import Qwen2VLImageProcessor

    side = 2 * changes.get("patch_size", 14)
    size = {"shortest_edge": 4 * side**2, "longest_edge": 128 * side**2}
    return Qwen2VLImageProcessor(size=size, **changes)


def qwen3_pictures():
    return qwen_pictures(patch_size=16, merge_size=2, image_mean=[0.5] * 3, image_std=[0.5] * 3)


def qwen_ids(words):
    names = {
        "image_token_id": "<|image_pad|>",
        "video_token_id": "<|video_pad|>",
        "vision_start_token_id": "<|vision_start|>",
        "vision_end_token_id": "<|vision_end|>",
    }
    return {key: words.convert_tokens_to_ids(name) for key, name in names.items()}


def qwen_text(words, **changes):
    text = {"vocab_size": len(words), "rope_parameters": ROPE, "rope_scaling": ROPE}
    return {**text, **LANGUAGE, **changes}


def qwen_eyes(**changes):
    eyes = {
        "depth": 2,
        "hidden_size": 32,
        "out_hidden_size": 32,
        "intermediate_size": 64,
        "num_heads": 4,
        "patch_size": 14,
        "spatial_merge_size": 2,
        "temporal_patch_size": 2,
    }
    return {**eyes, **changes}


def qwen2(words):
    from transformers import Qwen2VLConfig

    eyes = {"embed_dim": 32, "mlp_ratio": 2}
    return Qwen2VLConfig(
        text_config=qwen_text(words), vision_config=qwen_eyes(**eyes), **qwen_ids(words)
    )


def idefics_pictures():
    from transformers import Idefics3ImageProcessor

    return Idefics3ImageProcessor(
        size={"longest_edge": 4 * TILE}, max_image_size={"longest_edge": TILE}
    )


def modernvbert(words):
    from transformers import ModernVBertConfig

    return ModernVBertConfig(
        image_token_id=words.convert_tokens_to_ids("<image>"),
        pixel_shuffle_factor=4,
        vision_config=siglip(TILE, 8),
        text_config={
            "model_type": "modernbert",
            "vocab_size": len(words),
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "pad_token_id": 0,
            "bos_token_id": 1,
            "eos_token_id": 2,
            "cls_token_id": 1,
            "sep_token_id": 2,
            "global_attn_every_n_layers": 1,
        },
    )


def colpali():
    import colpali_engine.models as engine

    words = gemma_tokenizer()
    processor = engine.ColPaliProcessor(image_processor=siglip_pictures(), tokenizer=words)
    return engine.ColPali(paligemma(words)), processor


def colqwen2():
    import colpali_engine.models as engine
    from transformers import Qwen2VLVideoProcessor

    words = qwen_tokenizer()
    processor = engine.ColQwen2Processor(
        image_processor=qwen_pictures(), tokenizer=words, video_processor=Qwen2VLVideoProcessor()
    )
    return engine.ColQwen2(qwen2(words)), processor


def colqwen2_5():
    import colpali_engine.models as engine
    from transformers import Qwen2_5_VLConfig, Qwen2VLVideoProcessor

    words = qwen_tokenizer()
    config = Qwen2_5_VLConfig(
        text_config=qwen_text(words),
        vision_config=qwen_eyes(window_size=112, fullatt_block_indexes=[1]),
        **qwen_ids(words),
    )
    processor = engine.ColQwen2_5_Processor(
        image_processor=qwen_pictures(), tokenizer=words, video_processor=Qwen2VLVideoProcessor()
    )
    return engine.ColQwen2_5(config), processor


def colqwen3():
    import colpali_engine.models as engine
    from transformers import Qwen3VLConfig, Qwen3VLVideoProcessor

    words = qwen_tokenizer()
    eyes = qwen_eyes(patch_size=16, num_position_embeddings=64, deepstack_visual_indexes=[0])
    config = Qwen3VLConfig(
        text_config=qwen_text(words, head_dim=8), vision_config=eyes, **qwen_ids(words)
    )
    processor = engine.ColQwen3Processor(
        image_processor=qwen3_pictures(), tokenizer=words, video_processor=Qwen3VLVideoProcessor()
    )
    return engine.ColQwen3(config), processor


def colqwen3_5():
    import colpali_engine.models as engine
    from transformers import Qwen3_5Config, Qwen3VLVideoProcessor

    words = qwen_tokenizer()
    text = qwen_text(
        words,
        head_dim=16,
        layer_types=["full_attention"] * 2,
        rope_parameters={**ROPE, "partial_rotary_factor": 0.5},
        linear_num_key_heads=2,
        linear_num_value_heads=2,
        linear_key_head_dim=8,
        linear_value_head_dim=8,
    )
    del text["rope_scaling"]
    config = Qwen3_5Config(
        text_config=text,
        vision_config=qwen_eyes(patch_size=16, num_position_embeddings=64),
        **qwen_ids(words),
    )
    processor = engine.ColQwen3_5Processor(
        image_processor=qwen3_pictures(), tokenizer=words, video_processor=Qwen3VLVideoProcessor()
    )
    return engine.ColQwen3_5(config), processor


def colidefics3():
    import colpali_engine.models as engine
    from transformers import Idefics3Config

    words = idefics_tokenizer()
    processor = engine.ColIdefics3Processor(
        image_processor=idefics_pictures(), tokenizer=words, image_seq_len=TILE_TOKENS
    )
    eyes = {key: value for key, value in siglip(TILE, 8).items() if key != "model_type"}
    config = Idefics3Config(
        image_token_id=processor.image_token_id,
        pad_token_id=0,
        scale_factor=4,
        vision_config=eyes,
        text_config={
            "model_type": "llama",
            "vocab_size": len(words),
            "pad_token_id": 0,
            **LANGUAGE,
        },
    )
    return engine.ColIdefics3(config), processor


def colmodernvbert():
    import colpali_engine.models as engine

    words = idefics_tokenizer()
    processor = engine.ColModernVBertProcessor(
        image_processor=idefics_pictures(), tokenizer=words, image_seq_len=TILE_TOKENS
    )
    return engine.ColModernVBert(modernvbert(words)), processor


def colgemma3():
    import colpali_engine.models as engine
    from transformers import Gemma3Config, Gemma3ImageProcessor

    words = gemma3_tokenizer()
    processor = engine.ColGemmaProcessor3(
        image_processor=Gemma3ImageProcessor(size={"height": 448, "width": 448}),
        tokenizer=words,
        image_seq_length=64,
    )
    config = Gemma3Config(
        text_config={
            "model_type": "gemma3_text",
            "vocab_size": len(words),
            "head_dim": 8,
            "layer_types": ["full_attention"] * 2,
            **LANGUAGE,
        },
        vision_config=siglip(448, 14),
        mm_tokens_per_image=64,
        image_token_index=words.image_token_id,
        image_token_id=words.image_token_id,
        boi_token_index=4,
        eoi_token_index=5,
    )
    import torch

    model = engine.ColGemma3(config)
    # Zero until it is trained: all pictures would be alike.
    torch.nn.init.normal_(model.multi_modal_projector.mm_input_projection_weight)
    return model, processor


def native_colpali():
    from transformers import ColPaliConfig, ColPaliForRetrieval, ColPaliProcessor

    words = gemma_tokenizer()
    processor = ColPaliProcessor(image_processor=siglip_pictures(), tokenizer=words)
    config = ColPaliConfig(vlm_config=paligemma(words), embedding_dim=128)
    return ColPaliForRetrieval(config), processor


def native_colqwen2():
    from transformers import ColQwen2Config, ColQwen2ForRetrieval, ColQwen2Processor

    words = qwen_tokenizer()
    processor = ColQwen2Processor(image_processor=qwen_pictures(), tokenizer=words)
    config = ColQwen2Config(vlm_config=qwen2(words), embedding_dim=128)
    return ColQwen2ForRetrieval(config), processor


def native_colmodernvbert():
    from transformers import (
        ColModernVBertConfig,
        ColModernVBertForRetrieval,
        ColModernVBertProcessor,
    )

    words = idefics_tokenizer()
    processor = ColModernVBertProcessor(
        image_processor=idefics_pictures(), tokenizer=words, image_seq_len=TILE_TOKENS
    )
    config = ColModernVBertConfig(vlm_config=modernvbert(words), embedding_dim=128)
    return ColModernVBertForRetrieval(config), processor


ENGINE = {
    "ColPali": colpali,
    "ColQwen2": colqwen2,
    "ColQwen2.5": colqwen2_5,
    "ColQwen3": colqwen3,
    "ColQwen3.5": colqwen3_5,
    "ColIdefics3": colidefics3,
    "ColModernVBert": colmodernvbert,
    "ColGemma3": colgemma3,
}
NATIVE = {
    "native ColPali": native_colpali,
    "native ColQwen2": native_colqwen2,
    "native ColModernVBert": native_colmodernvbert,
}
BUILDERS = {**ENGINE, **NATIVE}


def save(name, folder):
    """Save the model and processor of a family into a folder."""
    import torch

    torch.manual_seed(7)
    model, processor = BUILDERS[name]()
    model.save_pretrained(folder)
    processor.save_pretrained(folder)


def change_config(folder, file="config.json", **changes):
    path = folder / file
    made = json.loads(path.read_text())
    path.write_text(json.dumps({**made, **changes}))
