package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"viva/mlkit/data"
	"viva/mlkit/neardup"
)

// madeSizes are the made-up corpora.
var madeSizes = []struct {
	name      string
	documents int
}{{"10k", 10_000}, {"100k", 100_000}, {"1m", 1_000_000}}

// timeCopies measures the search for copies: in 20 Newsgroups and Reuters-21578
// together, from texts in memory to verified pairs and clusters, and in made-up
// corpora, each in a process of its own.
func timeCopies(ctx context.Context, s settings) ([]result, error) {
	if s.made > 0 {
		return timeMade(ctx, s)
	}
	results, err := timeReal(ctx, s)
	if err != nil {
		return nil, err
	}
	for _, method := range []string{neardup.Exact, neardup.MinHash} {
		prefix := "made_"
		if method == neardup.MinHash {
			prefix = "made_minhash_"
		}
		var documents, seconds, cpu []float64
		recall, precision := 1.0, 1.0
		for _, size := range madeSizes {
			of, err := inProcess(ctx, s, size.documents, method)
			if err != nil {
				return nil, fmt.Errorf("%d documents: %w", size.documents, err)
			}
			for _, r := range of {
				switch r.Name {
				case "recall":
					recall = min(recall, r.Value)
				case "precision":
					precision = min(precision, r.Value)
				case "seconds":
					documents, seconds = append(documents, float64(size.documents)), append(seconds, r.Value)
				case "cpu_seconds":
					cpu = append(cpu, r.Value)
				}
				r.Name = prefix + size.name + "_" + r.Name
				results = append(results, r)
			}
		}
		results = append(results,
			result{Name: prefix + "exponent", Value: logSlope(documents, seconds), Note: "of the time, by least squares of logarithms"},
			result{Name: prefix + "recall", Value: recall, Note: "the least of the sizes"},
			result{Name: prefix + "precision", Value: precision, Note: "the least of the sizes"},
		)
		if slices.Min(cpu) > 0 {
			results = append(results, result{Name: prefix + "cpu_exponent", Value: logSlope(documents, cpu), Note: "the same of the processors' time, which other programs disturb less"})
		}
	}
	return results, nil
}

// publicTexts returns the bodies of 20 Newsgroups and title and body of
// Reuters-21578.
func publicTexts(ctx context.Context, folder string) ([]string, error) {
	var texts []string
	for _, name := range []string{"20newsgroups", "reuters21578"} {
		c, err := data.Open(ctx, filepath.Join(folder, "classification", name), data.Options{})
		if err != nil {
			return nil, err
		}
		for _, body := range c.Bodies() {
			// Cut from messages with headers, which need not stay in memory.
			texts = append(texts, strings.Clone(body))
		}
	}
	return texts, nil
}

func timeReal(ctx context.Context, s settings) ([]result, error) {
	texts, err := publicTexts(ctx, s.data)
	if err != nil {
		return nil, err
	}
	size := 0
	for _, t := range texts {
		size += len(t)
	}
	var seconds []float64
	var found *neardup.Result
	var clusters [][]int
	for run := range s.runs {
		runtime.GC()
		began := time.Now()
		if found, err = neardup.Find(ctx, texts, neardup.Options{Method: neardup.Exact}); err != nil {
			return nil, err
		}
		clusters = found.Clusters()
		seconds = append(seconds, time.Since(began).Seconds())
		fmt.Fprintf(s.log, "run %d: %d documents in %.2f s\n", run+1, len(texts), seconds[run])
	}
	middle := median(seconds)
	return []result{
		{Name: "real_documents", Value: float64(len(texts)), Unit: "count", Note: "20 Newsgroups and Reuters-21578"},
		{Name: "real_seconds", Value: middle, Unit: "s", Note: "from texts in memory to verified pairs and clusters"},
		{Name: "real_docs_per_second", Value: float64(len(texts)) / middle, Unit: "1/s"},
		{Name: "real_mb_per_second", Value: float64(size) / 1e6 / middle, Unit: "MB/s"},
		{Name: "real_near_pairs", Value: float64(len(found.Near)), Unit: "count"},
		{Name: "real_clusters", Value: float64(len(clusters)), Unit: "count"},
	}, nil
}

// inProcess measures a made-up corpus in a process of its own.
func inProcess(ctx context.Context, s settings, documents int, method string) ([]result, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	runs := s.runs
	if documents >= 1_000_000 {
		runs = 1
	}
	cmd := exec.CommandContext(ctx, program, "leak", "-data", s.data, "-made", fmt.Sprint(documents), "-method", method, "-runs", fmt.Sprint(runs))
	cmd.Stderr = s.log
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	var results []result
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var r result
		if err := d.Decode(&r); errors.Is(err, io.EOF) {
			return results, nil
		} else if err != nil {
			return nil, err
		}
		results = append(results, r)
	}
}

