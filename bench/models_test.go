package main

import (
	"math"
	"testing"
)

func TestExponent(t *testing.T) {
	for _, want := range []float64{0, 1, 1.5} {
		var x, y []float64
		for _, n := range []float64{100, 200, 400, 900} {
			x, y = append(x, n), append(y, 3*math.Pow(n, want))
		}
		if got := exponent(x, y); math.Abs(got-want) > 1e-9 {
			t.Errorf("exponent %v, want %v", got, want)
		}
	}
}

// What sklearn.datasets._twenty_newsgroups leaves of these posts:
// strip_newsgroup_footer(strip_newsgroup_quoting(strip_newsgroup_header(post))).
func TestPostsAreStrippedAsScikitLearnDoes(t *testing.T) {
	for _, c := range []struct{ post, want string }{
		{"From: a\nSubject: b\n\nIn article <1> c writes:\n> old\nnew\n", "new\n"},
		{"From: a\n\nhello\nworld\n\n-- \nJohn\n", "hello\nworld\n"},
		{"From: a\n\nfirst\n\nlast\n", "first"},
		{"no blank line", ""},
		{"From: a\r\n\r\none\r\n---\r\nsig", "one"},
	} {
		if got := stripPost(c.post); got != c.want {
			t.Errorf("%q: %q, want %q", c.post, got, c.want)
		}
	}
}
