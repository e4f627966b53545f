package chart_test

import (
	"flag"
	"fmt"
	"math"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"viva/mlkit/chart"
	"viva/mlkit/view"
)

var (
	update     = flag.Bool("update", false, "rewrite the golden pictures in testdata")
	galleryDir = flag.String("gallery", "", "write pages with all pictures, light, dark and narrow, into this folder, to be looked at")
)

// exhibit is a picture with the words a reader must find in it.
type exhibit struct {
	name   string
	draw   func() (view.Figure, error)
	words  []string
	golden bool
}

var (
	classes    = []string{"definition", "process", "comparison", "cause and effect", "chronology", "classification"}
	f1         = []float64{0.912, 0.781, 0.844, 0.702, 0.954, 0.823}
	domains    = []string{"astronomy", "biology", "history"}
	newsgroups = strings.Fields(`alt.atheism comp.graphics comp.os.ms-windows.misc comp.sys.ibm.pc.hardware
		comp.sys.mac.hardware comp.windows.x misc.forsale rec.autos rec.motorcycles rec.sport.baseball
		rec.sport.hockey sci.crypt sci.electronics sci.med sci.space soc.religion.christian talk.politics.guns
		talk.politics.mideast talk.politics.misc talk.religion.misc`)
	awkward = []string{"Определение", "過程と方法の説明", `<b>&"quoted"</b>`, "two\nlines", "a\x00b", ""}
)

