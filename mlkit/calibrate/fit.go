package calibrate

import (
	"math"
	"slices"
)

// softmax writes exp(slope × score), scaled to sum 1.
func softmax(p, scores []float64, slope float64) {
	most, sum := slices.Max(scores), 0.0
	for k, s := range scores {
		p[k] = math.Exp(slope * (s - most))
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
}

// Slopes are searched between these: scores would have to be of a size that no
// classifier gives for the best one to lie outside.
const (
	flattest = 1e-6
	steepest = 1e6
)

// temperature returns the slope 1/T with the least log loss. The loss is convex
// in the slope, so the place where its derivative changes sign is found by
// halving, on a logarithmic scale.
func temperature(scores [][]float64, class []int) float64 {
	p := make([]float64, len(scores[0]))
	derivative := func(slope float64) float64 {
		sum := 0.0
		for i, row := range scores {
			softmax(p, row, slope)
			for k, s := range row {
				sum += p[k] * s
			}
			sum -= row[class[i]]
		}
		return sum
	}
	low, high := math.Log(flattest), math.Log(steepest)
	for range 60 {
		if mid := (low + high) / 2; derivative(math.Exp(mid)) < 0 {
			low = mid
		} else {
			high = mid
		}
	}
	return math.Exp((low + high) / 2)
}

// sigmoid fits 1 / (1 + exp(a s + b)) by Newton's method with backtracking: Lin,
// Lin and Weng, "A note on Platt's probabilistic outputs for support vector
// machines" (2007). Targets are Platt's: a little inside of 0 and 1, so that
// classes that scores separate do not give an infinite slope.
func sigmoid(scores []float64, positive []bool) (a, b float64) {
	n1 := 0.0
	for _, p := range positive {
		if p {
			n1++
		}
	}
	n0 := float64(len(scores)) - n1
	high, low := (n1+1)/(n1+2), 1/(n0+2)
	target := func(i int) float64 {
		if positive[i] {
			return high
		}
		return low
	}
	loss := func(a, b float64) float64 {
		sum := 0.0
		for i, s := range scores {
			z := a*s + b
			// t·z + ln(1 + exp(−z)), written so that exp does not overflow.
			if z >= 0 {
				sum += target(i)*z + math.Log1p(math.Exp(-z))
			} else {
				sum += (target(i)-1)*z + math.Log1p(math.Exp(z))
			}
		}
		return sum
	}
	b = math.Log((n0 + 1) / (n1 + 1))
	value := loss(a, b)
	for range 200 {
		// A trace of the identity keeps the Hessian invertible.
		h11, h22, h12, g1, g2 := 1e-12, 1e-12, 0.0, 0.0, 0.0
		for i, s := range scores {
			p := 1 / (1 + math.Exp(a*s+b))
			d := p * (1 - p)
			h11 += s * s * d
			h22 += d
			h12 += s * d
			g1 += s * (target(i) - p)
			g2 += target(i) - p
		}
		if math.Abs(g1) < 1e-9*float64(len(scores)) && math.Abs(g2) < 1e-9*float64(len(scores)) {
			break
		}
		det := h11*h22 - h12*h12
		da, db := -(h22*g1-h12*g2)/det, -(h11*g2-h12*g1)/det
		step := 1.0
		for ; step > 1e-10; step /= 2 {
			if next := loss(a+step*da, b+step*db); next < value+1e-4*step*(g1*da+g2*db) {
				a, b, value = a+step*da, b+step*db, next
				break
			}
		}
		if step <= 1e-10 {
			break
		}
	}
	return a, b
}
