"""Recorded figures for TestAgainstScikitLearn.

    /usr/bin/python3 hist_gradient_boosting.py > hist_gradient_boosting.json

scikit-learn 1.2.1. The data is made by the same linear congruential generator as in the test.
"""
import json

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss, roc_auc_score

state = 1


def draw():
    global state
    state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
    return (state >> 11) / 2**53


n, k = 4000, 6
X = np.array([[draw() for _ in range(k)] for _ in range(2 * n)])
score = 3 * np.sin(6 * X[:, 0]) + 4 * (X[:, 1] > 0.6) * X[:, 2] - 2 * X[:, 3] * X[:, 4]
y = np.array([draw() < 1 / (1 + np.exp(-s)) for s in score])
m = HistGradientBoostingClassifier(
    max_iter=60, learning_rate=0.1, max_leaf_nodes=15, min_samples_leaf=20, l2_regularization=1, max_bins=64, early_stopping=False
).fit(X[:n], y[:n])
p = m.predict_proba(X[n:])[:, 1]
print(json.dumps({"positive": int(y.sum()), "log_loss": log_loss(y[n:], p), "auc": roc_auc_score(y[n:], p)}))
