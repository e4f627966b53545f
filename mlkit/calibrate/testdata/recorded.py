"""Calibration by scikit-learn 1.2.1, for the tests of package calibrate.

    python3 testdata/recorded.py > testdata/recorded.json    (in mlkit/calibrate)
"""
import json
import numpy as np
from scipy.optimize import minimize_scalar
from sklearn.calibration import _SigmoidCalibration
from sklearn.metrics import log_loss

rng = np.random.RandomState(3)
cases = []
for classes, n in ((2, 60), (3, 90), (6, 240)):
    truth = rng.randint(classes, size=n)
    scores = rng.randn(n, classes) * 0.8
    scores[range(n), truth] += 1.2
    if classes == 2:
        scores[:, 0] = -scores[:, 1]
    scores = np.round(scores, 4)
    columns = [1] if classes == 2 else range(classes)
    fitted = [_SigmoidCalibration().fit(scores[:, k], (truth == k).astype(float)) for k in columns]
    p = np.column_stack([f.predict(scores[:, k]) for f, k in zip(fitted, columns)])
    p = np.column_stack([1 - p, p]) if classes == 2 else p / p.sum(axis=1, keepdims=True)

    def softmax(slope):
        e = np.exp(slope * (scores - scores.max(axis=1, keepdims=True)))
        return e / e.sum(axis=1, keepdims=True)

    best = minimize_scalar(lambda s: log_loss(truth, softmax(np.exp(s))), bounds=(-5, 5), method="bounded", options={"xatol": 1e-10}).x
    cases.append({"classes": [f"c{k}" for k in range(classes)], "scores": scores.tolist(), "truth": [f"c{k}" for k in truth],
                  "sigmoid": p.tolist(), "temperature": softmax(np.exp(best)).tolist()})
print(json.dumps(cases))
