"""torch.nn.functional: convolutions, pooling, normalisation, padding, resampling, losses."""

import torch
import torch.nn.functional as F

from golden import File, ints, normal, positive


def convolutions(file):
    x, w, b = normal(1, 2, 4, 6, 5), normal(2, 6, 4, 3, 2), normal(3, 6)
    file.case("conv2d", F.conv2d, x, w, b)
    file.case("conv2d.moved", lambda x, w, b: F.conv2d(x, w, b, stride=(2, 1), padding=(1, 2)), x, w, b)
    file.case("conv2d.dilated", lambda x, w, b: F.conv2d(x, w, b, padding=2, dilation=(2, 3)), x, w, b)
    file.case("conv2d.groups", lambda x, w: F.conv2d(x, w, groups=2), x, normal(2, 6, 2, 3, 2))
    file.case("conv2d.same", lambda x, w, b: F.conv2d(x, w, b, padding="same", dilation=(1, 2)), x, w, b)
    file.case("conv1d", F.conv1d, normal(1, 2, 3, 9), normal(2, 4, 3, 3), normal(3, 4))
    file.case("conv1d.moved", lambda x, w: F.conv1d(x, w, stride=2, padding=1, dilation=2), normal(1, 2, 3, 9),
              normal(2, 4, 3, 3))
    file.case("conv1d.same", lambda x, w: F.conv1d(x, w, padding="same"), normal(1, 2, 3, 9), normal(2, 4, 3, 4))
    file.case("conv3d", F.conv3d, normal(1, 1, 2, 4, 3, 4), normal(2, 3, 2, 2, 2, 3), normal(3, 3))
    file.case("conv3d.moved", lambda x, w: F.conv3d(x, w, stride=2, padding=1, groups=2), normal(1, 2, 2, 4, 3, 4),
              normal(2, 2, 1, 3, 2, 3))
    file.case("convTranspose2d", F.conv_transpose2d, normal(1, 2, 4, 3, 3), normal(2, 4, 3, 3, 2), normal(3, 3))
    file.case("convTranspose2d.moved", lambda x, w, b: F.conv_transpose2d(
        x, w, b, stride=2, padding=1, output_padding=1, groups=2, dilation=2), normal(1, 2, 4, 3, 3),
              normal(2, 4, 3, 3, 2), normal(3, 6))
    file.case("convTranspose1d", lambda x, w, b: F.conv_transpose1d(x, w, b, stride=2, padding=1, output_padding=1),
              normal(1, 2, 4, 5), normal(2, 4, 3, 3), normal(3, 3))


def pools(file):
    x = normal(1, 2, 3, 7, 6)
    file.case("maxPool2d", lambda t: F.max_pool2d(t, 2), x)
    file.case("maxPool2d.moved", lambda t: F.max_pool2d(t, 3, stride=2, padding=1), x)
    file.case("maxPool2d.ceil", lambda t: F.max_pool2d(t, 3, stride=2, padding=1, ceil_mode=True), normal(1, 1, 2, 6, 8))
    file.case("maxPool2d.indices", lambda t: F.max_pool2d(t, 2, return_indices=True), x)
    file.case("maxPool2d.dilated", lambda t: F.max_pool2d(t, (3, 2), stride=2, padding=1, dilation=(2, 3)), x)
    file.case("maxPool2d.dilatedCeil", lambda t: F.max_pool2d(t, 3, stride=2, padding=1, dilation=2, ceil_mode=True),
              normal(1, 1, 2, 6, 8))
    file.case("avgPool2d", lambda t: F.avg_pool2d(t, 2), x)
    file.case("avgPool2d.moved", lambda t: F.avg_pool2d(t, 3, stride=2, padding=1), x)
    file.case("avgPool2d.ceil", lambda t: F.avg_pool2d(t, 3, stride=2, padding=1, ceil_mode=True), normal(1, 1, 2, 6, 8))
    file.case("avgPool2d.excluded", lambda t: F.avg_pool2d(t, 3, stride=2, padding=1, ceil_mode=True,
                                                           count_include_pad=False), normal(1, 1, 2, 6, 8))
    file.case("avgPool2d.divisor", lambda t: F.avg_pool2d(t, 2, divisor_override=3), x)
    file.case("maxPool1d", lambda t: F.max_pool1d(t, 3, stride=2, padding=1), normal(1, 2, 3, 9))
    file.case("maxPool1d.dilated", lambda t: F.max_pool1d(t, 3, stride=2, padding=1, dilation=2), normal(1, 2, 3, 9))
    file.case("avgPool1d", lambda t: F.avg_pool1d(t, 3, stride=2, padding=1, count_include_pad=False),
              normal(1, 2, 3, 9))
    file.case("adaptiveAvgPool1d", lambda t: F.adaptive_avg_pool1d(t, 3), normal(1, 2, 3, 7))
    file.case("adaptiveMaxPool1d", lambda t: F.adaptive_max_pool1d(t, 3), normal(1, 2, 3, 7))
    file.case("adaptiveAvgPool2d", lambda t: F.adaptive_avg_pool2d(t, (3, 4)), x)
    file.case("adaptiveAvgPool2d.larger", lambda t: F.adaptive_avg_pool2d(t, (9, 1)), normal(1, 1, 2, 4, 5))
    file.case("adaptiveMaxPool2d", lambda t: F.adaptive_max_pool2d(t, (3, 4)), x)


