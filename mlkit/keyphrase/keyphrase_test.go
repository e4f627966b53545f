package keyphrase_test

import (
	"bytes"
	"context"
	"math"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"viva/mlkit/data"
	"viva/mlkit/keyphrase"
	"viva/mlkit/memo/memotest"
	"viva/mlkit/split"
)

// quick is enough for what these tests look at.
var quick = keyphrase.Options{Trees: 40, Folds: 3, Seed: 1}

func sample(t testing.TB) (train, test *data.Corpus) {
	t.Helper()
	c, err := data.Open(t.Context(), "", data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c.InSplit(data.Train).Select(rows(120)), c.InSplit(data.Test).Select(rows(40))
}

func rows(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

func train(t testing.TB, c ...*data.Corpus) *keyphrase.Model {
	t.Helper()
	m, err := keyphrase.Train(t.Context(), c, quick)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func evaluate(t testing.TB, x keyphrase.Extractor, c *data.Corpus) *keyphrase.Evaluation {
	t.Helper()
	e, err := keyphrase.Evaluate(t.Context(), x, c)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// fixed extracts the same phrases from every document.
type fixed struct {
	phrases keyphrase.Phrases
	own     int
}

func (f fixed) Name() string { return "fixed" }

func (f fixed) Extract(_ context.Context, doc data.Document, n int) (keyphrase.Phrases, error) {
	if doc.Keyphrases != nil {
		panic("the extractor was shown the keyphrases")
	}
	if n == 0 {
		n = f.own
	}
	return f.phrases[:min(n, len(f.phrases))], nil
}

func corpus(t testing.TB, docs ...data.Document) *data.Corpus {
	t.Helper()
	c, err := data.New("made", docs)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheModelBeatsEveryMethod(t *testing.T) {
	learn, held := sample(t)
	m := train(t, learn)
	ours, err := evaluate(t, m, held).At(keyphrase.At10)
	if err != nil {
		t.Fatal(err)
	}
	tfidf, err := keyphrase.TFIDF(t.Context(), learn)
	if err != nil {
		t.Fatal(err)
	}
	sequences, err := keyphrase.TFIDFSequences(t.Context(), learn)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []*keyphrase.Method{keyphrase.FirstPhrases(), tfidf, sequences, keyphrase.YAKE(), keyphrase.MultipartiteRank()} {
		theirs, err := evaluate(t, x, held).At(keyphrase.At10)
		if err != nil {
			t.Fatal(err)
		}
		if theirs.Macro.F1 < 0.1 {
			t.Errorf("%s finds next to nothing: F1 %.3f", x.Name(), theirs.Macro.F1)
		}
		if theirs.Macro.F1 >= ours.Macro.F1 {
			t.Errorf("%s has an F1 of %.3f, the model %.3f", x.Name(), theirs.Macro.F1, ours.Macro.F1)
		}
	}
	// Reasons are features, and those of the first phrase raised it.
	phrases, err := m.Extract(t.Context(), held.At(0), 3)
	if err != nil {
		t.Fatal(err)
	}
	if len(phrases) != 3 || phrases[0].Score < phrases[1].Score || len(phrases[0].Reasons) == 0 || phrases[0].Reasons[0].Property == "" {
		t.Errorf("phrases %+v", phrases)
	}
	for _, p := range phrases {
		if !strings.Contains(strings.ToLower(held.At(0).Text), strings.ToLower(p.Text)) {
			t.Errorf("%q is not in the text", p.Text)
		}
	}
	if own, err := m.Extract(t.Context(), held.At(0), 0); err != nil || len(own) == 0 {
		t.Errorf("%d phrases of its own number, %v", len(own), err)
	}
	if empty, err := m.Extract(t.Context(), data.Document{ID: "x", Text: "of the 12"}, 0); err != nil || len(empty) != 0 {
		t.Errorf("of no words: %v, %v", empty, err)
	}
}

func TestTheSameForAnyNumberOfProcessors(t *testing.T) {
	learn, _ := sample(t)
	opt := quick
	opt.Trees = 15
	parts := []*data.Corpus{learn.Select(rows(40)), learn.Select([]int{41, 43, 45, 47, 49, 51, 53, 55, 57, 59, 61, 63})}
	var all [][]byte
	for opt.Seed = range int64(3) {
		var models [][]byte
		for _, n := range []int{1, 2} {
			before := runtime.GOMAXPROCS(n)
			m, err := keyphrase.Train(t.Context(), parts, opt)
			runtime.GOMAXPROCS(before)
			if err != nil {
				t.Fatal(err)
			}
			b, err := m.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			models = append(models, b)
		}
		if !bytes.Equal(models[0], models[1]) {
			t.Errorf("seed %d: the model depends on the number of processors", opt.Seed)
		}
		all = append(all, models[0])
	}
	if bytes.Equal(all[0], all[1]) {
		t.Error("another seed gives the same model")
	}
}

func TestMeasuresAreThoseOfTheLiterature(t *testing.T) {
	c := corpus(t,
		// Two of three; spellings are one phrase, repetitions are one.
		data.Document{ID: "a", Text: "x", Keyphrases: []string{"neural network", "Neural Networks", "data mining", "mining of data", "trees"}, Alternatives: [][]string{nil, nil, {"mining"}, nil, nil}},
		// The stems that are published are compared as they are.
		data.Document{ID: "b", Text: "y", Keyphrases: []string{"neural network", "boundari"}, Stemmed: true},
		data.Document{ID: "c", Text: "no keyphrases"})
	x := fixed{own: 2}
	for _, p := range [][2]string{{"neural networks", "neural network"}, {"mining", "mine"}, {"boundaries", "boundari"}, {"forest", "forest"}} {
		x.phrases = append(x.phrases, keyphrase.Phrase{Text: p[0], Key: p[1]})
	}
	e := evaluate(t, x, c)
	if e.Documents != 2 || e.Phrases != 4+2 || len(e.Warnings) != 1 {
		t.Errorf("%d documents with %d phrases, %q", e.Documents, e.Phrases, e.Warnings)
	}
	near := func(name string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-12 {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	m, err := e.At(keyphrase.At5)
	if err != nil {
		t.Fatal(err)
	}
	// Of a: 2 of 4 extracted are right, 2 of 4 found; of b: 2 of 4, 2 of 2.
	near("precision", m.Macro.Precision, 0.5)
	near("recall", m.Macro.Recall, 0.75)
	near("F1", m.Macro.F1, 0.6)
	near("micro recall", m.Micro.Recall, 4.0/6)
	near("micro F1", m.Micro.F1, 2*0.5*(4.0/6)/(0.5+4.0/6))
	near("mean F1", m.MeanF1, (0.5+2.0/3)/2)
	near("number", m.Extracted, 4)
	own, err := e.At(keyphrase.Own)
	if err != nil {
		t.Fatal(err)
	}
	near("own precision", own.Macro.Precision, (1+0.5)/2)
	near("own recall", own.Macro.Recall, (0.5+0.5)/2)
	// "mining of data" shares a stem with "mining", "trees" with nothing.
	near("partial recall", own.Partial.Recall, (0.75+0.5)/2)
	if _, err := e.At("7"); err == nil {
		t.Error("no error for a cut-off that is not there")
	}
}

func TestMistakesAreNamed(t *testing.T) {
	text := "Deep neural networks learn. A support vector machine classifies documents. Trees are pruned early by boosting."
	c := corpus(t, data.Document{ID: "a", Text: text, Keyphrases: []string{"neural networks", "quantum computing", "support vector machine", "boosting", "pruned early by boosting"}})
	x := fixed{own: 3}
	for _, p := range [][2]string{
		{"deep neural networks", "deep neural network"}, {"vector", "vector"}, {"documents", "document"}, {"early stopping", "earli stop"},
		{"a", "a1"}, {"b", "b1"}, {"c", "c1"}, {"d", "d1"}, {"e", "e1"}, {"f", "f1"}, {"boosting", "boost"},
	} {
		x.phrases = append(x.phrases, keyphrase.Phrase{Text: p[0], Key: p[1]})
	}
	found := map[string]int{}
	confusion := evaluate(t, x, c).Confusion
	for _, list := range [][]keyphrase.Mistake{confusion.Missed, confusion.Wrong} {
		for _, m := range list {
			found[m.Kind] = m.Count
			if m.Count > 0 && len(m.Examples) == 0 {
				t.Errorf("%s: no examples", m.Kind)
			}
		}
	}
	want := map[string]int{
		keyphrase.MissedAbsent: 1, keyphrase.MissedBoundary: 1, keyphrase.MissedRanked: 1, keyphrase.MissedNoCandidate: 2,
		keyphrase.WrongPart: 1, keyphrase.WrongContains: 1, keyphrase.WrongOverlaps: 1, keyphrase.WrongUnrelated: 7,
	}
	if !reflect.DeepEqual(found, want) || confusion.Right != 0 {
		t.Errorf("%v, %d right, want %v", found, confusion.Right, want)
	}
}

func TestFoldsAreKeptAndHoldGroupsTogether(t *testing.T) {
	learn, _ := sample(t)
	learn = learn.Select(rows(60))
	other, err := learn.Select(rows(20)).Map(func(d data.Document) data.Document { d.ID = "other " + d.ID; return d })
	if err != nil {
		t.Fatal(err)
	}
	corpora := []*data.Corpus{learn, other}
	var shelf memotest.Shelf
	var all []*keyphrase.CrossValidation
	for range 2 {
		cv, err := keyphrase.CrossValidate(shelf.In(t.Context()), corpora, split.Options{K: 2}, quick)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, cv)
	}
	if !reflect.DeepEqual(all[0], all[1]) || shelf.Computed != 2 || shelf.Kept != 2 {
		t.Errorf("what was kept is not what was computed: %d computed, %d kept", shelf.Computed, shelf.Kept)
	}
	cv := all[0]
	if len(cv.Corpora) != 2 || cv.All.Documents != 80 || cv.Folds[0].Documents+cv.Folds[1].Documents != 80 || cv.Folds[0].TrainDocuments != cv.Folds[1].Documents {
		t.Errorf("%d corpora, %d documents, folds %+v", len(cv.Corpora), cv.All.Documents, cv.Folds)
	}
	for _, measure := range []string{"precision", "recall", "F1"} {
		s, err := cv.Scores(measure, keyphrase.At10)
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Train) != 2 || len(s.Validation) != 2 || min(s.Validation[0], s.Validation[1], s.Train[0], s.Train[1]) < 0.2 {
			t.Errorf("%s: %v in training, %v in validation", measure, s.Train, s.Validation)
		}
	}
	if _, err := cv.Scores("accuracy", keyphrase.At10); err == nil {
		t.Error("no error for a measure that is not there")
	}
	for _, f := range cv.Folds {
		first, last := f.Losses[0], f.Losses[len(f.Losses)-1]
		if first.Trees != 0 || last.Trees != quick.Trees || last.Train >= first.Train || last.Validation >= first.Validation {
			t.Errorf("losses from %+v to %+v with %d trees", first, last, quick.Trees)
		}
	}
	if f, err := cv.CurveFigure(); err != nil || !strings.Contains(f.Alt, "validation") || len(f.Data.Rows) != 2*(len(cv.Folds[0].Losses)-1) {
		t.Errorf("a training curve of %q, %v", f.Alt, err)
	}
	if _, err := (&keyphrase.CrossValidation{}).CurveFigure(); err == nil {
		t.Error("no error for a curve of no folds")
	}
	if len(cv.View()) < 4 {
		t.Errorf("it shows %d items", len(cv.View()))
	}
}

func TestWrittenModelsExtractTheSame(t *testing.T) {
	learn, held := sample(t)
	m := train(t, learn.Select(rows(60)))
	b, err := m.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var read keyphrase.Model
	if err := read.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		one, err := m.Extract(t.Context(), held.At(i), 8)
		if err != nil {
			t.Fatal(err)
		}
		two, err := read.Extract(t.Context(), held.At(i), 8)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(one, two) {
			t.Fatalf("the model that was read extracts %v, not %v", two, one)
		}
	}
	if !reflect.DeepEqual(m.View(), read.View()) {
		t.Error("the model that was read shows something else")
	}
	for n := 0; n < len(b); n += len(b)/40 + 1 {
		var cut keyphrase.Model
		if cut.UnmarshalBinary(b[:n]) == nil {
			t.Fatalf("no error for the first %d of %d bytes", n, len(b))
		}
		flipped := bytes.Clone(b)
		flipped[n] ^= 0x55
		var odd keyphrase.Model
		if odd.UnmarshalBinary(flipped) == nil {
			if _, err := odd.Extract(t.Context(), held.At(0), 5); err != nil {
				t.Fatalf("byte %d: %v", n, err)
			}
		}
	}
}

func TestKeptModelsAreThoseTrained(t *testing.T) {
	learn, held := sample(t)
	learn = learn.Select(rows(50))
	var shelf memotest.Shelf
	var all []keyphrase.Phrases
	for range 2 {
		m, err := keyphrase.Train(shelf.In(t.Context()), []*data.Corpus{learn}, quick)
		if err != nil {
			t.Fatal(err)
		}
		phrases, err := m.Extract(t.Context(), held.At(0), 10)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, phrases)
	}
	if !reflect.DeepEqual(all[0], all[1]) || shelf.Computed != 1 || shelf.Kept != 1 {
		t.Errorf("%v, then %v", all[0], all[1])
	}
}

func TestMistakesOfUse(t *testing.T) {
	learn, _ := sample(t)
	bare := corpus(t, data.Document{ID: "a", Text: "one two"})
	m := &keyphrase.Model{}
	for name, f := range map[string]func() error{
		"no corpus": func() error { _, err := keyphrase.Train(t.Context(), nil, quick); return err },
		"no keyphrases": func() error {
			_, err := keyphrase.Train(t.Context(), []*data.Corpus{bare}, quick)
			return err
		},
		"few documents": func() error {
			_, err := keyphrase.Train(t.Context(), []*data.Corpus{learn.Select(rows(2))}, quick)
			return err
		},
		"folds": func() error {
			_, err := keyphrase.Train(t.Context(), []*data.Corpus{learn}, keyphrase.Options{Folds: 1})
			return err
		},
		"leaves": func() error {
			_, err := keyphrase.Train(t.Context(), []*data.Corpus{learn}, keyphrase.Options{Leaves: 1})
			return err
		},
		"balance": func() error {
			_, err := keyphrase.Train(t.Context(), []*data.Corpus{learn}, keyphrase.Options{Balance: 2})
			return err
		},
		"untrained":        func() error { _, err := m.Extract(t.Context(), data.Document{Text: "x"}, 1); return err },
		"untrained, write": func() error { _, err := m.MarshalBinary(); return err },
		"not a model":      func() error { return m.UnmarshalBinary([]byte("no")) },
		"nothing given":    func() error { _, err := keyphrase.Evaluate(t.Context(), keyphrase.YAKE(), bare); return err },
		"no frequencies":   func() error { _, err := keyphrase.TFIDF(t.Context(), nil); return err },
		"number": func() error {
			_, err := keyphrase.YAKE().Extract(t.Context(), data.Document{Text: "x"}, -1)
			return err
		},
		"one collection": func() error {
			_, err := keyphrase.LeaveOneOut(t.Context(), []*data.Corpus{learn}, []*data.Corpus{learn}, quick)
			return err
		},
	} {
		if err := f(); err == nil || !strings.HasPrefix(err.Error(), "keyphrase: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := keyphrase.Train(ctx, []*data.Corpus{learn}, quick); err == nil {
		t.Error("training goes on when it is stopped")
	}
}
