"""One network of a model as an ONNX graph that computes what the model's own method does.

The graph is for one visitor's browser: batch norm is folded into the layer before it, dropout is
gone, the last activation and the change of range are inside, and the batch is of any size.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval, fuse_linear_bn_eval

from ganvae.errors import UserError
from ganvae.models import GAN, VAE

if TYPE_CHECKING:
    from onnx import ModelProto

# The oldest that PyTorch's exporter writes without converting; every runtime of today reads it.
OPSET = 18


@dataclass(frozen=True)
class _Part:
    """What one graph computes.

    Attributes:
        compute: model and input to output, both with the batch first.
        family: of the models that have it; None where all do.
    """

    compute: Callable[[Any, Tensor], Tensor]
    input: str
    output: str
    family: str | None = None


PARTS = {
    "decoder": _Part(lambda model, z: model.draw(z), "z", "images"),
    "discriminator": _Part(lambda model, x: model.judge(x), "images", "realness", "gan"),
    "encoder": _Part(lambda model, x: model.posterior(x)[0], "images", "mean", "vae"),
}


def to_onnx(model: VAE | GAN, part: str) -> bytes:
    """An ONNX file of one part of a model; the same weights give the same bytes.

    Args:
        part: `decoder` (of either family): z (N, latent) to images (N, C, H, W) in [0, 1];
            `discriminator`: images to realness (N,); `encoder`: images to mean (N, latent).
            Everything is float32.

    Raises:
        UserError: the model has no such part, a layer of it has no counterpart in ONNX, or a
            package is missing.
    """
    kind = PARTS.get(part)
    if kind is None or kind.family not in (None, model.recipe.family):
        raise UserError(f"{model.recipe.name} has no {part} to export.")
    try:
        # Imported late, for the page needs neither; the exporter fails in words of its own.
        import onnx
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise UserError(
            f"Exporting needs the package {error.name}: pip install -r requirements.txt."
        ) from error
    folded = copy.deepcopy(model).cpu().float().eval().requires_grad_(False)
    scales = _fold_batch_norm(folded)
    graph = _trace(folded, kind)
    _store_as_trained(graph, model, scales)
    _strip(graph)
    onnx.checker.check_model(graph)
    return graph.SerializeToString(deterministic=True)


class _Traced(nn.Module):
    """One part's computation as the forward pass of a module, which is what can be traced."""

    def __init__(self, model: VAE | GAN, kind: _Part) -> None:
        super().__init__()
        self.model, self.kind = model, kind

    def forward(self, batch: Tensor) -> Tensor:
        return self.kind.compute(self.model, batch)


def _trace(model: VAE | GAN, kind: _Part) -> ModelProto:
    shape = (model.recipe.latent,) if kind.input == "z" else model.recipe.image_shape
    with warnings.catch_warnings():
        # The exporter warns of its own use of old functions.
        warnings.simplefilter("ignore")
        try:
            program = torch.onnx.export(
                _Traced(model, kind).eval(),
                # A batch of one would be taken for a constant.
                (torch.zeros(2, *shape),),
                dynamo=True,
                input_names=[kind.input],
                output_names=[kind.output],
                dynamic_shapes=({0: torch.export.Dim("N")},),
                opset_version=OPSET,
                verbose=False,
            )
        except torch.onnx.OnnxExporterError as error:
            raise UserError(f"{model.recipe.name} has a layer that ONNX doesn't know.") from error
    assert program is not None
    return program.model_proto


def _fold_batch_norm(module: nn.Module, prefix: str = "") -> dict[str, Tensor]:
    """Work each batch norm of a module in evaluation mode into the layer before it, in place.

    Returns:
        By the name of the layer's weight, what that was multiplied with: one number a channel that
        the layer gives, in a shape that broadcasts.
    """
    scales: dict[str, Tensor] = {}
    for name, child in module.named_children():
        scales |= _fold_batch_norm(child, f"{prefix}{name}.")
    if not isinstance(module, nn.Sequential):
        return scales
    before = ""
    for name, layer in list(module.named_children()):
        if not isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            before = name
            continue
        former = module.get_submodule(before)
        fused: nn.Linear | nn.Conv2d | nn.ConvTranspose2d
        if isinstance(former, nn.Linear):
            fused = fuse_linear_bn_eval(former, layer)
        else:
            assert isinstance(former, nn.Conv2d | nn.ConvTranspose2d)
            fused = fuse_conv_bn_eval(former, layer, isinstance(former, nn.ConvTranspose2d))
        module.set_submodule(before, fused)
        module.set_submodule(name, nn.Identity())
        assert layer.running_var is not None
        shape = [1] * fused.weight.ndim
        shape[1 if isinstance(fused, nn.ConvTranspose2d) else 0] = -1
        scale = layer.weight * torch.rsqrt(layer.running_var + layer.eps)
        scales[f"{prefix}{before}.weight"] = scale.reshape(shape)
    return scales


def _store_as_trained(graph: ModelProto, model: VAE | GAN, scales: dict[str, Tensor]) -> None:
    """Store the weights as model.safetensors has them, to be scaled where the graph is loaded.

    What lies there already needs no second place on disk (see `ganvae.export.shared`). And where
    they are float16, to be cast to float32, nothing is lost: rounding the weights that batch norm
    was folded into changes pixels by up to 1e-3. Constants are computed once, at load, so what is
    computed per picture stays float32 and has no node more.
    """
    from onnx import TensorProto, helper, numpy_helper

    stored = model.state_dict()
    nodes = []
    for constant in graph.graph.initializer:
        name = constant.name.removeprefix("model.")
        if name not in stored or stored[name].ndim < 2:
            continue
        steps: list[tuple[str, list[str], dict[str, Any]]] = []
        weight = stored[name].detach().cpu()
        if model.recipe.storage == "float16":
            weight = weight.half()
            steps.append(("Cast", [], {"to": TensorProto.FLOAT}))
        if name in scales:
            scale = f"{constant.name}.scale"
            graph.graph.initializer.append(numpy_helper.from_array(scales[name].numpy(), scale))
            steps.append(("Mul", [scale], {}))
        # The last step gives the name that the layer knows.
        names = [f"{constant.name}.stored", f"{constant.name}.float32", constant.name]
        names = [*names[: len(steps)], constant.name]
        constant.CopyFrom(numpy_helper.from_array(weight.contiguous().numpy(), names[0]))
        for (kind, others, how), given, made in zip(steps, names, names[1:], strict=False):
            nodes.append(helper.make_node(kind, [given, *others], [made], **how))
    nodes += graph.graph.node
    del graph.graph.node[:]
    graph.graph.node.extend(nodes)


def _strip(graph: ModelProto) -> None:
    """Take out what computes nothing: the exporter writes its stack, with paths, beside nodes."""
    graph.ClearField("metadata_props")
    graph.ClearField("doc_string")
    inner = graph.graph
    # Shapes in between follow from those of the input.
    inner.ClearField("value_info")
    for piece in (inner, *inner.node, *inner.initializer, *inner.input, *inner.output):
        piece.ClearField("metadata_props")
        piece.ClearField("doc_string")
