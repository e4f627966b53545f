package classify_test

import (
	"testing"

	"viva/internal/publicdata"
	"viva/mlkit/classify"
	"viva/mlkit/data"
	"viva/mlkit/metric"
	"viva/mlkit/split"
	"viva/mlkit/text"
)

// newsgroups returns a part, train or test, of 20 Newsgroups as it came, or
// skips where the public data sets are not there.
func newsgroups(t testing.TB, part string) *data.Corpus {
	t.Helper()
	path := publicdata.Path(t, "classification/20newsgroups/20news-bydate-"+part+".tar.gz")
	c, err := data.Open(t.Context(), path, data.Options{Encoding: "latin1"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var newsgroupOptions = classify.Options{Text: text.Options{Sublinear: true, MinDF: 2}}

// raceDetector is set when the tests are built with it. It makes the real data
// take minutes and finds nothing there that the small corpora do not show.
var raceDetector bool

// scikit-learn 1.2.1 with the same options reaches 0.8606 on the test posts;
// bench/peers/classify_20ng.py computes it.
func TestTwentyNewsgroups(t *testing.T) {
	if raceDetector {
		t.Skip("too slow with the race detector")
	}
	train, test := newsgroups(t, "train"), newsgroups(t, "test")
	m, err := classify.Train(t.Context(), train.Texts(), train.Labels(), newsgroupOptions)
	if err != nil {
		t.Fatal(err)
	}
	predicted, err := m.Predict(t.Context(), test.Texts())
	if err != nil {
		t.Fatal(err)
	}
	r, err := metric.Classify(test.Labels(), predicted)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Accuracy().Value; got < 0.8596 || got > 0.8616 {
		t.Errorf("accuracy on the test posts is %.4f, want 0.8606 as scikit-learn's", got)
	}
}

func BenchmarkCrossValidate(b *testing.B) {
	c := newsgroups(b, "train")
	texts, labels := c.Texts(), c.Labels()
	folds, err := split.StratifiedKFold(labels, split.Options{Shuffle: true})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := classify.CrossValidate(b.Context(), texts, labels, folds, newsgroupOptions); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVectorise(b *testing.B) {
	texts := newsgroups(b, "train").Texts()
	for b.Loop() {
		if _, _, err := (text.Vectorizer{Options: newsgroupOptions.Text}).FitTransform(b.Context(), texts); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTrain(b *testing.B) {
	c := newsgroups(b, "train")
	texts, labels := c.Texts(), c.Labels()
	for _, model := range []string{"svm", "logistic"} {
		b.Run(model, func(b *testing.B) {
			opt := newsgroupOptions
			opt.Model = model
			for b.Loop() {
				if _, err := classify.Train(b.Context(), texts, labels, opt); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
