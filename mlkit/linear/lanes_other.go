//go:build !amd64

package linear

func addDot(sum *[lanes]float64, weights [][lanes]float64, row []entry) {
	addDotPortable(sum, weights, row)
}

func addRow(weights [][lanes]float64, step *[lanes]float64, row []entry) {
	addRowPortable(weights, step, row)
}

func prefetch([]entry) {}
