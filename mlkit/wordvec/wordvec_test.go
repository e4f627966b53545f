package wordvec_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"viva/mlkit/memo/memotest"
	"viva/mlkit/wordvec"
)

// texts are about containers and animals, which stand beside different words.
func texts(n int, seed uint64) []string {
	rng := rand.New(rand.NewPCG(seed, 1))
	of := func(words ...string) string { return words[rng.IntN(len(words))] }
	var list []string
	for range n {
		if rng.IntN(2) == 0 {
			list = append(list, "She "+of("opened", "filled", "emptied", "closed")+" the "+of("box", "crate", "jar", "barrel")+" with "+of("a lid", "some oil")+".")
		} else {
			list = append(list, "He "+of("fed", "saw", "heard", "chased")+" my "+of("dog", "cat", "horse", "goat")+" in "+of("the garden", "that field")+"!")
		}
	}
	return list
}

func learn(t testing.TB, texts []string, opt wordvec.Options) *wordvec.Vectors {
	t.Helper()
	v, err := wordvec.Learn(t.Context(), texts, opt)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestWordsOfAKindAreNear(t *testing.T) {
	v := learn(t, texts(600, 1), wordvec.Options{Dimensions: 8})
	kinds := [][]string{{"box", "crate", "jar", "barrel"}, {"dog", "cat", "horse", "goat"}}
	cosine := func(a, b string) float64 {
		sum := 0.0
		for d, x := range v.Vector(a) {
			sum += x * v.Vector(b)[d]
		}
		return sum
	}
	for i, kind := range kinds {
		for _, a := range kind {
			for _, b := range kind {
				for _, c := range kinds[1-i] {
					if cosine(a, b) < cosine(a, c)+0.2 {
						t.Errorf("%q is as near to %q (%.2f) as to %q (%.2f)", a, b, cosine(a, b), c, cosine(a, c))
					}
				}
			}
		}
	}
	near := v.Nearest("box", 1000)
	if len(near) != v.Words()-1 {
		t.Errorf("%d words near, of %d", len(near), v.Words())
	}
	for i, n := range near {
		if math.Abs(n.Cosine-cosine("box", n.Word)) > 1e-6 || i > 0 && n.Cosine > near[i-1].Cosine {
			t.Errorf("%v stands at %d", n, i)
		}
	}
	if n := v.Nearest("unknown", 3); n != nil || v.Vector("unknown") != nil || v.Rank("unknown") != -1 {
		t.Errorf("an unknown word is near %v", n)
	}
	if v.Rank("the") < 0 || v.Rank("the") > v.Rank("jar") {
		t.Errorf("%q has rank %d, %q %d", "the", v.Rank("the"), "jar", v.Rank("jar"))
	}
	for _, w := range []string{"box", "the", "."} {
		sum := 0.0
		for _, x := range v.Vector(w) {
			sum += x * x
		}
		if math.Abs(sum-1) > 1e-5 {
			t.Errorf("the vector of %q has the length %v", w, math.Sqrt(sum))
		}
	}
	v.Vector("box")[0] = 99
	if v.Vector("box")[0] == 99 {
		t.Error("who changes a vector changes the value")
	}
}

func TestSameForAnyNumberOfWorkersAndKept(t *testing.T) {
	list := texts(200, 2)
	var first *wordvec.Vectors
	for _, workers := range []int{1, 2, 5} {
		before := runtime.GOMAXPROCS(workers)
		v := learn(t, list, wordvec.Options{Dimensions: 20})
		runtime.GOMAXPROCS(before)
		if first == nil {
			first = v
		}
		if v.Fingerprint() != first.Fingerprint() {
			t.Errorf("%d workers give other vectors", workers)
		}
	}
	var s memotest.Shelf
	for range 2 {
		v, err := wordvec.Learn(s.In(t.Context()), list, wordvec.Options{Dimensions: 20})
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(v, first) {
			t.Error("what is kept is not what was learned")
		}
	}
	if s.Computed != 1 || s.Kept != 1 {
		t.Errorf("%d computed, %d kept", s.Computed, s.Kept)
	}
	if other := learn(t, list, wordvec.Options{Dimensions: 20, Seed: 1}); other.Fingerprint() == first.Fingerprint() {
		t.Error("the seed changes nothing, not even a bit")
	}
}

// The vectors' cosines are those of the exact singular value decomposition: with as
// many dimensions as there are singular values nothing is lost, and the seed does
// not matter.
func TestSeedsAgreeWhereNothingIsCut(t *testing.T) {
	list := texts(200, 3)
	a, b := learn(t, list, wordvec.Options{Dimensions: 500}), learn(t, list, wordvec.Options{Dimensions: 500, Seed: 5})
	if a.Dimensions() != b.Dimensions() || a.Dimensions() > a.Words() {
		t.Fatalf("%d and %d dimensions for %d words", a.Dimensions(), b.Dimensions(), a.Words())
	}
	for _, w := range []string{"box", "cat"} {
		x, y := a.Nearest(w, 1000), b.Nearest(w, 1000)
		cosines := map[string]float64{}
		for _, n := range y {
			cosines[n.Word] = n.Cosine
		}
		for _, n := range x {
			if math.Abs(cosines[n.Word]-n.Cosine) > 1e-4 {
				t.Errorf("%q and %q: %v and %v", w, n.Word, n.Cosine, cosines[n.Word])
			}
		}
	}
}

func TestDegenerateTexts(t *testing.T) {
	for name, list := range map[string][]string{"none": nil, "empty": {"", " "}, "rare": {"a b c"}, "alone": {"a", "a", "a", "a"}} {
		if _, err := wordvec.Learn(t.Context(), list, wordvec.Options{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := wordvec.Learn(t.Context(), []string{"a b"}, wordvec.Options{Contexts: -1}); err == nil || !strings.Contains(err.Error(), "Contexts -1") {
		t.Errorf("negative option: %v", err)
	}
	v := learn(t, []string{"ab \xff ab", "ab cd ab cd", "cd cd"}, wordvec.Options{MinCount: 1})
	if v.Words() < 2 {
		t.Errorf("%d words", v.Words())
	}
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune("ab ü.\n")), 0, 12, -1), 1, 6).Draw(t, "texts")
		v, err := wordvec.Learn(t.Context(), list, wordvec.Options{MinCount: 1, Dimensions: 3})
		if err == nil && (v.Words() == 0 || v.Dimensions() == 0 || v.Dimensions() > 3) {
			t.Fatalf("%d words of %d dimensions", v.Words(), v.Dimensions())
		}
	})
}

func TestWrittenAndRead(t *testing.T) {
	v := learn(t, texts(100, 1), wordvec.Options{Dimensions: 4})
	b, err := v.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var back wordvec.Vectors
	if err := back.UnmarshalBinary(b); err != nil || !reflect.DeepEqual(&back, v) {
		t.Errorf("%v: what was read is not what was written", err)
	}
}

// Damaged vectors are an error, or are vectors: never a crash.
func FuzzUnmarshal(f *testing.F) {
	b, err := learn(f, texts(60, 1), wordvec.Options{Dimensions: 2}).MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(b[:len(b)/2])
	f.Add(bytes.Repeat([]byte{0xff}, 40))
	f.Fuzz(func(t *testing.T, b []byte) {
		var v wordvec.Vectors
		if err := v.UnmarshalBinary(b); err != nil {
			return
		}
		v.Nearest("box", 3)
		v.View()
		if len(v.Vector("box")) != 0 && len(v.Vector("box")) != v.Dimensions() {
			t.Errorf("%d of %d dimensions", len(v.Vector("box")), v.Dimensions())
		}
	})
}
