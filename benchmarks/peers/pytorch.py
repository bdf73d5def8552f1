"""Times PyTorch on one workload:  python -m peers.pytorch NAME --threads N"""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torchcrf import CRF

from peers import measure

LAYERS = {"elman-tanh": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def rnn(workload):
    return LAYERS[workload.cell](
        workload.input_size,
        workload.hidden_size,
        workload.layers,
        bidirectional=workload.bidirectional,
    )


class Network(nn.Module):
    """Embedding, recurrent layers and an output layer over their states."""

    def __init__(self, workload, outputs):
        super().__init__()
        self.embedding = nn.Embedding(workload.vocabulary, workload.input_size)
        self.rnn = rnn(workload)
        directions = 2 if workload.bidirectional else 1
        self.output = nn.Linear(workload.hidden_size * directions, outputs)


class LanguageModel(Network):
    def __init__(self, workload):
        super().__init__(workload, workload.vocabulary)

    def loss(self, ids, targets, state):
        hidden, state = self.rnn(self.embedding(ids), state)
        logits = self.output(hidden).flatten(0, 1)
        return nn.functional.cross_entropy(logits, targets.flatten()), state


class Tagger(Network):
    def __init__(self, workload):
        super().__init__(workload, workload.tags)
        self.crf = CRF(workload.tags)

    def loss(self, ids, tags, lengths, mask):
        packed = pack_padded_sequence(self.embedding(ids), lengths)
        hidden, _ = pad_packed_sequence(self.rnn(packed)[0])
        return -self.crf(self.output(hidden), tags, mask, reduction="token_mean")


class Classifier(Network):
    def __init__(self, workload):
        super().__init__(workload, workload.classes)

    def loss(self, ids, targets, lengths):
        packed = pack_padded_sequence(self.embedding(ids), lengths)
        last = self.rnn(packed)[1][0][-1]  # the hidden state after each row's last step
        return nn.functional.cross_entropy(self.output(last), targets)


def training(model, loss):
    """A training step: backward, clip of the global norm, SGD; and the loss alone."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def whole():
        optimizer.zero_grad(set_to_none=True)
        loss().backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()

    def forward():
        with torch.no_grad():
            loss()

    return whole, forward


def detached(state):
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()


def train_language_model(workload):
    """Truncated backpropagation through time on a batch of random symbols, the state carried."""
    model = LanguageModel(workload)
    shape = (workload.time, workload.batch)
    ids, targets = (torch.randint(workload.vocabulary, shape) for _ in range(2))
    state = None

    def loss():
        nonlocal state
        rounded = workload.precision == "bf16"
        with torch.autocast("cpu", torch.bfloat16, enabled=rounded):
            mean, new_state = model.loss(ids, targets, state)
        state = detached(new_state)
        return mean

    return training(model, loss)


def lengths_and_mask(workload):
    """Lengths `[B]`, in falling order, and whether a step is valid, `[T, B]`."""
    lengths = torch.tensor(workload.lengths())
    return lengths, torch.arange(workload.time)[:, None] < lengths


def train_tagger(workload):
    """A batch of random sentences, packed."""
    model = Tagger(workload)
    lengths, mask = lengths_and_mask(workload)
    ids = torch.randint(workload.vocabulary, mask.shape)
    tags = torch.randint(workload.tags, mask.shape)
    return training(model, lambda: model.loss(ids, tags, lengths, mask))


def train_classifier(workload):
    """A batch of random texts, packed."""
    model = Classifier(workload)
    lengths, _ = lengths_and_mask(workload)
    ids = torch.randint(workload.vocabulary, (workload.time, workload.batch))
    targets = torch.randint(workload.classes, (workload.batch,))
    return training(model, lambda: model.loss(ids, targets, lengths))


def forward_backward(workload):
    """A stack over random rows, packed where their lengths differ."""
    stack = rnn(workload)
    shape = (workload.time, workload.batch, workload.input_size)
    x = torch.randn(shape, requires_grad=True)
    lengths = None if workload.shortest is None else torch.tensor(workload.lengths())

    def outputs():
        if lengths is None:
            return stack(x)[0]
        return pad_packed_sequence(stack(pack_padded_sequence(x, lengths))[0])[0]

    def whole():
        x.grad = None
        stack.zero_grad(set_to_none=True)
        outputs().sum().backward()

    def forward():
        with torch.no_grad():
            outputs()

    return whole, forward


def step(workload):
    """Steps of one row, the state passed on."""
    stack = rnn(workload)
    x = torch.randn(1, 1, workload.input_size)
    state = None

    def whole():
        nonlocal state
        with torch.inference_mode():
            for _ in range(measure.STEPS):
                _, state = stack(x, state)

    return whole, None


def field(workload):
    """A conditional random field, random emissions `[T, B, V]` and which of their steps are valid."""
    _, mask = lengths_and_mask(workload)
    return CRF(workload.tags), torch.randn(*mask.shape, workload.tags), mask


def crf_loss(workload):
    """The mean loss of random rows, and its gradients."""
    crf, emissions, mask = field(workload)
    emissions.requires_grad_()
    tags = torch.randint(workload.tags, mask.shape)

    def loss():
        return -crf(emissions, tags, mask, reduction="mean")

    def whole():
        emissions.grad = None
        crf.zero_grad(set_to_none=True)
        loss().backward()

    def forward():
        with torch.no_grad():
            loss()

    return whole, forward


def crf_decode(workload):
    """The most probable tags of random rows."""
    crf, emissions, mask = field(workload)

    def whole():
        with torch.inference_mode():
            crf.decode(emissions, mask)

    return whole, None


def ctc_loss(workload):
    """The mean loss by label of random rows from logits, and its gradient."""
    logits = torch.randn(workload.time, workload.batch, workload.classes, requires_grad=True)
    labels = torch.randint(1, workload.classes, (workload.batch, workload.labels))
    lengths = torch.tensor(workload.lengths())
    label_lengths = torch.full((workload.batch,), workload.labels)

    def loss():
        return nn.functional.ctc_loss(logits.log_softmax(2), labels, lengths, label_lengths)

    def whole():
        logits.grad = None
        loss().backward()

    def forward():
        with torch.no_grad():
            loss()

    return whole, forward


def transducer_loss(workload):
    """torchaudio's summed loss of random rows from the logits of all nodes, and its gradient."""
    from torchaudio.functional import rnnt_loss

    logits = torch.randn(workload.batch, workload.time, workload.labels + 1, workload.classes, requires_grad=True)
    labels = torch.randint(1, workload.classes, (workload.batch, workload.labels), dtype=torch.int32)
    lengths = torch.tensor(workload.lengths(), dtype=torch.int32)
    label_lengths = torch.full((workload.batch,), workload.labels, dtype=torch.int32)

    def loss():
        return rnnt_loss(logits, labels, lengths, label_lengths, blank=0, reduction="sum")

    def whole():
        logits.grad = None
        loss().backward()

    def forward():
        with torch.no_grad():
            loss()

    return whole, forward


KINDS = {
    "train-language-model": train_language_model,
    "train-tagger": train_tagger,
    "train-classifier": train_classifier,
    "forward-backward": forward_backward,
    "step": step,
    "crf-loss": crf_loss,
    "crf-decode": crf_decode,
    "ctc-loss": ctc_loss,
    "transducer-loss": transducer_loss,
}


def runs(workload, threads):
    torch.manual_seed(0)
    torch.set_num_threads(threads)
    return KINDS[workload.work](workload)


if __name__ == "__main__":
    measure.main(torch.__version__, runs)
