"""The workloads in PyTorch. Speaks lines of JSON: ready with the first values, then one rate for each window asked for.

usage: pytorch.py WORKLOAD FOLDER THREADS [float64]
FOLDER holds given.json and the arrays it names. With float64 every array is widened: that is how reference.json is made.
"""

import json
import os
import subprocess
import sys
import time

workload, folder, threads = sys.argv[1:4]
wide = "float64" in sys.argv[4:]
os.environ.setdefault("OMP_NUM_THREADS", threads)
os.environ.setdefault("OPENBLAS_NUM_THREADS", threads)


def right_kernels():
    """An OpenBLAS older than the processor takes it for one without AVX: it is told better, as Glissade does (core-type.ts)."""
    ask = "import ctypes; f = ctypes.CDLL('libopenblas.so.0').openblas_get_corename; f.restype = ctypes.c_char_p; print(f().decode())"
    core = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True).stdout.strip()
    if core not in ("Prescott", "Core2", "Nehalem", "Penryn", "Dunnington", "Atom"):
        return
    with open("/proc/cpuinfo") as file:
        flags = next((line.split() for line in file if line.startswith("flags")), [])
    if "avx512vl" in flags:
        os.environ.setdefault("OPENBLAS_CORETYPE", "SkylakeX")
    elif "avx2" in flags:
        os.environ.setdefault("OPENBLAS_CORETYPE", "Haswell")


right_kernels()

import numpy as np  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

torch.set_num_threads(int(threads))
LAYERS = ("w1", "b1", "w2", "b2", "w3", "b3")


def load():
    with open(os.path.join(folder, "given.json")) as file:
        given = json.load(file)
    arrays = {}
    for name, each in given["arrays"].items():
        flat = np.fromfile(os.path.join(folder, each["file"]), dtype=each["dtype"])
        array = torch.from_numpy(flat.reshape(each["shape"]))
        arrays[name] = array.double() if wide and array.dtype == torch.float32 else array
    return arrays, given["cfg"]


class Work:
    """A workload that is ready: its step, and what is compared besides the losses."""

    def __init__(self, step, check=None):
        self.step = step
        self.check = check


def square_sums(tensors):
    return [float((each.double() ** 2).sum()) for each in tensors]


def batches(array, cfg):
    return [each.clone() for each in array.split(int(cfg["batch"]))]


def gradient_step(parameters, loss_of, inputs, targets, rate):
    def step(i):
        k = i % len(inputs)
        loss = loss_of(inputs[k], targets[k])
        grads = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            for parameter, grad in zip(parameters, grads):
                parameter.sub_(grad, alpha=rate)
        return loss.item()

    return Work(step)


def softmax_classifier(data, cfg):
    weights = data["W"].requires_grad_()
    labels = [each.long() for each in batches(data["y"], cfg)]
    return gradient_step(
        [weights], lambda x, y: F.cross_entropy(x @ weights.t(), y), batches(data["x"], cfg), labels, cfg["lr"]
    )


def optimised(net, optimizer, inputs, labels):
    def step(i):
        k = i % len(inputs)
        loss = F.cross_entropy(net(inputs[k]), labels[k])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss.item()

    return Work(step)


def mlp(data, cfg):
    sizes = (784, 256, 128, 10)
    linears = [torch.nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])]
    net = torch.nn.Sequential(linears[0], torch.nn.ReLU(), linears[1], torch.nn.ReLU(), linears[2])
    if wide:
        net.double()
    with torch.no_grad():
        for k, linear in enumerate(linears, 1):
            linear.weight.copy_(data[f"w{k}"].t())
            linear.bias.copy_(data[f"b{k}"])
    adam = torch.optim.Adam(net.parameters(), lr=cfg["lr"], betas=(cfg["b1"], cfg["b2"]), eps=cfg["eps"])
    return optimised(net, adam, batches(data["x"], cfg), [each.long() for each in batches(data["y"], cfg)])


def cnn(data, cfg):
    first, second = torch.nn.Conv2d(1, 16, 3, padding=1), torch.nn.Conv2d(16, 32, 3, padding=1)
    dense, pool, relu = torch.nn.Linear(1568, 10), torch.nn.MaxPool2d(2), torch.nn.ReLU()
    net = torch.nn.Sequential(first, relu, pool, second, relu, pool, torch.nn.Flatten(), dense)
    if wide:
        net.double()
    with torch.no_grad():
        for k, layer in enumerate((first, second), 1):
            layer.weight.copy_(data[f"k{k}"].permute(3, 2, 0, 1))
            layer.bias.copy_(data[f"c{k}"])
        turned = data["w"].reshape(7, 7, 32, 10).permute(2, 0, 1, 3).reshape(1568, 10)
        dense.weight.copy_(turned.t())
        dense.bias.copy_(data["b"])
    sgd = torch.optim.SGD(net.parameters(), lr=cfg["lr"], momentum=cfg["momentum"])
    images = data["x"].permute(0, 3, 1, 2).contiguous()
    return optimised(net, sgd, batches(images, cfg), [each.long() for each in batches(data["y"], cfg)])


