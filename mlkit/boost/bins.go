package boost

import (
	"math"
	"math/bits"
	"runtime"
	"sync"
)

// maxBins is the number of bins of a feature. Few, so that the histograms stay
// in the processor's nearest memory.
const maxBins = 64

// binned is a table whose features are cut into bins.
type binned struct {
	// bins has the bin of each row of each feature, edges the upper edges of all
	// bins but the last.
	bins  [][]uint8
	edges [][]float64
}

// cutParts cuts the features into bins for several lists of rows: by the values of
// these alone, but for all rows.
func cutParts(columns [][]float64, parts [][]int32) []*binned {
	all := make([]*binned, len(parts))
	for p := range all {
		all[p] = &binned{make([][]uint8, len(columns)), make([][]float64, len(columns))}
	}
	rows := len(columns[0])
	in := make([][]bool, len(parts))
	for p, part := range parts {
		in[p] = make([]bool, rows)
		for _, i := range part {
			in[p][i] = true
		}
	}
	workers := runtime.GOMAXPROCS(0)
	sorters := make(chan *sorter, workers)
	for range workers {
		sorters <- &sorter{}
	}
	each(workers, len(columns), func(j int) {
		s := <-sorters
		defer func() { sorters <- s }()
		order := s.sort(columns[j])
		for p := range parts {
			s.values = s.values[:0]
			for _, i := range order {
				if in[p][i] {
					s.values = append(s.values, columns[j][i])
				}
			}
			edges := cut(s.values)
			bins := make([]uint8, rows)
			b := 0
			for _, i := range order {
				for b < len(edges) && columns[j][i] > edges[b] {
					b++
				}
				bins[i] = uint8(b)
			}
			all[p].edges[j], all[p].bins[j] = edges, bins
		}
	})
	return all
}

// cut returns the upper edges of the bins of ascending values. Bins hold about
// the same number of values; if there are few values each has a bin.
func cut(sorted []float64) (edges []float64) {
	n := len(sorted)
	distinct := 1
	for i := 1; i < n && distinct <= maxBins; i++ {
		if sorted[i] != sorted[i-1] {
			distinct++
		}
	}
	between := func(low, high float64) float64 {
		m := low + (high-low)/2
		if m >= high || math.IsInf(m, 0) {
			return low
		}
		return m
	}
	if distinct <= maxBins {
		for i := 1; i < n; i++ {
			if sorted[i] != sorted[i-1] {
				edges = append(edges, between(sorted[i-1], sorted[i]))
			}
		}
		return edges
	}
	at := 0
	for b := 1; b < maxBins && at < n; b++ {
		// What is left is shared among the bins that are left, since a value
		// that is frequent takes more than its share.
		at += max(1, (n-at)/(maxBins-b+1))
		for at < n && sorted[at] == sorted[at-1] {
			at++
		}
		if at < n {
			edges = append(edges, between(sorted[at-1], sorted[at]))
		}
	}
	return edges
}

// sorter sorts the rows of columns by value, digit by digit.
type sorter struct {
	keys, keys2   []uint64
	order, order2 []int32
	values        []float64
}

const digit = 11

// sort returns the rows in the order of their values. It is good until the next
// call.
func (s *sorter) sort(column []float64) []int32 {
	n := len(column)
	if cap(s.keys) < n {
		s.keys, s.keys2 = make([]uint64, n), make([]uint64, n)
		s.order, s.order2 = make([]int32, n), make([]int32, n)
	}
	keys, order := s.keys[:n], s.order[:n]
	other, otherOrder := s.keys2[:n], s.order2[:n]
	// differ are the bits in which keys differ: features have few values, and
	// those of whole numbers and quantiles leave most digits the same.
	differ := uint64(0)
	for i, x := range column {
		b := math.Float64bits(x)
		// The bits of numbers have their order if the sign is turned, and those of
		// negative ones wholly.
		if b>>63 == 1 {
			b = ^b
		} else {
			b |= 1 << 63
		}
		keys[i], order[i] = b, int32(i)
		differ |= b ^ keys[0]
	}
	for shift := bits.TrailingZeros64(differ); shift < 64; shift += digit {
		if differ>>shift&(1<<digit-1) == 0 {
			continue
		}
		var at [1 << digit]int32
		for _, k := range keys {
			at[k>>shift&(1<<digit-1)]++
		}
		sum := int32(0)
		for d, n := range at {
			at[d] = sum
			sum += n
		}
		for i, k := range keys {
			d := k >> shift & (1<<digit - 1)
			other[at[d]], otherOrder[at[d]] = k, order[i]
			at[d]++
		}
		keys, other, order, otherOrder = other, keys, otherOrder, order
	}
	return order
}

// each calls f for 0..n-1 from several goroutines.
func each(workers, n int, f func(int)) {
	workers = min(workers, n)
	if workers <= 1 {
		for i := range n {
			f(i)
		}
		return
	}
	var wg sync.WaitGroup
	next := make(chan int, n)
	for i := range n {
		next <- i
	}
	close(next)
	for range workers {
		wg.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	wg.Wait()
}
