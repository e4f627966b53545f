package prepare_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"viva/internal/golden"
	"viva/mlkit/data"
	"viva/mlkit/memo/memotest"
	"viva/mlkit/prepare"
	"viva/mlkit/view"
)

func rule(d data.Document) string { return strings.ToUpper(d.Domain) }

// everything has a stage of every kind.
var everything = prepare.Recipe{Name: "everything", Seed: 7, Stages: []prepare.Stage{
	prepare.NormaliseOptions{Markup: true}, prepare.EmptyOptions{MinWords: 2}, prepare.DuplicateOptions{Conflicts: "remove"},
	prepare.DomainOptions{By: prepare.Key{Name: "capitals", Rule: rule}, Replace: true},
	prepare.GroupOptions{By: []prepare.Key{{Field: "group"}, {Field: "title", Pattern: `^<(.+)> & `, Ignore: []string{"untitled"}}}},
	prepare.AssignOptions{}, prepare.SplitOptions{Test: 0.2}, prepare.MaskOptions{Words: []string{"whereas"}},
	prepare.EasyOptions{MinCertainty: 0.99, Near: 0.5, Words: []string{"consequently", "steps"}},
	prepare.BalanceOptions{MaxRatio: 3, Only: data.Train, Seed: 9},
}}

func sample(t *testing.T) *data.Corpus {
	t.Helper()
	c, err := data.Open(background, "sample", data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func run(t rapid.TB, ctx context.Context, c *data.Corpus, r prepare.Recipe) *prepare.Result {
	t.Helper()
	result, err := prepare.Run(ctx, c, r)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// What is written, and the fingerprint, change only with a recipe's meaning: a
// report of last year must still name the same recipe.
func TestRecipeIsWrittenAsItWas(t *testing.T) {
	b, err := everything.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, "testdata/everything.json", string(b))
	var fingerprints strings.Builder
	for _, r := range []prepare.Recipe{{}, prepare.Standard(0), prepare.Standard(1), everything} {
		fmt.Fprintln(&fingerprints, r.Fingerprint())
	}
	golden.Equal(t, "testdata/fingerprints.txt", fingerprints.String())
}

func TestDefaultsSpelledOutAreTheSameRecipe(t *testing.T) {
	short := prepare.Recipe{Seed: 3, Stages: []prepare.Stage{prepare.DuplicateOptions{}, prepare.BalanceOptions{}}}
	long := prepare.Recipe{Name: "long", Seed: 3, Stages: []prepare.Stage{prepare.DuplicateOptions{Threshold: 0.8, Conflicts: "keep"}, prepare.BalanceOptions{MaxRatio: 2, MinDocuments: 1, Seed: 3}}}
	if !short.Equal(long) || len(short.Compare(long).Rows) != 0 {
		t.Errorf("they differ: %v", short.Compare(long).Rows)
	}
	other := prepare.Recipe{Seed: 4, Stages: []prepare.Stage{prepare.DuplicateOptions{Threshold: 0.7}, prepare.BalanceOptions{Seed: 3}, prepare.SplitOptions{}}}
	var rows []string
	for _, row := range short.Compare(other).Rows {
		rows = append(rows, strings.Join([]string{row[0].Text, row[1].Text, row[2].Text, row[3].Text}, "|"))
	}
	want := []string{"|Seed|3|4", "1|Threshold|0.8|0.7", "2|Seed|0|3", "3||no step|split"}
	if diff := cmp.Diff(want, rows); diff != "" || short.Equal(other) {
		t.Error(diff)
	}
}

func TestRecipeRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "recipe.json")
	if err := everything.Save(path); err != nil {
		t.Fatal(err)
	}
	read, err := prepare.LoadRecipe(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := read.Check(); err == nil || !strings.Contains(err.Error(), `rule "capitals"`) {
		t.Errorf("a recipe without its rule: %v", err)
	}
	read = read.WithRule("capitals", rule)
	if !read.Equal(everything) || len(read.Compare(everything).Rows) != 0 {
		t.Errorf("what was read differs: %v", read.Compare(everything).Rows)
	}
	if again, err := read.MarshalJSON(); err != nil {
		t.Error(err)
	} else if first, err := os.ReadFile(path); err != nil || string(first) != string(again) {
		t.Error("what was read is written in another way")
	}
	c := sample(t)
	if a, b := run(t, background, c, everything), run(t, background, c, read); a.Fingerprint() != b.Fingerprint() {
		t.Error("what was read gives another corpus")
	}
}

func TestRecipeRoundTripOfAnyOptions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String()
		share := rapid.Float64Range(0.01, 1)
		stage := rapid.OneOf(
			rapid.Map(normaliseOptions, func(o prepare.NormaliseOptions) prepare.Stage { return o }),
			rapid.Map(rapid.IntRange(0, 100), func(n int) prepare.Stage { return prepare.EmptyOptions{MinWords: n} }),
			rapid.Map(share, func(x float64) prepare.Stage { return prepare.DuplicateOptions{Threshold: x} }),
			rapid.Map(text, func(s string) prepare.Stage { return prepare.AssignOptions{Domain: s} }),
			rapid.Map(text, func(s string) prepare.Stage {
				return prepare.GroupOptions{By: []prepare.Key{{Field: "author", Ignore: []string{s}, Before: s}, {Field: "id"}}}
			}),
			rapid.Map(share, func(x float64) prepare.Stage {
				return prepare.EasyOptions{MinPurity: x, MinWeight: 1 / x, Words: []string{"a"}}
			}),
			rapid.Map(rapid.Int64(), func(n int64) prepare.Stage { return prepare.BalanceOptions{Seed: n} }),
		)
		r := prepare.Recipe{Name: text.Draw(t, "name"), Seed: rapid.Int64().Draw(t, "seed"), Stages: rapid.SliceOfN(stage, 0, 6).Draw(t, "stages")}
		b, err := r.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		read, err := prepare.ParseRecipe(b)
		if err != nil {
			t.Fatalf("%v in\n%s", err, b)
		}
		if !read.Equal(r) {
			t.Fatalf("what was read differs: %v", read.Compare(r).Rows)
		}
	})
}

