package topic

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"viva/mlkit/chart"
	"viva/mlkit/view"
)

// Domains are topic models of the parts of a corpus, one for each domain.
type Domains struct {
	// Names are the domains in ascending order, Models theirs, and Rows the
	// documents that each was fitted to.
	Names  []string
	Models []*Model
	Rows   [][]int
	// Warnings are those of the models.
	Warnings []string
}

// ByDomain fits a model to the documents of each domain, as if there were no
// others. domains names the domain of each document; it is an error if one has no
// name. All models are made with the same options.
func ByDomain(ctx context.Context, b *Bags, domains []string, opt LDA) (*Domains, error) {
	names, rows, err := rowsOf(b.Documents(), domains)
	if err != nil {
		return nil, err
	}
	all := &Domains{Names: names, Rows: rows}
	for i, name := range names {
		part, err := b.Select(rows[i])
		if err != nil {
			return nil, fmt.Errorf("domain %q: %w", name, err)
		}
		m, err := opt.Fit(ctx, part)
		if err != nil {
			return nil, fmt.Errorf("domain %q: %w", name, err)
		}
		all.Models = append(all.Models, m)
		for _, w := range m.Warnings {
			all.Warnings = append(all.Warnings, name+": "+w)
		}
	}
	return all, nil
}

// rowsOf returns the domains in ascending order and their documents.
func rowsOf(documents int, domains []string) (names []string, rows [][]int, err error) {
	if len(domains) != documents {
		return nil, nil, fmt.Errorf("topic: %d domains for %d documents: give one for each", len(domains), documents)
	}
	names = slices.Compact(slices.Sorted(slices.Values(domains)))
	rows = make([][]int, len(names))
	for d, name := range domains {
		if name == "" {
			return nil, nil, fmt.Errorf("topic: the document in row %d (counted from 0) has no domain: give it one or leave it out", d)
		}
		i, _ := slices.BinarySearch(names, name)
		rows[i] = append(rows[i], d)
	}
	return names, rows, nil
}

// Shared is a topic that several domains have.
type Shared struct {
	// Topics tells for each domain, in the order of Domains.Names, the number of
	// its topic, -1 if it has none like the others.
	Topics []int
	// Similarity is the least of the similarities of the pairs that joined it:
	// 1 minus the Jensen-Shannon divergence (to base 2) of the distributions over
	// terms, in 0..1.
	Similarity float64
	// Words are the most probable terms of the mean of the distributions.
	Words []string
}

// Share finds the topics that domains have in common. Two topics of different
// domains are the same if each is the most similar to the other among all topics
// of the other's domain, and their similarity is at least the given one, in 0..1;
// 0 means 0.3. Topics are joined from the most similar pair on, and never two of
// one domain. The most similar come first.
func (d *Domains) Share(similarity float64) ([]Shared, error) {
	if similarity == 0 {
		similarity = 0.3
	}
	if similarity < 0 || similarity > 1 {
		return nil, fmt.Errorf("topic: topics of a similarity of at least %v: it is in 0..1", similarity)
	}
	dist := d.distributions()
	var pairs []pair
	for a := range d.Models {
		for b := range a {
			pairs = append(pairs, mutual(dist[a], dist[b], a, b)...)
		}
	}
	pairs = slices.DeleteFunc(pairs, func(p pair) bool { return p.similarity < similarity })
	slices.SortStableFunc(pairs, func(p, q pair) int {
		switch {
		case p.similarity > q.similarity:
			return -1
		case p.similarity < q.similarity:
			return 1
		}
		return 0
	})
	var groups []*Shared
	at := map[[2]int]*Shared{}
	group := func(domain, topic int) *Shared {
		key := [2]int{domain, topic}
		if at[key] == nil {
			g := &Shared{Topics: slices.Repeat([]int{-1}, len(d.Models)), Similarity: 1}
			g.Topics[domain] = topic
			at[key] = g
			groups = append(groups, g)
		}
		return at[key]
	}
	for _, p := range pairs {
		g, h := group(p.a, p.i), group(p.b, p.j)
		if g == h || !disjoint(g.Topics, h.Topics) {
			continue
		}
		for domain, topic := range h.Topics {
			if topic >= 0 {
				g.Topics[domain] = topic
				at[[2]int{domain, topic}] = g
			}
		}
		g.Similarity = min(g.Similarity, h.Similarity, p.similarity)
		h.Topics = nil
	}
	var shared []Shared
	for _, g := range groups {
		n := 0
		for _, t := range g.Topics {
			if t >= 0 {
				n++
			}
		}
		if n > 1 {
			g.Words = d.words(g.Topics, dist)
			shared = append(shared, *g)
		}
	}
	slices.SortStableFunc(shared, func(a, b Shared) int {
		switch {
		case a.Similarity > b.Similarity:
			return -1
		case a.Similarity < b.Similarity:
			return 1
		}
		return 0
	})
	return shared, nil
}

type pair struct {
	a, i, b, j int // domain and topic, twice
	similarity float64
}

