package relation_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"viva/mlkit/data"
	"viva/mlkit/memo/memotest"
	"viva/mlkit/relation"
	"viva/mlkit/split"
	"viva/mlkit/wordvec"
)

// sentences makes n sentences that state one of two relations, or none.
func sentences(t testing.TB, n int, seed uint64) ([]relation.Example, []string) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 0))
	of := func(words ...string) string { return words[rng.IntN(len(words))] }
	var examples []relation.Example
	var labels []string
	for len(examples) < n {
		cause, effect := of("fire", "storm", "virus", "war", "flood"), of("damage", "panic", "fever", "loss", "debt")
		part, whole := of("wheel", "roof", "engine", "page", "handle"), of("car", "house", "book", "door", "boat")
		forms := []struct{ text, label string }{
			{"<e1>" + cause + "</e1> caused the <e2>" + effect + "</e2>.", "Cause-Effect(e1,e2)"},
			{"<e1>" + effect + "</e1> was caused by the <e2>" + cause + "</e2> there.", "Cause-Effect(e2,e1)"},
			{"<e1>" + part + "</e1> of the old <e2>" + whole + "</e2> broke.", "Component-Whole(e1,e2)"},
			{"<e1>" + whole + "</e1> has a <e2>" + part + "</e2>.", "Component-Whole(e2,e1)"},
			{"<e1>" + part + "</e1> stood near a <e2>" + effect + "</e2>", relation.Other},
		}
		f := forms[rng.IntN(len(forms))]
		e, err := relation.Parse(of("The ", "Yesterday the ", "We know that a ") + f.text)
		if err != nil {
			t.Fatal(err)
		}
		examples, labels = append(examples, e), append(labels, f.label)
	}
	return examples, labels
}

func labelsOf(list []relation.Prediction) []string {
	var out []string
	for _, p := range list {
		out = append(out, p.Label)
	}
	return out
}

