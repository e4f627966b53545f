package linear

import (
	"context"
	"math/rand/v2"
)

// block holds up to 16 of the one-against-the-rest problems and solves them
// side by side by dual coordinate descent: Hsieh, Chang, Lin, Keerthi and
// Sundararajan, "A dual coordinate descent method for large-scale linear SVM"
// (2008), the algorithm of LIBLINEAR.
//
// A visit to a row costs about the same for one problem as for 16, so a row is
// not dropped for a problem where it has nothing to do (shrinking). It rests
// for a few passes when it has little to do in any.
type block struct {
	rows  *rows
	tol   float64
	limit int

	used int // lanes that hold a problem
	// positive[i] is the lane for which row i is of the class, or -1.
	positive []int8
	// diagonal and upper describe the loss, for rows that are not of the class
	// (0) and for rows that are (1): diagonal is added to the Hessian, upper
	// bounds the dual variables.
	diagonal [2]vector
	upper    [2]vector

	alpha   []vector
	weights []vector
	bias    vector

	// passes[l] is the number of passes after which lane l converged, 0 if it
	// has not.
	passes [lanes]int
	// share is what a row's gap in each lane was on average in the pass before.
	share [lanes]float64
	// rest[i] is the number of passes that row i still rests.
	rest []uint8
}

// The duality gap, the objective less the dual one, bounds how far the
// objective is from its minimum. It is a sum over rows, so a row's part says
// how much there is to gain from it: below the shares quiet and silent of the
// average, it rests for shortRest and longRest passes.
const (
	quiet     = 0.1
	silent    = 0.01
	shortRest = 1
	longRest  = 3
)

// renewal is the number of passes after which weights are added up anew from
// the dual variables, so that errors of rounding do not add up.
const renewal = 32

// solve returns when every lane has converged, after limit passes, or at the
// end of the context. It starts from the dual variables that are there, or
// from 0. features is the number of features.
func (b *block) solve(ctx context.Context, rng *rand.Rand, features int) {
	n := len(b.positive)
	b.begin(n, features)
	order := make([]int32, 0, n)
	for pass := 1; pass <= b.limit && ctx.Err() == nil; pass++ {
		order = order[:0]
		for i := range b.rest {
			if b.rest[i] > 0 {
				b.rest[i]--
			} else {
				order = append(order, int32(i))
			}
		}
		// Random order is essential: the intercept couples all rows, and going
		// through them in any fixed order converges many times more slowly.
		for i := range order {
			j := i + int(rng.Uint32N(uint32(len(order)-i)))
			order[i], order[j] = order[j], order[i]
		}
		if pass%renewal == 0 {
			b.refresh()
		}
		gap, objective := b.pass(order)
		if b.judge(pass, len(order) == n, gap, objective) {
			return
		}
	}
}

// begin prepares for the first pass.
func (b *block) begin(n, features int) {
	b.rest, b.passes, b.share = make([]uint8, n), [lanes]int{}, [lanes]float64{}
	b.weights = make([]vector, features)
	if b.alpha == nil {
		b.alpha = make([]vector, n)
		return
	}
	for i := range b.alpha {
		for l := range b.used {
			side, _ := b.side(i, l)
			b.alpha[i][l] = min(b.alpha[i][l], b.upper[side][l])
		}
	}
	b.refresh()
}

// refresh makes weights and intercepts those of the dual variables.
func (b *block) refresh() {
	clear(b.weights)
	b.bias = vector{}
	for i := range b.alpha {
		var step vector
		for l := range b.used {
			_, y := b.side(i, l)
			step[l] = y * b.alpha[i][l]
			b.bias[l] += step[l]
		}
		addRow(b.weights, &step, b.rows.row(int32(i)))
	}
}

// side tells whether row i is of the class of lane l: 1 and +1, else 0 and −1.
func (b *block) side(i, l int) (int, float32) {
	if l == int(b.positive[i]) {
		return 1, 1
	}
	return 0, -1
}

// judge notes which lanes have converged in a pass, and returns whether all
// have. Only a pass in which no row rested can tell.
func (b *block) judge(pass int, whole bool, gap, objective [lanes]float64) bool {
	still := true
	for l := range b.used {
		if b.passes[l] > 0 {
			continue
		}
		b.share[l] = gap[l] / float64(len(b.positive))
		if gap[l] > b.tol*objective[l] {
			still = false
		} else if whole {
			b.passes[l] = pass
		}
	}
	if still && !whole {
		clear(b.rest)
		return false
	}
	return still
}

// pass visits rows in order and returns each lane's duality gap and objective,
// every row's part as it was when it was visited.
func (b *block) pass(order []int32) (gap, objective [lanes]float64) {
	var open [lanes]bool
	for l := range b.used {
		open[l] = b.passes[l] == 0
	}
	for k, i := range order {
		if k+2 < len(order) {
			prefetch(b.rows.row(order[k+2]))
		}
		row := b.rows.row(i)
		score := b.bias
		addDot(&score, b.weights, row)
		alpha := &b.alpha[i]
		square := float32(b.rows.square[i])
		var step vector
		move := false
		rest := uint8(longRest)
		for l := range b.used {
			if !open[l] {
				continue
			}
			side, y := b.side(int(i), l)
			a, upper, diagonal := alpha[l], b.upper[side][l], b.diagonal[side][l]
			short := 1 - y*score[l] // by how much the margin falls short of 1
			// part is the row's share of the gap: the loss, the conjugate's value
			// of a, and their product, which is 0 where a is best.
			part, loss := a*(a*diagonal/2-short), float32(0)
			if short > 0 && diagonal > 0 {
				loss = short * short / (2 * diagonal)
				part = (short - a*diagonal) * (short - a*diagonal) / (2 * diagonal)
			} else if short > 0 {
				loss = upper * short
				part = (upper - a) * short
			}
			gap[l] += float64(part)
			// Half the sum of a·y·score over the rows is |w|²/2.
			objective[l] += float64(loss + a*(1-short)/2)
			if p := float64(part); p >= quiet*b.share[l] {
				rest = 0
			} else if p >= silent*b.share[l] {
				rest = min(rest, shortRest)
			}
			to := min(max(a+(short-a*diagonal)/(square+diagonal), 0), upper)
			if to == a {
				continue
			}
			alpha[l] = to
			step[l] = (to - a) * y
			b.bias[l] += step[l]
			move = true
		}
		b.rest[i] = rest
		if move {
			addRow(b.weights, &step, row)
		}
	}
	return gap, objective
}
