package topic

import (
	"context"
	"fmt"

	"viva/mlkit/memo"
	"viva/mlkit/trace"
)

// LDA is latent Dirichlet allocation: a document is a mixture of topics drawn from
// a Dirichlet distribution with the parameters alpha, one for each topic, and a
// topic a distribution over terms drawn from a symmetric one with the parameter
// beta. The zero value fits 20 topics and learns both priors.
//
// It is fitted by a collapsed Gibbs sampler in which every document sees the
// counts of terms as they were after the last sweep over all documents, and its
// own as they are (the approximation of Newman, Asuncion, Smyth and Welling,
// "Distributed Algorithms for Topic Models", JMLR 2009, with a processor for each
// document). So documents are worked on in parallel, and their order does not
// matter. Work on a token grows with the topics in its document, not with all.
type LDA struct {
	// Topics is the number of topics; 0 means 20.
	Topics int
	// Iterations is the number of sweeps over all documents; 0 means 100, and more
	// where there are fewer than 200,000 tokens: as many as draw 20 million topics,
	// at most 500. Small corpora need them, and they cost little there.
	Iterations int
	// Samples is how many of the last sweeps the result is the mean of; 0 means a
	// quarter of all.
	Samples int
	// Alpha is the sum of the parameters of the documents' prior, at first the
	// same for each topic; 0 means 5. Beta is that of the topics' prior; 0 means
	// 0.05.
	Alpha, Beta float64
	// FixedPriors keeps both as they are. By default they are learned from the
	// tenth sweep on, by Minka's fixed point ("Estimating a Dirichlet
	// distribution", 2000): alpha for each topic, beta for all terms (Wallach,
	// Mimno and McCallum, "Rethinking LDA: Why Priors Matter", NIPS 2009).
	FixedPriors bool
	// Seed determines all draws.
	Seed int64
}

// maxTopics is the most that a token's topic has room for.
const maxTopics = 1 << 15

// check returns the options with zero values replaced by what they mean for so
// many tokens.
func (o LDA) check(tokens int) (LDA, error) {
	if o.Topics == 0 {
		o.Topics = 20
	}
	if o.Iterations == 0 {
		o.Iterations = min(500, max(100, 20_000_000/max(1, tokens)))
	}
	if o.Samples == 0 {
		o.Samples = max(1, o.Iterations/4)
	}
	if o.Alpha == 0 {
		o.Alpha = 5
	}
	if o.Beta == 0 {
		o.Beta = 0.05
	}
	if o.Topics < 2 || o.Topics > maxTopics {
		return o, fmt.Errorf("topic: %d topics: there must be 2 to %d", o.Topics, maxTopics)
	}
	if o.Iterations < 1 || o.Samples < 1 || o.Samples > o.Iterations {
		return o, fmt.Errorf("topic: %d iterations, of which %d samples: there must be at least one sample, and no more than iterations", o.Iterations, o.Samples)
	}
	if !(o.Alpha > 0 && o.Alpha < 1e6) || !(o.Beta > 0 && o.Beta < 1e6) {
		return o, fmt.Errorf("topic: priors alpha %v and beta %v: both must be positive", o.Alpha, o.Beta)
	}
	return o, nil
}

// String describes the options in words.
func (o LDA) String() string {
	given := o.Iterations > 0
	o, err := o.check(0)
	if err != nil {
		return err.Error()
	}
	sweeps, priors := "100 to 500 sweeps, mean of the last quarter", "priors learned"
	if given {
		sweeps = fmt.Sprintf("%d sweeps, mean of the last %d", o.Iterations, o.Samples)
	}
	if o.FixedPriors {
		priors = fmt.Sprintf("alpha %g in all and beta %g", o.Alpha, o.Beta)
	}
	return fmt.Sprintf("LDA, %d topics, %s, %s, seed %d", o.Topics, sweeps, priors, o.Seed)
}

// Fit finds the topics of the documents. The model is kept, see package memo.
func (o LDA) Fit(ctx context.Context, b *Bags) (*Model, error) {
	o, err := o.check(b.total)
	if err != nil {
		return nil, err
	}
	key := memo.NewKey("LDA", 1).Text(b.Fingerprint()).Options(o)
	return memo.Do(ctx, key, func(ctx context.Context) (*Model, error) { return o.fit(ctx, b) })
}

func (o LDA) fit(ctx context.Context, b *Bags) (*Model, error) {
	s := newSampler(b, o)
	m := &Model{method: "LDA", about: o.String(), words: b.opt, terms: b.Terms(), topics: o.Topics, Warnings: append([]string(nil), b.Warnings...)}
	for sweep := range o.Iterations {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		fit := s.sweep(sweep, sweep >= o.Iterations-o.Samples)
		m.curve = append(m.curve, fit)
		if !o.FixedPriors && sweep >= learnFrom && sweep%learnEvery == 0 {
			s.learnPriors()
		}
		trace.Progress(ctx, "LDA", sweep+1, o.Iterations)
		if n := sweep + 1; n == o.Iterations || n%max(1, o.Iterations/5) == 0 {
			trace.Logf(ctx, "LDA, %d topics: sweep %d of %d: log-likelihood %.4f per token, alpha %.3f in all, beta %.4f", o.Topics, n, o.Iterations, fit, sum(s.alpha), s.beta)
		}
	}
	m.alpha, m.beta = append([]float64(nil), s.alpha...), s.beta
	m.weights = s.topics()
	m.mixtures = s.mixtures()
	m.size(b)
	if w := m.unsettled(); w != "" {
		m.Warnings = append(m.Warnings, w)
	}
	return m, nil
}

// unsettled is a warning if the likelihood still rose in the last tenth of the
// sweeps by more than a hundredth of all that it has risen.
func (m *Model) unsettled() string {
	n := len(m.curve)
	tenth := n / 10
	if tenth == 0 {
		return ""
	}
	last, before := mean(m.curve[n-tenth:]), mean(m.curve[n-2*tenth:n-tenth])
	if rise := last - before; rise > 0.01*(last-m.curve[0]) {
		return fmt.Sprintf("the likelihood was still rising after %d sweeps (%.4f per token in the last tenth): give more Iterations", n, rise)
	}
	return ""
}

func sum(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v
	}
	return s
}

func mean(x []float64) float64 { return sum(x) / float64(len(x)) }
