package chart_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"viva/mlkit/chart"
	"viva/mlkit/view"
)

func ExampleBar() {
	f, err := chart.Bar([]string{"definition", "process", "comparison"}, []float64{0.91, 0.78, 0.84},
		chart.BarOptions{Title: "F1 per class", Bound: view.AtLeast(0.8)})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f.Alt)
	// Output: Bar chart “F1 per class”, 3 labels. From 0.780 (process) to 0.910 (definition). Reference line: at least 0.8: 1 of 3 bars are below it.
}

func ExampleLearningCurve() {
	f, err := chart.LearningCurve([]int{100, 200, 400}, []float64{0.99, 0.98, 0.97}, nil,
		[]float64{0.61, 0.72, 0.80}, []float64{0.05, 0.04, 0.03}, chart.LearningCurveOptions{YLabel: "accuracy", Unit: "%"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f.Alt)
	// Output: Learning curve of accuracy by training documents. train: falls from 99 % at 100 to 97 % at 400. validation: rises from 61 % at 100 to 80 % at 400. At 400 the gap is 17 points.
}

func TestWrongInputIsAnError(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	two := []string{"a", "b"}
	at := func(v float64) view.Bound { return view.AtLeast(v) }
	for want, draw := range map[string]func() (view.Figure, error){
		"has 1 values for 2 labels": func() (view.Figure, error) { return chart.Bar(two, []float64{1}, chart.BarOptions{}) },
		"nothing to draw: every value is missing": func() (view.Figure, error) {
			return chart.Bar(two, []float64{nan, nan}, chart.BarOptions{})
		},
		"chart.Bar: nothing to draw":  func() (view.Figure, error) { return chart.Bar(nil, nil, chart.BarOptions{}) },
		"value 2 of series 1 is +Inf": func() (view.Figure, error) { return chart.Bar(two, []float64{1, inf}, chart.BarOptions{}) },
		"have 1 and 0": func() (view.Figure, error) {
			return chart.Bar(two, []float64{1, 2}, chart.BarOptions{Low: []float64{1}})
		},
		"Low 3 is above High 2": func() (view.Figure, error) {
			return chart.Bar(two, []float64{1, 2}, chart.BarOptions{Low: []float64{3, 1}, High: []float64{2, 2}})
		},
		`Orientation "sideways" is none`: func() (view.Figure, error) {
			return chart.Bar(two, []float64{1, 2}, chart.BarOptions{Orientation: "sideways"})
		},
		`Sort "up" is none`: func() (view.Figure, error) { return chart.Bar(two, []float64{1, 2}, chart.BarOptions{Sort: "up"}) },
		"is at NaN, which is no place on an axis": func() (view.Figure, error) {
			return chart.Bar(two, []float64{1, 2}, chart.BarOptions{Bound: at(nan)})
		},
		"chart.Bars: no series to draw": func() (view.Figure, error) { return chart.Bars(two, nil, chart.BarOptions{}) },
		"belong into each series": func() (view.Figure, error) {
			return chart.Bars(two, []chart.Series{{Y: []float64{1, 2}}}, chart.BarOptions{Low: []float64{1, 2}})
		},
		`stacked values must not be negative, "x" has -2`: func() (view.Figure, error) {
			return chart.Bars(two, []chart.Series{{Name: "x", Y: []float64{1, -2}}}, chart.BarOptions{Stacked: true})
		},
		`series 1 ("x") has 1 X values and 2 Y values`: func() (view.Figure, error) {
			return chart.Line([]chart.Series{{Name: "x", X: []float64{1}, Y: []float64{1, 2}}}, chart.LineOptions{})
		},
		"X value 1 of series 1 is 0, which has no place on a logarithmic axis": func() (view.Figure, error) {
			return chart.Line([]chart.Series{{X: []float64{0, 1}, Y: []float64{1, 2}}}, chart.LineOptions{LogX: true})
		},
		"value 2 of series 1 is -1, which has no place on a logarithmic axis": func() (view.Figure, error) {
			return chart.Histogram([]float64{1, -1}, chart.HistogramOptions{LogX: true})
		},
		"chart.BoxPlot: value 1 of series 1 is 0, which has no place": func() (view.Figure, error) {
			return chart.BoxPlot([]chart.Series{{Y: []float64{0, 1}}}, chart.BoxOptions{LogX: true})
		},
		"-3 bins": func() (view.Figure, error) { return chart.Histogram([]float64{1}, chart.HistogramOptions{Bins: -3}) },
		"2 sizes but 1 train scores": func() (view.Figure, error) {
			return chart.LearningCurve([]int{1, 2}, []float64{1}, nil, []float64{1, 2}, nil, chart.LearningCurveOptions{})
		},
		"2 sizes but 1 validation standard deviations": func() (view.Figure, error) {
			return chart.LearningCurve([]int{1, 2}, []float64{1, 2}, nil, []float64{1, 2}, []float64{1}, chart.LearningCurveOptions{})
		},
		"size 1 is 0": func() (view.Figure, error) {
			return chart.LearningCurve([]int{0}, []float64{1}, nil, []float64{1}, nil, chart.LearningCurveOptions{})
		},
		"chart.ConfusionMatrix: no labels": func() (view.Figure, error) { return chart.ConfusionMatrix(nil, nil, chart.ConfusionOptions{}) },
		"1 rows for 2 labels": func() (view.Figure, error) {
			return chart.ConfusionMatrix(two, [][]int{{1, 2}}, chart.ConfusionOptions{})
		},
		`row 2 ("b") has 1 columns`: func() (view.Figure, error) {
			return chart.ConfusionMatrix(two, [][]int{{1, 2}, {1}}, chart.ConfusionOptions{})
		},
		"is negative: -1": func() (view.Figure, error) {
			return chart.ConfusionMatrix(two, [][]int{{1, -1}, {1, 1}}, chart.ConfusionOptions{})
		},
		"every count is zero": func() (view.Figure, error) {
			return chart.ConfusionMatrix(two, [][]int{{0, 0}, {0, 0}}, chart.ConfusionOptions{})
		},
		`row 1 ("a") has 1 values for 2`: func() (view.Figure, error) {
			return chart.Heatmap(two, two, [][]float64{{1}, {1, 2}}, chart.HeatmapOptions{})
		},
		`row "a", column "b" is +Inf`: func() (view.Figure, error) {
			return chart.Heatmap(two, two, [][]float64{{1, inf}, {1, 2}}, chart.HeatmapOptions{})
		},
	} {
		f, err := draw()
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "chart.") {
			t.Errorf("got error %v, want one that begins with chart. and says %q", err, want)
		}
		if f.SVG != "" {
			t.Errorf("%s: a picture beside the error", want)
		}
	}
}

