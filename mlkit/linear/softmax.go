package linear

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
)

// softmaxDual solves multinomial logistic regression by stochastic dual
// coordinate ascent: Shalev-Shwartz and Zhang, "Accelerated proximal
// stochastic dual coordinate ascent for regularized loss minimization" (2014),
// without the acceleration.
//
// The dual variables of a row are a distribution q over the classes; the
// weights are the sum over rows of cost × (e − q) xᵀ, where e is 1 for the
// row's class. At the optimum q is the distribution p that the model predicts,
// so a visit moves q towards p, as far as is certain to raise the dual
// objective. The duality gap is the sum of cost × KL(q‖p).
//
// Intercepts are not penalised, which puts a constraint on the dual: residuals
// add up to 0. It is met by the method of multipliers: intercepts are pulled to
// an anchor with weight 1, and after each pass the anchor moves to where they
// are.
type softmaxDual struct {
	rows    *rows
	class   []int
	classes int
	costs   []float64 // of the classes
	tol     float64
	limit   int

	// Class k is lane k % each of block k / each.
	blocks, each int
	q            []vector   // of row i and block b at i*blocks + b
	entropy      []float64  // −Σ q ln q of each row
	weights      [][]vector // of each block
	bias, anchor []float64
	rest         []uint8
}

func newSoftmaxDual(r *rows, class []int, classes int) *softmaxDual {
	s := &softmaxDual{rows: r, class: class, classes: classes, bias: make([]float64, classes), anchor: make([]float64, classes)}
	s.blocks, s.each = blocked(classes)
	s.entropy, s.q = make([]float64, len(class)), make([]vector, len(class)*s.blocks)
	for i, k := range class {
		s.q[i*s.blocks+k/s.each][k%s.each] = 1
	}
	for range s.blocks {
		s.weights = append(s.weights, make([]vector, len(r.feature)))
	}
	return s
}

// solve searches from where it is and returns the number of passes until it
// converged, 0 if it did not.
func (s *softmaxDual) solve(ctx context.Context, rng *rand.Rand, costs []float64) int {
	s.setCosts(costs)
	n := len(s.class)
	s.rest = make([]uint8, n)
	visit := newVisit(s)
	share := 0.0
	order := make([]int32, 0, n)
	for pass := 1; pass <= s.limit && ctx.Err() == nil; pass++ {
		order = order[:0]
		for i := range s.rest {
			if s.rest[i] > 0 {
				s.rest[i]--
			} else {
				order = append(order, int32(i))
			}
		}
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		if pass%renewal == 0 {
			s.refresh(visit)
		}
		gap, objective := 0.0, 0.0
		for k, i := range order {
			if k+2 < len(order) {
				prefetch(s.rows.row(order[k+2]))
			}
			part, value := visit.row(s, int(i))
			gap += part
			objective += value
			switch {
			case part >= quiet*share:
			case part >= silent*share:
				s.rest[i] = shortRest
			default:
				s.rest[i] = longRest
			}
		}
		moved := s.moveAnchor()
		share = gap / float64(n)
		if gap+moved <= s.tol*objective {
			if len(order) == n {
				return pass
			}
			clear(s.rest)
		}
	}
	return 0
}

// moveAnchor moves the anchor to where the intercepts are, and returns by how
// much the constraint was broken, as a part of the gap. Adding the same to all
// intercepts changes no probability, so they are kept at mean 0: rounding would
// have them drift.
func (s *softmaxDual) moveAnchor() float64 {
	residual := make([]float64, s.classes)
	drift, level := 0.0, 0.0
	for k := range residual {
		residual[k] = s.bias[k] - s.anchor[k]
		drift += residual[k] / float64(s.classes)
		level += s.bias[k] / float64(s.classes)
	}
	moved := 0.0
	for k, r := range residual {
		r -= drift
		s.anchor[k] = s.bias[k] - level
		s.bias[k] = s.anchor[k] + r
		moved += r * r / 2
	}
	return moved
}

