package describe_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"viva/internal/publicdata"
	"viva/mlkit/data"
	"viva/mlkit/describe"
	"viva/mlkit/view"
)

var ctx = context.Background()

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

func summary(t fataler, docs []data.Document, opt describe.Options) *describe.Summary {
	t.Helper()
	c, err := data.New("made", docs)
	if err != nil {
		t.Fatalf("%v", err)
	}
	s, err := describe.Corpus(ctx, c, opt)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return s
}

// noted fails if a part could not be drawn.
func noted(t fataler, items []view.Item) {
	t.Helper()
	for _, item := range items {
		if item.Note != nil && strings.HasPrefix(item.Note.Text, "chart.") {
			t.Fatalf("a picture is missing: %s", item.Note.Text)
		}
	}
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Max(1, math.Abs(b)) }

func TestNumbersAreScipys(t *testing.T) {
	content, err := os.ReadFile("testdata/recorded.json")
	if err != nil {
		t.Fatal(err)
	}
	var recorded struct {
		Splits []struct {
			Counts                                 [][]int
			Statistic, P, Small, V, Entropy, Ratio float64
			Freedom                                int
			Divergences                            []float64
		}
		Lengths []struct {
			Words     []int
			Quantiles []float64
		}
	}
	if err := json.Unmarshal(content, &recorded); err != nil {
		t.Fatal(err)
	}
	names := []string{data.Train, data.Validation, data.Test}
	for i, c := range recorded.Splits {
		var docs []data.Document
		for s, counts := range c.Counts {
			for class, n := range counts {
				for range n {
					docs = append(docs, data.Document{Text: "word", Label: fmt.Sprintf("class %02d", class), Split: names[s]})
				}
			}
		}
		got := summary(t, docs, describe.Options{})
		x := got.Splits.ByClass
		if h := x.Test; !near(h.Statistic, c.Statistic) || !near(h.P, c.P) || h.Freedom != c.Freedom || !near(h.Small, c.Small) || !near(h.V, c.V) {
			t.Errorf("case %d: %+v, want %+v", i, h, c)
		}
		for k, d := range x.Divergences {
			if !near(d.Bits, c.Divergences[k]) {
				t.Errorf("case %d: divergence of %s and %s %v, want %v", i, d.A, d.B, d.Bits, c.Divergences[k])
			}
		}
		if d := got.Classes; !near(d.Entropy, c.Entropy) || !near(d.Ratio, c.Ratio) || !near(d.Effective, math.Exp2(c.Entropy)) {
			t.Errorf("case %d: entropy %v and ratio %v, want %v and %v", i, d.Entropy, d.Ratio, c.Entropy, c.Ratio)
		}
		noted(t, got.View())
	}
	for i, c := range recorded.Lengths {
		var docs []data.Document
		for _, n := range c.Words {
			docs = append(docs, data.Document{Text: strings.Repeat("word ", n)})
		}
		q := summary(t, docs, describe.Options{}).Lengths.All
		for k, got := range []float64{q.Min, q.Low, q.Lower, q.Median, q.Upper, q.High, q.Max, q.Mean} {
			if !near(got, c.Quantiles[k]) {
				t.Errorf("lengths %d: number %d is %v, want %v", i, k, got, c.Quantiles[k])
			}
		}
	}
}

// The parameters are those of
//
//	import numpy as np
//	tokens = np.arange(20, 401, 20); types = np.arange(11, 31)
//	np.polyfit(np.log(tokens), np.log(types), 1)
//
// for twenty documents of twenty words, ten of the first of which are new and
// one of each later one.
func TestVocabularyGrowsByHeapsLaw(t *testing.T) {
	const heapsBeta, heapsK = 0.3655751702646085, 3.0303658142854943
	var docs []data.Document
	for i := range 20 {
		words := strings.Fields("aa bb cc dd ee ff gg hh ii jj aa bb cc dd ee ff gg hh ii")
		docs = append(docs, data.Document{Text: strings.Join(append(words, fmt.Sprintf("new%d", i)), " ")})
	}
	for seed := range int64(3) {
		v := summary(t, docs, describe.Options{Seed: seed}).Vocabulary
		if v.Tokens != 400 || v.Types != 30 || v.Hapax != 20 {
			t.Errorf("%d words, %d different, %d once", v.Tokens, v.Types, v.Hapax)
		}
		if len(v.Growth) != 20 || v.Growth[0] != (describe.GrowthPoint{Tokens: 20, Types: 11}) || v.Growth[19] != (describe.GrowthPoint{Tokens: 400, Types: 30}) {
			t.Errorf("the growth is %v", v.Growth)
		}
		if math.Abs(v.Beta-heapsBeta) > 1e-9 || math.Abs(v.K-heapsK) > 1e-9 {
			t.Errorf("%v · n^%v, want %v · n^%v", v.K, v.Beta, heapsK, heapsBeta)
		}
		if f := v.Frequent[0]; f != (describe.Frequency{Word: "aa", Tokens: 40, Documents: 20}) {
			t.Errorf("the most frequent word is %+v", f)
		}
	}
}