func TestCaptionAndAltAreTaken(t *testing.T) {
	f, err := chart.Bar([]string{"a"}, []float64{1}, chart.BarOptions{Caption: "c & d", Alt: `say "it"`})
	if err != nil {
		t.Fatal(err)
	}
	if f.Caption != "c & d" || f.Alt != `say "it"` || !strings.Contains(f.SVG, `aria-label="say &quot;it&quot;"`) {
		t.Errorf("caption %q, alt %q, svg %.200s", f.Caption, f.Alt, f.SVG)
	}
}

func TestInputIsNotChanged(t *testing.T) {
	labels, values := []string{"b", "a"}, []float64{1, 2}
	s := []chart.Series{{Name: "s", X: []float64{2, 1}, Y: values}}
	for _, draw := range []func() (view.Figure, error){
		func() (view.Figure, error) { return chart.Bar(labels, values, chart.BarOptions{Sort: "descending"}) },
		func() (view.Figure, error) { return chart.Line(s, chart.LineOptions{}) },
		func() (view.Figure, error) { return chart.Histogram([]float64{2, 1}[:2:2], chart.HistogramOptions{}) },
		func() (view.Figure, error) { return chart.Histograms(s, chart.HistogramOptions{}) },
	} {
		if _, err := draw(); err != nil {
			t.Fatal(err)
		}
	}
	if labels[0] != "b" || values[0] != 1 || s[0].X[0] != 2 {
		t.Errorf("input became %v %v %v", labels, values, s)
	}
}

// rows returns the text of a table's first column.
func rows(f view.Figure) (first []string) {
	for _, r := range f.Data.Rows {
		first = append(first, r[0].Text)
	}
	return first
}

func TestBarsAreSorted(t *testing.T) {
	labels, values := []string{"b", "d", "a", "c"}, []float64{2, math.NaN(), 3, 1}
	for order, want := range map[string]string{"": "b d a c", "descending": "a b c d", "ascending": "c b a d", "label": "a b c d"} {
		f, err := chart.Bar(labels, values, chart.BarOptions{Sort: order})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(rows(f), " "); got != want {
			t.Errorf("sort %q gives %s, want %s", order, got, want)
		}
	}
	f, _ := chart.Bars([]string{"a", "b"}, []chart.Series{{Y: []float64{5, 1}}, {Y: []float64{0, 9}}}, chart.BarOptions{Stacked: true, Sort: "descending"})
	if got := strings.Join(rows(f), " "); got != "b a" {
		t.Errorf("stacks sorted %s, want by their sums: b a", got)
	}
}

