package record

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"viva/mlkit/trace"
	"viva/mlkit/view"
)

var statuses = []Status{OK, Failed, Expected, TimedOut, Interrupted, Killed, NotRun, Off}

var number = rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{math.Copysign(0, -1), 0.1, 1.0 / 3, math.MaxFloat64, 5e-324}))

func table(t *rapid.T) *view.Table {
	tab := view.NewTable(rapid.String().Draw(t, "caption"), "name", "share [%]")
	for range rapid.IntRange(0, 3).Draw(t, "rows") {
		tab.Add(rapid.String().Draw(t, "text"), number.Draw(t, "number"))
	}
	return tab
}

func metric(t *rapid.T) view.Metric {
	m := view.Metric{Name: rapid.String().Draw(t, "name"), Value: number.Draw(t, "value"), Unit: rapid.SampledFrom([]string{"", "%", "ms"}).Draw(t, "unit")}
	if rapid.Bool().Draw(t, "undefined") {
		m.Value = math.NaN()
	}
	if rapid.Bool().Draw(t, "interval") {
		m.Interval = &view.Interval{Low: number.Draw(t, "low"), High: number.Draw(t, "high"), Level: 0.95, Method: "bootstrap"}
	}
	return m
}

func output(t *rapid.T) Output {
	text := rapid.String().Draw(t, "text")
	switch rapid.IntRange(0, 7).Draw(t, "kind") {
	case 0:
		return Output{Item: view.Item{Table: table(t)}}
	case 1:
		m := metric(t)
		return Output{Item: view.Item{Metric: &m}}
	case 2:
		return Output{Item: view.Item{Figure: &view.Figure{SVG: text, Data: table(t)}}}
	case 3:
		return Output{Item: view.Item{Note: &view.Note{Text: text}}}
	case 4:
		c := view.NewClaim(text, metric(t), view.AtLeast(number.Draw(t, "bound")))
		return Output{Item: view.Item{Claim: &c}}
	case 5:
		g := view.NewGate(text, metric(t), view.AtMost(number.Draw(t, "bound")))
		g.Evidence = []view.Item{{Table: table(t)}}
		return Output{Item: view.Item{Gate: &g}}
	case 6:
		return Output{Item: view.Item{HTML: text}}
	}
	return Output{Stream: rapid.SampledFrom([]string{"", "stdout", "stderr", "log"}).Draw(t, "stream"), Item: view.Item{Text: text}}
}

func anyRun(t *rapid.T) *Run {
	r := &Run{
		Format: Format, Notebook: rapid.String().Draw(t, "path"), SHA256: strings.Repeat("0f", 32),
		Started: time.Date(2026, 1, 2, 3, 4, 5, rapid.IntRange(0, 999_999_999).Draw(t, "ns"), time.UTC),
		Status:  rapid.SampledFrom(statuses).Draw(t, "status"), Seed: rapid.Int64().Draw(t, "seed"),
		Params:  []Param{{Name: "p", Type: "[]string", Value: "[a b]", Items: []string{"a b"}, Set: true}},
		Sources: []trace.Source{{Name: "sample", Fingerprint: "sha256:00", Documents: 3}},
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "cells") {
		c := Cell{Index: i, Line: rapid.Int().Draw(t, "line"), Status: rapid.SampledFrom(statuses).Draw(t, "status")}
		for range rapid.IntRange(0, 3).Draw(t, "outputs") {
			c.Outputs = append(c.Outputs, output(t))
		}
		r.Cells = append(r.Cells, c)
	}
	return r
}

// What was written is what is read, number for number.
func TestDecodeLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyRun(t)
		b, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		back, err := Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(r, back, cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("(-written +read)\n%s", diff)
		}
	})
}

func TestDecodeSaysWhatIsWrong(t *testing.T) {
	whole, err := json.MarshalIndent(&Run{Format: Format, Notebook: "a.md", SHA256: strings.Repeat("0", 64), Cells: []Cell{{Index: 0}}}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	edit := func(old, to string) string {
		if !strings.Contains(string(whole), old) {
			t.Fatalf("%q is not in the record", old)
		}
		return strings.Replace(string(whole), old, to, 1)
	}
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "damaged: it ends too early"},
		{"cut", string(whole[:len(whole)/2]), "damaged: it ends too early"},
		{"not JSON", "# A notebook\n", "damaged on line 1: invalid character '#'"},
		{"a mistake on a line", edit(`"seed": 0`, `"seed": zero`), "damaged on line 9: invalid character 'z'"},
		{"a value of another kind", edit(`"seed": 0`, `"seed": "zero"`), "damaged on line 9: seed is a string"},
		{"two records", string(whole) + string(whole), "damaged: text follows the end"},
		{"a list", "[1, 2]", "not the record of a run: it is a JSON array"},
		{"another program's JSON", `{"name": "x"}`, "not the record of a run: it has no format"},
		{"another program's format", `{"format": 1}`, "not the record of a run: it names no notebook"},
		{"newer", edit(`"format": 1`, `"format": 2`), "written by a newer version of this program: its format is 2"},
		{"older", edit(`"format": 1`, `"format": 0`), "of the older format 0, this program reads 1: run the notebook again"},
		{"a hash that is none", edit(strings.Repeat("0", 64), "abc"), `damaged: the notebook's sha256 is "abc"`},
		{"a cell that is missing", edit(`"index": 0`, `"index": 1`), "damaged: the cell in place 0 says that it is in place 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := Decode([]byte(c.text))
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("got %v, %v; want %q", r, err, c.want)
			}
			if got := errors.Is(err, ErrNotARecord); got != strings.HasPrefix(c.want, ErrNotARecord.Error()) {
				t.Errorf("errors.Is(%v, ErrNotARecord) is %v", err, got)
			}
		})
	}
}
