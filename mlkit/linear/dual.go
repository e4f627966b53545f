package linear

import (
	"context"
	"math"
	"math/rand/v2"
)

// block holds up to eight of the one-against-the-rest problems and solves
// them side by side by dual coordinate descent: Hsieh, Chang, Lin, Keerthi and
// Sundararajan, "A dual coordinate descent method for large-scale linear SVM"
// (2008), the algorithm of LIBLINEAR.
//
// A visit to a row costs about the same for one problem as for eight, so a row
// is not dropped for a problem where it has nothing to do (shrinking). It rests
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
	diagonal [2][lanes]float64
	upper    [2][lanes]float64

	alpha   [][lanes]float64
	weights [][lanes]float64
	bias    [lanes]float64

	// passes[l] is the number of passes after which lane l converged, 0 if it
	// has not.
	passes [lanes]int
	// span is each lane's range of projected gradients in the pass before.
	span [lanes]float64
	// rest[i] is the number of passes that row i still rests.
	rest []uint8
}

const (
	// quiet is the share of a lane's range below which a row has little to do.
	quiet = 0.1
	// longRest is the number of passes that a row with next to nothing to do
	// rests.
	longRest = 4
)

// solve returns when every lane has converged, after limit passes, or at the
// end of the context. features is the number of features.
func (b *block) solve(ctx context.Context, rng *rand.Rand, features int) {
	n := len(b.positive)
	b.alpha = make([][lanes]float64, n)
	b.weights = make([][lanes]float64, features)
	b.rest = make([]uint8, n)
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
		most, least := b.pass(order)
		if b.judge(pass, len(order) == n, most, least) {
			return
		}
	}
}

// judge notes which lanes have converged in a pass, and returns whether all
// have. Only a pass in which no row rested can tell.
func (b *block) judge(pass int, whole bool, most, least [lanes]float64) bool {
	still := true
	for l := range b.used {
		if b.passes[l] > 0 {
			continue
		}
		b.span[l] = most[l] - least[l]
		if b.span[l] > b.tol {
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

// pass visits rows in order and returns the largest and the smallest projected
// gradient of each lane.
func (b *block) pass(order []int32) (most, least [lanes]float64) {
	for l := range most {
		most[l], least[l] = math.Inf(-1), math.Inf(1)
	}
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
		square := b.rows.square[i]
		positive := int(b.positive[i])
		var step [lanes]float64
		move := false
		rest := uint8(longRest)
		for l := range b.used {
			if !open[l] {
				continue
			}
			side, y := 0, -1.0
			if l == positive {
				side, y = 1, 1
			}
			a, upper, diagonal := alpha[l], b.upper[side][l], b.diagonal[side][l]
			gradient := y*score[l] - 1 + a*diagonal
			projected := gradient
			if a == 0 {
				projected = min(gradient, 0)
			} else if a == upper {
				projected = max(gradient, 0)
			}
			most[l] = max(most[l], projected)
			least[l] = min(least[l], projected)
			if projected == 0 {
				continue
			}
			if p := math.Abs(projected); p >= quiet*b.span[l] {
				rest = 0
			} else if p >= quiet*quiet*b.span[l] {
				rest = min(rest, 1)
			}
			to := min(max(a-gradient/(square+diagonal), 0), upper)
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
	return most, least
}