func train(t testing.TB, examples []relation.Example, labels []string, opt relation.Options) *relation.Model {
	t.Helper()
	m, err := relation.Train(t.Context(), examples, labels, opt)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestParse(t *testing.T) {
	e, err := relation.Parse("The <e1>big fire</e1> was caused by <e2>Zündeln</e2>!")
	if err != nil {
		t.Fatal(err)
	}
	if e.Text != "The big fire was caused by Zündeln!" || e.E1.Text != "big fire" || e.E2.Text != "Zündeln" || e.Text[e.E2.Start:e.E2.End] != "Zündeln" {
		t.Errorf("%+v", e)
	}
	for _, bad := range []string{"", "no tags", "<e1>a</e1> only", "<e2>a</e2> <e1>b</e1>", "<e1>a <e2>b</e2>", "<e1></e1> <e2>b</e2>", "<e1>a</e1><e2></e2>"} {
		if _, err := relation.Parse(bad); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}

// What String writes is what Parse reads.
func FuzzParse(f *testing.F) {
	f.Add("a", "b", "c", "d", "e")
	f.Add("", "x", "", "y", "")
	f.Add("<", "ü\xff", "</e1>", "\x00", ">")
	f.Fuzz(func(t *testing.T, before, e1, between, e2, after string) {
		marked := before + "<e1>" + e1 + "</e1>" + between + "<e2>" + e2 + "</e2>" + after
		e, err := relation.Parse(marked)
		if err != nil || strings.ContainsAny(before+e1+between+e2+after, "<>") {
			return
		}
		if e.String() != marked {
			t.Errorf("%q became %q", marked, e.String())
		}
		if e.Text != before+e1+between+e2+after {
			t.Errorf("the text is %q", e.Text)
		}
	})
}

func TestNewRefusesEntitiesThatAreNotThere(t *testing.T) {
	for name, spans := range map[string][2]data.Span{
		"overlap":      {{Start: 0, End: 3}, {Start: 2, End: 4}},
		"negative":     {{Start: -1, End: 1}, {Start: 2, End: 3}},
		"beyond":       {{Start: 0, End: 1}, {Start: 2, End: 99}},
		"empty":        {{Start: 0, End: 0}, {Start: 2, End: 3}},
		"another text": {{Start: 0, End: 1, Text: "z"}, {Start: 2, End: 3}},
	} {
		if _, err := relation.New("a b c", spans[0], spans[1]); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	e, err := relation.New("a b", data.Span{Start: 2, End: 3}, data.Span{Start: 0, End: 1})
	if err != nil || e.E1.Text != "a" || e.E2.Text != "b" {
		t.Errorf("%+v, %v: the entities are not in the order of the text", e, err)
	}
}

// Sentences of known forms with pairs of words never seen together are named right.
func TestLearnsRelationsWithDirections(t *testing.T) {
	examples, labels := sentences(t, 150, 1)
	m := train(t, examples, labels, relation.Options{})
	held, truth := sentences(t, 100, 2)
	predictions, err := m.Predict(t.Context(), held)
	if err != nil {
		t.Fatal(err)
	}
	r, err := relation.Score(truth, labelsOf(predictions))
	if err != nil {
		t.Fatal(err)
	}
	if r.MacroF1 < 0.98 || r.Accuracy < 0.98 {
		t.Errorf("macro F1 %.3f, accuracy %.3f", r.MacroF1, r.Accuracy)
	}
	scores, err := m.Scores(t.Context(), held)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range predictions {
		best, second := -1e9, -1e9
		for _, s := range scores[i] {
			if s > best {
				best, second = s, best
			} else if s > second {
				second = s
			}
		}
		if p.Score != best || p.Margin != best-second || p.Margin < 0 {
			t.Errorf("example %d: %+v, but the scores are %v", i, p, scores[i])
		}
	}
}

// The words of a cause are learned from one direction and serve in the other.
func TestDirectionsShareWhatIsLearned(t *testing.T) {
	var examples []relation.Example
	var labels []string
	add := func(marked, label string) {
		e, err := relation.Parse(marked)
		if err != nil {
			t.Fatal(err)
		}
		examples, labels = append(examples, e), append(labels, label)
	}
	for _, w := range []string{"alpha", "bravo", "delta", "gamma"} {
		for _, v := range []string{"night", "music", "paper", "river"} {
			add("<e1>"+w+"</e1> and <e2>"+v+"</e2>", "Likes(e1,e2)")
			add("<e1>stone</e1> and <e2>"+v+"</e2>", relation.Other)
			add("<e1>"+v+"</e1> and <e2>stone</e2>", relation.Other)
		}
	}
	m := train(t, examples, labels, relation.Options{})
	if got := fmt.Sprint(m.Labels()); got != "[Likes(e1,e2) Likes(e2,e1) Other]" {
		t.Fatalf("labels %s", got)
	}
	turned, _ := relation.Parse("<e1>river</e1> and <e2>gamma</e2>")
	p, err := m.Predict(t.Context(), []relation.Example{turned})
	if err != nil {
		t.Fatal(err)
	}
	if p[0].Label != "Likes(e2,e1)" {
		t.Errorf("%+v", p[0])
	}
}

func TestDegenerateInput(t *testing.T) {
	examples, labels := sentences(t, 20, 1)
	one := make([]string, len(labels))
	for i := range one {
		one[i] = "Cause-Effect(e1,e2)"
	}
	turnedSpans := examples[0]
	turnedSpans.E1, turnedSpans.E2 = turnedSpans.E2, turnedSpans.E1
	for name, c := range map[string]struct {
		examples []relation.Example
		labels   []string
		opt      relation.Options
		says     string
	}{
		"nothing":         {nil, nil, relation.Options{}, "no examples"},
		"lengths":         {examples, labels[:3], relation.Options{}, "20 examples and 3 labels"},
		"no label":        {examples[:2], []string{"A", ""}, relation.Options{}, "row 1"},
		"only direction":  {examples[:2], []string{"A", "(e1,e2)"}, relation.Options{}, "row 1"},
		"one label":       {examples, one, relation.Options{}, "two labels"},
		"no text":         {make([]relation.Example, 1), []string{"A"}, relation.Options{}, "row 0"},
		"turned spans":    {[]relation.Example{turnedSpans}, []string{"A"}, relation.Options{}, "row 0"},
		"C":               {examples, labels, relation.Options{C: -1}, "C -1"},
		"MinCount":        {examples, labels, relation.Options{MinCount: -2}, "MinCount -2"},
		"rare features":   {examples, labels, relation.Options{MinCount: 1000}, "lower MinCount"},
		"weight of class": {examples, labels, relation.Options{ClassWeight: "so"}, "so"},
	} {
		_, err := relation.Train(t.Context(), c.examples, c.labels, c.opt)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v does not say %q", name, err, c.says)
		}
	}

	// Two examples, two labels, entities at both ends with nothing between.
	var few []relation.Example
	for _, s := range []string{"<e1>a</e1><e2>b</e2>", "<e1>\xff</e1> <e2>…</e2>", "<e1> </e1>x<e2>\x00</e2>"} {
		e, err := relation.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		few = append(few, e)
	}
	for _, two := range [][]string{{"R(e1,e2)", "R(e2,e1)"}, {"R", "S"}, {"R(e1,e2)", "Other"}, {"R", "R(e1,e2)"}} {
		m := train(t, few[:2], two, relation.Options{})
		p, err := m.Predict(t.Context(), few)
		if err != nil || p[0].Label != two[0] || p[1].Label != two[1] {
			t.Errorf("%v: %+v, %v", two, p, err)
		}
	}
}

// The same seed gives the same bits with one worker and with several, and the same
// file.
func TestSameForAnyNumberOfWorkers(t *testing.T) {
	examples, labels := sentences(t, 80, 3)
	folds, err := split.StratifiedKFold(labels, split.Options{K: 4})
	if err != nil {
		t.Fatal(err)
	}
	var first, firstFile []byte
	var firstCV *relation.CrossValidation
	for _, opt := range []relation.Options{{}, {Seed: 1, ClassWeight: "balanced"}, {Seed: -5, Vectors: vectorsOf(t, examples)}} {
		var files [][]byte
		for _, workers := range []int{1, 2} {
			before := runtime.GOMAXPROCS(workers)
			m := train(t, examples, labels, opt)
			runtime.GOMAXPROCS(before)
			b, err := m.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, b)
		}
		if !bytes.Equal(files[0], files[1]) {
			t.Errorf("%s, seed %d: one worker trains another model than two", opt, opt.Seed)
		}
	}
	opt := relation.Options{Seed: 7, Vectors: vectorsOf(t, examples)}
	for _, workers := range []int{1, 2, 5} {
		before := runtime.GOMAXPROCS(workers)
		m := train(t, examples, labels, opt)
		cv, err := relation.CrossValidate(t.Context(), examples, labels, folds, opt)
		runtime.GOMAXPROCS(before)
		if err != nil {
			t.Fatal(err)
		}
		b, err := m.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first, firstFile, firstCV = weights(t, m, examples), b, cv
		}
		if !bytes.Equal(firstFile, b) || !bytes.Equal(first, weights(t, m, examples)) || !reflect.DeepEqual(cv, firstCV) {
			t.Errorf("%d workers give another result", workers)
		}
		var back relation.Model
		if err := back.UnmarshalBinary(b); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(weights(t, &back, examples), first) || !reflect.DeepEqual(back.Labels(), m.Labels()) || back.Options.Vectors.Fingerprint() != opt.Vectors.Fingerprint() {
			t.Error("a model that was written and read says something else")
		}
	}
}

