package topic

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"viva/mlkit/chart"
	"viva/mlkit/view"
)

// Map draws the topics where their distances put them, as circles whose areas are
// their shares of all tokens, each with its most probable term. The distance of
// two topics is the square root of the Jensen-Shannon divergence of their
// distributions over terms, which is a metric (Endres and Schindelin 2003);
// classical scaling (Torgerson 1952) shows it in two dimensions as well as can be.
func (m *Model) Map() (view.Figure, error) {
	at := plane(m.distances())
	bubbles := make([]chart.Bubble, m.topics)
	for k := range bubbles {
		bubbles[k] = chart.Bubble{X: at[k][0], Y: at[k][1], Size: m.sizes[k], Label: fmt.Sprintf("%d %s", k+1, m.line(k, 1)), Tip: m.line(k, 6)}
	}
	return chart.Bubbles(bubbles, chart.BubblesOptions{
		Title: "Map of the topics", Name: "share of tokens", Unit: "%",
		Caption: "Topics that are near each other use the same words (classical scaling of Jensen–Shannon distances); the area is the share of all tokens.",
	})
}

func (m *Model) distances() [][]float64 {
	d := make([][]float64, m.topics)
	for i := range d {
		d[i] = make([]float64, m.topics)
	}
	for i := range d {
		for j := range i {
			d[i][j] = math.Sqrt(divergence(m.topic(i), m.topic(j)))
			d[j][i] = d[i][j]
		}
	}
	return d
}

// plane returns points in the plane whose distances come near the given ones, by
// classical scaling. The sign of each axis is such that the point that lies
// furthest out on it is on its positive side.
func plane(d [][]float64) [][2]float64 {
	n := len(d)
	at := make([][2]float64, n)
	square := mat.NewSymDense(n, nil)
	means, all := make([]float64, n), 0.0
	for i := range d {
		for _, v := range d[i] {
			means[i] += v * v / float64(n)
		}
		all += means[i] / float64(n)
	}
	for i := range d {
		for j := range i + 1 {
			square.SetSym(i, j, -(d[i][j]*d[i][j]-means[i]-means[j]+all)/2)
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(square, true) {
		return at
	}
	values := eigen.Values(nil)
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	for axis := range min(2, n) {
		c := n - 1 - axis
		length := math.Sqrt(max(0, values[c]))
		far := 0.0
		for i := range n {
			if v := vectors.At(i, c); math.Abs(v) > math.Abs(far)+1e-9 {
				far = v
			}
		}
		for i := range n {
			at[i][axis] = math.Copysign(1, far) * vectors.At(i, c) * length
		}
	}
	return at
}