// mutual returns the pairs of topics of two domains that are each other's most
// similar.
func mutual(p, q [][]float64, a, b int) []pair {
	best := func(from []float64, to [][]float64) (int, float64) {
		at, most := 0, math.Inf(-1)
		for i, x := range to {
			if s := 1 - divergence(from, x); s > most {
				at, most = i, s
			}
		}
		return at, most
	}
	var pairs []pair
	for i, x := range p {
		j, s := best(x, q)
		if back, _ := best(q[j], p); back == i {
			pairs = append(pairs, pair{a, i, b, j, s})
		}
	}
	return pairs
}

func disjoint(a, b []int) bool {
	for i := range a {
		if a[i] >= 0 && b[i] >= 0 {
			return false
		}
	}
	return true
}

// terms are those of all domains, in order of the alphabet.
func (d *Domains) terms() []string {
	var all []string
	for _, m := range d.Models {
		all = append(all, m.terms...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// distributions returns the topics of each domain over the terms of all domains.
func (d *Domains) distributions() [][][]float64 {
	terms := d.terms()
	all := make([][][]float64, len(d.Models))
	for i, m := range d.Models {
		place := make([]int, len(m.terms))
		for w, term := range m.terms {
			place[w], _ = slices.BinarySearch(terms, term)
		}
		for k := range m.topics {
			row := make([]float64, len(terms))
			for w, p := range m.topic(k) {
				row[place[w]] = p
			}
			all[i] = append(all[i], row)
		}
	}
	return all
}

func (d *Domains) words(topics []int, dist [][][]float64) []string {
	terms := d.terms()
	together := make([]float64, len(terms))
	for domain, t := range topics {
		if t < 0 {
			continue
		}
		for w, p := range dist[domain][t] {
			together[w] += p
		}
	}
	var words []string
	for _, w := range largest(together, shown) {
		words = append(words, terms[w])
	}
	return words
}

// SharedTable returns a row for each topic that domains share, see Share.
func (d *Domains) SharedTable(similarity float64) (*view.Table, error) {
	shared, err := d.Share(similarity)
	if err != nil {
		return nil, err
	}
	t := view.NewTable("Topics that domains share", append(append([]string{"words"}, d.Names...), "similarity")...)
	for _, s := range shared {
		row := []any{strings.Join(s.Words, ", ")}
		for _, k := range s.Topics {
			if k < 0 {
				row = append(row, nil)
			} else {
				row = append(row, title(k))
			}
		}
		t.Add(append(row, s.Similarity)...)
	}
	if len(shared) == 0 {
		t.Notes = append(t.Notes, "no two domains have a topic in common")
	}
	t.Notes = append(t.Notes, "similarity is 1 − Jensen–Shannon divergence of the word distributions; each topic is the other's most similar in its domain")
	return t, nil
}

// Table returns a row for each topic of each domain.
func (d *Domains) Table() *view.Table {
	t := view.NewTable("Topics of each domain", "domain", "topic", "documents", "share of the domain's tokens [%]", "words")
	for i, m := range d.Models {
		for k := range m.topics {
			t.Add(d.Names[i], k+1, len(d.Rows[i]), m.sizes[k], m.line(k, shown))
		}
	}
	return t
}

// View implements view.Viewer: the topics of each domain, those that are shared,
// and the warnings.
func (d *Domains) View() []view.Item {
	items := d.Table().View()
	if shared, err := d.SharedTable(0); err == nil {
		items = append(items, shared.View()...)
	}
	return append(items, warn(d.Warnings)...)
}

// DomainShares returns which domains a model of the whole corpus has found its
// topics in: for each topic the share of its tokens that each domain has, a row
// for each topic with the sum 1, in the order of the domains' names. domains names
// the domain of each document that the model was fitted to, and docs are these.
func (m *Model) DomainShares(docs *Bags, domains []string) (names []string, shares [][]float64, err error) {
	if docs.Documents() != m.Documents() {
		return nil, nil, fmt.Errorf("topic: bags of %d documents for a model of %d", docs.Documents(), m.Documents())
	}
	names, rows, err := rowsOf(m.Documents(), domains)
	if err != nil {
		return nil, nil, err
	}
	shares = make([][]float64, m.topics)
	for k := range shares {
		shares[k] = make([]float64, len(names))
	}
	for i := range names {
		for _, d := range rows[i] {
			n := float64(docs.Length(d))
			for k, share := range m.mixture(d) {
				shares[k][i] += n * share
			}
		}
	}
	for k := range shares {
		if all := sum(shares[k]); all > 0 {
			for i := range shares[k] {
				shares[k][i] /= all
			}
		}
	}
	return names, shares, nil
}

// DomainFigure draws DomainShares as a heat map.
func (m *Model) DomainFigure(docs *Bags, domains []string) (view.Figure, error) {
	names, shares, err := m.DomainShares(docs, domains)
	if err != nil {
		return view.Figure{}, err
	}
	topics := make([]string, m.topics)
	for k := range topics {
		topics[k] = fmt.Sprintf("%d: %s", k+1, m.line(k, 3))
	}
	return chart.Heatmap(topics, names, shares, chart.HeatmapOptions{
		Title: "Domains of each topic", RowsName: "topic", ColumnsName: "domain", Name: "share of the topic's tokens", Unit: "%",
	})
}
