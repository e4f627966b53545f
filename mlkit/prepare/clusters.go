package prepare

import (
	"context"
	"fmt"

	"viva/mlkit/data"
	"viva/mlkit/leak"
)

// clusters returns the rows of documents that are copies of each other, or
// joined by copies, in the order of their first rows.
func clusters(ctx context.Context, c *data.Corpus, threshold float64, wholeText bool) ([][]int, error) {
	copies, err := leak.Find(ctx, c, leak.Options{Threshold: threshold, WholeText: wholeText})
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	// The list of pairs is bounded, and equal texts make most of it. Each is
	// joined with the one that stays; near pairs are needed among the rest
	// alone.
	var pairs links
	equal := map[int]bool{}
	for _, r := range copies.Redundant() {
		pairs.sets = append(pairs.sets, []int{r.Kept, r.Row})
		if r.Kind != leak.Near {
			equal[r.Row] = true
		}
	}
	list := copies.Pairs()
	rows := make([]int, c.Len())
	for i := range rows {
		rows[i] = i
	}
	if len(list) >= maxPairs {
		rows = rows[:0]
		for row := range c.Len() {
			if !equal[row] {
				rows = append(rows, row)
			}
		}
		if copies, err = leak.Find(ctx, c.Select(rows), leak.Options{Threshold: threshold, WholeText: wholeText}); err != nil {
			return nil, fmt.Errorf("prepare: %w", err)
		}
		if list = copies.Pairs(); len(list) >= maxPairs {
			return nil, fmt.Errorf("prepare: there are more than %d pairs of near copies in %s: remove copies first, or raise the threshold", maxPairs, c.Name())
		}
	}
	for _, p := range list {
		pairs.sets = append(pairs.sets, []int{rows[p.RowA], rows[p.RowB]})
	}
	roots := join(c.Len(), []links{pairs}, -1)
	members := map[int][]int{}
	for row, root := range roots {
		members[root] = append(members[root], row)
	}
	var out [][]int
	for row := range roots {
		if len(members[row]) > 1 {
			out = append(out, members[row])
		}
	}
	return out, nil
}

// maxPairs is the number of pairs that leak.Copies lists at most.
const maxPairs = 100_000