func TestMistakesInRecipesHaveALine(t *testing.T) {
	step := func(s string) string { return "{\n  \"recipe\": \"r\",\n  \"steps\": [\n    " + s + "\n  ]\n}" }
	for _, c := range []struct{ in, want string }{
		{step(`{"step": "remove copys"}`), `:4: unknown step "remove copys": did you mean "remove copies"?`},
		{step("{\"step\": \"remove copies\", \"options\": {\n\"Treshold\": 0.5}}"), `:5: unknown option "Treshold": did you mean "Threshold"?`},
		{step("{\"step\": \"assign groups\", \"options\": {\"By\": [\n{\"Feld\": \"id\"}]}}"), `:5: unknown property of the key "Feld": did you mean "Field"?`},
		{step(`{"step": "remove copies", "options": {"Threshold": "high"}}`), ":4: string where float64 is wanted"},
		{step(`{"step": "remove copies", "options": {"Threshold": 7}}`), ":4: DuplicateOptions.Threshold is 7"},
		{step(`{"step": "remove copies", "version": 99}`), `:4: the step "remove copies" is of version 99, this program takes version 1`},
		{step(`{"step": "remove copies", "step": "split"}`), `:4: "step" stands here twice`},
		{step(`"remove copies"`), ":4: remove copies where an object"},
		{"{\n\"seeds\": 1}", `:2: unknown field "seeds": did you mean "seed"?`},
		{"{\n\"seed\": 1}", `there are no "steps"`},
		{"{\n\"steps\": [}", ":2: this is no JSON"},
		{"{\"steps\": [\n", ":2: this is no whole recipe"},
		{"{\"steps\": []}\n{}", ": there is more behind the end"},
	} {
		path := filepath.Join(t.TempDir(), "r.json")
		if err := os.WriteFile(path, []byte(c.in), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := prepare.LoadRecipe(path); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s\n%v, want %q", c.in, err, c.want)
		}
	}
}

func FuzzParseRecipe(f *testing.F) {
	b, err := everything.MarshalJSON()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"steps":[{"step":"assign groups","options":{"By":null}},{"step":"split","options":{}}]}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		r, err := prepare.ParseRecipe(content)
		if err != nil || r.Check() != nil {
			return
		}
		b, err := r.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		again, err := prepare.ParseRecipe(b)
		if err != nil || !again.Equal(r) {
			t.Fatalf("%v: %s became %s", err, content, b)
		}
	})
}

func TestRunTakesTheStepsAndRecordsThem(t *testing.T) {
	c := sample(t)
	r := run(t, background, c, everything)
	if len(r.Steps) != len(everything.Stages) || r.Output.Fingerprint != r.Corpus.Fingerprint() || r.Input.Fingerprint != c.Fingerprint() || r.Output.Documents != r.Corpus.Len() {
		t.Errorf("%d steps, from %+v to %+v", len(r.Steps), r.Input, r.Output)
	}
	// Each step begins where the one before ended, and counts what it removed.
	left := c.Len()
	for _, s := range r.Steps {
		if s.Before != left || s.Before-len(s.Removed) != s.After || s.After != s.Corpus.Len() {
			t.Errorf("%s: %d - %d = %d, %d were left before", s.Name, s.Before, len(s.Removed), s.After, left)
		}
		left = s.After
	}
	// No document is invented, and their order stays.
	at := 0
	for _, d := range r.Corpus.Documents() {
		for at < c.Len() && c.At(at).ID != d.ID {
			at++
		}
		if at == c.Len() {
			t.Fatalf("%s is new or out of order", d.ID)
		}
		at++
	}
	for name, table := range map[string]*view.Table{"summary": r.Summary(), "flow": r.FlowTable()} {
		if want := len(r.Steps); len(table.Rows) < want || len(table.Rows) > want+1 {
			t.Errorf("%s has %d rows for %d steps", name, len(table.Rows), want)
		}
	}
	figure, err := r.Flow()
	if err != nil || !strings.Contains(figure.SVG, "removed by this step") || !strings.Contains(figure.Alt, "train") {
		t.Errorf("flow: %v, alternative text %q", err, figure.Alt)
	}
	if r.Recipe.Stages[0] = (prepare.EmptyOptions{}); everything.Stages[0] != (prepare.NormaliseOptions{Markup: true}) {
		t.Error("the result holds the recipe's own list")
	}
}