def rms(x, w):
    return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + 1e-6) * w


def norms(file):
    x = normal(1, 3, 4, 2, 3)
    file.case("layerNorm", lambda t, w, b: F.layer_norm(t, (2, 3), w, b), x, normal(2, 2, 3), normal(3, 2, 3))
    file.case("batchNorm", lambda t, w, b: F.batch_norm(t, None, None, w, b, training=True), x, normal(2, 4), normal(3, 4))
    file.case("batchNorm.eval", lambda t, m, v, w, b: F.batch_norm(t, m.detach(), v.detach(), w, b), x, normal(4, 4),
              positive(5, 4), normal(2, 4), normal(3, 4))
    file.case("groupNorm", lambda t, w, b: F.group_norm(t, 2, w, b), x, normal(2, 4), normal(3, 4))
    file.case("instanceNorm", lambda t, w, b: F.instance_norm(t, weight=w, bias=b), x, normal(2, 4), normal(3, 4))
    file.case("rmsNorm", rms, normal(1, 3, 5), normal(2, 5))
    file.case("normalize", lambda t: F.normalize(t, dim=1), normal(1, 3, 4))
    file.case("cosineSimilarity", lambda a, b: F.cosine_similarity(a, b, dim=1), normal(1, 3, 4), normal(2, 3, 4))
    file.case("pairwiseDistance", F.pairwise_distance, normal(1, 3, 4), normal(2, 3, 4))


def images(file):
    x = normal(1, 1, 2, 4, 5)
    file.case("pad", lambda t: F.pad(t, (1, 2, 0, 3)), x)
    file.case("pad.number", lambda t: F.pad(t, (1, -1, 2, 0), value=1.5), x)
    for mode in ["reflect", "replicate", "circular"]:
        file.case("pad." + mode, lambda t, m=mode: F.pad(t, (2, 1, 3, 2), mode=m), x)
    file.case("unfold2d", lambda t: F.unfold(t, (3, 2), padding=1, stride=(2, 1)), x)
    file.case("unfold2d.dilated", lambda t: F.unfold(t, 2, dilation=2), x)
    file.case("fold", lambda t: F.fold(t, (4, 5), (2, 2), padding=1, stride=2), normal(1, 1, 8, 9))
    file.case("pixelShuffle", lambda t: F.pixel_shuffle(t, 2), normal(1, 1, 8, 2, 3))
    file.case("pixelUnshuffle", lambda t: F.pixel_unshuffle(t, 2), normal(1, 1, 2, 4, 6))
    sizes = {"larger": (7, 8), "smaller": (3, 2)}
    for name, size in sizes.items():
        file.case("interpolate.nearest." + name, lambda t, s=size: F.interpolate(t, s, mode="nearest"), x)
        file.case("interpolate.area." + name, lambda t, s=size: F.interpolate(t, s, mode="area"), x)
        for align in [False, True]:
            file.case("interpolate.bilinear.%s%s" % (name, ".aligned" if align else ""),
                      lambda t, s=size, a=align: F.interpolate(t, s, mode="bilinear", align_corners=a), x)
            file.case("interpolate.bicubic.%s%s" % (name, ".aligned" if align else ""),
                      lambda t, s=size, a=align: F.interpolate(t, s, mode="bicubic", align_corners=a), x)
    file.case("interpolate.linear.factor", lambda t: F.interpolate(t, scale_factor=1.75, mode="linear"),
              normal(1, 1, 2, 5))
    file.case("interpolate.nearest.factor", lambda t: F.interpolate(t, scale_factor=(2.0, 1.5), mode="nearest"), x)
    grid = torch.tanh(normal(7, 1, 3, 2, 2)) * 1.3
    for mode in ["bilinear", "nearest"]:
        for padding in ["zeros", "border", "reflection"]:
            for align in [False, True]:
                file.case("gridSample.%s.%s%s" % (mode, padding, ".aligned" if align else ""),
                          lambda t, g, m=mode, p=padding, a=align: F.grid_sample(t, g, m, p, align_corners=a), x, grid,
                          grad=mode == "bilinear")


