package split

import "math"

// Which of equal candidates comes first decides how groups fall into folds.
// The functions of this file order and add exactly as numpy 1.24 does, so that
// folds are scikit-learn's, ties included.

// argsort returns the indices that sort values in ascending order, with
// numpy's introsort (not stable): partitions around the median of three,
// insertion sort up to 16 elements.
func argsort(values []int) []int {
	index := make([]int, len(values))
	for i := range index {
		index[i] = i
	}
	sortIndex(values, index)
	return index
}

func sortIndex(v []int, x []int) {
	for len(x) > 16 {
		last := len(x) - 1
		mid := last / 2
		if v[x[mid]] < v[x[0]] {
			x[mid], x[0] = x[0], x[mid]
		}
		if v[x[last]] < v[x[mid]] {
			x[last], x[mid] = x[mid], x[last]
		}
		if v[x[mid]] < v[x[0]] {
			x[mid], x[0] = x[0], x[mid]
		}
		pivot := v[x[mid]]
		x[mid], x[last-1] = x[last-1], x[mid]
		i, j := 0, last-1
		for {
			for i++; v[x[i]] < pivot; i++ {
			}
			for j--; pivot < v[x[j]]; j-- {
			}
			if i >= j {
				break
			}
			x[i], x[j] = x[j], x[i]
		}
		x[i], x[last-1] = x[last-1], x[i]
		if i < len(x)-i {
			sortIndex(v, x[:i])
			x = x[i+1:]
		} else {
			sortIndex(v, x[i+1:])
			x = x[:i]
		}
	}
	for i := 1; i < len(x); i++ {
		for j := i; j > 0 && v[x[j]] < v[x[j-1]]; j-- {
			x[j], x[j-1] = x[j-1], x[j]
		}
	}
}

// deviation returns the population standard deviation.
func deviation(x []float64) float64 {
	n := float64(len(x))
	mean := pairwiseSum(x) / n
	squares := make([]float64, len(x))
	for i, v := range x {
		squares[i] = (v - mean) * (v - mean)
	}
	return math.Sqrt(pairwiseSum(squares) / n)
}

// pairwiseSum adds in the order of numpy's pairwise summation.
func pairwiseSum(x []float64) float64 {
	switch n := len(x); {
	case n < 8:
		sum := 0.0
		for _, v := range x {
			sum += v
		}
		return sum
	case n <= 128:
		var r [8]float64
		copy(r[:], x)
		i := 8
		for ; i < n-n%8; i += 8 {
			for j := range r {
				r[j] += x[i+j]
			}
		}
		sum := ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]))
		for ; i < n; i++ {
			sum += x[i]
		}
		return sum
	default:
		half := n / 2
		half -= half % 8
		return pairwiseSum(x[:half]) + pairwiseSum(x[half:])
	}
}
