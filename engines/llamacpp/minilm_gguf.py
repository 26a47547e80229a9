"""Makes an embedding GGUF (Q8_0, 25 MB) from all-MiniLM-L6-v2's safetensors, when the engine's image is built.

    python3 minilm_gguf.py FOLDER_OF_THE_MODEL TARGET.gguf

There is no package that holds this model as a GGUF. llama.cpp's own converter needs PyTorch, which is forty times the
size of the weights, for what comes down to a table of names.
"""

import json
import sys
from pathlib import Path
from typing import Any

import gguf
import numpy as np
from safetensors.numpy import load_file

TENSORS = {
    "embeddings.word_embeddings": "token_embd",
    "embeddings.position_embeddings": "position_embd",
    "embeddings.token_type_embeddings": "token_types",
    "embeddings.LayerNorm": "token_embd_norm",
}
LAYER_TENSORS = {
    "attention.self.query": "attn_q",
    "attention.self.key": "attn_k",
    "attention.self.value": "attn_v",
    "attention.output.dense": "attn_output",
    "attention.output.LayerNorm": "attn_output_norm",
    "intermediate.dense": "ffn_up",
    "output.dense": "ffn_down",
    "output.LayerNorm": "layer_output_norm",
}
LAYER_PREFIX = "encoder.layer."
SKIPPED = ("pooler.", "embeddings.position_ids")
UNQUANTISED = ("token_types.weight", "position_embd.weight")  # llama.cpp adds these up as floats
SPECIAL_WORDS = {
    "bos": "[CLS]",
    "eos": "[SEP]",
    "unk": "[UNK]",
    "sep": "[SEP]",
    "pad": "[PAD]",
    "mask": "[MASK]",
}
WORD_START = "\u2581"


def tensor_name(name: str) -> str:
    """llama.cpp's name of one of the model's tensors; KeyError for one it does not know."""
    base, suffix = name.rsplit(".", 1)
    if name.startswith(LAYER_PREFIX):
        layer, rest = base.removeprefix(LAYER_PREFIX).split(".", 1)
        return f"blk.{layer}.{LAYER_TENSORS[rest]}.{suffix}"
    return f"{TENSORS[base]}.{suffix}"


def token(word: str) -> str:
    """A WordPiece in llama.cpp's spelling, which marks a word's start where WordPiece marks its continuation."""
    if word.startswith("[") and word.endswith("]"):
        return word
    return word[2:] if word.startswith("##") else WORD_START + word


def token_type(word: str) -> gguf.TokenType:
    if word == SPECIAL_WORDS["unk"]:
        return gguf.TokenType.UNKNOWN
    return gguf.TokenType.CONTROL if word in SPECIAL_WORDS.values() else gguf.TokenType.NORMAL


def add_shape(writer: Any, config: dict[str, Any]) -> None:
    writer.add_name("all-MiniLM-L6-v2")
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_layer_norm_eps(config["layer_norm_eps"])
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.MEAN)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)


def add_vocabulary(writer: Any, words: list[str]) -> None:
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([token(word).encode() for word in words])
    writer.add_token_types([token_type(word) for word in words])
    writer.add_token_type_count(2)
    for role, word in SPECIAL_WORDS.items():
        getattr(writer, f"add_{role}_token_id")(words.index(word))


def add_tensors(writer: Any, file: Path) -> None:
    """Matrices as Q8_0, everything else as 32-bit floats."""
    q8 = gguf.GGMLQuantizationType.Q8_0
    for name, value in load_file(file).items():
        if name.startswith(SKIPPED):
            continue
        target, array = tensor_name(name), value.astype(np.float32)
        if array.ndim == 2 and target not in UNQUANTISED:
            writer.add_tensor(target, gguf.quants.quantize(array, q8), raw_dtype=q8)
        else:
            writer.add_tensor(target, array)


def convert(source: Path, target: Path) -> None:
    words = (source / "vocab.txt").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    writer = gguf.GGUFWriter(str(target), "bert")
    add_shape(writer, json.loads((source / "config.json").read_text(encoding="utf-8")))
    add_vocabulary(writer, words)
    add_tensors(writer, source / "model.safetensors")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