func TestBarsLieWhenLabelsAreLongOrMany(t *testing.T) {
	first := func(labels []string, o chart.BarOptions) (width, height float64) {
		f, err := chart.Bar(labels, make([]float64, len(labels)), o)
		if err != nil {
			t.Fatal(err)
		}
		ys := map[float64]bool{}
		xs := map[float64]bool{}
		for _, p := range parse(t, f.SVG).texts {
			for _, l := range labels {
				if p.text == l {
					xs[p.x], ys[p.y] = true, true
				}
			}
		}
		return float64(len(xs)), float64(len(ys))
	}
	short, long, many := []string{"a", "b", "c"}, []string{"cause and effect in economics", "b", "comparison of the two sides"}, strings.Split("abcdefghijklmn", "")
	for _, c := range []struct {
		labels []string
		o      chart.BarOptions
		lying  bool
	}{
		{short, chart.BarOptions{}, false},
		{short, chart.BarOptions{Orientation: "horizontal"}, true},
		{append(long, "d", "e"), chart.BarOptions{}, true},
		{many, chart.BarOptions{}, true},
		{many, chart.BarOptions{Orientation: "vertical"}, false},
	} {
		xs, ys := first(c.labels, c.o)
		if lying := ys > xs; lying != c.lying {
			t.Errorf("%d labels with %+v: lying %v, want %v", len(c.labels), c.o, lying, c.lying)
		}
	}
}

func TestTooltipsCarryValues(t *testing.T) {
	for name, wants := range map[string][]string{
		"bar-interval":   {"definition: 0.912 (0.862 to 0.952)"},
		"bars-stacked":   {"astronomy, process: 10"},
		"learning-curve": {"validation, 300: 80.0 % (77.5 to 82.5)"},
		"confusion-two":  {"true ham, predicted spam: 20 of 970 (2 %)"},
		"heatmap":        {"history, definition: −2", "astronomy, process: 2"},
	} {
		for _, e := range gallery() {
			if e.name != name {
				continue
			}
			f, err := e.draw()
			if err != nil {
				t.Fatal(err)
			}
			all := strings.Join(parse(t, f.SVG).titles, "\n")
			for _, w := range wants {
				if !strings.Contains(all, w) {
					t.Errorf("%s has no tooltip %q among\n%s", name, w, all)
				}
			}
		}
	}
}

func TestAlternativeTexts(t *testing.T) {
	for name, want := range map[string]string{
		"bar-negative":    "Bar chart “Change”: new − old, 4 labels. From −1.2 points (b) to 5.4 points (c).",
		"bars-stacked":    "Stacked bar chart of passages, 3 labels. Stacked: definition and process. Totals from 8 (history) to 30 (astronomy).",
		"line-bands":      "Line chart “Coherence”: c_v by topics, 2 lines. LDA: goes from 0.310 at 5 to 0.510 at 40, highest 0.520 at 20. NMF: rises from 0.350 at 5 to 0.475 at 40. Reference line “baseline” at 0.45.",
		"confusion-two":   "Confusion matrix “Two classes” of 2 classes, 1,200 cases: 95.0 % on the diagonal. Most frequent confusions: spam taken for ham (40) and ham taken for spam (20). Recall from 83 % (spam) to 98 % (ham).",
		"heatmap":         "Heat map of passages, 3 rows by 6 columns. From −2 (history, definition) to 6 (astronomy, classification), 1 missing.",
		"learning-curve":  "Learning curve of macro-F1 by training documents. train: falls from 99.0 % at 60 to 97.0 % at 300. validation: rises from 61.0 % at 60 to 80.0 % at 300. At 300 the gap is 17.0 points. Reference line: at least 85 %.",
		"box":             "Box plot “Scores”: score by split, 4 groups. Medians from −0.030 (train) to 1.500 (one), 1 missing. Reference line “zero” at 0.",
		"histogram-small": "Histogram of phrases, 3 bins. 9 values from 1 to 5, median 3, most (5) in 3 to 4.",
	} {
		for _, e := range gallery() {
			if e.name == name {
				if f, err := e.draw(); err != nil || f.Alt != want {
					t.Errorf("%s (%v)\ngot  %s\nwant %s", name, err, f.Alt, want)
				}
			}
		}
	}
}