// gallery has every kind of chart, with its harder cases.
func gallery() []exhibit {
	r := rand.New(rand.NewSource(1))
	normal := func(n int, mean, sd float64) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = mean + sd*r.NormFloat64()
		}
		return v
	}
	rounded := func(v []float64, f func(float64) float64) []float64 {
		out := make([]float64, len(v))
		for i := range v {
			out[i] = math.Round(f(v[i]))
		}
		return out
	}
	confusion := func(n, top int) [][]int {
		m := make([][]int, n)
		for i := range m {
			m[i] = make([]int, n)
			for j := range m[i] {
				if i == j {
					m[i][j] = top/2 + r.Intn(top/2)
				} else if r.Intn(3) == 0 {
					m[i][j] = r.Intn(top / 6)
				}
			}
		}
		return m
	}
	var low, high, twenty []float64
	for _, v := range f1 {
		low, high = append(low, v-0.05), append(high, math.Min(1, v+0.04))
	}
	for range newsgroups {
		twenty = append(twenty, 0.6+0.39*r.Float64())
	}
	many := make([]string, 40)
	for i := range many {
		many[i] = fmt.Sprintf("class %d", i+1)
	}
	lengths := rounded(normal(3000, 5, 0.8), math.Exp)
	passages := rounded(normal(3000, 70, 8), math.Abs)
	a, b := normal(500, 0, 1), normal(500, 1, 0.7)
	cloud, cloud2 := normal(4000, 0, 1), normal(4000, 0, 1)
	six, twentyWide, forty := confusion(6, 60), confusion(20, 390), confusion(40, 90)

	return []exhibit{
		{"bar-interval", func() (view.Figure, error) {
			return chart.Bar(classes, f1, chart.BarOptions{Title: "F1 per class", YLabel: "F1", XLabel: "class", Bound: view.AtLeast(0.8), Low: low, High: high})
		}, append([]string{"F1 per class", "at least 0.8", "0.912"}, classes...), false},
		{"bar-upright", func() (view.Figure, error) {
			return chart.Bar([]string{"train", "validation", "test"}, []float64{12400, 1550, 1549}, chart.BarOptions{YLabel: "documents", Unit: "count"})
		}, []string{"train", "validation", "test", "documents", "12,400"}, true},
		{"bar-negative", func() (view.Figure, error) {
			return chart.Bar([]string{"a", "b", "c", "d"}, []float64{0.031, -0.012, 0.054, -0.004}, chart.BarOptions{Title: "Change", YLabel: "new − old", Unit: "points"})
		}, []string{"new − old [percentage points]", "−1.2", "5.4"}, false},
		{"bar-negative-lying", func() (view.Figure, error) {
			return chart.Bar(classes, []float64{-0.1, 0.2, -0.3, 0.4, math.NaN(), 0}, chart.BarOptions{Orientation: "horizontal"})
		}, []string{"−0.300", "–"}, false},
		{"bar-twenty", func() (view.Figure, error) {
			return chart.Bar(newsgroups, twenty, chart.BarOptions{Title: "F1 per newsgroup", YLabel: "F1", Sort: "descending", Unit: "%", Bound: view.Between(0.8, 0.88)})
		}, newsgroups, false},
		{"bar-awkward", func() (view.Figure, error) {
			return chart.Bar(awkward, []float64{1, 2, 3, 4, 5, 6}, chart.BarOptions{Title: "<script>alert(1)</script>", XLabel: "]]>"})
		}, []string{"Определение", "過程と方法の説明", `<b>&"quoted"</b>`, "two lines", "<script>alert(1)</script>", "]]>"}, false},
		{"bar-long-labels", func() (view.Figure, error) {
			return chart.Bar([]string{strings.Repeat("a very long label ", 10) + "end", "short"}, []float64{1, 2}, chart.BarOptions{})
		}, []string{strings.Repeat("a very long label ", 10) + "end", "short"}, false},
		{"bars-grouped", func() (view.Figure, error) {
			return chart.Bars(classes, []chart.Series{{Name: "old split", Y: []float64{0.97, 0.96, 0.94, 0.93, 0.99, 0.95}}, {Name: "grouped split", Y: f1}},
				chart.BarOptions{Title: "What the leak was worth", YLabel: "F1", Marks: []chart.Mark{{Value: 0.3, Label: "majority"}}})
		}, []string{"old split", "grouped split", "majority"}, false},
		{"bars-stacked", func() (view.Figure, error) {
			return chart.Bars(domains, []chart.Series{{Name: "definition", Y: []float64{20, 12, 8}}, {Name: "process", Y: []float64{10, 18, 0}}},
				chart.BarOptions{YLabel: "passages", Stacked: true, Unit: "count"})
		}, []string{"definition", "process", "30"}, true},
		{"bars-upright", func() (view.Figure, error) {
			return chart.Bars([]string{"fold 1", "fold 2", "fold 3"}, []chart.Series{{Name: "random", Y: []float64{0.93, 0.92, 0.94}}, {Name: "grouped", Y: []float64{0.83, 0.85, 0.82}}},
				chart.BarOptions{YLabel: "accuracy", Unit: "%", Marks: []chart.Mark{{Value: 0.5, Label: "a reference line with a label too long for the margin"}}})
		}, []string{"accuracy [%]", "fold 1", "a reference line with a label too long for the margin"}, false},
		{"learning-curve", func() (view.Figure, error) {
			return chart.LearningCurve([]int{60, 120, 180, 240, 300}, []float64{0.99, 0.985, 0.98, 0.976, 0.97}, []float64{0.004, 0.005, 0.006, 0.005, 0.004},
				[]float64{0.61, 0.70, 0.75, 0.785, 0.80}, []float64{0.05, 0.04, 0.03, 0.03, 0.025}, chart.LearningCurveOptions{Title: "Learning curve", YLabel: "macro-F1", Unit: "%", Bound: view.AtLeast(0.85)})
		}, []string{"train", "validation", "gap 17.0 points", "at least 85 %", "100 %"}, false},
		{"line-bands", func() (view.Figure, error) {
			return chart.Line([]chart.Series{
				{Name: "LDA", X: []float64{5, 10, 20, 40}, Y: []float64{.31, .42, .52, .51}, Low: []float64{.29, .4, .5, .49}, High: []float64{.33, .44, .54, .53}},
				{Name: "NMF", X: []float64{5, 10, 20, 40}, Y: []float64{.35, math.NaN(), .47, .475}}},
				chart.LineOptions{Title: "Coherence", XLabel: "topics", YLabel: "c_v", LogX: true, Marks: []chart.Mark{{Value: 0.45, Label: "baseline"}}})
		}, []string{"LDA", "NMF", "baseline", "topics", "c_v"}, true},
		{"line-keyed", func() (view.Figure, error) {
			var s []chart.Series
			for i := range 9 {
				s = append(s, chart.Series{Name: fmt.Sprintf("a curve with a long name, number %d", i), Y: normal(70, float64(i), 0.1)})
			}
			return chart.Line(s, chart.LineOptions{Zero: true})
		}, []string{"a curve with a long name, number 8"}, false},
		{"line-large", func() (view.Figure, error) {
			return chart.Line([]chart.Series{{Y: []float64{3, 1000, 2500, 1234567}}}, chart.LineOptions{XLabel: "step", YLabel: "loss"})
		}, []string{"1,250,000", "step", "loss"}, false},
		{"line-single-point", func() (view.Figure, error) {
			return chart.Line([]chart.Series{{Name: "one", Y: []float64{7}}}, chart.LineOptions{})
		}, nil, false},
		{"histogram-log", func() (view.Figure, error) {
			return chart.Histogram(lengths, chart.HistogramOptions{Title: "Length of posts", XLabel: "words", LogX: true, Marks: []chart.Mark{{Value: 512, Label: "512 words"}}})
		}, []string{"Length of posts", "words", "512 words", "1,000"}, false},
		{"histogram-whole", func() (view.Figure, error) {
			return chart.Histogram(passages, chart.HistogramOptions{XLabel: "words", Marks: []chart.Mark{{Value: 50, Label: "shortest"}, {Value: 90, Label: "longest"}}})
		}, []string{"shortest", "longest", "number of values"}, false},
		{"histogram-small", func() (view.Figure, error) {
			return chart.Histogram([]float64{1, 2, 2, 3, 3, 3, 4, 4, 5}, chart.HistogramOptions{XLabel: "phrases"})
		}, []string{"phrases"}, true},
		{"histograms-shares", func() (view.Figure, error) {
			return chart.Histograms([]chart.Series{{Name: "train", Y: a}, {Name: "test", Y: b[:200]}}, chart.HistogramOptions{XLabel: "score", Shares: true})
		}, []string{"train", "test", "share of values", "10 %"}, false},
		{"box", func() (view.Figure, error) {
			return chart.BoxPlot([]chart.Series{{Name: "train", Y: a}, {Name: "test", Y: b}, {Name: "none", Y: []float64{math.NaN()}}, {Name: "one", Y: []float64{1.5}}},
				chart.BoxOptions{Title: "Scores", XLabel: "score", YLabel: "split", Marks: []chart.Mark{{Value: 0, Label: "zero"}}})
		}, []string{"Scores", "train", "test", "none", "one", "score", "zero"}, false},
		{"box-log", func() (view.Figure, error) {
			var s []chart.Series
			for i, g := range newsgroups {
				s = append(s, chart.Series{Name: g, Y: lengths[i*100 : i*150+80]})
			}
			return chart.BoxPlot(s, chart.BoxOptions{XLabel: "words", LogX: true})
		}, append([]string{"words", "100", "500"}, newsgroups...), false},
		{"scatter", func() (view.Figure, error) {
			return chart.Scatter([]chart.Series{{Name: "train", X: a, Y: b}, {Name: "test", X: b[:60], Y: a[:60]}}, chart.ScatterOptions{XLabel: "x", YLabel: "y"})
		}, []string{"train", "test"}, false},
		{"scatter-dense", func() (view.Figure, error) {
			return chart.Scatter([]chart.Series{{X: cloud, Y: cloud2}}, chart.ScatterOptions{Marks: []chart.Mark{{Value: 0, Label: "zero"}}})
		}, []string{"zero"}, false},
		{"confusion-two", func() (view.Figure, error) {
			return chart.ConfusionMatrix([]string{"ham", "spam"}, [][]int{{950, 20}, {40, 190}}, chart.ConfusionOptions{Title: "Two classes"})
		}, []string{"ham", "spam", "950", "98 %", "recall", "precision", "predicted →", "true ↓"}, true},
		{"confusion-six", func() (view.Figure, error) {
			return chart.ConfusionMatrix(classes, six, chart.ConfusionOptions{Title: "Confusions"})
		}, classes, false},
		{"confusion-twenty", func() (view.Figure, error) {
			return chart.ConfusionMatrix(newsgroups, twentyWide, chart.ConfusionOptions{})
		}, newsgroups, false},
		{"confusion-forty", func() (view.Figure, error) {
			return chart.ConfusionMatrix(many, forty, chart.ConfusionOptions{NoShares: true})
		}, many, false},
		{"bubbles", func() (view.Figure, error) {
			return chart.Bubbles([]chart.Bubble{{X: -0.4, Y: 0.1, Size: 0.4, Label: "1", Tip: "stars, light"}, {X: 0.3, Y: 0.2, Size: 0.1, Label: "2"}, {X: 0.1, Y: -0.3, Size: 0, Label: "3"}},
				chart.BubblesOptions{Title: "Topic map", Name: "share of tokens", Unit: "%"})
		}, []string{"Topic map", "1", "2", "3"}, false},
		{"bubble-single", func() (view.Figure, error) {
			return chart.Bubbles([]chart.Bubble{{Size: 1, Label: strings.Repeat("a long label ", 9)}}, chart.BubblesOptions{})
		}, []string{strings.TrimSpace(strings.Repeat("a long label ", 9))}, false},
		{"heatmap", func() (view.Figure, error) {
			return chart.Heatmap(domains, classes, [][]float64{{1, 2, 3, 4, 5, 6}, {0, 1, 0, 3, math.NaN(), 3}, {-2, 3, 4, 1, 2, 5}}, chart.HeatmapOptions{RowsName: "domain", ColumnsName: "class", Unit: "count", Name: "passages"})
		}, append([]string{"domain ↓", "class →", "−2"}, append(domains, classes...)...), false},
	}
}

