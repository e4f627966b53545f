package view

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestNumbersReadAsPeopleWriteThem(t *testing.T) {
	for _, c := range []struct {
		x    float64
		unit string
		want string
	}{
		{0.8614, "%", "86.1 %"},
		{-0.0204, "points", "-2.0 points"},
		{18846, "count", "18,846"},
		{-1234567, "count", "-1,234,567"},
		{999, "count", "999"},
		{1234.5678, "", "1,234.568"},
		{0.0042, "s", "0.0042 s"},
		{0.42, "s", "0.42 s"},
		{4.2, "s", "4.2 s"},
		{3, "MiB", "3.000 MiB"},
		{math.NaN(), "%", "–"},
		{math.Inf(1), "", "∞"},
		{math.Inf(-1), "s", "−∞"},
	} {
		if got := FormatUnit(c.x, c.unit); got != c.want {
			t.Errorf("FormatUnit(%v, %q) = %q, want %q", c.x, c.unit, got, c.want)
		}
	}
}

func TestTableFormatsByColumn(t *testing.T) {
	tab := NewTable("caption", "class", "documents", "share [%]", "ok", "mean")
	tab.Add("a", 1200, 0.25, true, 1.5).Add(Cell{Text: "b", Tone: "bad"}, nil, math.NaN(), false)
	want := [][]string{{"a", "1,200", "25.0 %", "yes", "1.500"}, {"b", "", "–", "no", ""}}
	for i, row := range tab.Rows {
		for j, c := range row {
			if c.Text != want[i][j] {
				t.Errorf("row %d column %d is %q, want %q", i, j, c.Text, want[i][j])
			}
		}
	}
	if c := tab.Columns[2]; c.Name != "share" || c.Unit != "%" {
		t.Errorf("column %+v", c)
	}
	if n := tab.Rows[0][1].Number; n == nil || *n != 1200 {
		t.Error("a number lost its value")
	}
	if tab.Rows[1][2].Number != nil {
		t.Error("a missing number has a value")
	}
}

func TestBounds(t *testing.T) {
	for _, c := range []struct {
		b    Bound
		in   []float64
		out  []float64
		text string
	}{
		{AtLeast(0.8), []float64{0.8, 1}, []float64{0.79, math.NaN()}, "at least 80.0 %"},
		{AtMost(0.1), []float64{-1, 0.1}, []float64{0.11, math.NaN()}, "at most 10.0 %"},
		{Between(0.85, 0.92), []float64{0.85, 0.92}, []float64{0.849, 0.921}, "85.0 % to 92.0 %"},
		{Between(0, 0), []float64{0}, []float64{1}, "exactly 0.0 %"},
		{Bound{}, []float64{0, 1e9}, []float64{math.NaN()}, "any value"},
	} {
		for _, x := range c.in {
			if !c.b.Holds(x) {
				t.Errorf("%v does not hold for %v", c.text, x)
			}
		}
		for _, x := range c.out {
			if c.b.Holds(x) {
				t.Errorf("%v holds for %v", c.text, x)
			}
		}
		if got := c.b.Text("%"); got != c.text {
			t.Errorf("text %q, want %q", got, c.text)
		}
	}
}

// A verdict must not look like its opposite: what rounds to the bound is
// printed until the difference shows.
func TestValueBesideItsBound(t *testing.T) {
	for _, c := range []struct {
		m    Metric
		b    Bound
		want string
	}{
		{Metric{Value: 0.15004, Unit: "points"}, AtMost(0.15), "15.004 points"},
		{Metric{Value: 0.84996, Unit: "%"}, AtLeast(0.85), "84.996 %"},
		{Metric{Value: 0.86, Unit: "%"}, Between(0.85, 0.92), "86.0 %"},
		{Metric{Value: 0.15, Unit: "points"}, AtMost(0.15), "15.0 points"},
		{Metric{Value: 3, Unit: "count"}, AtMost(0), "3"},
		{Metric{Value: math.NaN(), Unit: "%"}, AtLeast(0.5), "–"},
	} {
		if got := c.m.TextBeside(c.b); got != c.want {
			t.Errorf("%v beside %s is %q, want %q", c.m.Value, c.b.Text(c.m.Unit), got, c.want)
		}
	}
}

type temperature float64

func (t temperature) View() []Item { return Note{Text: fmt.Sprintf("%g°", float64(t))}.View() }

func TestValuesSayHowTheyLook(t *testing.T) {
	if items := Of(temperature(21)); len(items) != 1 || items[0].Note.Text != "21°" {
		t.Errorf("%+v", items)
	}
	if items := Of(errors.New("no")); items[0].Note == nil || items[0].Note.Level != "error" {
		t.Errorf("%+v", items)
	}
	if items := Of([]int{1, 2}); items[0].Text != "[1 2]" {
		t.Errorf("%+v", items)
	}
	if items := Of(nil); items != nil {
		t.Errorf("%+v", items)
	}
}

// Every metric survives the way through JSON; what is not finite comes back as
// NaN.
func TestMetricJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := Metric{
			Name:  rapid.String().Draw(t, "name"),
			Value: rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1)})).Draw(t, "value"),
			Unit:  rapid.SampledFrom([]string{"", "%", "points", "s", "count", "MiB"}).Draw(t, "unit"),
		}
		if rapid.Bool().Draw(t, "interval") {
			m.Interval = &Interval{Low: rapid.Float64().Draw(t, "low"), High: 1, Level: 0.95}
		}
		b, err := json.Marshal(Item{Metric: &m})
		if err != nil {
			t.Fatal(err)
		}
		var back Item
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		same := back.Metric.Value == m.Value || !finite(m.Value) && math.IsNaN(back.Metric.Value)
		if !same || back.Metric.Unit != m.Unit || finite(m.Value) && back.Metric.Text() != m.Text() {
			t.Errorf("%+v became %+v", m, *back.Metric)
		}
	})
}