func TestWordsThatTrainingLacks(t *testing.T) {
	s := summary(t, []data.Document{
		{Text: "one two three", Split: data.Train}, {Text: "one four four five", Split: data.Test}, {Text: "six", Split: data.Validation}, {Text: "seven"}}, describe.Options{})
	want := []describe.Unknown{{Split: data.Validation, Types: 1, Tokens: 1}, {Split: data.Test, Types: 2.0 / 3, Tokens: 0.75}}
	if !slices.Equal(s.Vocabulary.Unknown, want) {
		t.Errorf("%+v", s.Vocabulary.Unknown)
	}
	if s.Splits.Without != 1 {
		t.Errorf("%d documents in no split", s.Splits.Without)
	}
}

func TestKeyphrasesInTheText(t *testing.T) {
	s := summary(t, []data.Document{
		{Title: "Sea Ice", Text: "The melting\n point of ice. Artificial.", Keyphrases: []string{"sea ice", "Melting point", "art", "ice age", "(ice)"}, Split: data.Train},
		{Text: "C++ and c", Keyphrases: []string{"C++", "Sea ice"}, Split: data.Test}, {Text: "none"}}, describe.Options{})
	k := s.Keyphrases
	if got := k.All; got.Documents != 2 || got.Phrases != 7 || got.Different != 6 || got.Present != 3 || !slices.Equal(got.Words, []int{0, 3, 4}) || !slices.Equal(got.PresentWords, []int{0, 1, 2}) {
		t.Errorf("%+v", got)
	}
	if len(k.Splits) != 2 || k.Splits[0].Present != 2 || k.Splits[1].Present != 1 {
		t.Errorf("%+v", k.Splits)
	}
}

func TestEntitiesAndRelationsByType(t *testing.T) {
	span := func(s string) data.Span { return data.Span{Text: s} }
	s := summary(t, []data.Document{
		{Text: "a", Split: data.Train, Entities: []data.Entity{{Type: "Task", Span: span("X")}, {Type: "Task", Span: span("x")}, {Type: "Material", Span: span("y")}}},
		{Text: "b", Split: data.Test, Entities: []data.Entity{{Type: "Task", Span: span("z")}}, Relations: []data.Relation{{Type: "is-a", Head: span("p"), Tail: span("q")}}},
	}, describe.Options{})
	want := &describe.Types{What: "entities", Total: 4, Names: []string{"Task", "Material"}, Counts: []int{3, 1}, Documents: []int{2, 1}, Different: []int{2, 1},
		Splits: []string{data.Train, data.Test}, BySplit: [][]int{{2, 1}, {1, 0}}}
	if !reflect.DeepEqual(s.Entities, want) {
		t.Errorf("%+v", s.Entities)
	}
	if s.Relations == nil || s.Relations.Total != 1 || s.Relations.Names[0] != "is-a" {
		t.Errorf("%+v", s.Relations)
	}
	noted(t, s.View())
}

func TestCharactersAndLanguage(t *testing.T) {
	english := strings.Repeat("the cat of the house is not in it ", 3)
	german := strings.Repeat("Füchse laufen durch dunkle Wälder ", 5)
	s := summary(t, []data.Document{{ID: "e", Text: english}, {ID: "g", Text: german}, {ID: "r", Text: "bro\uFFFDen\x00"}, {ID: "j", Text: "日本"}}, describe.Options{})
	c := s.Characters
	if c.NonASCII != 5*2+1+2 || c.NonASCIIDocuments != 3 || c.Replacement != 1 || !slices.Equal(c.Examples, []string{"r"}) || c.Control != 1 || c.ControlDocuments != 1 {
		t.Errorf("%+v", c)
	}
	if c.Foreign != 1 || !slices.Equal(c.ForeignExamples, []string{"g"}) {
		t.Errorf("%d foreign documents, %q", c.Foreign, c.ForeignExamples)
	}
	if len(c.Scripts) != 2 || c.Scripts[0].Name != "Latin" || c.Scripts[1] != (describe.Script{Name: "Han", Letters: 2}) {
		t.Errorf("scripts %v", c.Scripts)
	}
	if len(s.Warnings) != 1 || !strings.HasPrefix(s.Warnings[0], "1 document has the replacement character U+FFFD") {
		t.Errorf("warnings %q", s.Warnings)
	}
}