func TestDataHoldsThePlottedNumbers(t *testing.T) {
	f, err := chart.Bars([]string{"a", "b"}, []chart.Series{{Name: "old", Y: []float64{0.5, math.NaN()}, Low: []float64{0.4, math.NaN()}, High: []float64{0.6, math.NaN()}}, {Name: "new", Y: []float64{0.75, 1}}},
		chart.BarOptions{XLabel: "class", Unit: "%"})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range f.Data.Columns {
		names = append(names, c.Name)
	}
	if got := strings.Join(names, "|"); got != "class|old|old, low|old, high|new" {
		t.Errorf("columns %s", got)
	}
	if n := f.Data.Rows[0][4]; n.Number == nil || *n.Number != 0.75 || n.Text != "75 %" {
		t.Errorf("cell %+v, want 0.75 as 75 %%", n)
	}
	if c := f.Data.Rows[1][1]; c.Number != nil {
		t.Errorf("a missing value has number %v", *c.Number)
	}
}

// The quantiles are numpy's: np.quantile([1,2,4,8,16], [.05,.25,.5,.75,.95]).
func TestBoxesAreQuantiles(t *testing.T) {
	f, err := chart.BoxPlot([]chart.Series{{Name: "g", Y: []float64{16, 1, math.NaN(), 4, 8, 2}}}, chart.BoxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{5, 1.2, 2, 4, 8, 14.4} {
		if got := f.Data.Rows[0][i+1].Number; got == nil || math.Abs(*got-want) > 1e-9 {
			t.Errorf("%s is %v, want %v", f.Data.Columns[i+1].Name, f.Data.Rows[0][i+1], want)
		}
	}
	if !strings.Contains(f.SVG, "<title>g: 5 values, median 4.00, half of them from 2.00 to 8.00, nine in ten from 1.20 to 14.40</title>") {
		t.Errorf("no tooltip with the numbers in %s", f.SVG)
	}
}

// The numbers of bins and the first counts are numpy's:
//
//	import numpy as np
//	x = [((i*i*7919)%1009)/101 for i in range(1,201)]
//	y = [1.5**((i*37%23)/2)+i/1000 for i in range(1,120)]
//	for v in (x, y, [1.5,2.25]+[0.5]*5+[9.75]):
//	    print(len(np.histogram_bin_edges(v,'fd'))-1, np.histogram(v,'fd')[0][:6])
func TestBinsAreFreedmanAndDiaconis(t *testing.T) {
	var x, y []float64
	for i := 1; i <= 200; i++ {
		x = append(x, float64((i*i*7919)%1009)/101)
	}
	for i := 1; i < 120; i++ {
		y = append(y, math.Pow(1.5, float64(i*37%23)/2)+float64(i)/1000)
	}
	for i, c := range []struct {
		values []float64
		bins   int
		counts []float64
	}{
		{x, 7, []float64{28, 34, 27, 31, 32, 21}},
		{y, 8, []float64{67, 16, 10, 5, 6, 5}},
		{[]float64{1.5, 2.25, .5, .5, .5, .5, .5, 9.75}, 8, []float64{6, 1, 0, 0, 0, 0}},
	} {
		f, err := chart.Histogram(c.values, chart.HistogramOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if len(f.Data.Rows) != c.bins {
			t.Errorf("case %d: %d bins, want %d", i, len(f.Data.Rows), c.bins)
			continue
		}
		for j, want := range c.counts {
			if got := *f.Data.Rows[j][1].Number; got != want {
				t.Errorf("case %d: bin %d holds %g, want %g", i, j, got, want)
			}
		}
	}
}

func TestHistogramCountsEveryValueOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		element := rapid.Float64Range(-1e6, 1e6)
		logX := rapid.Bool().Draw(t, "logX")
		switch {
		case logX:
			element = rapid.Float64Range(1e-6, 1e6)
		case rapid.Bool().Draw(t, "whole"):
			element = rapid.Map(rapid.IntRange(-500, 500), func(i int) float64 { return float64(i) })
		}
		values := rapid.SliceOfN(element, 1, 200).Draw(t, "values")
		bins := rapid.IntRange(0, 200).Draw(t, "bins")
		f, err := chart.Histogram(values, chart.HistogramOptions{Bins: bins, LogX: logX})
		if err != nil {
			t.Fatal(err)
		}
		checkForm(t, f)
		sum := 0.0
		for _, r := range f.Data.Rows {
			sum += *r[1].Number
		}
		if sum != float64(len(values)) {
			t.Fatalf("bins hold %g of %d values", sum, len(values))
		}
		if n := len(f.Data.Rows); bins == 0 && n > 61 || bins > 0 && n > bins {
			t.Fatalf("%d bins where %d were asked for", n, bins)
		}
	})
}

