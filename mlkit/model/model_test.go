package model_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"viva/internal/signature"
	"viva/mlkit/model"
	"viva/mlkit/trace"
	"viva/mlkit/view"
)

// weights is a model that is its own bytes.
type weights []byte

func (w weights) MarshalBinary() ([]byte, error) { return w, nil }

func (w *weights) UnmarshalBinary(b []byte) error {
	*w = bytes.Clone(b)
	return nil
}

func options(t *testing.T) model.Options {
	dir := t.TempDir()
	return model.Options{Folder: filepath.Join(dir, "models"), Changelog: filepath.Join(dir, "training", "CHANGELOG.md")}
}

func entry(w string, accuracy float64) model.Entry {
	return model.Entry{
		Name: "text-classifier", Kind: "classifier", Model: weights(w), Options: map[string]any{"C": 1.5},
		Metrics: []view.Metric{
			{Name: "accuracy, test split", Value: accuracy, Unit: "%", Interval: &view.Interval{Low: accuracy - 0.02, High: accuracy + 0.02, Level: 0.95}, Detail: "7,532 documents"},
			{Name: "documents", Value: 10, Unit: "count"},
		},
		Data: []trace.Source{{Name: "20newsgroups", Fingerprint: "sha256:" + strings.Repeat("a", 64), Documents: 18846}},
		Seed: 7, Notebook: "notebooks/04-classifier.md", Log: []string{"fold 1 of 5", "fold 2 of 5"},
		Card: model.Card{Task: "text-classification", License: "other", Summary: "Labels posts.", Limitations: "English only."},
	}
}

