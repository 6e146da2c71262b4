"""Writes reference.json: what PyTorch's layers and losses give for parameters sin(1), sin(2), … and inputs cos(1), cos(2), ….

Run it as `python make_reference.py` with torch installed, and `npx biome check --write` on what it wrote. Each case holds names and shapes of the parameters, the results, and the gradients of
Σ cos(i) · result[i] with respect to the first input and the parameters.
"""

import json
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)


def waves(*shape, scale=1.0):
    size = torch.Size(shape).numel()
    return (scale * torch.cos(torch.arange(1, size + 1, dtype=torch.float64))).reshape(shape)


def flat(x):
    return [float(f"{v:.15g}") for v in x.detach().double().flatten().tolist()]


def shaped(x):
    return {"shape": list(x.shape), "values": flat(x)}


def tensors(result):
    if isinstance(result, torch.Tensor):
        return [result]
    return [tensor for part in result if part is not None for tensor in tensors(part)]


def layer_case(layer, *inputs, training=True, calls=1, **options):
    layer.train(training)
    at = 0
    with torch.no_grad():
        for parameter in layer.parameters():
            count = parameter.numel()
            parameter.copy_(torch.sin(torch.arange(at + 1, at + count + 1, dtype=torch.float64)).reshape(parameter.shape))
            at += count
    first = inputs[0]
    if first.is_floating_point():
        first.requires_grad_()
    for _ in range(calls):
        results = tensors(layer(*inputs, **options))
    loss = sum((waves(*result.shape) * result).sum() for result in results)
    loss.backward()
    return {
        "parameters": [[name, list(parameter.shape)] for name, parameter in layer.named_parameters()],
        "results": [shaped(result) for result in results],
        "inputGradient": flat(first.grad) if first.is_floating_point() else None,
        "parameterGradients": [flat(parameter.grad) for parameter in layer.parameters()],
        "buffers": {name: flat(buffer) for name, buffer in layer.named_buffers()},
    }


def loss_case(value, x):
    value.sum().backward()
    return {"results": [shaped(value)], "inputGradient": flat(x.grad)}


def leaf(x):
    return x.detach().clone().requires_grad_()


layers = {
    "Linear": layer_case(nn.Linear(3, 2), waves(2, 4, 3)),
    "Conv1d": layer_case(nn.Conv1d(4, 6, 3, stride=2, padding=1, dilation=2, groups=2), waves(2, 4, 9)),
    "Conv2d": layer_case(nn.Conv2d(2, 3, (3, 2), stride=(1, 2), padding=(2, 1)), waves(2, 2, 5, 6)),
    "Conv2d same": layer_case(nn.Conv2d(1, 2, (2, 4), padding="same"), waves(1, 1, 4, 5)),
    "Conv2d reflect": layer_case(nn.Conv2d(1, 2, 3, padding=2, padding_mode="reflect"), waves(1, 1, 4, 5)),
    "Conv2d replicate": layer_case(nn.Conv2d(1, 2, 3, padding=2, padding_mode="replicate"), waves(1, 1, 4, 5)),
    "Conv2d circular": layer_case(nn.Conv2d(1, 2, 3, padding=2, padding_mode="circular"), waves(1, 1, 4, 5)),
    "ConvTranspose2d": layer_case(
        nn.ConvTranspose2d(4, 6, (3, 2), stride=(2, 3), padding=1, output_padding=(1, 2), groups=2), waves(2, 4, 3, 4)
    ),
    "Embedding": layer_case(nn.Embedding(4, 3, padding_idx=1), torch.tensor([[0, 1, 3], [3, 1, 2]])),
    "BatchNorm1d": layer_case(nn.BatchNorm1d(3), waves(4, 3), calls=2),
    "BatchNorm1d sequences": layer_case(nn.BatchNorm1d(3, momentum=None), waves(2, 3, 4), calls=3),
    "BatchNorm2d": layer_case(nn.BatchNorm2d(2, eps=0.1, momentum=0.3), waves(2, 2, 3, 2)),
    "BatchNorm2d eval": layer_case(nn.BatchNorm2d(2), waves(2, 2, 3, 2), training=False),
    "GroupNorm": layer_case(nn.GroupNorm(2, 4), waves(2, 4, 3)),
    "LayerNorm": layer_case(nn.LayerNorm([2, 3]), waves(2, 2, 3)),
    "RMSNorm": layer_case(nn.RMSNorm(3), waves(2, 3)),
    "MaxPool2d": layer_case(nn.MaxPool2d((3, 2), stride=2, padding=1, ceil_mode=True), waves(1, 2, 6, 5)),
    "AvgPool2d": layer_case(nn.AvgPool2d(3, stride=2, padding=1, ceil_mode=True), waves(1, 2, 6, 6)),
    "AvgPool2d inside": layer_case(nn.AvgPool2d(3, padding=1, count_include_pad=False), waves(1, 2, 6, 5)),
    "MultiHeadAttention": layer_case(
        nn.MultiheadAttention(4, 2),
        *(waves(3, 2, 4) for _ in range(1)),
        waves(5, 2, 4, scale=2),
        waves(5, 2, 4, scale=3),
        need_weights=False,
        attn_mask=torch.tensor([[False, True, False, False, True]] * 3),
        key_padding_mask=torch.tensor([[False, False, False, True, False], [False, False, True, False, False]]),
    ),
    "MultiHeadAttention sizes": layer_case(
        nn.MultiheadAttention(4, 2, kdim=3, vdim=5, batch_first=True),
        waves(2, 3, 4),
        waves(2, 5, 3, scale=2),
        waves(2, 5, 5, scale=3),
        need_weights=False,
        attn_mask=waves(4, 3, 5),
    ),
    "TransformerBlock": layer_case(nn.TransformerEncoderLayer(4, 2, 5, dropout=0.0), waves(3, 2, 4)),
    "TransformerBlock normFirst": layer_case(
        nn.TransformerEncoderLayer(4, 2, 5, dropout=0.0, activation="gelu", batch_first=True, norm_first=True),
        waves(2, 3, 4),
        src_mask=nn.Transformer.generate_square_subsequent_mask(3, dtype=torch.float64),
        is_causal=True,
    ),
    "RNN": layer_case(nn.RNN(2, 3, num_layers=2, bidirectional=True), waves(4, 2, 2), waves(4, 2, 3)),
    "RNN relu": layer_case(nn.RNN(2, 3, nonlinearity="relu", batch_first=True), waves(2, 4, 2)),
    "LSTM": layer_case(
        nn.LSTM(2, 3, num_layers=2, bidirectional=True), waves(4, 2, 2), (waves(4, 2, 3), waves(4, 2, 3, scale=2))
    ),
    "GRU": layer_case(nn.GRU(2, 3, num_layers=2, bidirectional=True), waves(4, 2, 2), waves(4, 2, 3)),
    "GRU single": layer_case(nn.GRU(2, 3, bias=False), waves(4, 2), waves(1, 3)),
}

