"""Times ONNX Runtime on one step of one row:  python -m peers.onnxruntime NAME --threads N"""

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from peers import measure

GATES = {"LSTM": 4, "GRU": 3}
OPSET = 17
IR_VERSION = 9


def model(kind, input_size, hidden_size):
    """One node with random weights, its state passed in and returned."""
    random = np.random.default_rng(0)
    rows = GATES[kind] * hidden_size

    def weights(name, *shape):
        values = random.uniform(-0.1, 0.1, shape).astype(np.float32)
        return numpy_helper.from_array(values, name)

    def value(name, width):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, width])

    states = ["h", "c"] if kind == "LSTM" else ["h"]
    # PyTorch's GRU, as ours, has the reset gate after the recurrent product.
    options = {} if kind == "LSTM" else {"linear_before_reset": 1}
    node = helper.make_node(
        kind,
        ["x", "W", "R", "B", "", *states],
        ["", *(f"{state}_next" for state in states)],
        hidden_size=hidden_size,
        **options,
    )
    graph = helper.make_graph(
        [node],
        "step",
        [value("x", input_size), *(value(state, hidden_size) for state in states)],
        [value(f"{state}_next", hidden_size) for state in states],
        [
            weights("W", 1, rows, input_size),
            weights("R", 1, rows, hidden_size),
            weights("B", 1, 2 * rows),
        ],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    made.ir_version = IR_VERSION
    onnx.checker.check_model(made)
    return made.SerializeToString(), states


def runs(workload, threads):
    if workload.work != "step":
        raise SystemExit(f"{workload.name}: ONNX Runtime is timed on steps of one row only")
    made, states = model(workload.cell.upper(), workload.input_size, workload.hidden_size)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(made, options, providers=["CPUExecutionProvider"])
    zeros = np.zeros((1, 1, workload.hidden_size), np.float32)
    feeds = {state: zeros for state in states}
    feeds["x"] = np.random.default_rng(1).standard_normal(
        (1, 1, workload.input_size), dtype=np.float32
    )

    def whole():
        for _ in range(measure.STEPS):
            feeds.update(zip(states, session.run(None, feeds)))

    return whole, None


if __name__ == "__main__":
    measure.main(onnxruntime.__version__, runs)
