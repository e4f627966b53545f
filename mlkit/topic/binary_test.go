package topic_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"viva/mlkit/topic"
)

func small(t testing.TB) map[string]*topic.Model {
	t.Helper()
	b := bags(t, [][]string{{"a", "b", "a"}, {"b", "c"}, {}, {"c", "d"}})
	n, err := topic.NMF{Topics: 2}.Fit(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]*topic.Model{"LDA": fit(t, b, topic.LDA{Topics: 2, Iterations: 5}), "NMF": n}
}

func TestModelsAreReadAsTheyWereWritten(t *testing.T) {
	for name, m := range small(t) {
		content, err := m.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var back topic.Model
		if err := back.UnmarshalBinary(content); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		again, err := back.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(content, again) {
			t.Errorf("%s: written again it differs", name)
		}
		doc := [][]string{{"a", "c", "c"}}
		want, err := m.InferTokens(t.Context(), doc)
		if err != nil {
			t.Fatal(err)
		}
		got, err := back.InferTokens(t.Context(), doc)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: inference (-written +read):\n%s", name, diff)
		}
	}
}

func TestDamagedModelsAreRefused(t *testing.T) {
	for name, m := range small(t) {
		content, err := m.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		refuse := func(what string, b []byte) {
			t.Helper()
			var back topic.Model
			if err := back.UnmarshalBinary(b); !errors.Is(err, topic.ErrFormat) {
				t.Errorf("%s, %s: error %v", name, what, err)
			}
		}
		for i := range content {
			damaged := bytes.Clone(content)
			damaged[i] ^= 1 << (i % 8)
			refuse("a bit changed", damaged)
			refuse("cut off", content[:i])
		}
		refuse("more at the end", append(bytes.Clone(content), 0))
		refuse("another version", bytes.Replace(content, []byte("model 2"), []byte("model 3"), 1))
	}
}

// Whatever is read is refused, or is a model all of whose methods work.
func FuzzUnmarshal(f *testing.F) {
	for _, m := range small(f) {
		content, err := m.MarshalBinary()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		var m topic.Model
		if m.UnmarshalBinary(content) != nil {
			return
		}
		m.View()
		m.Main()
		if _, err := m.InferTokens(t.Context(), [][]string{m.Terms()}); err != nil {
			t.Error(err)
		}
	})
}
