package linear

import "golang.org/x/sys/cpu"

// hasVectors tells whether the processor has the instructions of
// lanes_amd64.s. What they compute is the portable code's result, bit for bit.
var hasVectors = cpu.X86.HasAVX2

// addDot adds to sum, for each lane, the dot product of a row and the weights.
// The row's columns must be rows of the weights: the assembly does not check.
func addDot(sum *vector, weights []vector, row []entry) {
	if !hasVectors || len(row) == 0 {
		addDotPortable(sum, weights, row)
		return
	}
	addDotAVX2(sum, &weights[0], &row[0], len(row))
}

// addRow adds to the weights, for each lane, its step times a row, with the
// same demand.
func addRow(weights []vector, step *vector, row []entry) {
	if !hasVectors || len(row) == 0 {
		addRowPortable(weights, step, row)
		return
	}
	addRowAVX2(&weights[0], step, &row[0], len(row))
}

// prefetch makes the processor load a row that is needed soon: rows are
// visited in random order, which it cannot foresee.
func prefetch(row []entry) {
	if len(row) > 0 {
		prefetchEntries(&row[0], len(row))
	}
}

//go:noescape
func addDotAVX2(sum, weights *vector, row *entry, n int)

//go:noescape
func addRowAVX2(weights, step *vector, row *entry, n int)

//go:noescape
func prefetchEntries(row *entry, n int)
