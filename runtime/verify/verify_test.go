package verify

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"viva/mlkit/trace"
	"viva/mlkit/view"
	"viva/runtime/record"
)

// sample is a run that gives one of everything.
func sample() *record.Run {
	interval := &view.Interval{Low: 0.8, High: 0.9, Level: 0.95, Method: "bootstrap, 2000 resamples"}
	accuracy := view.Metric{Name: "accuracy, test split", Value: 0.86, Unit: "%", Interval: interval, Detail: "3,770 documents"}
	table := func() *view.Table {
		t := view.NewTable("Scores", "model", "accuracy [%]", "documents")
		t.Notes = []string{"of 20 classes"}
		return t.Add("a", 0.86, 1200).Add("b", 0.91, 800)
	}
	claim := view.NewClaim("accuracy is 75–95 %", accuracy, view.Between(0.75, 0.95))
	claim.Source = "Lang 1995"
	gate := view.NewGate("no document in two splits", view.Metric{Name: "shared", Value: 3, Unit: "count"}, view.AtMost(0))
	gate.Evidence, gate.Repair = []view.Item{{Table: table()}, {Note: &view.Note{Level: "warning", Text: "3 pairs"}}}, "delete them"
	show := func(i view.Item) record.Output { return record.Output{Item: i} }
	return &record.Run{
		Format: record.Format, Notebook: "a.md", Title: "A", SHA256: strings.Repeat("0", 64), Status: record.Failed, Seed: 7,
		Started: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Duration: time.Second,
		Params:  []record.Param{{Name: "folds", Type: "int", Value: "5", Set: true}, {Name: "names", Type: "[]string", Value: "[a b]", Items: []string{"a b"}, Set: true}},
		Sources: []trace.Source{{Name: "x.jsonl", Path: "data/x.jsonl", Fingerprint: "sha256:abc", Documents: 10}},
		Evaluations: []trace.Evaluation{
			{Data: "x.jsonl", Source: "sha256:abc", Test: "sha256:def", Documents: 4, Model: "sha256:123", Measure: "accuracy 86.0 %"},
			{Data: "x.jsonl", Source: "sha256:abc", Test: "sha256:def", Documents: 4, Model: "sha256:456"},
		},
		Checks: []trace.LeakCheck{{Corpus: "sha256:0ab", Source: "sha256:abc", Passed: true}},
		Cells: []record.Cell{
			{Index: 0, Label: "tbl", Line: 3, Status: record.OK, Outputs: []record.Output{
				show(view.Item{Table: table()}), show(view.Item{Metric: &accuracy}),
				show(view.Item{Figure: &view.Figure{Caption: "c", Alt: "alt", SVG: `<svg viewBox="0 0 10 10"><path d="M1.25,2L3,4.5"/></svg>`, Data: table()}}),
				{Stream: "stdout", Item: view.Item{Text: "loss 0.25\nloss 0.125\n"}},
				show(view.Item{Claim: &claim}), show(view.Item{Gate: &gate}),
				{Stream: "log", Item: view.Item{Text: "fold 1\n"}},
				show(view.Item{HTML: "<b>x</b>"}), show(view.Item{Text: "[1 2 3]"}),
			}},
			{Index: 1, Line: 9, Status: record.Failed},
			{Index: 2, Line: 14, Status: record.NotRun},
		},
		Inlines:     []record.Inline{{Line: 20, Expr: "x", Text: "0.6667", Status: record.OK}},
		Diagnostics: []record.Diagnostic{{Severity: "error", File: "a.md", Line: 10, Cell: 1, Message: "panic: no"}},
	}
}

