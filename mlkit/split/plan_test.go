package split_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"viva/mlkit/data"
	"viva/mlkit/split"
)

var anyway = split.ApplyOptions{AllowMissing: true, AllowNew: true}

// made returns a corpus whose IDs are those of two numberings, one for each
// split, as in corpora whose archives are numbered apart.
func made(t fataler, labels, groups []string) *data.Corpus {
	docs := make([]data.Document, len(labels))
	for i := range docs {
		docs[i] = data.Document{ID: fmt.Sprint(i / 2), Split: []string{data.Train, data.Test}[i%2], Text: fmt.Sprintf("text of %d", i), Label: labels[i], Group: groups[i]}
	}
	c, err := data.New("made", docs)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return c
}

// reordered returns the corpus with its documents in another order, and for
// each of its rows the row that it was.
func reordered(t *rapid.T, c *data.Corpus) (*data.Corpus, []int) {
	order := rapid.Permutation(allRows(c.Len())).Draw(t, "order")
	return c.Select(order), order
}

// same fails unless the folds have the same documents, row i of now being row
// order[i] of before.
func same(t *rapid.T, before, now *split.Folds, order []int) {
	if len(before.Folds) != len(now.Folds) || before.Method != now.Method || before.Recipe != now.Recipe {
		t.Fatalf("%q of %d folds became %q of %d", before.Recipe, len(before.Folds), now.Recipe, len(now.Folds))
	}
	for i := range before.Folds {
		was := func(rows []int) []int {
			var out []int
			for _, row := range rows {
				out = append(out, order[row])
			}
			slices.Sort(out)
			return out
		}
		if !slices.Equal(was(now.Folds[i].Train), before.Folds[i].Train) || !slices.Equal(was(now.Folds[i].Test), before.Folds[i].Test) {
			t.Fatalf("fold %d has other documents", i)
		}
		if before.Folds[i].Name != now.Folds[i].Name {
			t.Fatalf("fold %d is called %q, was %q", i, now.Folds[i].Name, before.Folds[i].Name)
		}
	}
}

func saved(t fataler, dir string, p *split.Plan, err error) *split.Plan {
	if err != nil {
		t.Fatalf("%v", err)
	}
	path := filepath.Join(dir, "plan.tsv")
	if err := p.Save(path); err != nil {
		t.Fatalf("%v", err)
	}
	read, err := split.LoadPlan(context.Background(), path)
	if err != nil {
		t.Fatalf("%v", err)
	}
	if !reflect.DeepEqual(read, p) {
		t.Fatalf("the plan that is read is not the one that was written")
	}
	return read
}

func TestPlansGiveTheSameFoldsInAnyOrder(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		labels, groups := corpus(t, 20)
		c := made(t, labels, groups)
		other, order := reordered(t, c)

		folds, err := split.RepeatedStratifiedKFold(labels, split.RepeatedOptions{K: 2, Repeats: 2})
		if rapid.Bool().Draw(t, "groups are left out") && slices.Max(groups) > slices.Min(groups) {
			folds, err = split.LeaveOneGroupOut(groups)
		}
		if err == nil {
			plan, err := folds.Plan(c)
			plan = saved(t, dir, plan, err)
			now, err := plan.Folds(other, split.ApplyOptions{})
			if err != nil {
				t.Fatal(err)
			}
			same(t, folds, now, order)
		}
		if h, err := split.TrainValidationTest(len(labels), labels, groups, split.Shares{}); err == nil {
			plan, err := h.Plan(c)
			plan = saved(t, dir, plan, err)
			now, err := plan.Holdout(other, split.ApplyOptions{})
			if err != nil {
				t.Fatal(err)
			}
			before := h.Splits()
			for row, s := range now.Splits() {
				if s != before[order[row]] {
					t.Fatalf("row %d is in %s, was in %s", order[row], s, before[order[row]])
				}
			}
		}
		outer, err := split.KFold(len(labels), split.Options{K: 3})
		if err != nil {
			t.Fatal(err)
		}
		nested, err := split.Nest(outer, nil, nil, split.Options{K: 2})
		if err != nil {
			t.Fatal(err)
		}
		plan, err := nested.Plan(c)
		plan = saved(t, dir, plan, err)
		now, err := plan.Nested(other, split.ApplyOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for i, inner := range now.Inner {
			want := *nested.Inner[i]
			want.Method, want.Recipe = inner.Method, inner.Recipe
			same(t, &want, inner, order)
		}
	})
}