// weights are the bits of everything that a model says of examples.
func weights(t *testing.T, m *relation.Model, examples []relation.Example) []byte {
	t.Helper()
	scores, err := m.Scores(t.Context(), examples)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Appendf(nil, "%x", scores)
}

func TestDamagedModelsAreErrors(t *testing.T) {
	examples, labels := sentences(t, 12, 1)
	whole, err := train(t, examples, labels, relation.Options{}).MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		b := bytes.Clone(whole)
		if rapid.Bool().Draw(t, "cut") {
			b = b[:rapid.IntRange(0, len(b)-1).Draw(t, "at")]
		} else {
			b[rapid.IntRange(0, len(b)-1).Draw(t, "at")] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
		}
		var m relation.Model
		if err := m.UnmarshalBinary(b); err == nil {
			t.Fatal("no error")
		}
	})
	if _, err := new(relation.Model).MarshalBinary(); err == nil {
		t.Error("a model that is not trained was written")
	}
}

// What is kept of folds and models is what was computed, and whatever they depend
// on is in their keys.
func TestKeptIsWhatWasComputed(t *testing.T) {
	examples, labels := sentences(t, 60, 5)
	folds, err := split.StratifiedKFold(labels, split.Options{K: 3})
	if err != nil {
		t.Fatal(err)
	}
	var s memotest.Shelf
	var all []*relation.CrossValidation
	for range 2 {
		cv, err := relation.CrossValidate(s.In(t.Context()), examples, labels, folds, relation.Options{})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, cv)
	}
	if !reflect.DeepEqual(all[0], all[1]) || s.Computed != 3 || s.Kept != 3 {
		t.Errorf("%d computed, %d kept; equal: %t", s.Computed, s.Kept, reflect.DeepEqual(all[0], all[1]))
	}
	for name, change := range map[string]func(e []relation.Example, l []string, o *relation.Options){
		"C":                func(_ []relation.Example, _ []string, o *relation.Options) { o.C = 1 },
		"seed":             func(_ []relation.Example, _ []string, o *relation.Options) { o.Seed = 1 },
		"a label":          func(_ []relation.Example, l []string, _ *relation.Options) { l[0] = "Else" },
		"a span":           func(e []relation.Example, _ []string, _ *relation.Options) { e[0].E2.End--; e[0].E2.Text = "" },
		"MinCount":         func(_ []relation.Example, _ []string, o *relation.Options) { o.MinCount = 2 },
		"vectors":          func(e []relation.Example, _ []string, o *relation.Options) { o.Vectors = vectorsOf(t, e[:40]) },
		"text for vectors": func(e []relation.Example, _ []string, o *relation.Options) { o.Vectors = vectorsOf(t, e[:30]) },
	} {
		e, l, o := append([]relation.Example(nil), examples...), append([]string(nil), labels...), relation.Options{}
		change(e, l, &o)
		before := s.Computed
		if _, err := relation.CrossValidate(s.In(t.Context()), e, l, folds, o); err != nil {
			t.Fatal(err)
		}
		if s.Computed-before != 3 {
			t.Errorf("another %s: %d folds computed, want 3", name, s.Computed-before)
		}
	}
	var models []*relation.Model
	for range 2 {
		m, err := relation.Train(s.In(t.Context()), examples, labels, relation.Options{})
		if err != nil {
			t.Fatal(err)
		}
		models = append(models, m)
	}
	if !bytes.Equal(weights(t, models[0], examples), weights(t, models[1], examples)) {
		t.Error("a model that was kept says something else")
	}
}