func clone(t testing.TB, r *record.Run) *record.Run {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	c, err := record.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func compare(t testing.TB, a, b *record.Run) *Certificate {
	t.Helper()
	c, err := Compare(a, b, DefaultTolerance)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEqualRunsAreExact(t *testing.T) {
	a := sample()
	b := clone(t, a)
	b.Started, b.Duration = a.Started.Add(time.Hour), time.Minute
	b.Cells[0].Duration = time.Hour
	b.Provenance.Engine = "go"
	b.Diagnostics = append(b.Diagnostics, record.Diagnostic{Severity: "warning", Cell: 0, Message: "a remark"})
	c := compare(t, clone(t, a), b)
	if c.Verdict != Exact || c.Count(Exact) != 4 {
		t.Errorf("%s", c.Markdown())
	}
}

// leaf is a place in a record that holds one value.
type leaf struct {
	path  string
	value reflect.Value
}

// leaves lists what of a run is a result or decides about one.
func leaves(path string, v reflect.Value) []leaf {
	var all []leaf
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return leaves(path, v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			switch name {
			case "Engine": // another one is what verification is for
			case "Format", "Notebook", "Started", "Duration", "Provenance", "Index", "Volatile",
				"Severity", "File", "Column", "Hint", "Frames": // of a diagnostic
			case "Cell": // a diagnostic's; elsewhere there is none of this name
			default:
				all = append(all, leaves(path+"."+name, v.Field(i))...)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			all = append(all, leaves(path+"[]", v.Index(i))...)
		}
	default:
		all = append(all, leaf{path, v})
	}
	return all
}

func change(t *rapid.T, v reflect.Value) {
	switch {
	case v.Kind() == reflect.String:
		s := v.String()
		if strings.HasPrefix(s, strings.Repeat("0", 63)) {
			v.SetString("1" + s[1:]) // a hash stays one
			return
		}
		at := rapid.IntRange(0, len(s)).Draw(t, "at")
		v.SetString(s[:at] + rapid.SampledFrom([]string{"x", "1", " ", "\n", "é"}).Draw(t, "inserted") + s[at:])
	case v.CanInt():
		v.SetInt(v.Int() + rapid.SampledFrom([]int64{-1, 1, 1000}).Draw(t, "added"))
	case v.CanFloat():
		x := v.Float()
		v.SetFloat(rapid.SampledFrom([]float64{math.Nextafter(x, math.Inf(1)), x + 1, -x - 1, x * 1.5, 1e300}).Draw(t, "number"))
		if v.Float() == x {
			v.SetFloat(x + 1)
		}
	case v.Kind() == reflect.Bool:
		v.SetBool(!v.Bool())
	default:
		t.Fatalf("no change is known for %s", v.Kind())
	}
}

// Whatever single thing is another in the later run, or was edited in the
// record, is seen.
func TestAnySingleChangeIsSeen(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a, b := clone(t, sample()), clone(t, sample())
		all := leaves("", reflect.ValueOf(b).Elem())
		l := all[rapid.IntRange(0, len(all)-1).Draw(rt, "leaf")]
		// Text may be cut within a character, which JSON then replaces; that is a
		// change as well.
		change(rt, l.value)
		if rapid.Bool().Draw(rt, "the record is the changed one") {
			a, b = clone(t, b), a
		}
		if c := compare(t, a, b); c.Verdict == Exact {
			rt.Errorf("a change of %s is not seen", l.path)
		}
	})
}

// edit changes a copy of the sample.
func edited(t testing.TB, f func(*record.Run)) *record.Run {
	r := clone(t, sample())
	f(r)
	return r
}

