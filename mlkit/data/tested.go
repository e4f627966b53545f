package data

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"sync"

	"viva/mlkit/trace"
)

// A test set is worth what nobody has learned from it, and whoever looks at its
// score and tries again learns from it. So that looks can be counted without
// anybody having to say so, this process knows the texts of the test splits
// that its corpora have, and a model that labels such texts reports it.

// testSplit is a test split by its texts. Only hashes are kept, so it holds no
// corpus in memory.
type testSplit struct {
	name, origin string
	// fingerprint is the hash of its distinct texts, in the order of their hashes.
	fingerprint string
	documents   int
	// texts are the beginnings of the hashes of texts and of bodies, ascending.
	texts []uint64
}

// tests are the test splits of this process, the latest last.
var tests struct {
	sync.Mutex
	splits []*testSplit
}

// mostTests bounds them: an edited notebook leaves splits behind.
const mostTests = 64

// noteTests remembers the test split of a new corpus. What is selected from it
// is a part of that split.
func (c *Corpus) noteTests() {
	rows := c.Indices(Test)
	if len(rows) == 0 {
		return
	}
	sums, bodies := make([][sha256.Size]byte, len(rows)), make([]uint64, len(rows))
	inParallel(len(rows), func(i int) {
		d := &c.docs[rows[i]]
		sums[i] = sha256.Sum256([]byte(d.Text))
		bodies[i] = binary.BigEndian.Uint64(sums[i][:])
		if d.Message {
			bodies[i] = textHash(d.Body())
		}
	})
	slices.SortFunc(sums, func(a, b [sha256.Size]byte) int { return bytes.Compare(a[:], b[:]) })
	h := sha256.New()
	t := &testSplit{name: c.name, origin: c.origin, documents: len(rows), texts: bodies}
	for i, s := range sums {
		if i == 0 || s != sums[i-1] {
			h.Write(s[:])
			t.texts = append(t.texts, binary.BigEndian.Uint64(s[:]))
		}
	}
	t.fingerprint = "sha256:" + hex.EncodeToString(h.Sum(nil))
	slices.Sort(t.texts)
	t.texts = slices.Compact(t.texts)
	tests.Lock()
	defer tests.Unlock()
	tests.splits = slices.DeleteFunc(tests.splits, func(o *testSplit) bool { return o.fingerprint == t.fingerprint })
	tests.splits = append(tests.splits, t)
	if extra := len(tests.splits) - mostTests; extra > 0 {
		tests.splits = slices.Clone(tests.splits[extra:])
	}
}

func textHash(text string) uint64 {
	sum := sha256.Sum256([]byte(text))
	return binary.BigEndian.Uint64(sum[:])
}

// Evaluating tells package trace that a model labels the texts, if every one of
// them is the text, or the body, of a document in a test split of this process:
// the smallest such split counts, so a part of a test split counts as the
// split. Any other texts are no evaluation. Models of mlkit call it themselves;
// a cell that predicts by its own means should. The model's fingerprint is asked
// for only where it counts; measure says what was measured, or is empty.
func Evaluating(ctx context.Context, texts []string, model func() string, measure string) {
	if len(texts) == 0 || trace.From(ctx).Evaluation == nil {
		return
	}
	tests.Lock()
	splits := slices.Clone(tests.splits)
	tests.Unlock()
	splits = slices.DeleteFunc(splits, func(t *testSplit) bool { return !t.holds(texts[0]) })
	if len(splits) == 0 {
		return
	}
	hashes := make([]uint64, len(texts))
	inParallel(len(texts), func(i int) { hashes[i] = textHash(texts[i]) })
	var found *testSplit
	for _, t := range splits {
		if found != nil && (t.documents > found.documents || t.documents == found.documents && t.fingerprint > found.fingerprint) {
			continue
		}
		if !slices.ContainsFunc(hashes, func(h uint64) bool { _, ok := slices.BinarySearch(t.texts, h); return !ok }) {
			found = t
		}
	}
	if found == nil {
		return
	}
	trace.Evaluated(ctx, trace.Evaluation{
		Data: found.name, Source: found.origin, Test: found.fingerprint, Documents: found.documents, Model: model(), Measure: measure,
	})
}

func (t *testSplit) holds(text string) bool {
	_, ok := slices.BinarySearch(t.texts, textHash(text))
	return ok
}