def lookups(file):
    weight = normal(1, 5, 3)
    file.case("embedding", F.embedding, ints(2, 0, 5, 2, 3), weight)
    file.case("embedding.padding:held", lambda i, w: F.embedding(i, w, padding_idx=1), torch.tensor([[1, 2, 1], [4, 1, 0]]),
              weight)
    bags = ints(2, 0, 5, 2, 4)
    for mode in ["sum", "mean", "max"]:
        file.case("embeddingBag." + mode, lambda i, w, m=mode: F.embedding_bag(i, w, mode=m), bags, weight)
        file.case("embeddingBag.offsets." + mode, lambda i, o, w, m=mode: F.embedding_bag(i, w, o, mode=m),
                  torch.tensor([1, 2, 4, 4, 0]), torch.tensor([0, 2, 2]), weight)
    file.case("embeddingBag.weights", lambda i, w, s: F.embedding_bag(i, w, mode="sum", per_sample_weights=s), bags,
              weight, normal(3, 2, 4))
    q, k, v = normal(1, 2, 2, 3, 4), normal(2, 2, 2, 5, 4), normal(3, 2, 2, 5, 4)

    def attention(q, k, v, mask=None, causal=False):
        scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
        if causal:
            scores = scores.masked_fill(torch.ones(q.shape[-2], k.shape[-2]).tril() == 0, -float("inf"))
        if mask is not None:
            scores = scores.masked_fill(~mask, -float("inf")) if mask.dtype == torch.bool else scores + mask
        blind = (scores == -float("inf")).all(-1, keepdim=True)  # Zeros since PyTorch 2.5, where softmax gives NaN.
        return scores.masked_fill(blind, 0).softmax(-1).masked_fill(blind, 0) @ v
    mask = ints(4, 0, 2, 3, 5).bool()
    mask[:, 0] = True
    file.case("scaledDotProductAttention", attention, q, k, v)
    file.case("scaledDotProductAttention.causal", lambda q, k, v: attention(q, k, v, causal=True), q, k, v)
    file.case("scaledDotProductAttention.mask", attention, q, k, v, mask)
    blind = mask.clone()
    blind[1] = False
    file.case("scaledDotProductAttention.blind", attention, q, k, v, blind)
    file.case("scaledDotProductAttention.padded", attention, q, k, v, ints(6, 0, 2, 2, 1, 1, 5).bool())
    file.case("scaledDotProductAttention.added", attention, q, k, v, normal(5, 3, 5))
    file.case("scaledDotProductAttention.grouped", lambda q, k, v: attention(
        q, k.repeat_interleave(2, 1), v.repeat_interleave(2, 1)), normal(1, 2, 4, 3, 4), k, v)


def focal(x, t):
    p = torch.sigmoid(x)
    entropy = F.binary_cross_entropy_with_logits(x, t, reduction="none")
    right = p * t + (1 - p) * (1 - t)
    return ((0.25 * t + 0.75 * (1 - t)) * (1 - right) ** 2 * entropy).mean()


def giou(a, b):
    inner = (torch.minimum(a[..., 2:], b[..., 2:]) - torch.maximum(a[..., :2], b[..., :2])).clamp(min=0).prod(-1)
    area = lambda t: (t[..., 2:] - t[..., :2]).prod(-1)
    hull = (torch.maximum(a[..., 2:], b[..., 2:]) - torch.minimum(a[..., :2], b[..., :2])).prod(-1)
    union = area(a) + area(b) - inner
    return (1 - (inner / (union + 1e-7) - (hull - union) / (hull + 1e-7))).sum()


