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
	var out [][]int
	for _, cluster := range copies.Clusters() {
		out = append(out, cluster.Rows)
	}
	return out, nil
}
