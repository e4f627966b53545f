// Package nearest finds the name a person most likely meant. It is for hints
// in error messages only.
package nearest

// Name returns the candidate with the smallest edit distance to name, or ""
// when none is near enough to be a likely slip: a distance of at most a third
// of the longer length, and never more than three edits. The first of equals
// wins.
func Name(name string, candidates []string) string {
	best, bestDistance := "", 4
	for _, c := range candidates {
		d := distance(name, c)
		if 3*d <= max(len(name), len(c)) && d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

// distance is the optimal string alignment distance over bytes: insertions,
// deletions, substitutions and swaps of neighbours each count one.
func distance(a, b string) int {
	before, last, cur := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(last[j]+1, cur[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], before[j-2]+1)
			}
		}
		before, last, cur = last, cur, before
	}
	return last[len(b)]
}
