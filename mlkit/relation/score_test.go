package relation_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"viva/internal/publicdata"
	"viva/mlkit/relation"
)

// answers reads a file of the scorer: on each line an ID, TAB, and a label.
func answers(t *testing.T, path string) (ids []string, labels map[string]string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		if b, err = os.ReadFile(path + ".gz"); err == nil {
			var z *gzip.Reader
			if z, err = gzip.NewReader(bytes.NewReader(b)); err == nil {
				b, err = io.ReadAll(z)
			}
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	labels = map[string]string{}
	for line := range strings.Lines(string(b)) {
		id, label, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok {
			t.Fatalf("%s: %q has no TAB", path, line)
		}
		ids = append(ids, id)
		labels[id] = strings.TrimSpace(label)
	}
	return ids, labels
}

// What the official scorer printed is what Score finds, digit for digit.
func TestScoreIsThatOfTheOfficialScorer(t *testing.T) {
	dir := publicdata.Path(t, "relation/semeval2010-t8/scorer-v1.2-examples")
	for _, n := range []string{"1", "2", "3", "5"} {
		ids, key := answers(t, filepath.Join(dir, "answer_key"+n+".txt"))
		_, proposed := answers(t, filepath.Join(dir, "proposed_answer"+n+".txt"))
		var truth, predicted []string
		for _, id := range ids {
			truth, predicted = append(truth, key[id]), append(predicted, proposed[id])
		}
		r, err := relation.Score(truth, predicted)
		if err != nil {
			t.Fatal(err)
		}
		printed, err := os.ReadFile(filepath.Join(dir, "result_scores"+n+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		_, official, ok := strings.Cut(string(printed), "TAKING DIRECTIONALITY INTO ACCOUNT -- OFFICIAL")
		if !ok {
			t.Fatalf("result_scores%s.txt has no official part", n)
		}
		spaces := regexp.MustCompile(`\s+`)
		official = spaces.ReplaceAllString(official, " ")
		percent := func(x float64) string { return fmt.Sprintf("%.2f%%", 100*x) }
		lines := []string{
			fmt.Sprintf("MACRO-averaged result (excluding Other): P = %s R = %s F1 = %s", percent(r.MacroPrecision), percent(r.MacroRecall), percent(r.MacroF1)),
			fmt.Sprintf("= %s R = ", percent(r.MicroPrecision)),
			fmt.Sprintf("= %s F1 = %s MACRO", percent(r.MicroRecall), percent(r.MicroF1)),
			fmt.Sprintf("Wrong) = %d/%d = %s", correct(truth, predicted), len(truth), percent(r.Accuracy)),
			fmt.Sprintf("Coverage = %d/%d", len(truth)-r.Skipped, len(truth)),
			fmt.Sprintf("macro-averaged F1 = %s >>>", percent(r.MacroF1)),
		}
		for _, f := range append(r.Relations, r.Other) {
			if f.Actual == 0 {
				continue
			}
			lines = append(lines, fmt.Sprintf("= %s R = %d/ %d = %s F1 = %s", percent(f.Precision), f.Correct, f.Actual, percent(f.Recall), percent(f.F1)))
		}
		official = strings.ReplaceAll(official, "/ ", "/")
		for _, line := range lines {
			if !strings.Contains(official, strings.ReplaceAll(line, "/ ", "/")) {
				t.Errorf("example %s: the scorer did not print %q", n, line)
			}
		}
		// And nothing that the scorer printed is left out.
		printedRelations := regexp.MustCompile(`(\S+) : P = (\d+)/\( *(\d+) \+ *(\d+)\) = +([\d.]+)%`).FindAllStringSubmatch(official, -1)
		all := len(r.Relations)
		if r.Other.Actual > 0 {
			all++
		}
		if len(printedRelations) != all {
			t.Errorf("example %s: the scorer printed %d relations, Score has %d", n, len(printedRelations), all)
		}
		for _, p := range printedRelations {
			name := strings.TrimPrefix(p[1], "_")
			f := r.Other
			for _, x := range r.Relations {
				if x.Name == name {
					f = x
				}
			}
			var right, turned int
			fmt.Sscan(p[3], &right)
			fmt.Sscan(p[4], &turned)
			if f.Name != name || fmt.Sprint(f.Correct) != p[2] || f.Predicted != right+turned || fmt.Sprintf("%.2f", 100*f.Precision) != p[5] {
				t.Errorf("example %s: the scorer printed %q, Score found %+v", n, p[0], f)
			}
		}
	}
}

func correct(truth, predicted []string) int {
	n := 0
	for i := range truth {
		if truth[i] == predicted[i] {
			n++
		}
	}
	return n
}

func TestScoreOfKnownCases(t *testing.T) {
	for _, c := range []struct {
		name             string
		truth, predicted string
		f1, accuracy     float64
		turned, skipped  int
	}{
		{"all right", "A(e1,e2) B(e2,e1) Other", "A(e1,e2) B(e2,e1) Other", 1, 1, 0, 0},
		{"turned", "A(e1,e2) B(e2,e1)", "A(e2,e1) B(e2,e1)", 0.5, 0.5, 1, 0},
		{"skipped", "A(e1,e2) A(e1,e2) Other", "A(e1,e2) - -", 2.0 / 3, 1.0 / 3, 0, 2},
		{"without directions", "A B Other", "A A Other", (2.0 / 3) / 2, 2.0 / 3, 0, 0},
		{"only Other", "Other Other", "Other A", 0, 0.5, 0, 0},
	} {
		predicted := strings.Fields(c.predicted)
		for i, p := range predicted {
			if p == "-" {
				predicted[i] = ""
			}
		}
		r, err := relation.Score(strings.Fields(c.truth), predicted)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if !near(r.MacroF1, c.f1) || !near(r.Accuracy, c.accuracy) || r.Turned != c.turned || r.Skipped != c.skipped {
			t.Errorf("%s: %+v", c.name, r)
		}
	}
	for name, bad := range map[string][2][]string{
		"nothing":      {nil, nil},
		"lengths":      {{"A"}, {"A", "B"}},
		"no label":     {{"A", ""}, {"A", "A"}},
		"one is empty": {{}, {"A"}},
	} {
		if _, err := relation.Score(bad[0], bad[1]); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func near(a, b float64) bool { return a-b < 1e-12 && b-a < 1e-12 }

// The score does not depend on the order of examples or on which way e1 and e2 are
// called, and is 1 only if every relation is right.
func TestScoreProperties(t *testing.T) {
	label := rapid.SampledFrom([]string{"A(e1,e2)", "A(e2,e1)", "B(e1,e2)", "B(e2,e1)", "C", "Other"})
	turn := strings.NewReplacer("(e1,e2)", "(e2,e1)", "(e2,e1)", "(e1,e2)")
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 20).Draw(t, "n")
		truth := rapid.SliceOfN(label, n, n).Draw(t, "truth")
		predicted := rapid.SliceOfN(label, n, n).Draw(t, "predicted")
		r, err := relation.Score(truth, predicted)
		if err != nil {
			t.Fatal(err)
		}
		order := rapid.Permutation(indices(n)).Draw(t, "order")
		other, otherPredicted := make([]string, n), make([]string, n)
		for i, j := range order {
			other[i], otherPredicted[i] = turn.Replace(truth[j]), turn.Replace(predicted[j])
		}
		again, err := relation.Score(other, otherPredicted)
		if err != nil {
			t.Fatal(err)
		}
		if again.MacroF1 != r.MacroF1 || again.MicroF1 != r.MicroF1 || again.Accuracy != r.Accuracy || again.Turned != r.Turned {
			t.Fatalf("turned and in another order: %+v, not %+v", again, r)
		}
		if r.MacroF1 > 1+1e-12 || r.MacroF1 < 0 || r.Accuracy == 1 && len(r.Relations) > 0 && !near(r.MacroF1, 1) {
			t.Fatalf("out of range: %+v", r)
		}
	})
}

func indices(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}
