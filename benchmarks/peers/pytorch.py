"""Times PyTorch on one workload:  python -m peers.pytorch NAME --threads N"""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from peers import measure

LAYERS = {"elman-tanh": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def rnn(workload):
    return LAYERS[workload.cell](
        workload.input_size,
        workload.hidden_size,
        workload.layers,
        bidirectional=workload.bidirectional,
    )


class LanguageModel(nn.Module):
    def __init__(self, workload):
        super().__init__()
        self.embedding = nn.Embedding(workload.vocabulary, workload.input_size)
        self.rnn = rnn(workload)
        self.output = nn.Linear(workload.hidden_size, workload.vocabulary)

    def loss(self, ids, targets, state):
        hidden, state = self.rnn(self.embedding(ids), state)
        logits = self.output(hidden).flatten(0, 1)
        return nn.functional.cross_entropy(logits, targets.flatten()), state


def detached(state):
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()


def training_step(workload):
    """Truncated backpropagation through time on a batch of random symbols, the state carried."""
    model = LanguageModel(workload)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    shape = (workload.time, workload.batch)
    ids, targets = (torch.randint(workload.vocabulary, shape) for _ in range(2))
    state = None

    def whole():
        nonlocal state
        optimizer.zero_grad(set_to_none=True)
        loss, new_state = model.loss(ids, targets, state)
        state = detached(new_state)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()

    def forward():
        with torch.no_grad():
            model.loss(ids, targets, state)

    return whole, forward


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


def runs(workload, threads):
    torch.manual_seed(0)
    torch.set_num_threads(threads)
    kinds = {"training-step": training_step, "forward-backward": forward_backward, "step": step}
    return kinds[workload.work](workload)


if __name__ == "__main__":
    measure.main(torch.__version__, runs)