func TestVerdicts(t *testing.T) {
	const tiny = 1 + 1e-12
	for _, c := range []struct {
		name    string
		edit    func(*record.Run)
		verdict Verdict
		// place begins the text of the first difference, or of the largest
		// within tolerance.
		place string
	}{
		{"a number of a table", func(r *record.Run) { *r.Cells[0].Outputs[0].Table.Rows[1][1].Number = 0.5 }, Different, "table 1, row 2, column accuracy: recorded 0.91, now 0.5"},
		{"a number of a table within tolerance", func(r *record.Run) { *r.Cells[0].Outputs[0].Table.Rows[1][1].Number *= tiny }, Within, "table 1, row 2, column accuracy: recorded 0.91, now 0.91"},
		{"rounding of a number within tolerance", func(r *record.Run) {
			c := &r.Cells[0].Outputs[0].Table.Rows[1][1]
			*c.Number *= tiny
			c.Text = "91.1 %"
		}, Within, "table 1, row 2, column accuracy: recorded 91.0, now 91.1"},
		{"text that is not the number's", func(r *record.Run) { r.Cells[0].Outputs[0].Table.Rows[1][1].Text = "91.1 %" }, Different, "table 1, row 2, column accuracy: recorded \"91.0 %\", now \"91.1 %\" (apart by 0.1, "},
		{"a row more", func(r *record.Run) { r.Cells[0].Outputs[0].Table.Add("c", 1, 1) }, Different, "table 1, number of rows: recorded 2, now 3"},
		{"a metric", func(r *record.Run) { r.Cells[0].Outputs[1].Metric.Value = 0.87 }, Different, "metric 1 (accuracy, test split): recorded 0.86, now 0.87 (apart by 0.01, relatively 0.0115)"},
		{"a metric that is no number any more", func(r *record.Run) { r.Cells[0].Outputs[1].Metric.Value = math.NaN() }, Different, "metric 1 (accuracy, test split): recorded 0.86, now NaN"},
		{"an interval", func(r *record.Run) { r.Cells[0].Outputs[1].Metric.Interval.High *= tiny }, Within, "metric 1 (accuracy, test split), interval, high end: "},
		{"a picture's data", func(r *record.Run) { *r.Cells[0].Outputs[2].Figure.Data.Rows[0][2].Number++ }, Different, "figure 1, data, row 1, column documents: recorded 1200, now 1201"},
		{"a coordinate", func(r *record.Run) {
			f := r.Cells[0].Outputs[2].Figure
			f.SVG = strings.Replace(f.SVG, "1.25", "1.75", 1)
		}, Different, "figure 1, picture: "},
		{"a coordinate that is rounded to its neighbour", func(r *record.Run) {
			f := r.Cells[0].Outputs[2].Figure
			*f.Data.Rows[0][1].Number *= tiny
			f.SVG = strings.Replace(f.SVG, "1.25", "1.26", 1)
		}, Within, "figure 1, picture: recorded 1.25, now 1.26"},
		{"printed text", func(r *record.Run) { r.Cells[0].Outputs[3].Text = "loss 0.25\nloss 0.5\n" }, Different, `stdout, line 2: recorded "loss 0.125", now "loss 0.5" (apart by 0.375, `},
		{"a number in printed text within tolerance", func(r *record.Run) { r.Cells[0].Outputs[3].Text = "loss 0.25\nloss 0.1250000000001\n" }, Within, "stdout, line 2: recorded 0.125, now 0.1250000000001"},
		{"a line more", func(r *record.Run) { r.Cells[0].Outputs[3].Text += "loss 0\n" }, Different, "stdout, line 3: "},
		{"a claim that holds no more", func(r *record.Run) { r.Cells[0].Outputs[4].Claim.Met = false }, Different, `claim 1, verdict: recorded met, now "not met"`},
		{"a gate's evidence", func(r *record.Run) { r.Cells[0].Outputs[5].Gate.Evidence[1].Note.Text = "4 pairs" }, Different, `gate 1, evidence, note 1: recorded "3 pairs", now "4 pairs"`},
		{"another kind of output", func(r *record.Run) { r.Cells[0].Outputs[8].Item = view.Item{Note: &view.Note{Text: "x"}} }, Different, "output 7: recorded text, now note"},
		{"an output less", func(r *record.Run) { r.Cells[0].Outputs = r.Cells[0].Outputs[:8] }, Different, "what is shown: "},
		{"printed before what was shown", func(r *record.Run) {
			o := r.Cells[0].Outputs
			o[2], o[3] = o[3], o[2]
		}, Within, "the order of what was printed and shown: "},
		{"whole numbers in text", func(r *record.Run) { r.Cells[0].Outputs[8].Text = "[1 2 4]" }, Different, `text 1: recorded "[1 2 3]", now "[1 2 4]"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := compare(t, sample(), edited(t, c.edit))
			r := got.Cells[0]
			if r.Verdict != c.verdict || got.Verdict != c.verdict {
				t.Fatalf("verdict %s, of the whole %s; want %s", r.Verdict, got.Verdict, c.verdict)
			}
			d := r.Largest
			if c.verdict == Different {
				d = &r.Differences[0]
			}
			if !strings.HasPrefix(d.Text(), c.place) {
				t.Errorf("%s\nwant %s", d.Text(), c.place)
			}
		})
	}
}

func TestHowCellsEndIsCompared(t *testing.T) {
	c := compare(t, sample(), edited(t, func(r *record.Run) { r.Cells[1].Status, r.Diagnostics = record.TimedOut, nil }))
	if r := c.Cells[1]; r.Verdict != Different || r.Differences[0].Text() != `status: recorded "failed: panic: no", now "timed out"` {
		t.Errorf("%+v", r)
	}
	c = compare(t, sample(), edited(t, func(r *record.Run) { r.Diagnostics[0].Message = "panic: yes" }))
	if r := c.Cells[1]; r.Verdict != Different || r.Differences[0].Place != "failure" {
		t.Errorf("%+v", r)
	}
	// How much memory was in use when the limit was reached is chance.
	killed := func(message string) *record.Run {
		return edited(t, func(r *record.Run) {
			r.Cells[1].Status, r.Diagnostics[0].Message = record.Killed, message
		})
	}
	if c := compare(t, killed("used 201 MiB"), killed("used 209 MiB")); c.Verdict != Exact {
		t.Errorf("%+v", c.Cells[1])
	}
}

func TestVolatileCellsMayDifferButNotInTheirOutcome(t *testing.T) {
	volatile := func(f func(*record.Cell)) *Certificate {
		return compare(t, sample(), edited(t, func(r *record.Run) {
			r.Cells[0].Volatile = []string{"reads the clock"}
			f(&r.Cells[0])
		}))
	}
	if c := volatile(func(*record.Cell) {}); c.Verdict != Exact {
		t.Errorf("a volatile cell that is the same is %s", c.Verdict)
	}
	c := volatile(func(c *record.Cell) { c.Outputs[3].Text = "1.5 s\n" })
	if c.Verdict != Volatile || c.Cells[0].Total == 0 || !slices.Equal(c.Cells[0].Volatile, []string{"reads the clock"}) {
		t.Errorf("%s %+v", c.Verdict, c.Cells[0])
	}
	if c := volatile(func(c *record.Cell) { c.Outputs[5].Gate.Passed = true }); c.Verdict != Different {
		t.Errorf("a gate that passes now: %s", c.Verdict)
	}
	if c := volatile(func(c *record.Cell) { c.Status = record.Killed }); c.Verdict != Different {
		t.Errorf("a cell that was killed: %s", c.Verdict)
	}
	// That a cell is volatile is what the check of the later run says, not
	// what somebody wrote into the record.
	forged := edited(t, func(r *record.Run) {
		r.Cells[0].Volatile = []string{"reads the clock"}
		r.Cells[0].Outputs[3].Text = "x"
	})
	if c := compare(t, forged, sample()); c.Verdict != Different {
		t.Errorf("a forged record: %s", c.Verdict)
	}
}

func TestWhatConcernsTheWholeNotebook(t *testing.T) {
	for _, c := range []struct {
		check string
		edit  func(*record.Run)
		want  string
	}{
		{"data", func(r *record.Run) { r.Sources[0].Fingerprint = "sha256:def" }, "data/x.jsonl: recorded \"sha256:abc, 10 documents\", now \"sha256:def, 10 documents\""},
		{"data", func(r *record.Run) { r.Sources = nil }, "data/x.jsonl: recorded \"sha256:abc, 10 documents\", now \"not read\""},
		{"seed", func(r *record.Run) { r.Seed = 8 }, "seed: recorded 7, now 8"},
		{"parameters", func(r *record.Run) { r.Params[0].Value = "6" }, `parameter 1: `},
		{"models", func(r *record.Run) { r.Evaluations = r.Evaluations[:1] }, "models that labelled test documents: recorded 2, now 1"},
		{"models", func(r *record.Run) { r.Checks[0].Passed = false }, "corpora checked for leaks: recorded "},
		{"outcome", func(r *record.Run) { r.Status = record.OK }, "status: recorded failed, now ok"},
		{"outcome", func(r *record.Run) {
			r.Diagnostics = append(r.Diagnostics, record.Diagnostic{Severity: "error", Cell: -1, Message: "undefined: x"})
		}, "number of failures: recorded 0, now 1"},
	} {
		got := compare(t, sample(), edited(t, c.edit))
		if got.Verdict != Different {
			t.Errorf("%s: %s", c.check, got.Verdict)
		}
		for _, k := range got.Checks {
			if k.Name != c.check && k.Verdict != Exact {
				t.Errorf("%s: also %s", c.check, k.Name)
			}
			if k.Name == c.check && (k.Verdict != Different || !strings.HasPrefix(k.Differences[0].Text(), c.want)) {
				t.Errorf("%s: %+v", c.check, k)
			}
		}
	}
	// A model of other bytes that scores the same is no other result.
	other := compare(t, sample(), edited(t, func(r *record.Run) {
		slices.Reverse(r.Evaluations)
		r.Evaluations[1].Model = "sha256:789"
	}))
	if other.Verdict != Within || !strings.Contains(other.Markdown(), "sha256:789") {
		t.Errorf("other weights: %s", other.Markdown())
	}
	two := edited(t, func(r *record.Run) {
		r.Sources = append(r.Sources, trace.Source{Name: "sample", Fingerprint: "sha256:123"})
	})
	swapped := edited(t, func(r *record.Run) {
		r.Sources = append([]trace.Source{{Name: "sample", Fingerprint: "sha256:123"}}, r.Sources...)
	})
	if c := compare(t, two, swapped); c.Verdict != Exact {
		t.Errorf("the order in which data were read counts: %+v", c.Checks)
	}
}

func TestNumbersInText(t *testing.T) {
	for _, c := range []struct {
		a, b    string
		rounded bool
		want    closeness
	}{
		{"0.1", "0.10000000000001", false, near},
		{"0.1", "0.11", false, far},
		{"0.11", "0.12", true, near},
		{"0.11", "0.13", true, far},
		{"1,234.5", "1,234.50000000001", false, near},
		{"1e-7", "1.00000000000001e-7", false, near},
		{"1234567890123", "1234567890124", false, far},
		{"12345678901234567890", "12345678901234567891", false, far},
		{"run 3f0e12ab", "run 3f0e13ab", false, far},
		{"a0e12", "a0e13", false, far},
		{"v1.2.3", "v1.2.4", false, far},
		{"3", "3.0000000000000004", false, near},
		{"-0.0", "0.0", false, near},
		{"M10.5,20.25", "M10.5,20.2500000000001", false, near},
		{"1.5 a", "1.5 b", false, far},
		{"1e400", "1e401", false, far},
		{"1,199", "1,200", true, near},
		{"1,199", "1,200", false, far},
	} {
		for range 2 {
			cmp := &comparison{tolerance: DefaultTolerance}
			if got := cmp.text("x", c.a, c.b, c.rounded); got != c.want {
				t.Errorf("%q and %q (rounded %v): %d, want %d", c.a, c.b, c.rounded, got, c.want)
			}
			c.a, c.b = c.b, c.a
		}
	}
}

// The tolerance is what decides, and it decides the same in both directions.
func TestToleranceIsRelative(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(-1e12, 1e12).Draw(t, "x")
		tolerance := rapid.SampledFrom([]float64{0, 1e-12, 1e-9, 1e-3}).Draw(t, "tolerance")
		y := x * (1 + tolerance*rapid.Float64Range(-4, 4).Draw(t, "times the tolerance"))
		one, other := &comparison{tolerance: tolerance}, &comparison{tolerance: tolerance}
		got := one.number("n", x, y)
		if got != other.number("n", y, x) {
			t.Errorf("%v and %v: the order counts", x, y)
		}
		if want := math.Abs(x-y) <= tolerance*math.Max(math.Abs(x), math.Abs(y))*1.0000001; (got != far) != want && x != y {
			if r := math.Abs(x-y) / math.Max(math.Abs(x), math.Abs(y)); math.Abs(r-tolerance) > 1e-6*tolerance {
				t.Errorf("%v and %v differ by %v relatively: %d", x, y, r, got)
			}
		}
	})
	if _, err := Compare(sample(), sample(), 1); err == nil {
		t.Error("a tolerance of everything was accepted")
	}
}

func TestOverridesGiveARunItsParametersAgain(t *testing.T) {
	r := sample()
	r.Params = append(r.Params, record.Param{Name: "kept", Type: "int", Value: "1"}, record.Param{Name: "none", Type: "[]int", Value: "[]", Set: true})
	got, err := Overrides(r)
	want := map[string]string{"seed": "7", "folds": "5", "names": "a b", "none": ""}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	r.Params[1].Items = nil
	if _, err := Overrides(r); err == nil || !strings.Contains(err.Error(), "names") {
		t.Errorf("a list that was not kept: %v", err)
	}
}