def losses(file):
    a, b = normal(1, 3, 4), normal(2, 3, 4)
    for reduction in ["none", "mean", "sum"]:
        r = "." + reduction
        file.case("mseLoss" + r, lambda x, y, m=reduction: F.mse_loss(x, y, reduction=m), a, b)
        file.case("l1Loss" + r, lambda x, y, m=reduction: F.l1_loss(x, y, reduction=m), a, b)
        file.case("smoothL1Loss" + r, lambda x, y, m=reduction: F.smooth_l1_loss(x, y, reduction=m, beta=0.7), a, b)
        file.case("huberLoss" + r, lambda x, y, m=reduction: F.huber_loss(x, y, reduction=m, delta=0.7), a, b)
        file.case("klDiv" + r, lambda x, y, m=reduction: F.kl_div(x, y, reduction=m), a, positive(2, 3, 4))
        file.case("crossEntropy" + r, lambda x, y, m=reduction: F.cross_entropy(x, y, reduction=m), a,
                  torch.tensor([1, -100, 3]))
        file.case("nllLoss" + r, lambda x, y, w, m=reduction: F.nll_loss(x.log_softmax(1), y, w.detach(), reduction=m),
                  a, torch.tensor([1, -100, 3]), positive(3, 4))
        p = torch.sigmoid(normal(4, 3, 4))
        file.case("binaryCrossEntropy" + r, lambda x, y, m=reduction: F.binary_cross_entropy(x, y.detach(), reduction=m),
                  p, torch.sigmoid(b))
        file.case("binaryCrossEntropyWithLogits" + r,
                  lambda x, y, m=reduction: F.binary_cross_entropy_with_logits(x, y, reduction=m), a, torch.sigmoid(b))
        sign = torch.tensor([1.0, -1.0, 1.0]).double()
        file.case("cosineEmbeddingLoss" + r, lambda x, y, t, m=reduction: F.cosine_embedding_loss(
            x, y, t.detach(), margin=-0.5, reduction=m), a, b, sign)
        file.case("tripletMarginLoss" + r, lambda x, y, z, m=reduction: F.triplet_margin_loss(
            x, y, z, margin=1.5, reduction=m), a, b, normal(3, 3, 4))
        file.case("hingeEmbeddingLoss" + r, lambda x, t, m=reduction: F.hinge_embedding_loss(
            x, t.detach(), reduction=m), a, torch.sign(b))
    file.case("klDiv.log", lambda x, y: F.kl_div(x, y, reduction="sum", log_target=True), a, b)
    file.case("klDiv.zero", lambda x, y: F.kl_div(x, y.detach(), reduction="sum"), a, torch.relu(b))
    weight = positive(3, 4)
    file.case("crossEntropy.weight", lambda x, y, w: F.cross_entropy(x, y, w.detach()), a, torch.tensor([1, -100, 3]), weight)
    file.case("crossEntropy.smooth", lambda x, y: F.cross_entropy(x, y, label_smoothing=0.1), a, torch.tensor([1, -100, 3]))
    file.case("crossEntropy.all", lambda x, y, w: F.cross_entropy(x, y, w.detach(), label_smoothing=0.1), a,
              torch.tensor([1, -100, 3]), weight)
    file.case("crossEntropy.probabilities", lambda x, y, w: F.cross_entropy(
        x, y, w.detach(), label_smoothing=0.1), a, torch.softmax(b, 1), weight)
    file.case("crossEntropy.images", F.cross_entropy, normal(1, 2, 3, 2, 2), ints(2, 0, 3, 2, 2, 2))
    file.case("binaryCrossEntropyWithLogits.weights", lambda x, y, w, p: F.binary_cross_entropy_with_logits(
        x, y.detach(), w.detach(), pos_weight=p.detach()), a, torch.sigmoid(b), positive(5, 4), positive(6, 4))
    file.case("binaryCrossEntropy.edges", F.binary_cross_entropy, torch.tensor([0.0, 1.0, 0.0, 1.0]).double(),
              torch.tensor([0.0, 1.0, 1.0, 0.0]).double(), grad=False)
    file.case("sigmoidFocalLoss", focal, a, ints(2, 0, 2, 3, 4).double())
    low = normal(1, 3, 2)
    other = normal(3, 3, 2)
    file.case("giouLoss", giou, torch.cat([low, low + positive(2, 3, 2)], 1),
              torch.cat([other, other + positive(4, 3, 2)], 1))
    file.case("diceLoss", lambda p, t: (1 - (2 * (p * t).sum(1) + 1) / (p.sum(1) + t.sum(1) + 1)).mean(),
              torch.sigmoid(a), torch.sigmoid(b))
    probabilities = normal(1, 6, 3, 5).log_softmax(2)
    targets = torch.tensor([[1, 2, 2], [3, 1, 4], [4, 4, 4]])
    lengths = torch.tensor([6, 5, 6]), torch.tensor([3, 2, 1])
    for reduction in ["none", "mean", "sum"]:
        # The gradient is checked through log_softmax, under which PyTorch's own gradient is defined.
        file.case("ctcLoss." + reduction, lambda x, t, i, l, m=reduction: F.ctc_loss(
            x.log_softmax(2), t, i, l, reduction=m), normal(1, 6, 3, 5), targets, *lengths)
    file.case("ctcLoss.impossible", lambda x, t, i, l: F.ctc_loss(
        x.log_softmax(2), t, i, l, reduction="none"), normal(1, 3, 1, 5), torch.tensor([[2, 2, 2]]), torch.tensor([3]),
              torch.tensor([3]), grad=False)
    file.case("ctcLoss.empty", lambda x, t, i, l: F.ctc_loss(
        x.log_softmax(2), t, i, l, reduction="sum"), normal(1, 3, 1, 5), torch.tensor([[2, 2]]), torch.tensor([3]),
              torch.tensor([0]))


file = File("functional")
convolutions(file)
pools(file)
norms(file)
images(file)
lookups(file)
file.write()
file = File("losses")
losses(file)
file.write()
