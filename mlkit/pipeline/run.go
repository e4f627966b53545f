package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"viva/mlkit/data"
	"viva/mlkit/trace"
)

// RunOptions say which documents of a corpus Run takes.
type RunOptions struct {
	// Documents is their number; 0 means 100. They are drawn without repetition,
	// and of every class as many as its share is.
	Documents int
	// Seed determines which.
	Seed int64
}

// Result is what became of a sample of documents that went through all models.
type Result struct {
	// Corpus is the name of the corpus, Rows are the sampled documents, ascending.
	Corpus string
	Rows   []int
	// Models has an element for each model of the pipeline, in its order.
	Models []Stage
	// Through is the number of documents that every model took without an error.
	Through int
	// Failures are all errors, those of loading first.
	Failures []Failure
	// Examples are the first documents with what each model said of them.
	Examples []Example
	Warnings []string
}

// Stage is what one model did with the sample.
type Stage struct {
	Name, Kind, Version string
	// Loaded says that the model could be loaded, in LoadSeconds.
	Loaded      bool
	LoadSeconds float64
	// Predicted is the number of documents with a prediction, Unread that of those
	// that the model could not read, and Errors that of those it failed on.
	Predicted, Unread, Errors int
	// Reasons are those of the unread documents, the most frequent first.
	Reasons []Reason
	// Mean, Median and Longest are the seconds that a document took, one at a time.
	Mean, Median, Longest float64
}

// Reason is why documents could not be read, and how many.
type Reason struct {
	Text      string
	Documents int
}

// Example is a document with an output of each model, in the order of the models;
// one of a model that failed is empty.
type Example struct {
	Input   Input
	Outputs []Output
}

// examples is how many are kept.
const examples = 5

// Run sends a sample of a corpus through all models of a pipeline, document by
// document, and counts what goes wrong. An error of a model, or its panic, is
// counted and the run goes on; Gates judge it. It measures no quality. A
// classifier that labels test documents reports the evaluation, as everywhere.
// Times differ from run to run; all else depends on models, corpus and seed only.
func Run(ctx context.Context, p *Pipeline, c *data.Corpus, opt RunOptions) (*Result, error) {
	switch {
	case p == nil || len(p.stages) == 0:
		return nil, errors.New("pipeline: no models: make a pipeline with Load")
	case c == nil || c.Len() == 0:
		return nil, errors.New("pipeline: the corpus has no documents")
	case opt.Documents < 0:
		return nil, fmt.Errorf("pipeline: a sample of %d documents: give at least 1, or 0 for 100", opt.Documents)
	}
	if opt.Documents == 0 {
		opt.Documents = 100
	}
	r := &Result{Corpus: c.Name(), Rows: sample(c.Labels(), opt.Documents, opt.Seed), Failures: p.Failures()}
	if len(r.Rows) < opt.Documents {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%s has %d documents: all of them are the sample, and not %d.", c.Name(), c.Len(), opt.Documents))
	}
	seconds := make([][]float64, len(p.stages))
	reasons := make([]map[string]int, len(p.stages))
	for k, s := range p.stages {
		st := Stage{Name: s.name, Loaded: s.err == nil, LoadSeconds: s.seconds}
		if s.saved != nil {
			st.Kind, st.Version = s.saved.Kind, s.saved.Version
		}
		r.Models = append(r.Models, st)
		reasons[k] = map[string]int{}
	}
	order := p.order()
	for n, row := range r.Rows {
		trace.Progress(ctx, "documents through all models", n, len(r.Rows))
		e := Example{Input: InputOf(c.At(row)), Outputs: make([]Output, len(p.stages))}
		given := newChain([]Input{e.Input})
		failed := false
		for _, k := range order {
			s, st := p.stages[k], &r.Models[k]
			if s.err != nil {
				failed = true
				continue
			}
			start := time.Now()
			list, err := attempt(ctx, s.predictor, given.inputs(s))
			seconds[k] = append(seconds[k], time.Since(start).Seconds())
			if ctx.Err() != nil {
				return nil, fmt.Errorf("pipeline: %w", context.Cause(ctx))
			}
			switch {
			case err != nil:
				st.Errors++
				failed = true
				r.Failures = append(r.Failures, Failure{s.name, e.Input.ID, err})
				continue
			case list[0].Reason != "":
				st.Unread++
				reasons[k][list[0].Reason]++
			default:
				st.Predicted++
			}
			given.add(list)
			e.Outputs[k] = list[0]
		}
		if !failed {
			r.Through++
		}
		if n < examples {
			r.Examples = append(r.Examples, e)
		}
	}
	trace.Progress(ctx, "documents through all models", len(r.Rows), len(r.Rows))
	for k := range r.Models {
		st := &r.Models[k]
		st.Mean, st.Median, st.Longest = times(seconds[k])
		for text, n := range reasons[k] {
			st.Reasons = append(st.Reasons, Reason{text, n})
		}
		slices.SortFunc(st.Reasons, func(a, b Reason) int {
			return cmp.Or(b.Documents-a.Documents, cmp.Compare(a.Text, b.Text))
		})
	}
	return r, nil
}

// attempt is Predict for one document. A panic is an error: that one document may
// bring a model down is what Run is to find out.
func attempt(ctx context.Context, p Predictor, inputs []Input) (list []Output, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("the model panicked: %v", v)
		}
	}()
	list, err = p.Predict(ctx, inputs)
	if err == nil && len(list) != len(inputs) {
		err = fmt.Errorf("the model gave %d outputs for %d documents", len(list), len(inputs))
	}
	return list, err
}

func times(seconds []float64) (mean, median, longest float64) {
	if len(seconds) == 0 {
		return 0, 0, 0
	}
	slices.Sort(seconds)
	for _, s := range seconds {
		mean += s
	}
	n := len(seconds)
	return mean / float64(n), (seconds[(n-1)/2] + seconds[n/2]) / 2, seconds[n-1]
}

// sample draws n rows, ascending: of every class its share, rounded down, and what
// is left from those with the largest remainders, of equal ones from the first in
// order of the alphabet.
func sample(labels []string, n int, seed int64) []int {
	n = min(n, len(labels))
	rows := map[string][]int{}
	for i, l := range labels {
		rows[l] = append(rows[l], i)
	}
	classes := make([]string, 0, len(rows))
	for l := range rows {
		classes = append(classes, l)
	}
	slices.Sort(classes)
	want, left := map[string]int{}, n
	for _, l := range classes {
		want[l] = n * len(rows[l]) / len(labels)
		left -= want[l]
	}
	byRemainder := slices.Clone(classes)
	slices.SortStableFunc(byRemainder, func(a, b string) int {
		return n*len(rows[b])%len(labels) - n*len(rows[a])%len(labels)
	})
	for _, l := range byRemainder[:left] {
		want[l]++
	}
	rng := rand.New(rand.NewPCG(uint64(seed), 0x70697065))
	drawn := make([]int, 0, n)
	for _, l := range classes {
		of := rows[l]
		rng.Shuffle(len(of), func(i, j int) { of[i], of[j] = of[j], of[i] })
		drawn = append(drawn, of[:want[l]]...)
	}
	slices.Sort(drawn)
	return drawn
}