// timeMade measures one made-up corpus in this process.
func timeMade(ctx context.Context, s settings) ([]result, error) {
	public, err := publicTexts(ctx, s.data)
	if err != nil {
		return nil, err
	}
	corpus := makeUp(sentences(public), s.made)
	public = nil
	size, words := 0, 0
	for _, t := range corpus.texts {
		size += len(t)
		words += len(strings.Fields(t))
	}
	var seconds, cpu []float64
	var found *neardup.Result
	for run := range s.runs {
		found = nil
		runtime.GC()
		began, used := time.Now(), cpuSeconds()
		if found, err = neardup.Find(ctx, corpus.texts, neardup.Options{Method: s.method}); err != nil {
			return nil, err
		}
		found.Clusters()
		seconds = append(seconds, time.Since(began).Seconds())
		cpu = append(cpu, cpuSeconds()-used)
		fmt.Fprintf(s.log, "%d documents, %s, run %d: %.2f s, %.2f s of processor\n", s.made, found.Method, run+1, seconds[run], cpu[run])
	}
	peak := peakMiB()
	recall, planted := corpus.recall(found)
	precision, judged := corpus.precision(found)
	middle := median(seconds)
	return []result{
		{Name: "seconds", Value: middle, Unit: "s", Note: fmt.Sprintf("%s, %.0f words a document", found.Method, float64(words)/float64(s.made))},
		{Name: "cpu_seconds", Value: median(cpu), Unit: "s", Note: "of all processors"},
		{Name: "docs_per_second", Value: float64(s.made) / middle, Unit: "1/s"},
		{Name: "mb_per_second", Value: float64(size) / 1e6 / middle, Unit: "MB/s"},
		{Name: "peak_mib", Value: peak, Unit: "MiB", Note: "of the whole process, with the texts"},
		{Name: "recall", Value: recall, Note: fmt.Sprintf("of %d planted copies that reach the threshold", planted)},
		{Name: "precision", Value: precision, Note: fmt.Sprintf("of %d pairs, each judged by its sets of n-grams", judged)},
	}, nil
}

// cpuSeconds is the processors' time that the threads of this process have
// used, 0 where the system does not tell.
func cpuSeconds() float64 {
	threads, err := filepath.Glob("/proc/self/task/*/schedstat")
	if err != nil {
		return 0
	}
	sum := 0.0
	for _, name := range threads {
		var ns float64
		if b, err := os.ReadFile(name); err == nil {
			_, _ = fmt.Sscan(string(b), &ns)
		}
		sum += ns / 1e9
	}
	return sum
}

// logSlope is the slope of log y over log x by least squares.
func logSlope(x, y []float64) float64 {
	var mx, my float64
	for i := range x {
		mx += math.Log(x[i]) / float64(len(x))
		my += math.Log(y[i]) / float64(len(x))
	}
	var xy, xx float64
	for i := range x {
		d := math.Log(x[i]) - mx
		xy += d * (math.Log(y[i]) - my)
		xx += d * d
	}
	return xy / xx
}

// recall is the share of the planted copies at the threshold that were found.
func (m *madeCorpus) recall(found *neardup.Result) (share float64, planted int) {
	near := map[[2]int]bool{}
	for _, p := range found.Near {
		near[[2]int{p.A, p.B}] = true
	}
	hits := 0
	for _, p := range m.planted {
		if similarity(m.texts[p.of], m.texts[p.copy]) < threshold {
			continue
		}
		planted++
		a, b := found.Normalised[p.of], found.Normalised[p.copy]
		if a == b || near[[2]int{min(a, b), max(a, b)}] {
			hits++
		}
	}
	if planted == 0 {
		return 1, 0
	}
	return float64(hits) / float64(planted), planted
}

// precision is the share of the pairs found, of near and of normalised copies,
// that are copies.
func (m *madeCorpus) precision(found *neardup.Result) (share float64, judged int) {
	right := 0
	judge := func(ok bool) {
		judged++
		if ok {
			right++
		}
	}
	for row, first := range found.Normalised {
		if first >= 0 && first != row {
			judge(slices.Equal(wordsOf(m.texts[first]), wordsOf(m.texts[row])))
		}
	}
	for _, p := range found.Near {
		s := similarity(m.texts[p.A], m.texts[p.B])
		judge(s >= threshold && math.Abs(s-p.Jaccard) < 1e-9)
	}
	if judged == 0 {
		return 1, 0
	}
	return float64(right) / float64(judged), judged
}
