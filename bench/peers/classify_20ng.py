"""scikit-learn on 20 Newsgroups (bydate), headers kept.

    apt-get install -y python3-sklearn
    python3 classify_20ng.py TRAIN.tar.gz TEST.tar.gz

Prints a JSON object: the wall time and mean accuracy of a stratified, shuffled
5-fold cross-validation on the training posts, two processes, from texts in
memory to scores; the accuracy on the test posts; and the peak memory of its
processes, added up.
"""
import json
import os
import sys
import tarfile
import time

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import accuracy_score
from sklearn.model_selection import StratifiedKFold, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC


def load(path):
    with tarfile.open(path) as archive:
        posts = sorted((m.name, archive.extractfile(m).read()) for m in archive if m.isfile())
    texts = [content.decode("latin1") for _, content in posts]
    return texts, np.array([name.split("/")[-2] for name, _ in posts])


def peak_mib():
    """Peak resident memory of this process and of its children that live."""
    total = 0
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/status") as f:
                status = dict(line.split(":", 1) for line in f)
        except OSError:
            continue  # ended meanwhile
        if os.getpid() in (int(pid), int(status["PPid"])):
            total += int(status.get("VmHWM", "0").split()[0])
    return total / 1024


def pipeline():
    return make_pipeline(TfidfVectorizer(sublinear_tf=True, min_df=2), LinearSVC())


def main(train_path, test_path):
    texts, labels = load(train_path)
    begin = time.time()
    scores = cross_validate(pipeline(), texts, labels, cv=StratifiedKFold(5, shuffle=True, random_state=0),
                            n_jobs=2, scoring="accuracy", return_train_score=True)
    seconds = time.time() - begin
    peak = peak_mib()  # while the workers are there
    test, truth = load(test_path)
    predicted = pipeline().fit(texts, labels).predict(test)
    print(json.dumps({
        "cv5_seconds": seconds,
        "cv5_accuracy": scores["test_score"].mean(),
        "test_accuracy": accuracy_score(truth, predicted),
        "peak_mib": peak,
    }))


main(sys.argv[1], sys.argv[2])
