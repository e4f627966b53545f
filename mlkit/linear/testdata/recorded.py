"""Decision values, probabilities and objectives of scikit-learn 1.2.1, for the
tests of package linear.

    python3 testdata/recorded.py > testdata/recorded.json    (in mlkit/linear)
"""
import json
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB, MultinomialNB
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
    if kind != "svm":
        case["probabilities"] = model.predict_proba(new).tolist()
    if kind in ("svm", "logistic"):
        case["objective"] = objective(kind, options, model, x, labels)
    return case


def objective(kind, options, model, x, labels):
    """What is minimised, by its definition, where scikit-learn found its minimum."""
    scores, c, classes = model.decision_function(x), options.get("C", 1), list(model.classes_)
    penalty = (model.coef_ ** 2).sum() / 2
    count = {k: (labels == k).sum() for k in classes}
    weight = {k: len(labels) / len(classes) / count[k] if "ClassWeight" in options else 1 for k in classes}
    if kind == "logistic":
        scores = scores if scores.ndim == 2 else np.column_stack([0 * scores, scores])
        loss = np.logaddexp.reduce(scores, axis=1) - scores[range(len(labels)), [classes.index(k) for k in labels]]
        return penalty + c * (loss * [weight[k] for k in labels]).sum()
    total = penalty + (model.intercept_ ** 2).sum() / 2
    scores, positive = (scores, classes) if scores.ndim == 2 else (scores[:, None], classes[1:])
    for k, s in zip(positive, scores.T):
        own = labels == k
        # One against the rest: only the class itself has its weight, unless there are two.
        w = np.where(own, weight[k], 1 if len(classes) > 2 else weight[classes[0]])
        loss = np.maximum(0, 1 - np.where(own, 1, -1) * s)
        total += c * (w * (loss if options.get("Loss") == "hinge" else loss ** 2)).sum()
    return total


class Bayes:
    """Naive Bayes with the scores that it compares as its decision."""

    def __init__(self, model):
        self.model = model

    def fit(self, x, y):
        self.model.fit(x, y)

    def decision_function(self, x):
        return self.model._joint_log_likelihood(x)

    def predict(self, x):
        return self.model.predict(x)

    def predict_proba(self, x):
        return self.model.predict_proba(x)


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
    record("complement", {}, Bayes(ComplementNB()), 4),
    record("complement", {"Alpha": 0.03}, Bayes(ComplementNB(alpha=0.03)), 2),
    record("complement", {"Alpha": 0.3, "Norm": True}, Bayes(ComplementNB(alpha=0.3, norm=True)), 9),
    record("multinomial", {}, Bayes(MultinomialNB()), 5),
    record("multinomial", {"Alpha": 0.1}, Bayes(MultinomialNB(alpha=0.1)), 2),
]
print(json.dumps(cases))
