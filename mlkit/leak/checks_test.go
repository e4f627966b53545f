package leak_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"viva/internal/publicdata"
	"viva/mlkit/data"
	"viva/mlkit/leak"
)

// fair makes a corpus in which nothing is wrong: two classes that differ in how
// often they use words that both have, groups of two, and splits at random by
// group.
func fair(seed uint64, n int) []data.Document {
	rng := rand.New(rand.NewPCG(seed, 0))
	var docs []data.Document
	split := ""
	for i := range n {
		class := rng.IntN(2)
		if i%2 == 0 {
			split = []string{data.Train, data.Train, data.Test}[rng.IntN(3)]
		}
		var w []string
		for range 25 + rng.IntN(20) {
			k := rng.IntN(300)
			if k < 60 && rng.IntN(3) > 0 {
				k = k/2*2 + class
			}
			w = append(w, fmt.Sprintf("word%c%c", 'a'+k/26, 'a'+k%26))
		}
		docs = append(docs, data.Document{
			ID: fmt.Sprintf("doc-%06x", rng.IntN(1<<24)), Text: strings.Join(w, " "), Label: []string{"north", "south"}[class],
			Group: fmt.Sprintf("source %d", i/2), Split: split,
		})
	}
	return docs
}

// each gives every document to f, with a generator.
func each(docs []data.Document, f func(d *data.Document, i int, rng *rand.Rand)) []data.Document {
	rng := rand.New(rand.NewPCG(9, 9))
	docs = slices.Clone(docs)
	for i := range docs {
		f(&docs[i], i, rng)
	}
	return docs
}

func finding(t *testing.T, r *leak.Report, name string) leak.Finding {
	t.Helper()
	f, err := r.Finding(name)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Every check finds what was planted for it, says what, and is silent on the
// same corpus without it.
func TestChecksFindWhatIsPlanted(t *testing.T) {
	start := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	south := func(d *data.Document) bool { return d.Label == "south" }
	for _, tc := range []struct {
		name, check string
		plant       func(d *data.Document, i int, rng *rand.Rand)
		evidence    string
	}{
		{"a word of one class", "give-away words", func(d *data.Document, i int, rng *rand.Rand) {
			if south(d) && rng.IntN(4) == 0 {
				d.Text += " penguin"
			}
		}, "penguin"},
		{"an author of one class", "give-away properties", func(d *data.Document, i int, rng *rand.Rand) {
			d.Author = fmt.Sprintf("%s writer %d", d.Label, rng.IntN(10))
		}, "the author"},
		{"longer texts in one class", "give-away properties", func(d *data.Document, i int, rng *rand.Rand) {
			if south(d) {
				d.Text = strings.Repeat(d.Text+" ", 3)
			}
		}, "the length"},
		{"numbers of IDs by class", "give-away properties", func(d *data.Document, i int, rng *rand.Rand) {
			d.ID = fmt.Sprint(10_000 + i)
			if south(d) {
				d.ID = fmt.Sprint(70_000 + i)
			}
		}, "the number in the ID"},
		{"forms of IDs by class", "give-away properties", func(d *data.Document, i int, rng *rand.Rand) {
			if south(d) {
				d.ID = fmt.Sprint("s-", i)
			} else {
				d.ID = fmt.Sprint("n", i)
			}
		}, "the form of the ID"},
		{"one class later than the other", "give-away properties", func(d *data.Document, i int, rng *rand.Rand) {
			d.Time = start.AddDate(0, 0, rng.IntN(300))
			if south(d) {
				d.Time = d.Time.AddDate(1, 0, 0)
			}
		}, "the time"},
		{"line ends by class", "give-away properties", func(d *data.Document, i int, rng *rand.Rand) {
			if south(d) {
				d.Text = strings.Replace(d.Text, " ", "\r\n", 1)
			}
		}, "the encoding"},
		{"a header field", "give-away properties", func(d *data.Document, i int, rng *rand.Rand) {
			d.Message, d.Text = true, fmt.Sprintf("From: x\nOrganization: %s\nSubject: y\n\n%s", d.Label[:1], d.Text)
		}, "the header field Organization"},
		{"the class in the text", "identifiers in texts", func(d *data.Document, i int, rng *rand.Rand) {
			if rng.IntN(5) == 0 {
				d.Text += " filed under " + strings.ToUpper(d.Label)
			}
		}, "class"},
		{"the ID in the text", "identifiers in texts", func(d *data.Document, i int, rng *rand.Rand) {
			if rng.IntN(5) == 0 {
				d.Text += " see " + d.ID + "."
			}
		}, "ID"},
		{"the group in the text", "identifiers in texts", func(d *data.Document, i int, rng *rand.Rand) {
			d.Group = strings.ReplaceAll(d.Group, " ", "-")
			if rng.IntN(5) == 0 {
				d.Text += " " + d.Group
			}
		}, "group"},
		{"customers on both sides", "shared identifiers", func(d *data.Document, i int, rng *rand.Rand) {
			if i%4 < 2 {
				// Every customer has two documents of one class.
				d.Text += fmt.Sprintf(" customer C-%06d-%s", rng.IntN(200)+1, d.Label[:1])
			}
		}, "C-000"},
		{"a random split of timed documents", "later training documents", func(d *data.Document, i int, rng *rand.Rand) {
			d.Time = start.Add(time.Duration(rng.IntN(1e6)) * time.Second)
		}, "2020-01-"},
		{"another style in the test", "shifted splits", func(d *data.Document, i int, rng *rand.Rand) {
			if d.Split == data.Test && rng.IntN(2) == 0 {
				d.Text += " whereupon"
			}
		}, "whereupon"},
		{"groups that are classes", "coarse groups", func(d *data.Document, i int, rng *rand.Rand) { d.Group = d.Label + " things" }, "every class is one group"},
		{"a group with most of a class", "coarse groups", func(d *data.Document, i int, rng *rand.Rand) {
			if south(d) && rng.IntN(4) > 0 {
				d.Group = "the south archive"
			}
		}, "more than half of the class"},
		{"few groups", "coarse groups", func(d *data.Document, i int, rng *rand.Rand) { d.Group = fmt.Sprint("g", i%3) }, "five folds take at least 5"},
		{"titles in several groups", "fine groups", func(d *data.Document, i int, rng *rand.Rand) { d.Title = fmt.Sprintf("The story of case %d", i/4) }, "the story of case"},
		{"authors in several groups", "fine groups", func(d *data.Document, i int, rng *rand.Rand) { d.Author = fmt.Sprintf("Author %d", i/4) }, "author"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			opt := leak.Options{Checks: []string{tc.check}}
			clean := fair(1, 600)
			if f := check(t, corpus(t, clean...), opt).Findings[0]; f.Count > 0 {
				t.Errorf("without it %d are found: %s", f.Count, f.Detail)
			}
			f := check(t, corpus(t, each(clean, tc.plant)...), opt).Findings[0]
			if f.Count == 0 || f.Evidence == nil {
				t.Fatalf("nothing is found: %q %q", f.Detail, f.Skipped)
			}
			text := fmt.Sprint(f.Evidence.Rows)
			if !strings.Contains(text, tc.evidence) {
				t.Errorf("the evidence has no %q: %s", tc.evidence, text)
			}
			if f.Rule.Why == "" || f.Rule.Repair == "" || f.Passed() {
				t.Errorf("the finding does not say why it matters and what to do: %+v", f.Rule)
			}
		})
	}
}