func TestTimesByPeriod(t *testing.T) {
	at := func(y int, m time.Month, d, h int) time.Time { return time.Date(y, m, d, h, 30, 0, 0, time.UTC) }
	for _, c := range []struct {
		times   []time.Time
		unit    string
		periods int
	}{
		{[]time.Time{at(2020, 1, 1, 5), at(2020, 1, 1, 9)}, "hour", 5},
		{[]time.Time{at(2020, 1, 30, 5), at(2020, 2, 2, 9)}, "day", 4},
		{[]time.Time{at(2019, 11, 30, 5), at(2020, 2, 2, 9)}, "month", 4},
		{[]time.Time{at(1990, 11, 30, 5), at(2020, 2, 2, 9)}, "year", 31},
		{[]time.Time{at(1711, 11, 30, 5), at(2020, 2, 2, 9)}, "year", 32},
		{[]time.Time{at(2020, 2, 2, 9)}, "hour", 1},
	} {
		var docs []data.Document
		for i, when := range c.times {
			docs = append(docs, data.Document{Text: "x", Time: when, Split: []string{data.Test, ""}[i]})
		}
		s := summary(t, append(docs, data.Document{Text: "y"}), describe.Options{})
		got := s.Times
		if got.Unit != c.unit || len(got.Periods) != c.periods || got.Documents != len(c.times) || got.Without != 1 {
			t.Errorf("%v: %d periods of a %s for %d documents, want %d of a %s", c.times, len(got.Periods), got.Unit, got.Documents, c.periods, c.unit)
		}
		sum := 0
		for _, counts := range got.Counts {
			for _, n := range counts {
				sum += n
			}
		}
		if sum != len(c.times) {
			t.Errorf("%v: %d documents are counted", c.times, sum)
		}
		noted(t, s.View())
	}
}

// Whatever a corpus has and lacks, every part that is there is drawn, counts
// add up, and the number of workers does not matter.
func TestAnyCorpusIsDescribed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		classes := rapid.SampledFrom([]int{0, 1, 2, 7, 100}).Draw(t, "classes")
		domains := rapid.SampledFrom([]int{0, 1, 3, 50}).Draw(t, "domains")
		groups := rapid.SampledFrom([]int{0, 1, 5}).Draw(t, "groups")
		splits := rapid.SampledFrom([][]string{{""}, {"train"}, {"train", "test", ""}, {"train", "validation", "test"}}).Draw(t, "splits")
		pick := func(name string, n int) string {
			if n == 0 || rapid.IntRange(0, 9).Draw(t, "none") == 0 {
				return ""
			}
			return fmt.Sprintf("%s %d", name, rapid.IntRange(1, n).Draw(t, name))
		}
		var docs []data.Document
		for range rapid.IntRange(1, 40).Draw(t, "documents") {
			docs = append(docs, data.Document{
				Text:  strings.Repeat(rapid.SampledFrom([]string{"", "a ", "word ", "übel ", "the "}).Draw(t, "word"), rapid.IntRange(0, 50).Draw(t, "length")),
				Label: pick("class", classes), Domain: pick("domain", domains), Group: pick("group", groups), Split: rapid.SampledFrom(splits).Draw(t, "split"),
			})
		}
		s := summary(t, docs, describe.Options{})
		noted(t, s.View())
		for _, part := range []view.Viewer{s.Classes, s.Domains, s.Cross, s.Splits, s.Lengths, s.Vocabulary, s.Groups, s.Times, s.Keyphrases, s.Entities, s.Relations, s.Characters} {
			if len(part.View()) == 0 {
				t.Fatalf("%T shows nothing", part)
			}
		}
		if d := s.Classes; d != nil {
			sum := d.Missing
			for _, n := range d.Counts {
				sum += n
			}
			if sum != len(docs) || d.Effective < 1-1e-9 || d.Effective > float64(len(d.Names))+1e-9 || d.Evenness < 0 || d.Evenness > 1+1e-9 {
				t.Fatalf("%+v of %d documents", d, len(docs))
			}
		}
		before := runtime.GOMAXPROCS(1)
		one := summary(t, docs, describe.Options{})
		runtime.GOMAXPROCS(before)
		a, err := json.Marshal(s.View())
		if err != nil {
			t.Fatal(err)
		}
		if b, err := json.Marshal(one.View()); err != nil || string(a) != string(b) {
			t.Fatalf("another number of workers gives another description (%v)", err)
		}
	})
}

// Where only documents without a class have words, the boxes of the classes are drawn
// all the same.
func TestLengthsOfClassesWithoutWords(t *testing.T) {
	s := summary(t, []data.Document{{Label: "a"}, {Label: "b"}, {Text: strings.Repeat("word ", 50)}}, describe.Options{})
	noted(t, s.Lengths.View())
}

func TestEmptyAndStopped(t *testing.T) {
	c, err := data.New("made", []data.Document{{Text: "x", Split: data.Train}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := describe.Corpus(ctx, c.InSplit(data.Test), describe.Options{}); err == nil || !strings.Contains(err.Error(), "no documents") {
		t.Errorf("nothing to describe: %v", err)
	}
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := describe.Corpus(stopped, c, describe.Options{}); err == nil {
		t.Error("a description that was stopped has no error")
	}
}

func TestNewsgroupsAreDescribed(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	c, err := data.Open(ctx, publicdata.Path(t, "classification/20newsgroups"), data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	s, err := describe.Corpus(ctx, c, describe.Options{})
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	start = time.Now()
	noted(t, s.View())
	t.Logf("described in %v, drawn in %v", took, time.Since(start))
	if s.Documents != 18846 || len(s.Classes.Names) != 20 || !slices.Equal(s.Splits.Documents, []int{11314, 7532}) || s.Splits.ByClass.Test.P < 0.99 {
		t.Errorf("%d documents, %d classes, splits of %d", s.Documents, len(s.Classes.Names), s.Splits.Documents)
	}
}
