package linear

import (
	"math/rand/v2"
	"testing"
)

// The assembly must give the portable code's result bit for bit: results are
// not to depend on the processor.
func TestVectorCodeIsExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const features = 50
	weights := make([]vector, features)
	for f := range weights {
		for l := range weights[f] {
			weights[f][l] = float32(rng.NormFloat64())
		}
	}
	for n := range 40 {
		row := make([]entry, n)
		for k := range row {
			row[k] = entry{int32(rng.IntN(features)), rng.Float32()}
		}
		var sum, step vector
		for l := range sum {
			sum[l], step[l] = float32(rng.NormFloat64()), float32(rng.NormFloat64())
		}
		fast, portable := sum, sum
		addDot(&fast, weights, row)
		addDotPortable(&portable, weights, row)
		if fast != portable {
			t.Fatalf("%d entries: dot products %v, portable %v", n, fast, portable)
		}
		before := append([]vector(nil), weights...)
		addRow(weights, &step, row)
		addRowPortable(before, &step, row)
		for f := range weights {
			if weights[f] != before[f] {
				t.Fatalf("%d entries: weights of feature %d: %v, portable %v", n, f, weights[f], before[f])
			}
		}
		prefetch(row)
	}
}