func TestGalleryIsDrawn(t *testing.T) {
	var figures []view.Figure
	for _, e := range gallery() {
		f, err := e.draw()
		if err != nil {
			t.Errorf("%s: %v", e.name, err)
			continue
		}
		figures = append(figures, f)
		if f.Alt == "" || f.Data == nil || len(f.Data.Rows) == 0 {
			t.Errorf("%s: alternative text %q, data %v; want both", e.name, f.Alt, f.Data)
		}
	}
	if *galleryDir == "" {
		return
	}
	for name, css := range map[string]string{"light": "body{width:640px}", "dark": darkTheme() + "body{width:640px}", "phone": "body{width:336px}"} {
		for page := 0; page*4 < len(figures); page++ {
			var s strings.Builder
			s.WriteString("<!doctype html><meta charset=utf-8><style>" + css + "body{margin:12px;font:16px system-ui;background:var(--fig-paper,#fff);color:var(--fig-ink,#1a1a1a)}figure{margin:0 0 28px}figcaption{font-size:12px}</style>")
			for _, f := range figures[page*4 : min(len(figures), page*4+4)] {
				s.WriteString("<figure>" + f.SVG + "<figcaption>" + strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(f.Alt) + "</figcaption></figure>")
			}
			if err := os.WriteFile(filepath.Join(*galleryDir, fmt.Sprintf("%s%d.html", name, page)), []byte(s.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestGoldens compares a few small pictures with those that were looked at and
// found good. After a change that is meant: go test ./mlkit/chart -update, and
// look at the difference.
func TestGoldens(t *testing.T) {
	for _, e := range gallery() {
		if !e.golden {
			continue
		}
		t.Run(e.name, func(t *testing.T) {
			f, err := e.draw()
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", e.name+".svg")
			if *update {
				if err := os.WriteFile(file, []byte(f.SVG), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if f.SVG != string(want) {
				t.Errorf("the picture differs from %s:\n%s", file, firstDifference(string(want), f.SVG))
			}
		})
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return fmt.Sprintf("line %d\nwant %s\ngot  %s", i+1, w[i], g[i])
		}
	}
	return fmt.Sprintf("want %d lines, got %d", len(w), len(g))
}