// anyNumber draws numbers of all magnitudes that charts accept.
func anyNumber() *rapid.Generator[float64] {
	return rapid.OneOf(rapid.Float64Range(-1e100, 1e100), rapid.Float64Range(-1, 1), rapid.Just(0.0), rapid.Just(math.NaN()), rapid.Just(1.0), rapid.Just(5e-324),
		rapid.Map(rapid.IntRange(-1000, 1000), func(i int) float64 { return float64(i) }))
}

func TestAnyNumbersAndLabelsAreDrawn(t *testing.T) {
	units := []string{"", "%", "points", "count", "s", "MiB"}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 15).Draw(t, "n")
		values := rapid.SliceOfN(anyNumber(), n, n)
		labels := rapid.SliceOfN(rapid.String(), n, n).Draw(t, "labels")
		a, b := values.Draw(t, "a"), values.Draw(t, "b")
		a[0] = rapid.Float64Range(-1e3, 1e3).Draw(t, "sure")
		unit := rapid.SampledFrom(units).Draw(t, "unit")
		title := rapid.String().Draw(t, "title")
		bound := view.Between(rapid.Float64Range(-10, 0).Draw(t, "low"), rapid.Float64Range(0, 10).Draw(t, "high"))
		series := []chart.Series{{Name: title, Y: a}, {Name: labels[0], Y: b}}
		points := []chart.Series{{Name: title, Y: a}, {Name: labels[0], X: append([]float64{1}, a[1:]...), Y: b}}
		bar := chart.BarOptions{Title: title, Unit: unit, XLabel: labels[0], YLabel: title, Bound: bound,
			Orientation: rapid.SampledFrom([]string{"", "vertical", "horizontal"}).Draw(t, "orientation"),
			Sort:        rapid.SampledFrom([]string{"", "ascending", "descending", "label"}).Draw(t, "sort")}
		for name, draw := range map[string]func() (view.Figure, error){
			"bar":  func() (view.Figure, error) { return chart.Bar(labels, a, bar) },
			"bars": func() (view.Figure, error) { return chart.Bars(labels, series, bar) },
			"line": func() (view.Figure, error) {
				return chart.Line(points, chart.LineOptions{Title: title, Unit: unit, XUnit: unit, Bound: bound})
			},
			"scatter":    func() (view.Figure, error) { return chart.Scatter(points, chart.ScatterOptions{Unit: unit}) },
			"histograms": func() (view.Figure, error) { return chart.Histograms(series, chart.HistogramOptions{Unit: unit}) },
			"box plot":   func() (view.Figure, error) { return chart.BoxPlot(series, chart.BoxOptions{Unit: unit}) },
			"heatmap": func() (view.Figure, error) {
				return chart.Heatmap([]string{title, ""}, labels, [][]float64{a, b}, chart.HeatmapOptions{Unit: unit})
			},
		} {
			f, err := draw()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			checkForm(t, f)
			if strings.Contains(f.Alt, "NaN") && !strings.Contains(strings.Join(append(labels, title), " "), "NaN") {
				t.Fatalf("%s says %s", name, f.Alt)
			}
		}
	})
}

func TestConfusionMatrixOfAnyCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{1, 2, 3, 7, 12, 27}).Draw(t, "classes")
		labels := rapid.SliceOfN(rapid.String(), n, n).Draw(t, "labels")
		counts := make([][]int, n)
		for i := range counts {
			counts[i] = rapid.SliceOfN(rapid.IntRange(0, 100000), n, n).Draw(t, "row")
		}
		counts[0][0]++
		f, err := chart.ConfusionMatrix(labels, counts, chart.ConfusionOptions{NoShares: true})
		if err != nil {
			t.Fatal(err)
		}
		d := checkForm(t, f)
		written := 0
		for _, p := range d.texts {
			if p.text != "" && strings.Trim(p.text, "0123456789,") == "" {
				written++
			}
		}
		cells, digits := 0, 0
		for i, row := range counts {
			for j, c := range row {
				if c > 0 && (n <= 25 || i == j && c < 100) {
					cells++
				}
			}
			if l := labels[i]; l != "" && strings.Trim(l, "0123456789,") == "" {
				digits++
			}
		}
		if written < cells {
			t.Fatalf("%d numbers are written, want at least the %d that fit (%d labels are digits)", written, cells, digits)
		}
	})
}
