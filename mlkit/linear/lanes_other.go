//go:build !amd64

package linear

func addDot(sum *vector, weights []vector, row []entry) {
	addDotPortable(sum, weights, row)
}

func addRow(weights []vector, step *vector, row []entry) {
	addRowPortable(weights, step, row)
}

func prefetch([]entry) {}