func TestRunIsTheSameForAnyNumberOfWorkersAndKept(t *testing.T) {
	c := sample(t)
	var shelf memotest.Shelf
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var want []string
	for i, workers := range []int{1, 2, 5} {
		runtime.GOMAXPROCS(workers)
		ctx := background
		if i > 0 {
			ctx = shelf.In(ctx)
		}
		r := run(t, ctx, c, everything)
		got := []string{r.Fingerprint()}
		for _, s := range r.Steps {
			got = append(got, fmt.Sprint(s.Removed, s.Changed, s.Warnings))
		}
		if want == nil {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("with %d workers:\n%s", workers, diff)
		}
	}
	if shelf.Computed == 0 || shelf.Kept != shelf.Computed {
		t.Errorf("%d results computed, %d at hand the second time", shelf.Computed, shelf.Kept)
	}
}

func TestOptionsAreCheckedBeforeTheFirstStep(t *testing.T) {
	c := sample(t)
	r := prepare.Recipe{Name: "wrong", Stages: []prepare.Stage{prepare.DuplicateOptions{}, prepare.BalanceOptions{MaxRatio: 0.5}}}
	if _, err := prepare.Run(background, c, r); err == nil || !strings.HasPrefix(err.Error(), `step 2 of the recipe "wrong": prepare: BalanceOptions.MaxRatio`) {
		t.Errorf("error %v", err)
	}
	if _, err := prepare.Run(background, c, prepare.Recipe{Stages: []prepare.Stage{nil}}); err == nil {
		t.Error("a nil step was taken")
	}
	if err := r.Save(filepath.Join(t.TempDir(), "r.json")); err == nil {
		t.Error("a wrong recipe was saved")
	}
	ended, cancel := context.WithCancel(background)
	cancel()
	if _, err := prepare.Run(ended, c, prepare.Standard(1)); err == nil {
		t.Error("steps were taken after the end")
	}
}

// Preparing twice changes nothing more: what a step looks for is gone.
func TestNormalisedAndUniqueCorporaStay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 25).Draw(t, "n")
		var docs []data.Document
		for i := range n {
			docs = append(docs, data.Document{ID: fmt.Sprint(i), Label: rapid.SampledFrom([]string{"x", "y"}).Draw(t, "class"), Text: "w " + rapid.SampledFrom([]string{
				"A Text", "a text", "a\u00a0text!", "another", "<b>another</b>", words(40), words(41), words(42) + " more", strings.ToUpper(words(40)),
			}).Draw(t, "text")})
		}
		r := prepare.Recipe{Stages: []prepare.Stage{prepare.NormaliseOptions{Markup: true}, prepare.DuplicateOptions{}}}
		c := corpus(t, docs)
		once := run(t, background, c, r)
		twice := run(t, background, once.Corpus, r)
		if twice.Output.Fingerprint != once.Output.Fingerprint || len(twice.Steps[0].Changed)+len(twice.Steps[1].Removed) > 0 {
			t.Fatalf("the second time: %+v %+v", twice.Steps[0].Changed, twice.Steps[1].Removed)
		}
		if missing := slices.DeleteFunc(c.Classes(), func(l string) bool { return slices.Contains(once.Corpus.Classes(), l) }); len(missing) > 0 && len(once.Warnings) == 0 {
			t.Fatalf("%q went silently", missing)
		}
	})
}

func TestNewTextsGoThroughWhatApplies(t *testing.T) {
	c := sample(t)
	recipe := prepare.Recipe{Stages: []prepare.Stage{prepare.NormaliseOptions{Lower: true}, prepare.DuplicateOptions{}, prepare.EasyOptions{Mask: true}}}
	r := run(t, background, c, recipe)
	rows := []int{0, r.Corpus.Len() / 2, r.Corpus.Len() - 1}
	var texts, want []string
	for _, row := range rows {
		d := r.Corpus.At(row)
		texts, want = append(texts, c.At(c.Find(d.ID)).Text), append(want, d.Text)
	}
	got, err := r.Prediction().Texts(background, texts)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("new texts are not prepared as the corpus was:\n%s", diff)
	}
	if got, err := r.Prediction().Texts(background, []string{"  Whereas  THIS"}); err != nil || got[0] != "        this" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := recipe.Texts(background, texts); err == nil || !strings.Contains(err.Error(), "Prediction") {
		t.Errorf("a recipe masked cues without having found them: %v", err)
	}
	if reflect.DeepEqual(texts, got) {
		t.Error("nothing was done")
	}
}