def tanh_loss(x, t, w1, b1, w2, b2, w3, b3):
    hidden = torch.tanh(torch.addmm(b1, x, w1))
    hidden = torch.tanh(torch.addmm(b2, hidden, w2))
    return F.mse_loss(torch.addmm(b3, hidden, w3), t)


def moons(data, cfg):
    parameters = [data[name].requires_grad_() for name in LAYERS]
    return gradient_step(
        parameters, lambda x, t: tanh_loss(x, t, *parameters), batches(data["x"], cfg), batches(data["t"], cfg), cfg["lr"]
    )


def rosenbrock(data, cfg):
    x = data["x"].requires_grad_()

    def step(_):
        a = x[:-1]
        value = (100 * (x[1:] - a * a) ** 2 + (1 - a) ** 2).sum()
        (slope,) = torch.autograd.grad(value, x)
        with torch.no_grad():
            x.sub_(slope, alpha=cfg["lr"])
        return value.item()

    return Work(step, lambda: [x.detach().sum().item(), x[0].item(), x[50].item()])


def chain(data, cfg):
    start, _, shift = data["p"].tolist()
    last = []

    def step(i):
        factor = cfg["a0"] + cfg["da"] * (i % int(cfg["period"]))
        x, a, b = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (start, factor, shift))
        y = x
        for _ in range(int(cfg["iters"])):
            y = torch.sin(y) * a + b
        last[:] = torch.autograd.grad(y, (x, a, b))
        return y.item()

    return Work(step, lambda: [each.item() for each in last])


def evaluation(f, operands):
    last = []

    def step(_):
        value = f(*operands)
        last[:] = torch.autograd.grad(value, operands)
        return value.item()

    return Work(step, lambda: square_sums(last))


def elementwise(data, _):
    operands = [data[name].requires_grad_() for name in "abcd"]
    return evaluation(lambda a, b, c, d: (torch.tanh(a * b + c) * torch.exp(-d * d)).sum(), operands)


def product(data, _):
    last = []

    def step(_):
        last[:] = [data["a"] @ data["b"]]

    def check():
        flat = last[0].flatten()
        return [flat[0].item(), flat[len(flat) // 2 + 7].item(), flat[-1].item(), *square_sums(last)]

    return Work(step, check)


def attention(data, cfg):
    operands = [data[name].requires_grad_() for name in "qkv"]

    def loss(q, k, v):
        return (torch.softmax(q @ k.transpose(-1, -2) * cfg["scale"], -1) @ v * data["g"]).sum()

    return evaluation(loss, operands)


def hessian_product(data, _):
    parameters = [data[name].requires_grad_() for name in LAYERS]
    along = [data["v_" + name] for name in LAYERS]
    last = []

    def step(_):
        grads = torch.autograd.grad(tanh_loss(data["x"], data["t"], *parameters), parameters, create_graph=True)
        last[:] = torch.autograd.grad(grads, parameters, along)
        return last[0][0, 0].item()

    return Work(step, lambda: square_sums(last))


def whole_hessian(data, _):
    matrix, x = data["A"], data["x"]
    last = []

    def f(p):
        return (torch.tanh(matrix @ p) ** 2).sum() + 0.1 * (p**4).sum()

    def step(_):
        last[:] = [torch.autograd.functional.hessian(f, x, vectorize=True)]
        return last[0][0, 0].item()

    return Work(step, lambda: [last[0][0, 1].item(), last[0][49, 3].item(), *square_sums(last)])


WORKLOADS = {
    "W1": softmax_classifier,
    "W1b": softmax_classifier,
    "W2": mlp,
    "W3": cnn,
    "W4": moons,
    "W5a": rosenbrock,
    "W5b": chain,
    "W6": elementwise,
    "W7_512": product,
    "W7_1024": product,
    "W7_attn": attention,
    "W8_hvp": hessian_product,
    "W8_hess": whole_hessian,
}


def say(message):
    print(json.dumps(message), flush=True)


def serve():
    work = WORKLOADS[workload](*load())
    began = time.perf_counter()
    losses, first = [], 0.0
    for i in range(10):
        value = work.step(i)
        if i == 0:
            first = (time.perf_counter() - began) * 1e3
        if value is not None:
            losses.append(value)
    say({"losses": losses, "check": work.check() if work.check else [], "firstMs": first, "version": torch.__version__})
    i = 10
    for line in sys.stdin:
        seconds = json.loads(line)["seconds"]
        began, steps = time.perf_counter(), 0
        while True:
            work.step(i)
            i, steps = i + 1, steps + 1
            passed = time.perf_counter() - began
            if passed >= seconds:
                break
        say({"rate": steps / passed})


try:
    serve()
except Exception as error:  # whatever a peer cannot do is a cell of the table
    say({"error": f"{type(error).__name__}: {error}".splitlines()[0]})
