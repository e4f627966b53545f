"""Scores of probabilities by scikit-learn 1.2.1, for the tests of package metric.

    python3 testdata/probabilities.py > testdata/probabilities.json    (in mlkit/metric)
"""
import json
import numpy as np
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, log_loss

rng = np.random.RandomState(5)
cases = []
for classes, n in ((2, 200), (4, 150)):
    truth = rng.randint(classes, size=n)
    scores = rng.randn(n, classes) * 1.5
    scores[range(n), truth] += 1
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    p = np.round(p, 6)
    p[:, -1] += 1 - p.sum(axis=1)
    confidence, correct = p.max(axis=1), p.argmax(axis=1) == truth
    accuracy, mean = calibration_curve(correct, confidence, n_bins=10)
    case = {"truth": [f"c{k}" for k in truth], "classes": [f"c{k}" for k in range(classes)], "probabilities": p.tolist(),
            "logLoss": log_loss(truth, p), "accuracy": accuracy.tolist(), "confidence": mean.tolist()}
    # Over all classes; scikit-learn's own is that of one class against the other.
    case["brier"] = sum(brier_score_loss(truth == k, p[:, k]) for k in range(classes))
    cases.append(case)
print(json.dumps(cases))