// setCosts scales the weights to the new costs, so that they are those of the
// dual variables.
func (s *softmaxDual) setCosts(costs []float64) {
	if s.costs != nil {
		// The costs of all classes change by the same factor.
		factor := float32(costs[0] / s.costs[0])
		for _, block := range s.weights {
			for f := range block {
				for l := range block[f] {
					block[f][l] *= factor
				}
			}
		}
		for k := range s.bias {
			s.bias[k] = s.anchor[k] + (s.bias[k]-s.anchor[k])*float64(factor)
		}
	}
	s.costs = slices.Clone(costs)
}

// refresh makes weights and intercepts those of the dual variables.
func (s *softmaxDual) refresh(v *visit) {
	for _, block := range s.weights {
		clear(block)
	}
	copy(s.bias, s.anchor)
	for i, own := range s.class {
		clear(v.step)
		for k := range s.classes {
			residual := -float64(s.q[i*s.blocks+k/s.each][k%s.each])
			if k == own {
				residual++
			}
			s.bias[k] += s.costs[own] * residual
			v.step[k/s.each][k%s.each] = float32(s.costs[own] * residual)
		}
		for b, weights := range s.weights {
			addRow(weights, &v.step[b], s.rows.row(int32(i)))
		}
	}
}

// visit holds what is computed at a visit to a row.
type visit struct {
	scores, p, q []float64
	step         []vector
}

func newVisit(s *softmaxDual) *visit {
	return &visit{scores: make([]float64, s.classes), p: make([]float64, s.classes), q: make([]float64, s.classes), step: make([]vector, s.blocks)}
}

// row moves the distribution of row i, and returns the row's part of the
// duality gap and of the objective, as they were before.
func (v *visit) row(s *softmaxDual, i int) (gap, objective float64) {
	row := s.rows.row(int32(i))
	v.score(s, row)
	own, cost := s.class[i], s.costs[s.class[i]]
	most := slices.Max(v.scores)
	sum := 0.0
	for k, score := range v.scores {
		v.p[k] = math.Exp(score - most)
		sum += v.p[k]
	}
	logSum := most + math.Log(sum)
	expected, l1, l2, half := 0.0, 0.0, 0.0, 0.0
	for k, score := range v.scores {
		q := float64(s.q[i*s.blocks+k/s.each][k%s.each])
		v.q[k] = q
		v.p[k] /= sum
		expected += q * score
		d := v.p[k] - q
		l1 += math.Abs(d)
		l2 += d * d
		half -= q * (score - s.anchor[k])
	}
	half += v.scores[own] - s.anchor[own]
	divergence := max(logSum-expected-s.entropy[i], 0)
	gap, objective = cost*divergence, cost*(logSum-v.scores[own]+half/2)
	// The dual objective along q + t (p − q) is at least a parabola in t, since
	// the entropy is strongly concave in the L1 norm; t is its maximum.
	curve := cost*l2*s.rows.square[i] + l1*l1
	if curve == 0 {
		return gap, objective
	}
	v.move(s, i, min(1, (divergence+l1*l1/2)/curve), cost, row)
	return gap, objective
}

func (v *visit) score(s *softmaxDual, row []entry) {
	for b, weights := range s.weights {
		part := v.scores[b*s.each : min((b+1)*s.each, s.classes)]
		var sum vector
		addDot(&sum, weights, row)
		for l := range part {
			part[l] = s.bias[b*s.each+l] + float64(sum[l])
		}
	}
}

// move takes a step of length t, in 0..1.
func (v *visit) move(s *softmaxDual, i int, t, cost float64, row []entry) {
	clear(v.step)
	entropy := 0.0
	for k, old := range v.q {
		// What is stored is in single precision, and the weights follow that.
		q := float32(old + t*(v.p[k]-old))
		s.q[i*s.blocks+k/s.each][k%s.each] = q
		step := cost * (old - float64(q))
		v.step[k/s.each][k%s.each] = float32(step)
		s.bias[k] += step
		if q > 0 {
			entropy -= float64(q) * math.Log(float64(q))
		}
	}
	s.entropy[i] = entropy
	for b, weights := range s.weights {
		addRow(weights, &v.step[b], row)
	}
}