// Copies of a document in another group, the members of one cluster.
func TestCopiesInOtherGroupsAreFound(t *testing.T) {
	docs := fair(2, 100)
	docs[3].Text, docs[8].Text = docs[0].Text, strings.ToUpper(docs[0].Text)
	f := check(t, corpus(t, docs...), leak.Options{Checks: []string{"fine groups"}}).Findings[0]
	if f.Count != 3 || len(f.Evidence.Rows) != 1 || f.Evidence.Rows[0][3].Text != "3" {
		t.Errorf("%d documents found, evidence %v; want one set of 3 in 3 groups", f.Count, f.Evidence)
	}
}

// Splits that are drawn from the same texts are not told apart, whatever the
// draw: the interval holds 0.5 about as often as it says.
func TestSplitsAtRandomAreNotShifted(t *testing.T) {
	rounds, held, fired := 20, 0, 0
	for seed := range rounds {
		f := check(t, corpus(t, fair(uint64(100+seed), 300)...), leak.Options{Checks: []string{"shifted splits"}}).Findings[0]
		auc := f.Measures[0]
		if auc.Value < 0.35 || auc.Value > 0.65 {
			t.Errorf("seed %d: AUC %v", seed, auc.Value)
		}
		if auc.Interval.Low <= 0.5 && 0.5 <= auc.Interval.High {
			held++
		}
		fired += f.Count
	}
	if held < rounds-4 || fired > 1 {
		t.Errorf("%d of %d intervals hold 0.5, %d draws are called shifted", held, rounds, fired)
	}
}

// A repeated check takes the classifier's result from what is kept.
func TestShiftedSplitsSayTheAUC(t *testing.T) {
	docs := each(fair(3, 400), func(d *data.Document, i int, rng *rand.Rand) {
		if d.Split == data.Test {
			d.Text += " whereupon whereupon"
		}
	})
	f := check(t, corpus(t, docs...), leak.Options{Checks: []string{"shifted splits"}}).Findings[0]
	if m := f.Measures[0]; f.Count != 1 || m.Value < 0.99 || m.Interval.Low < 0.95 {
		t.Errorf("texts that all have a mark are told apart with AUC %+v", m)
	}
}

