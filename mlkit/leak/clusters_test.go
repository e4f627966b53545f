package leak_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"viva/mlkit/data"
	"viva/mlkit/leak"
)

func TestClusters(t *testing.T) {
	labelled := func(id, split, label, text string) data.Document {
		return data.Document{ID: id, Split: split, Label: label, Text: text}
	}
	long := words(0, 64)
	// One end of the chain is no copy of the other.
	middle := strings.Replace(long, "w20 ", "other ", 1)
	far := strings.Replace(middle, "w40 ", "another ", 1)
	copies, err := leak.Find(t.Context(), corpus(t,
		labelled("alone", data.Train, "x", "nobody's copy"),
		labelled("a", data.Test, "x", long),
		labelled("b", data.Train, "y", "Twice."),
		labelled("c", "", "x", middle),
		labelled("empty", data.Train, "x", " "),
		labelled("d", data.Train, "", far),
		labelled("e", data.Train, "y", "twice"),
		labelled("f", data.Train, "x", long),
		labelled("empty too", data.Train, "x", ""),
		labelled("g", data.Validation, "z", strings.ToUpper(long)),
	), leak.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []leak.Cluster{
		{Rows: []int{1, 3, 5, 7, 9}, Splits: []string{"train", "validation", "test"}, Labels: []string{"x", "z"}, Exact: 1, Normalised: 2, Near: 4, Jaccard: 55.0 / 65},
		{Rows: []int{2, 6}, Splits: []string{"train"}, Labels: []string{"y"}, Normalised: 1, Jaccard: 1},
	}
	if diff := cmp.Diff(want, copies.Clusters(), cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("clusters (-want +got):\n%s", diff)
	}
	var of []int
	for row := range 10 {
		of = append(of, copies.ClusterOf(row))
	}
	if diff := cmp.Diff([]int{-1, 0, 1, 0, -1, 0, 1, 0, -1, 0}, of); diff != "" {
		t.Errorf("cluster of every row (-want +got):\n%s", diff)
	}
	table := copies.ClusterTable(1)
	if len(table.Rows) != 1 || table.Rows[0][0].Text != "5" || table.Rows[0][1].Text != "train, validation, test" {
		t.Errorf("the largest cluster is shown as %v", table.Rows)
	}
	if notes := strings.Join(table.Notes, " "); notes != "1 cluster more. 7 documents in 2 clusters; 1 touch several splits, 1 several classes. All near copies were looked for (exact method)." {
		t.Errorf("notes %q", notes)
	}
}

// Clusters are what the pairs connect, and nothing else.
func TestClustersAreComponentsOfPairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(rapid.StringMatching(`[abA]([ .][ab]){0,7}|[.-]|`), 1, 14).Draw(t, "texts")
		var docs []data.Document
		for i, text := range texts {
			docs = append(docs, doc(fmt.Sprint(i), "", text))
		}
		copies, err := leak.Find(context.Background(), corpus(t, docs...), leak.Options{Words: 2, Threshold: 0.6})
		if err != nil {
			t.Fatal(err)
		}
		// The smallest row that each is connected with.
		first := make([]int, len(docs))
		for i := range first {
			first[i] = i
		}
		pairs := copies.Pairs()
		for range docs {
			for _, p := range pairs {
				m := min(first[p.RowA], first[p.RowB])
				first[p.RowA], first[p.RowB] = m, m
			}
		}
		inCluster := 0
		last := -1
		clusters := copies.Clusters()
		count := 0
		for i, c := range clusters {
			if len(c.Rows) < 2 || c.Rows[0] <= last {
				t.Fatalf("cluster %d is %v, after one that begins with %d", i, c.Rows, last)
			}
			last = c.Rows[0]
			for j, row := range c.Rows {
				if first[row] != c.Rows[0] || copies.ClusterOf(row) != i || j > 0 && row <= c.Rows[j-1] {
					t.Fatalf("row %d is in the cluster %v", row, c.Rows)
				}
			}
			inCluster += len(c.Rows)
			count += c.Exact + c.Normalised + c.Near
		}
		for row, f := range first {
			if f == row && copies.ClusterOf(row) < 0 {
				inCluster++
			}
		}
		if inCluster != len(docs) || count != len(pairs) {
			t.Fatalf("%d of %d documents are accounted for, %d of %d pairs", inCluster, len(docs), count, len(pairs))
		}
	})
}
