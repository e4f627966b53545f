package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// withBenchmark adds a benchmark for the length of a test.
func withBenchmark(t *testing.T, b benchmark) {
	was := benchmarks
	benchmarks = append(benchmarks[:len(benchmarks):len(benchmarks)], b)
	t.Cleanup(func() { benchmarks = was })
}

func TestResultsAreJSONLines(t *testing.T) {
	withBenchmark(t, benchmark{name: "fake", run: func(_ context.Context, s settings) ([]result, error) {
		r := result{Name: "seconds", Value: 2, Unit: "s"}
		if s.peers {
			r = r.against("turtle", 10, true)
		}
		return []result{r, {Name: "accuracy", Value: 0.5}}, nil
	}})
	for _, c := range []struct {
		args  []string
		first string
	}{
		{[]string{"fake"}, `{"bench":"fake","name":"seconds","value":2,"unit":"s"}`},
		{[]string{"fake", "-peers"}, `{"bench":"fake","name":"seconds","value":2,"unit":"s","peer":"turtle","peer_value":10,"ratio":5}`},
	} {
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), c.args, &stdout, &stderr); code != 0 {
			t.Fatalf("%v: exit %d: %s", c.args, code, stderr.String())
		}
		lines := strings.Split(strings.TrimSpace(stdout.String()), "\n")
		if len(lines) != 2 || lines[0] != c.first {
			t.Errorf("%v printed\n%s\nwant first\n%s", c.args, stdout.String(), c.first)
		}
		for _, line := range lines {
			if !json.Valid([]byte(line)) {
				t.Errorf("%v: not JSON: %s", c.args, line)
			}
		}
	}
}

func TestExitStatus(t *testing.T) {
	withBenchmark(t, benchmark{name: "broken", run: func(context.Context, settings) ([]result, error) {
		return nil, errors.New("no data here")
	}})
	for _, c := range []struct {
		args   []string
		code   int
		stderr string
	}{
		{nil, 2, "usage: bench NAME"},
		{[]string{"nonsense"}, 2, `no benchmark "nonsense"`},
		{[]string{"broken", "-wrong"}, 2, "-wrong"},
		{[]string{"broken", "surplus"}, 2, "surplus"},
		{[]string{"broken", "-runs", "0"}, 2, "runs 0"},
		{[]string{"save", "-saves", "0"}, 2, "saves 0"},
		{[]string{"memory", "-edits", "0"}, 2, "edits 0"},
		{[]string{"conformance", "-suite", "rust"}, 2, `no suite "rust"`},
		{[]string{"errorcheck", "-folder", "nowhere"}, 1, "no programs in folder"},
		{[]string{"broken"}, 1, "bench: broken: no data here"},
		{[]string{"classify", "-data", "/nowhere"}, 1, "20news-bydate-train.tar.gz"},
	} {
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), c.args, &stdout, &stderr); code != c.code || !strings.Contains(stderr.String(), c.stderr) {
			t.Errorf("%v: exit %d, want %d; stderr %q, want %q in it", c.args, code, c.code, stderr.String(), c.stderr)
		}
		if stdout.Len() > 0 {
			t.Errorf("%v printed %q", c.args, stdout.String())
		}
	}
}

func TestMedian(t *testing.T) {
	if got := median([]float64{9, 1, 2}); got != 2 {
		t.Errorf("median of three is %v, want 2", got)
	}
	if got := median([]float64{4, 1, 2, 9}); got != 3 {
		t.Errorf("median of four is %v, want 3", got)
	}
}

func TestRatiosAreAboveOneInOurFavour(t *testing.T) {
	if r := (result{Value: 2}).against("peer", 10, true); r.Ratio != 5 {
		t.Errorf("2 s against 10 s: ratio %v, want 5", r.Ratio)
	}
	if r := (result{Value: 0.9}).against("peer", 0.6, false); r.Ratio != 0.9/0.6 {
		t.Errorf("0.9 against 0.6: ratio %v, want 1.5", r.Ratio)
	}
}
