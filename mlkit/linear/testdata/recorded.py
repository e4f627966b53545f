"""Decision values and probabilities of scikit-learn 1.2.1, for the tests of
package linear.

    python3 testdata/recorded.py > testdata/recorded.json    (in mlkit/linear)
"""
import json
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

rng = np.random.RandomState(1)


def rows(n, features, classes):
    """Sparse rows of length 1 whose label depends on them, with noise."""
    x = rng.gamma(0.3, 1.0, (n, features)) * (rng.rand(n, features) < 0.2)
    x[:, 0] += 0.2
    x = np.round(x / np.linalg.norm(x, axis=1, keepdims=True), 4)
    w = rng.randn(features, classes)
    return x, (x @ w + 0.3 * rng.randn(n, classes)).argmax(axis=1)


def record(kind, options, model, classes):
    x, y = rows(120, 30, classes)
    new, _ = rows(40, 30, classes)
    labels = np.array([f"c{i:02}" for i in y])
    model.fit(x, labels)
    case = {"kind": kind, "options": options, "x": x.tolist(), "labels": labels.tolist(), "new": new.tolist(),
            "decision": model.decision_function(new).tolist(), "predicted": model.predict(new).tolist()}
    if kind == "logistic":
        case["probabilities"] = model.predict_proba(new).tolist()
    return case


svm = dict(tol=1e-10, max_iter=10_000_000, random_state=0)
logistic = dict(solver="newton-cg", tol=1e-8, max_iter=100_000)
cases = [
    record("svm", {}, LinearSVC(**svm), 4),
    record("svm", {}, LinearSVC(**svm), 2),
    record("svm", {"C": 10}, LinearSVC(C=10, **svm), 11),
    record("svm", {"ClassWeight": "balanced", "C": 0.5}, LinearSVC(C=0.5, class_weight="balanced", **svm), 5),
    record("svm", {"ClassWeight": "balanced"}, LinearSVC(class_weight="balanced", **svm), 2),
    record("svm", {"Loss": "hinge"}, LinearSVC(loss="hinge", **svm), 3),
    record("logistic", {}, LogisticRegression(**logistic), 4),
    record("logistic", {}, LogisticRegression(**logistic), 2),
    record("logistic", {"C": 20}, LogisticRegression(C=20, **logistic), 9),
    record("logistic", {"ClassWeight": "balanced"}, LogisticRegression(class_weight="balanced", **logistic), 5),
]
print(json.dumps(cases))