func TestASplitByTimeIsNotLate(t *testing.T) {
	start := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	docs := each(fair(1, 200), func(d *data.Document, i int, rng *rand.Rand) {
		d.Time = start.AddDate(0, 0, rng.IntN(100))
		if d.Split == data.Test {
			d.Time = d.Time.AddDate(0, 0, 100)
		}
	})
	f := check(t, corpus(t, docs...), leak.Options{Checks: []string{"later training documents"}}).Findings[0]
	if f.Count != 0 || f.Skipped != "" || f.Measures[0].Value != 1 {
		t.Errorf("%d training documents are later: %s %s", f.Count, f.Detail, f.Skipped)
	}
	// One training document in the middle of the test documents' time.
	docs[slices.IndexFunc(docs, func(d data.Document) bool { return d.Split == data.Train })].Time = start.AddDate(0, 0, 299)
	f = check(t, corpus(t, docs...), leak.Options{Checks: []string{"later training documents"}}).Findings[0]
	if f.Count != 1 || !strings.Contains(f.Detail, "goes by time, with exceptions") {
		t.Errorf("%d training documents are later: %s", f.Count, f.Detail)
	}
}

// IDs that number the rows of a file that is sorted by class say how it was
// read.
func TestRowNumbersAreNoGiveAway(t *testing.T) {
	docs := fair(1, 300)
	slices.SortStableFunc(docs, func(a, b data.Document) int { return strings.Compare(a.Label, b.Label) })
	docs = each(docs, func(d *data.Document, i int, rng *rand.Rand) { d.ID = fmt.Sprintf("posts.csv:%d", i+1) })
	if f := check(t, corpus(t, docs...), leak.Options{Checks: []string{"give-away properties"}}).Findings[0]; f.Count > 0 {
		t.Errorf("found: %v", f.Evidence.Rows)
	}
}

func TestChecksAreChosenByName(t *testing.T) {
	c := corpus(t, fair(1, 60)...)
	names := func(opt leak.Options) (all []string) {
		for _, f := range check(t, c, opt).Findings {
			all = append(all, f.Rule.Name)
		}
		return all
	}
	var all []string
	for _, r := range leak.Rules() {
		all = append(all, r.Name)
		if r.Condition == "" || r.Counts == "" || r.Why == "" || r.Repair == "" || r.Severity != leak.Error && r.Severity != leak.Warning {
			t.Errorf("%s is not documented: %+v", r.Name, r)
		}
	}
	if diff := cmp.Diff(all, names(leak.Options{})); diff != "" {
		t.Errorf("all checks (-want +got):\n%s", diff)
	}
	if got := names(leak.Options{Checks: []string{"near copies", "exact copies"}}); !slices.Equal(got, []string{"exact copies", "near copies"}) {
		t.Errorf("two checks: %q", got)
	}
	if got := names(leak.Options{Skip: all[1:]}); !slices.Equal(got, all[:1]) {
		t.Errorf("all but the first skipped: %q", got)
	}
	for _, tc := range []struct {
		opt  leak.Options
		want string
	}{
		{leak.Options{Checks: []string{"exact copys"}}, `Options.Checks: there is no check "exact copys"; did you mean "exact copies"?`},
		{leak.Options{Skip: []string{"everything that is slow"}}, `Options.Skip: there is no check "everything that is slow"; the checks are: exact copies, `},
		{leak.Options{Skip: all}, "no check to be made"},
	} {
		if _, err := leak.Check(context.Background(), c, tc.opt); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%+v: error %v, want one with %q", tc.opt, err, tc.want)
		}
	}
}

// newsgroups are read once: they are 18,846 files.
func newsgroups(t *testing.T) *data.Corpus {
	t.Helper()
	c, err := readNewsgroups(publicdata.Path(t, "classification/20newsgroups"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var readNewsgroups = func() func(path string) (*data.Corpus, error) {
	var once sync.Once
	var c *data.Corpus
	var err error
	return func(path string) (*data.Corpus, error) {
		once.Do(func() { c, err = data.Open(context.Background(), path, data.Options{}) })
		return c, err
	}
}()

// What can be said of twenty newsgroups without knowing the answer of this
// program: posts are named in ranges by group, the posts' servers tell
// the groups, and the later posts differ a little from the earlier ones.
func TestTwentyNewsgroupsGivesItselfAway(t *testing.T) {
	c := newsgroups(t)
	// A third of the threads, all of their posts.
	keep := map[string]bool{}
	for i, g := range c.GroupNames() {
		keep[g] = i%3 == 0
	}
	c = c.Filter(func(d data.Document) bool { return keep[d.Group] })
	r := check(t, c, leak.Options{Checks: []string{"give-away properties", "identifiers in texts", "shared identifiers", "shifted splits", "coarse groups"}})
	if text := fmt.Sprint(finding(t, r, "give-away properties").Evidence.Rows); !strings.Contains(text, "the number in the ID") {
		t.Errorf("properties: %s", text)
	}
	if f := finding(t, r, "identifiers in texts"); f.Count == 0 || f.Evidence.Rows[0][0].Text != "class" {
		t.Errorf("identifiers in texts: %+v", f.Evidence)
	}
	if f := finding(t, r, "shared identifiers"); f.Count < 100 {
		t.Errorf("shared identifiers: %d, %s", f.Count, f.Detail)
	}
	if m := finding(t, r, "shifted splits").Measures[0]; m.Value < 0.5 || m.Value > 0.7 {
		t.Errorf("earlier and later posts are told apart with AUC %v", m.Value)
	}
	if f := finding(t, r, "coarse groups"); f.Count > 0 {
		t.Errorf("threads are called coarse: %v", f.Evidence.Rows)
	}
}