func save(t *testing.T, e model.Entry, opt model.Options) *model.Saved {
	t.Helper()
	s, err := model.Save(t.Context(), e, opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestWhatIsSavedIsLoaded(t *testing.T) {
	opt := options(t)
	saved := save(t, entry("first", 0.85), opt)
	loaded, err := model.Load("text-classifier", opt)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(saved.Metrics, loaded.Metrics); diff != "" || loaded.Version != saved.Version || loaded.Kind != "classifier" || loaded.Seed != 7 {
		t.Errorf("version %s, kind %s, seed %d; metrics (-saved +loaded):\n%s", loaded.Version, loaded.Kind, loaded.Seed, diff)
	}
	var w weights
	if err := loaded.Into(&w); err != nil || string(w) != "first" {
		t.Errorf("weights %q, %v", w, err)
	}
	if log, err := loaded.Log(); err != nil || log != "fold 1 of 5\nfold 2 of 5\n" {
		t.Errorf("log %q, %v", log, err)
	}
}

func TestTheVersionBeforeStaysLoadable(t *testing.T) {
	opt := options(t)
	first := save(t, entry("first", 0.85), opt)
	second := save(t, entry("second", 0.875), opt)
	if second.Previous == nil || second.Previous.Version != first.Version {
		t.Fatalf("the version before is %+v", second.Previous)
	}
	old, err := model.Old("text-classifier", opt)
	if err != nil || len(old) != 1 {
		t.Fatalf("%d old versions, %v", len(old), err)
	}
	var w weights
	if err := old[0].Into(&w); err != nil || string(w) != "first" {
		t.Errorf("old weights %q, %v", w, err)
	}
	if rel, _ := filepath.Rel(opt.Folder, old[0].Folder); filepath.ToSlash(rel) != "old/text-classifier/"+first.Version {
		t.Errorf("the old version is in %s", rel)
	}
	current, err := model.Load("text-classifier", opt)
	if err != nil || current.Version != second.Version {
		t.Errorf("current is %v, %v", current, err)
	}
	if len(second.Changes) != 1 || second.Changes[0].By() != "+2.5 points" {
		t.Errorf("changes %+v", second.Changes)
	}
	// The first once more: it is current again, and there is one old version.
	save(t, entry("first", 0.85), opt)
	if old, _ := model.Old("text-classifier", opt); len(old) != 1 || old[0].Version != second.Version {
		t.Errorf("%d old versions", len(old))
	}
}

func TestSavingTheSameChangesNothing(t *testing.T) {
	opt := options(t)
	first := save(t, entry("first", 0.85), opt)
	log := read(t, opt.Changelog)
	again := save(t, entry("first", 0.85), opt)
	if again.Version != first.Version || !again.Created.Equal(first.Created) || read(t, opt.Changelog) != log {
		t.Errorf("saved again as %s of %s", again.Version, again.Created)
	}
	if old, _ := model.Old("text-classifier", opt); len(old) != 0 {
		t.Errorf("%d old versions", len(old))
	}
}

func TestSavingTheSameMendsItsWeights(t *testing.T) {
	opt := options(t)
	saved := save(t, entry("abc", 0.5), opt)
	if err := os.WriteFile(filepath.Join(saved.Folder, "weights.bin"), []byte("cut off"), 0o644); err != nil {
		t.Fatal(err)
	}
	again := save(t, entry("abc", 0.5), opt)
	if b, err := again.Weights(); err != nil || string(b) != "abc" || !again.Created.Equal(saved.Created) {
		t.Errorf("%q %v, created %v and %v", b, err, saved.Created, again.Created)
	}
}

// Whoever keeps what saving gave must hear on which files it rests.
func TestSavingTellsWhatItLeft(t *testing.T) {
	opt := options(t)
	var left []string
	ctx := trace.With(t.Context(), trace.Tracer{Left: func(path, told string) {
		rel, err := filepath.Rel(opt.Folder, path)
		if err != nil {
			t.Fatal(err)
		}
		now, _, err := signature.Of(path)
		if err != nil {
			t.Fatal(err)
		}
		left = append(left, fmt.Sprintf("%s %t", filepath.ToSlash(rel), now == told))
	}})
	// A tracer of the cell's own does not keep it from the outer one.
	ctx = trace.With(ctx, trace.Tracer{Log: func(string) {}})
	check := func(want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, left); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		left = nil
	}
	first, err := model.Save(ctx, entry("abc", 0.5), opt)
	if err != nil {
		t.Fatal(err)
	}
	check("text-classifier true")
	for range 2 {
		if _, err := model.Save(ctx, entry("abcd", 0.5), opt); err != nil {
			t.Fatal(err)
		}
		check("text-classifier true", "old/text-classifier/"+first.Version+" true")
	}
	if err := os.RemoveAll(opt.Folder); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(opt.Folder, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := model.Save(ctx, entry("abc", 0.5), opt); err == nil {
		t.Error("a model was saved in a file")
	}
	check("text-classifier false")
}

func TestMetricsSayWhatTheyWereMeasuredOn(t *testing.T) {
	e := entry("w", 0.5)
	e.On = "sample"
	var names []string
	for _, m := range save(t, e, options(t)).Metrics {
		names = append(names, m.Name)
	}
	if diff := cmp.Diff([]string{"accuracy, test split, sample", "documents, sample"}, names); diff != "" {
		t.Errorf("names of metrics (-want +got):\n%s", diff)
	}
	if got := e.Metrics[1].Name; got != "documents" {
		t.Errorf("the caller's metric is named %q now", got)
	}
}

func TestTheChangelogTellsOfEveryChangedMetric(t *testing.T) {
	opt := options(t)
	save(t, entry("first", 0.85), opt)
	e := entry("second", 0.82)
	e.Metrics = append(e.Metrics, view.Metric{Name: "macro F1", Value: 0.8, Unit: "%"})
	save(t, e, opt)
	text := regexp.MustCompile(`\d{4}-\d\d-\d\d( \d\d:\d\d)?`).ReplaceAllString(read(t, opt.Changelog), "DATE")
	text = regexp.MustCompile(`\b[0-9a-f]{12}\b`).ReplaceAllString(text, "VERSION")
	want := `# Changelog of the trained models

Written whenever a model is saved whose metrics are not those of the version before; the latest first.

## DATE, text-classifier: version VERSION

Before: version VERSION of DATE.

- data: 20newsgroups, 18846 documents, sha256:VERSION…

| metric | before | now | change |
|---|---|---|---|
| accuracy, test split | 85.0 % | 82.0 % | -3.0 points |
| macro F1 | – | 80.0 % |  |

## DATE, text-classifier: version VERSION

The first version.

- data: 20newsgroups, 18846 documents, sha256:VERSION…

| metric | before | now | change |
|---|---|---|---|
| accuracy, test split | – | 85.0 % |  |
| documents | – | 10 |  |
`
	if diff := cmp.Diff(want, strings.ReplaceAll(text, "−", "-")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAChangelogOfSomebodyElseIsKept(t *testing.T) {
	opt := options(t)
	if err := os.MkdirAll(filepath.Dir(opt.Changelog), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(opt.Changelog, []byte("# By hand\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	save(t, entry("first", 0.85), opt)
	if text := read(t, opt.Changelog); !strings.HasSuffix(text, "\n# By hand\n") {
		t.Errorf("the changelog is\n%s", text)
	}
}

func TestTheCardHasTheHubsForm(t *testing.T) {
	opt := options(t)
	save(t, entry("first", 0.85), opt)
	s := save(t, entry("second", 0.875), opt)
	text := read(t, s.Folder, "README.md")
	_, rest, _ := strings.Cut(text, "---\n")
	head, body, ok := strings.Cut(rest, "---\n")
	if !ok {
		t.Fatalf("no YAML head:\n%s", text)
	}
	var h struct {
		Language string
		Library  string   `yaml:"library_name"`
		Datasets []string `yaml:"datasets"`
		Index    []struct {
			Results []struct {
				Metrics []struct {
					Type  string
					Value float64
				}
			}
		} `yaml:"model-index"`
	}
	if err := yaml.Unmarshal([]byte(head), &h); err != nil {
		t.Fatal(err)
	}
	if h.Language != "en" || h.Library != "viva" || len(h.Index) != 1 || h.Index[0].Results[0].Metrics[0].Type != "accuracy" || h.Index[0].Results[0].Metrics[0].Value != 0.875 {
		t.Errorf("the head is %+v", h)
	}
	for _, want := range []string{"# text-classifier", "## Bias, risks and limitations\n\nEnglish only.", "| accuracy, test split | 87.5 % | 85.5 % to 89.5 % | 7,532 documents |", "+2.5 points", "\"C\": 1.5", "predict -model text-classifier"} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is not in the card:\n%s", want, body)
		}
	}
}

func TestDamagedAndForeignFilesAreErrors(t *testing.T) {
	opt := options(t)
	s := save(t, entry("some weights", 0.85), opt)
	path := filepath.Join(s.Folder, "weights.bin")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	try := func(b []byte) error {
		t.Helper()
		if err := os.WriteFile(path, b, 0o666); err != nil {
			t.Fatal(err)
		}
		_, err := s.Weights()
		return err
	}
	for n := range whole {
		if try(whole[:n]) == nil {
			t.Fatalf("the first %d of %d bytes are taken for a model", n, len(whole))
		}
		b := bytes.Clone(whole)
		b[n] ^= 1
		if try(b) == nil {
			t.Fatalf("byte %d of %d was changed without anybody seeing it", n, len(whole))
		}
	}
	if err := try([]byte("PK\x03\x04 a zip file")); err == nil || !strings.Contains(err.Error(), "not the file of a model") {
		t.Errorf("a foreign file: %v", err)
	}
	newer := bytes.Clone(whole)
	newer[len("viva model\n")] = 9
	if err := try(newer); err == nil || !strings.Contains(err.Error(), "version 9") {
		t.Errorf("a file of a later format: %v", err)
	}
	if err := try(append(bytes.Clone(whole), 'x')); err == nil {
		t.Error("a file that is too long is taken for a model")
	}
}

func TestMistakes(t *testing.T) {
	opt := options(t)
	save(t, entry("first", 0.85), opt)
	for _, name := range []string{"", "old", "../x", "Text", "a/b", "-x"} {
		e := entry("first", 0.85)
		e.Name = name
		if _, err := model.Save(t.Context(), e, opt); err == nil {
			t.Errorf("the name %q is taken", name)
		}
		if _, err := model.Load(name, opt); err == nil {
			t.Errorf("the name %q is loaded", name)
		}
	}
	_, err := model.Load("text-clasifier", opt)
	if !errors.Is(err, model.ErrMissing) || !strings.Contains(err.Error(), "did you mean text-classifier?") {
		t.Errorf("a misspelt name: %v", err)
	}
	e := entry("first", 0.85)
	e.Metrics = append(e.Metrics, e.Metrics[0])
	if _, err := model.Save(t.Context(), e, opt); err == nil || !strings.Contains(err.Error(), "two metrics") {
		t.Errorf("two metrics of one name: %v", err)
	}
}

func TestManySaversAtOnce(t *testing.T) {
	opt := options(t)
	var wg sync.WaitGroup
	const n = 8
	for i := range n {
		wg.Go(func() {
			if _, err := model.Save(t.Context(), entry(strings.Repeat("x", i+1), 0.5+float64(i)/100), opt); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	old, err := model.Old("text-classifier", opt)
	if err != nil || len(old) != n-1 {
		t.Errorf("%d old versions, %v", len(old), err)
	}
	if strings.Count(read(t, opt.Changelog), "\n## ") != n {
		t.Errorf("the changelog is\n%s", read(t, opt.Changelog))
	}
}

// A notebook that runs again saves the same model, and its report must be the
// same: what a version replaced is known from then on, and not only when it was
// saved.
func TestWhatAVersionReplacedIsShownWheneverItIsSavedOrLoaded(t *testing.T) {
	opt := options(t)
	save(t, entry("first", 0.85), opt)
	second := save(t, entry("second", 0.875), opt)
	again := save(t, entry("second", 0.875), opt)
	loaded, err := model.Load("text-classifier", opt)
	if err != nil {
		t.Fatal(err)
	}
	if len(second.ChangeTable().Rows) != 1 || second.View()[0].Table.Rows[0][4].Text != second.Previous.Version {
		t.Fatalf("%+v", second.View())
	}
	for name, s := range map[string]*model.Saved{"saved again": again, "loaded": loaded} {
		if diff := cmp.Diff(second.View(), s.View()); diff != "" {
			t.Errorf("%s (-first +then):\n%s", name, diff)
		}
	}
	if err := os.RemoveAll(filepath.Join(opt.Folder, "old")); err != nil {
		t.Fatal(err)
	}
	if loaded, err = model.Load("text-classifier", opt); err != nil || loaded.Previous != nil || loaded.Replaces != second.Replaces || len(loaded.ChangeTable().Notes) != 1 {
		t.Errorf("without the old versions: %+v, %v", loaded, err)
	}
}
