package keyphrase

import (
	"math"
	"slices"
)

const (
	// topicOverlap is the least mean share of common stems at which phrases are of
	// one topic, multipartiteAlpha the strength of the adjustment, and damping that
	// of PageRank: the values of Bougouin et al. (2013) and Boudin (2018).
	topicOverlap      = 0.26
	multipartiteAlpha = 1.1
	damping           = 0.85
	// multipartiteMost is how many phrases of a document are in its graph, the
	// first ones: the graph grows with their square.
	multipartiteMost = 1000
	// multipartiteWords is how many words of a document occurrences are taken from:
	// pairs of occurrences grow with their square.
	multipartiteWords = 20_000
)

// MultipartiteRank ranks by the method of Boudin (2018), "Unsupervised keyphrase
// extraction with multipartite graphs": the longest sequences of content words
// are clustered into topics by average linkage over the Jaccard distance of
// their stems, threshold 0.74; candidates of different topics are joined by the
// sum of the inverse distances of their occurrences; what the topic's first
// candidate gets is raised, alpha 1.1; and PageRank, damping 0.85, ranks them. Of
// a document the first 1,000 candidates and 20,000 words are used.
func MultipartiteRank() *Method { return &Method{name: "MultipartiteRank", rank: multipartite} }

func multipartite(d *document) []float64 {
	scores := make([]float64, len(d.candidates))
	for i := range scores {
		scores[i] = none
	}
	order, at := runCandidates(d)
	order = order[:min(len(order), multipartiteMost)]
	for i, k := range order {
		near := slices.IndexFunc(at[k], func(a int) bool { return a >= multipartiteWords })
		if near == 0 {
			// Candidates stand in the order of their first occurrence.
			order = order[:i]
			break
		}
		if near > 0 {
			at[k] = at[k][:near]
		}
	}
	n := len(order)
	if n == 0 {
		return scores
	}
	topic := topics(d, order)
	weight := make([]float64, n*n)
	for i := range n {
		for j := range i {
			if topic[i] == topic[j] {
				continue
			}
			w := 0.0
			for _, a := range at[order[i]] {
				for _, b := range at[order[j]] {
					gap := max(a, b) - min(a, b)
					// The distance is from the end of the first to the start of the
					// second.
					if a < b {
						gap -= d.candidates[order[i]].n - 1
					} else {
						gap -= d.candidates[order[j]].n - 1
					}
					w += 1 / float64(max(gap, 1))
				}
			}
			weight[i*n+j], weight[j*n+i] = w, w
		}
	}
	adjust(d, order, at, topic, weight)
	for i, r := range pageRank(n, weight) {
		scores[order[i]] = r
	}
	return scores
}

// adjust raises the weights of the edges to the first candidate of each topic by
// those from the topic's others, the more the earlier it is in the text.
func adjust(d *document, order []int32, at map[int32][]int, topic []int, weight []float64) {
	n := len(order)
	first := map[int]int{}
	for i := range n {
		if j, ok := first[topic[i]]; !ok || at[order[i]][0] < at[order[j]][0] {
			first[topic[i]] = i
		}
	}
	members := map[int][]int{}
	for i := range n {
		members[topic[i]] = append(members[topic[i]], i)
	}
	added := make([]float64, n)
	for _, t := range topic {
		list := members[t]
		delete(members, t)
		if len(list) < 2 {
			continue
		}
		head := first[t]
		clear(added)
		for _, other := range list {
			if other == head {
				continue
			}
			for j := range n {
				added[j] += weight[other*n+j]
			}
		}
		boost := multipartiteAlpha * math.Exp(1/float64(1+at[order[head]][0]))
		for j := range n {
			if topic[j] != t {
				weight[j*n+head] += boost * added[j]
			}
		}
	}
}

// pageRank returns the stationary weights of nodes; weight[i*n+j] is that of the
// edge from i to j.
func pageRank(n int, weight []float64) []float64 {
	out := make([]float64, n)
	for i := range n {
		for _, w := range weight[i*n : (i+1)*n] {
			out[i] += w
		}
	}
	rank, next := make([]float64, n), make([]float64, n)
	for i := range rank {
		rank[i] = 1 / float64(n)
	}
	for range 100 {
		lost := 0.0
		for i := range n {
			if out[i] == 0 {
				lost += rank[i]
			}
		}
		for j := range next {
			next[j] = (1-damping)/float64(n) + damping*lost/float64(n)
		}
		for i := range n {
			if out[i] == 0 {
				continue
			}
			share := damping * rank[i] / out[i]
			for j, w := range weight[i*n : (i+1)*n] {
				next[j] += share * w
			}
		}
		change := 0.0
		for i := range rank {
			change += math.Abs(rank[i] - next[i])
		}
		rank, next = next, rank
		if change < 1e-5 {
			break
		}
	}
	return rank
}

// topics clusters candidates by average linkage (nearest-neighbour chain) and
// returns the number of the topic of each.
func topics(d *document, order []int32) []int {
	n := len(order)
	sets := make([][]int32, n)
	for i, k := range order {
		c := &d.candidates[k]
		ids := slices.Clone(c.ids[:c.n])
		slices.Sort(ids)
		sets[i] = slices.Compact(ids)
	}
	distance := make([]float32, n*n)
	for i := range n {
		for j := range i {
			x := float32(1 - jaccard(sets[i], sets[j]))
			distance[i*n+j], distance[j*n+i] = x, x
		}
	}
	size, active := make([]float32, n), make([]bool, n)
	parent := make([]int, n)
	for i := range n {
		size[i], active[i], parent[i] = 1, true, i
	}
	var chain []int
	for next := 0; ; {
		if len(chain) == 0 {
			for next < n && !active[next] {
				next++
			}
			if next == n {
				break
			}
			chain = append(chain, next)
		}
		a := chain[len(chain)-1]
		best, near := float32(2), -1
		if len(chain) > 1 {
			near = chain[len(chain)-2]
			best = distance[a*n+near]
		}
		for j := range n {
			if active[j] && j != a && distance[a*n+j] < best {
				best, near = distance[a*n+j], j
			}
		}
		if near < 0 || best > 1-topicOverlap {
			// Nothing is near enough, and by reducibility nothing will be.
			active[a] = false
			chain = chain[:len(chain)-1]
			continue
		}
		if len(chain) < 2 || near != chain[len(chain)-2] {
			chain = append(chain, near)
			continue
		}
		chain = chain[:len(chain)-2]
		for j := range n {
			if active[j] && j != a && j != near {
				x := (size[a]*distance[a*n+j] + size[near]*distance[near*n+j]) / (size[a] + size[near])
				distance[near*n+j], distance[j*n+near] = x, x
			}
		}
		size[near] += size[a]
		active[a] = false
		parent[a] = near
	}
	topic := make([]int, n)
	for i := range topic {
		r := i
		for parent[r] != r {
			r = parent[r]
		}
		topic[i] = r
	}
	return topic
}

// jaccard compares sorted lists.
func jaccard(a, b []int32) float64 {
	common := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			common++
			i++
			j++
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return float64(common) / float64(len(a)+len(b)-common)
}
