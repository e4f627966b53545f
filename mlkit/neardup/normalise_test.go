package neardup

import (
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

// plainNormalise is the definition.
func plainNormalise(text string) string {
	folded := cases.Fold().String(norm.NFKC.String(text))
	return strings.Join(strings.FieldsFunc(folded, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }), " ")
}

func TestNormaliseIsAsDefined(t *testing.T) {
	long := strings.Repeat("plain words, ", 20)
	for _, text := range []string{
		"", "é", "aé", "éa", "a é", "é a", " é ", "-é-", "éb-ÉB", "a\u0301b", "a \u0301b", "=\u0338x", "e\u0301", "ﬁne Straße № ２",
		"\xff", "a\xffb", "\u0301", long + "é" + long, "é" + long + "É" + long + "e\u0301", "İ", "ΣΊΣΥΦΟΣ", "한국어", "각", "x\u0327\u0301",
		"a" + strings.Repeat("\u0301", 40) + "b",
	} {
		if got, want := Normalise(text), plainNormalise(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	pieces := rapid.SampledFrom([]string{
		"a", "Z", "9", " ", "-", "=", "<", "é", "É", "ß", "\u0301", "\u0338", "\u0327", "ﬁ", "Σ", "ς", "½", "①", "㎏", "İ", "中", "。", "ᄀ", "ᅡ", "ᆨ", "\u034f",
		"\u00a0", "\u2003", "\xff", "\xc3", "\u200d", "क्", "ʰ", strings.Repeat("x", 70), strings.Repeat(" y", 40),
	})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(pieces, 0, 12).Draw(t, "pieces"), "")
		if got, want := Normalise(text), plainNormalise(text); got != want {
			t.Fatalf("%q becomes %q, want %q", text, got, want)
		}
	})
}

func FuzzNormalise(f *testing.F) {
	f.Add("Straße, a\u0301 =\u0338 \xff 中。")
	f.Fuzz(func(t *testing.T, text string) {
		if got, want := Normalise(text), plainNormalise(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	})
}