// vectorsOf learns vectors from the examples' own texts.
func vectorsOf(t *testing.T, examples []relation.Example) *wordvec.Vectors {
	t.Helper()
	var texts []string
	for _, e := range examples {
		texts = append(texts, e.Text)
	}
	v, err := wordvec.Learn(t.Context(), texts, wordvec.Options{Dimensions: 5, MinCount: 1})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// The evidence for a label, all of it, and the label's intercept are its score: what
// the evidence leaves of two examples' scores is the same.
func TestEvidenceAddsUpToTheScore(t *testing.T) {
	examples, labels := sentences(t, 60, 4)
	for _, v := range []*wordvec.Vectors{nil, vectorsOf(t, examples)} {
		m := train(t, examples, labels, relation.Options{Vectors: v})
		for _, label := range m.Labels() {
			var rest []float64
			for _, e := range examples[:10] {
				why, err := m.Why(e, label, 1<<20)
				if err != nil {
					t.Fatal(err)
				}
				r := why.Score
				for _, f := range why.Evidence {
					r -= f.Weight
				}
				rest = append(rest, r)
				if short, _ := m.Why(e, label, 3); len(short.Evidence) != 3 || !reflect.DeepEqual(short.Evidence, why.Evidence[:3]) {
					t.Fatalf("the three heaviest are %v", short.Evidence)
				}
			}
			for _, r := range rest {
				if r-rest[0] > 1e-9 || rest[0]-r > 1e-9 {
					t.Errorf("%s: the evidence leaves %v", label, rest)
					break
				}
			}
		}
	}
}

func TestEvidenceIsInWords(t *testing.T) {
	examples, labels := sentences(t, 60, 4)
	m := train(t, examples, labels, relation.Options{Vectors: vectorsOf(t, examples)})
	e, _ := relation.Parse("The <e1>panic</e1> was caused by the <e2>storm</e2>.")
	why, err := m.Why(e, "Cause-Effect(e2,e1)", 1000)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range why.Evidence {
		names = append(names, f.Feature)
	}
	for _, want := range []string{"head of e2 = storm", "head of e1 = panic", "stem between = caus", "words between = caus by", "meaning of the head of e1", "meaning of the words between"} {
		if !strings.Contains(strings.Join(names, "\n")+"\n", want+"\n") {
			t.Errorf("%q is no evidence: %q", want, names)
		}
	}
	if _, err := m.Why(e, "Else", 3); err == nil {
		t.Error("a label that does not exist has evidence")
	}
}