x, y = waves(3, 4, scale=2), waves(3, 4, scale=-1.5)
signs = torch.tensor([1.0, -1.0, -1.0])
ctc = waves(5, 3, 4, scale=2)
losses = {}
for name, f in {
    "huberLoss": lambda a: F.huber_loss(a, y, delta=0.7),
    "smoothL1Loss": lambda a: F.smooth_l1_loss(a, y, beta=2.5, reduction="none"),
    "klDivergence": lambda a: F.kl_div(F.log_softmax(a, -1), F.softmax(y, -1)),
    "klDivergence batchmean": lambda a: F.kl_div(a, y, reduction="batchmean", log_target=True),
    "crossEntropy": lambda a: F.cross_entropy(
        a, torch.tensor([2, 0, 3]), weight=torch.tensor([1.0, 2.0, 3.0, 4.0]), ignore_index=0, label_smoothing=0.1
    ),
    "crossEntropy probabilities": lambda a: F.cross_entropy(a, F.softmax(y, -1), label_smoothing=0.1),
    "nllLoss": lambda a: F.nll_loss(a, torch.tensor([2, 0, 3]), weight=torch.tensor([1.0, 2.0, 3.0, 4.0])),
    "multiMarginLoss": lambda a: F.multi_margin_loss(a, torch.tensor([2, 0, 3]), p=2, margin=0.5),
    "bceWithLogits": lambda a: F.binary_cross_entropy_with_logits(a, F.softmax(y, -1), pos_weight=torch.tensor(3.0)),
    "cosineEmbeddingLoss": lambda a: F.cosine_embedding_loss(a, y, signs, margin=-0.5, reduction="none"),
    "tripletMarginLoss": lambda a: F.triplet_margin_loss(a, y, waves(3, 4, scale=0.1), margin=9, p=3, swap=True),
}.items():
    a = leaf(x)
    losses[name] = loss_case(f(a), a)
a = leaf(ctc)
labels, counts, lengths = torch.tensor([[1, 1], [3, 2], [2, 0]]), torch.tensor([2, 2, 1]), torch.tensor([5, 4, 3])
losses["ctcLoss"] = loss_case(F.ctc_loss(F.log_softmax(a, -1), labels, lengths, counts), a)

reference = {"torch": torch.__version__, "layers": layers, "losses": losses}
Path(__file__).with_name("reference.json").write_text(json.dumps(reference) + "\n")
