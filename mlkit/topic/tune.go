package topic

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"viva/mlkit/chart"
	"viva/mlkit/coherence"
	"viva/mlkit/trace"
	"viva/mlkit/view"
)

// TuneOptions says how the number of topics is chosen. The zero value compares
// 5, 10, 15, 20, 30 and 40 topics over 3 seeds by c_v.
type TuneOptions struct {
	// Topics are the numbers to compare; nil means 5, 10, 15, 20, 30, 40.
	Topics []int
	// Seeds is how many models are fitted of each number; 0 means 3. Their seeds
	// are Model.Seed, Model.Seed+1 and so on.
	Seeds int
	// Model says how models are fitted; its Topics do not count.
	Model LDA
	// Coherence is what models are compared by, on the documents themselves.
	Coherence coherence.Options
}

// Tuned is how coherence depends on the number of topics.
type Tuned struct {
	// Measure is the measure of coherence, for example "c_v".
	Measure string
	// Points are in ascending order of the number of topics.
	Points []TunedPoint
	// Chosen is the number of topics that the rule chooses: the smallest whose
	// mean coherence is within one standard error of the best mean. A smaller
	// model that is as good as can be told is easier to read (the rule of Breiman,
	// Friedman, Olshen and Stone, "Classification and Regression Trees", 1984).
	Chosen int
	// Best is the number of topics with the best mean.
	Best     int
	Warnings []string
}

// TunedPoint is one number of topics. Low and High are the ends of the 95 %
// t-interval of the mean over seeds; with one seed they are the mean.
type TunedPoint struct {
	Topics    int
	Values    []float64 // by seed
	Mean      float64
	SD        float64
	Low, High float64
	// Diversity is the mean share of different words among the ten top words of
	// all topics.
	Diversity float64
}

// check returns the options with zero values replaced by what they mean.
func (o TuneOptions) check() (TuneOptions, error) {
	if o.Topics == nil {
		o.Topics = []int{5, 10, 15, 20, 30, 40}
	}
	o.Topics = slices.Clone(o.Topics)
	slices.Sort(o.Topics)
	o.Topics = slices.Compact(o.Topics)
	if o.Seeds == 0 {
		o.Seeds = 3
	}
	if len(o.Topics) == 0 || o.Topics[0] < 2 || o.Seeds < 1 {
		return o, fmt.Errorf("topic: tuning over %v topics with %d seeds: there must be numbers of at least 2, and a seed", o.Topics, o.Seeds)
	}
	return o, nil
}

// Tune fits models with different numbers of topics and several seeds, and
// measures their coherence. Models are kept, so tuning again with other numbers
// fits only those that are new.
func Tune(ctx context.Context, b *Bags, opt TuneOptions) (*Tuned, error) {
	opt, err := opt.check()
	if err != nil {
		return nil, err
	}
	reference, err := b.Reference()
	if err != nil {
		return nil, err
	}
	tuned := &Tuned{Warnings: slices.Clone(b.Warnings)}
	total, done := len(opt.Topics)*opt.Seeds, 0
	for _, k := range opt.Topics {
		p := TunedPoint{Topics: k}
		for seed := range opt.Seeds {
			o := opt.Model
			o.Topics, o.Seed = k, opt.Model.Seed+int64(seed)
			m, err := o.Fit(ctx, b)
			if err != nil {
				return nil, err
			}
			score, err := reference.Score(ctx, m.TopWords(max(opt.Coherence.TopWords, shown)), opt.Coherence)
			if err != nil {
				return nil, err
			}
			diversity, err := coherence.Diversity(m.TopWords(shown), shown)
			if err != nil {
				return nil, err
			}
			tuned.Measure = score.Measure
			p.Values = append(p.Values, score.Mean)
			p.Diversity += diversity / float64(opt.Seeds)
			for _, w := range m.Warnings[len(b.Warnings):] {
				tuned.Warnings = append(tuned.Warnings, fmt.Sprintf("%d topics, seed %d: %s", k, o.Seed, w))
			}
			done++
			trace.Progress(ctx, "number of topics", done, total)
		}
		p.spread()
		trace.Logf(ctx, "%d topics: %s %.4f, SD %.4f over %d seeds", k, tuned.Measure, p.Mean, p.SD, opt.Seeds)
		tuned.Points = append(tuned.Points, p)
	}
	tuned.choose()
	return tuned, nil
}

func (p *TunedPoint) spread() {
	n := len(p.Values)
	p.Mean = mean(p.Values)
	p.Low, p.High = p.Mean, p.Mean
	if n < 2 {
		return
	}
	p.SD = stat.StdDev(p.Values, nil)
	half := distuv.StudentsT{Sigma: 1, Nu: float64(n - 1)}.Quantile(0.975) * p.standardError()
	p.Low, p.High = p.Mean-half, p.Mean+half
}

func (p *TunedPoint) standardError() float64 { return p.SD / math.Sqrt(float64(len(p.Values))) }

func (t *Tuned) choose() {
	best := t.Points[0]
	for _, p := range t.Points[1:] {
		if p.Mean > best.Mean {
			best = p
		}
	}
	t.Best = best.Topics
	for _, p := range t.Points {
		if p.Mean >= best.Mean-best.standardError() {
			t.Chosen = p.Topics
			break
		}
	}
	if last := t.Points[len(t.Points)-1]; len(t.Points) > 1 && t.Chosen == last.Topics {
		t.Warnings = append(t.Warnings, fmt.Sprintf("coherence is best at the largest number of topics, %d: compare larger ones too", last.Topics))
	}
}

// Table returns a row for each number of topics.
func (t *Tuned) Table() *view.Table {
	table := view.NewTable("Coherence by number of topics", "topics", t.Measure+", mean", "SD", "95 % from", "to", "diversity [%]", "")
	for _, p := range t.Points {
		note := view.Cell{}
		switch p.Topics {
		case t.Chosen:
			note = view.Cell{Text: "chosen", Tone: "good"}
		case t.Best:
			note = view.Cell{Text: "best mean"}
		}
		table.Add(p.Topics, p.Mean, p.SD, p.Low, p.High, p.Diversity, note)
	}
	table.Notes = append(table.Notes, fmt.Sprintf("%d seeds of each; chosen is the smallest number whose mean is within one standard error of the best mean", len(t.Points[0].Values)))
	return table
}

// Figure draws coherence against the number of topics, with the 95 % interval of
// the mean over seeds.
func (t *Tuned) Figure() (view.Figure, error) {
	s := chart.Series{Name: t.Measure}
	for _, p := range t.Points {
		s.X, s.Y = append(s.X, float64(p.Topics)), append(s.Y, p.Mean)
		s.Low, s.High = append(s.Low, p.Low), append(s.High, p.High)
	}
	return chart.Line([]chart.Series{s}, chart.LineOptions{
		Title: "Coherence by number of topics", XLabel: "topics", YLabel: t.Measure, XUnit: "count",
		Caption: fmt.Sprintf("Mean over seeds with its 95 %% interval; %d topics are chosen.", t.Chosen),
	})
}

// View implements view.Viewer: the figure, the table and the warnings.
func (t *Tuned) View() []view.Item {
	var items []view.Item
	if f, err := t.Figure(); err == nil {
		items = f.View()
	}
	items = append(items, t.Table().View()...)
	return append(items, warn(t.Warnings)...)
}
