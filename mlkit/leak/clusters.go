package leak

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"viva/mlkit/data"
	"viva/mlkit/view"
)

// Cluster is a set of documents that hang together by copies of any kind: a
// component of the graph whose edges are the pairs. Two of its documents need
// not be copies of each other, if a chain of copies leads from one to the
// other.
type Cluster struct {
	// Rows are its documents, at least two, in order.
	Rows []int
	// Splits are the splits that it touches, in the order of train,
	// validation, test; documents without a split do not count.
	Splits []string
	// Labels are the classes that it touches, sorted; documents without a
	// label do not count.
	Labels []string
	// Exact, Normalised and Near are the numbers of its pairs of copies of
	// each kind, which do not overlap.
	Exact, Normalised, Near int
	// Jaccard is the smallest index of its near copies, 1 if it has none.
	Jaccard float64
}

// Clusters returns all clusters by their first rows. A document that is
// nobody's copy is in none.
func (f *Copies) Clusters() []Cluster {
	clusters := make([]Cluster, len(f.clusters))
	labels, splits := f.corpus.Labels(), f.corpus.Splits()
	for i, rows := range f.clusters {
		c := Cluster{Rows: slices.Clone(rows), Jaccard: 1}
		var touched uint8
		exact := map[int]int{}
		normalised := map[int]int{}
		for _, row := range rows {
			touched |= bit(splits[row])
			if labels[row] != "" {
				c.Labels = append(c.Labels, labels[row])
			}
			// The pairs of a document with those before it.
			c.Exact += exact[f.found.Exact[row]]
			c.Normalised += normalised[f.found.Normalised[row]] - exact[f.found.Exact[row]]
			exact[f.found.Exact[row]]++
			normalised[f.found.Normalised[row]]++
		}
		for _, s := range []string{data.Train, data.Validation, data.Test} {
			if touched&bit(s) != 0 {
				c.Splits = append(c.Splits, s)
			}
		}
		slices.Sort(c.Labels)
		c.Labels = slices.Compact(c.Labels)
		clusters[i] = c
	}
	for _, p := range f.found.Near {
		c := &clusters[f.clusterOf[p.A]]
		c.Near += len(f.members[p.A]) * len(f.members[p.B])
		c.Jaccard = min(c.Jaccard, p.Jaccard)
	}
	return clusters
}

// ClusterOf returns the index of the row's cluster in Clusters, -1 if the
// document is nobody's copy. Like the index of a slice, a row that does not
// exist is a mistake of the program.
func (f *Copies) ClusterOf(row int) int { return f.clusterOf[row] }

// ClusterTable returns the n largest clusters, those of one size by their
// first rows: how many documents each has, in which splits and of which
// classes, and how its first document begins. 0 means 10, negative all.
func (f *Copies) ClusterTable(n int) *view.Table {
	if n == 0 {
		n = 10
	}
	clusters := f.Clusters()
	documents, across, mixed := 0, 0, 0
	for _, c := range clusters {
		documents += len(c.Rows)
		if len(c.Splits) > 1 {
			across++
		}
		if len(c.Labels) > 1 {
			mixed++
		}
	}
	slices.SortStableFunc(clusters, func(a, b Cluster) int { return -cmp.Compare(len(a.Rows), len(b.Rows)) })
	t := view.NewTable("Clusters of copies", "documents", "splits", "classes", "smallest Jaccard", "first document", "its text")
	splits := f.corpus.Splits()
	for i, c := range clusters {
		if i == n {
			t.Notes = append(t.Notes, fmt.Sprintf("%s more.", plural(len(clusters)-i, "cluster")))
			break
		}
		first := c.Rows[0]
		text, _ := excerpts(f.corpus.Body(first), "")
		t.Add(len(c.Rows), several(c.Splits), several(c.Labels), c.Jaccard, place(splits[first], f.corpus.At(first).ID), text)
	}
	t.Notes = append(t.Notes, fmt.Sprintf("%s in %s; %d touch several splits, %d several classes.",
		plural(documents, "document"), plural(len(clusters), "cluster"), across, mixed), foundBy(f.Method(), f.Recall()))
	return t
}

// several returns names as an entry that stands out if there is more than one.
func several(names []string) view.Cell {
	c := view.Cell{Text: strings.Join(names, ", ")}
	if len(names) > 1 {
		c.Tone = "warn"
	}
	return c
}

// Table returns the ten largest clusters.
func (f *Copies) Table() *view.Table { return f.ClusterTable(0) }

// View implements view.Viewer: the ten largest clusters.
func (f *Copies) View() []view.Item { return f.Table().View() }