func TestPlansTellWhatIsMissingNewAndChanged(t *testing.T) {
	labels := strings.Fields(strings.Repeat("a b b a ", 5))
	c := made(t, labels, labels)
	folds, err := split.StratifiedKFold(labels, split.Options{K: 4})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := folds.Plan(c)
	if err != nil {
		t.Fatal(err)
	}
	docs := c.Documents()
	docs[3].Text = "another text"
	docs[19].ID = "new"
	edited, err := data.New("edited", docs[1:])
	if err != nil {
		t.Fatal(err)
	}
	_, err = plan.Folds(edited, split.ApplyOptions{AllowMissing: true})
	want := `split: the plan for made does not fit edited: 2 documents of the plan are not in the corpus ("0", "9"), and 1 document of the corpus is not in the plan ("new"); ` +
		`use the corpus that was divided, divide this one anew, or set AllowMissing and AllowNew`
	if err == nil || err.Error() != want {
		t.Errorf("error %v", err)
	}
	now, err := plan.Folds(edited, anyway)
	if err != nil {
		t.Fatal(err)
	}
	wantWarnings := []string{
		`2 documents of the plan are not in the corpus ("0", "9")`,
		`1 document of the corpus is not in the plan, and in no part ("new")`,
		`1 document has another text than when they were divided ("1")`,
	}
	if !slices.Equal(now.Warnings, wantWarnings) {
		t.Errorf("warnings %q", now.Warnings)
	}
	for _, fold := range now.Folds {
		if len(fold.Train)+len(fold.Test) != 18 || slices.Contains(fold.Train, 18) || slices.Contains(fold.Test, 18) {
			t.Errorf("a fold has %d documents, or the new one", len(fold.Train)+len(fold.Test))
		}
	}
}

// A plan of parts changes splits; it fits the corpus all the same afterwards
// where IDs are unique, since they say more than the splits.
func TestPlansFitAfterTheSplitsChanged(t *testing.T) {
	docs := make([]data.Document, 30)
	labels := make([]string, len(docs))
	for i := range docs {
		labels[i] = fmt.Sprint(i % 2)
		docs[i] = data.Document{Text: fmt.Sprint("text ", i), Label: labels[i]}
	}
	c, err := data.New("unsplit", docs)
	if err != nil {
		t.Fatal(err)
	}
	h, err := split.TrainValidationTest(30, labels, nil, split.Shares{})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := h.Plan(c)
	if err != nil {
		t.Fatal(err)
	}
	parted, err := c.WithSplits(h.Splits())
	if err != nil {
		t.Fatal(err)
	}
	again, err := plan.Holdout(parted, split.ApplyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(again, h) {
		t.Errorf("%+v is not %+v", again, h)
	}
}

func TestPlanFilesAreReadable(t *testing.T) {
	c, err := data.New("small", []data.Document{
		{ID: "a\tb", Text: "one", Label: "x"}, {ID: "ü", Text: "two", Label: "y", Split: "test"}, {ID: `"q"`, Text: "three", Label: "x"}, {ID: "#", Text: "four", Label: "y"}})
	if err != nil {
		t.Fatal(err)
	}
	folds, err := split.StratifiedKFold(c.Labels(), split.Options{K: 2, Shuffle: true, Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := folds.Plan(c)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "new", "plan.tsv")
	if err := plan.Save(path); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(content), "\n")
	for i, want := range []string{
		"# viva split 1", "# kind: folds", "# corpus: small", "# fingerprint: " + c.Fingerprint(), "# documents: 4", "# method: stratified 2-fold, shuffled (seed 7)",
		`# recipe: StratifiedKFold {"K":2,"Shuffle":true,"Seed":7}`, "id\tsplit\ttext\tfold 1\tfold 2", "\"a\\tb\"\t-\t7692c3ad3540bb80\t",
		"ü\ttest\t3fc4ccfe745870e2\t", "\"\\\"q\\\"\"\t-\t", "\"#\"\t-\t", "",
	} {
		if !strings.HasPrefix(lines[i], want) {
			t.Errorf("line %d is %q, want %q", i+1, lines[i], want)
		}
	}

	text := string(content)
	for _, x := range []struct{ name, content, want string }{
		{"another file", "hello", "plan.tsv:1: this is no plan"},
		{"an empty file", "", "plan.tsv:1: this is no plan"},
		{"only a beginning", text[:len(text)-20], "plan.tsv:12: "},
		{"lost rows", strings.Join(lines[:11], "\n"), `plan.tsv:5: "4" documents are announced, but there are 3`},
		{"no header", strings.Replace(text, "# method", "# way", 1), `plan.tsv:6: expected a line that begins with "# method: "`},
		{"an unknown part", strings.Replace(text, "\ttrain", "\ttrained", 1), `"trained" in the column "fold `},
		{"an unknown kind", strings.Replace(text, "kind: folds", "kind: knots", 1), `plan.tsv:2: the kind "knots"`},
		{"a document twice", strings.Replace(text, `"#"`, `"\"q\""`, 1), `plan.tsv:12: the document "\"q\"" of the split "" stands in line 11 already`},
		{"a broken literal", strings.Replace(text, `"#"`, `"#`, 1), "plan.tsv:12: \"# is no string literal"},
	} {
		t.Run(x.name, func(t *testing.T) {
			if err := os.WriteFile(path, []byte(x.content), 0o644); err != nil {
				t.Fatal(err)
			}
			if _, err := split.LoadPlan(context.Background(), path); err == nil || !strings.Contains(err.Error(), x.want) {
				t.Errorf("error %v, want one with %q", err, x.want)
			}
		})
	}
	if _, err := split.LoadPlan(context.Background(), path+".none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a plan that is not there: %v", err)
	}
	if _, err := plan.Holdout(c, split.ApplyOptions{}); err == nil || !strings.Contains(err.Error(), "has folds, not parts: use its method Folds") {
		t.Errorf("the wrong method: %v", err)
	}
	if _, err := folds.Plan(c.Select([]int{0, 1})); err == nil || !strings.Contains(err.Error(), "give the corpus that was divided") {
		t.Errorf("another corpus: %v", err)
	}
}
