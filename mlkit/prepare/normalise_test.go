package prepare_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"viva/mlkit/data"
	"viva/mlkit/prepare"
)

func normalised(t rapid.TB, d data.Document, opt prepare.NormaliseOptions) data.Document {
	t.Helper()
	return must(t)(prepare.Normalise(background, corpus(t, []data.Document{d}), opt)).Corpus.At(0)
}

func TestNormalise(t *testing.T) {
	for _, c := range []struct {
		name, in, want string
		opt            prepare.NormaliseOptions
	}{
		{"plain text stays", "A text.\nTwo lines.\n\nAnother paragraph.", "A text.\nTwo lines.\n\nAnother paragraph.", prepare.NormaliseOptions{}},
		{"compatibility characters", "ﬁne ① Ａ x²", "fine 1 A x2", prepare.NormaliseOptions{}},
		{"composed, compatible kept", "e\u0301 ﬁne", "é ﬁne", prepare.NormaliseOptions{Form: "NFC"}},
		{"no form", "e\u0301 ﬁne", "e\u0301 ﬁne", prepare.NormaliseOptions{Form: "none"}},
		{"white space", "  a \t b\u00a0c \r\n d\r\n\r\n\r\n e \n", "a b c\nd\n\ne", prepare.NormaliseOptions{}},
		{"one line", " a\n\n b\tc ", "a b c", prepare.NormaliseOptions{Space: "single"}},
		{"white space kept", " a\n\n\n b ", " a\n\n\n b ", prepare.NormaliseOptions{Space: "keep"}},
		{"controls", "a\x00b\x07 so\u00adft \ufeffmark zero\u200bwidth", "ab soft mark zerowidth", prepare.NormaliseOptions{}},
		{"controls kept", "so\u00adft", "so\u00adft", prepare.NormaliseOptions{KeepControls: true}},
		{"the joiners of Persian stay", "می\u200cخواهم", "می\u200cخواهم", prepare.NormaliseOptions{}},
		{"Windows-1252 in UTF-8", "caf\xe9 \x93quoted\x94 naïve", "café “quoted” naïve", prepare.NormaliseOptions{}},
		{"small letters", "Straße ÉTÉ İ", "straße été i", prepare.NormaliseOptions{Lower: true}},
		{"mark-up", "<p>Fish &amp; chips<br/>for <b>one</b>hand</p><!-- note --><script>if (a<b) {}</script>&#163;5", "Fish & chips\nfor onehand\n\n£5", prepare.NormaliseOptions{Markup: true}},
		{"table cells", "<table><tr><td>a</td><td>b</td></tr></table>", "a b", prepare.NormaliseOptions{Markup: true}},
		{"encoded twice", "AT&amp;amp;T &amp;lt;i&amp;gt;x", "AT&T x", prepare.NormaliseOptions{Markup: true}},
		{"no mark-up", "a < b and c > d, <someone@example.org> & co &notit; &", "a < b and c > d, <someone@example.org> & co &notit; &", prepare.NormaliseOptions{Markup: true}},
		{"mark-up is text by default", "a &amp; <b>", "a &amp; <b>", prepare.NormaliseOptions{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := normalised(t, data.Document{ID: "1", Text: c.in}, c.opt).Text; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestNormaliseKeepsHeadersHeaders(t *testing.T) {
	d := data.Document{ID: "1", Message: true, Title: " A  Subject", Text: "From:  A <a@b.org>\r\nSubject: A\r\n\t long one\r\nX: \x01\r\n\x02\r\nY: Z\r\n\r\n\r\n  <b>Bold</b>  BODY\r\n"}
	got := normalised(t, d, prepare.NormaliseOptions{Markup: true, Lower: true})
	if want := "From: A <a@b.org>\nSubject: A\n long one\nX:\nY: Z\n\nbold body"; got.Text != want {
		t.Errorf("got %q, want %q", got.Text, want)
	}
	if got.Body() != "bold body" || got.Title != "a subject" {
		t.Errorf("body %q, title %q", got.Body(), got.Title)
	}
}

func TestNormaliseMovesSpans(t *testing.T) {
	span := func(text, s string) data.Span {
		i := strings.Index(text, s)
		return data.Span{Text: s, Start: i, End: i + len(s)}
	}
	text := "\x00 The  ﬁrst   rift\r\n\r\n\r\ncauses <b>earth quakes</b> <i></i>."
	d := data.Document{ID: "1", Text: text, Keyphrases: []string{"ﬁrst  rift", " "},
		Entities: []data.Entity{
			{Type: "a", Span: span(text, "ﬁrst   rift")}, {Type: "gone", Span: span(text, "<i></i>")},
			{Type: "cut", Span: span(text, "b>earth")},
		},
		Relations: []data.Relation{{Type: "causes", Head: span(text, "rift"), Tail: span(text, "earth quakes")}, {Type: "gone", Head: span(text, "rift"), Tail: span(text, "<i>")}},
	}
	c := corpus(t, []data.Document{d})
	s := must(t)(prepare.Normalise(background, c, prepare.NormaliseOptions{Markup: true}))
	got := s.Corpus.At(0)
	want := "The first rift\n\ncauses earth quakes ."
	if got.Text != want {
		t.Fatalf("got %q, want %q", got.Text, want)
	}
	if diff := cmp.Diff([]data.Entity{{Type: "a", Span: span(want, "first rift")}, {Type: "cut", Span: span(want, "earth")}}, got.Entities); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]data.Relation{{Type: "causes", Head: span(want, "rift"), Tail: span(want, "earth quakes")}}, got.Relations); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"first rift"}, got.Keyphrases); diff != "" {
		t.Error(diff)
	}
	if len(s.Warnings) != 1 || !strings.HasPrefix(s.Warnings[0], "2 entities or relations") {
		t.Errorf("warnings %q", s.Warnings)
	}
	if len(s.Changed) != 1 || !strings.Contains(s.Changed[0].Reason, "mark-up (") {
		t.Errorf("changed %+v", s.Changed)
	}
	if c.At(0).Text != text {
		t.Error("the corpus itself was changed")
	}
}

var normaliseOptions = rapid.Custom(func(t *rapid.T) prepare.NormaliseOptions {
	return prepare.NormaliseOptions{
		Form:  rapid.SampledFrom([]string{"NFKC", "NFC", "none"}).Draw(t, "form"),
		Space: rapid.SampledFrom([]string{"lines", "single", "keep"}).Draw(t, "space"),
		Lower: rapid.Bool().Draw(t, "lower"), Markup: rapid.Bool().Draw(t, "markup"), KeepControls: rapid.Bool().Draw(t, "controls"),
	}
})

// awkward are texts of pieces that normalising is about, and of any characters.
var awkward = rapid.Custom(func(t *rapid.T) string {
	piece := rapid.OneOf(
		rapid.SampledFrom([]string{" ", "\n", "\r\n", "\r", "\t", "\u00a0", "\u2028", "a", "B", "Word", "e", "\u0301", "\u0327", "ﬁ", "İ", "ẞ", "ſ", "K", "&", "amp;", "&amp;", "&lt;", "&gt;", "&#769;", "&#x00ad;", "<", ">", "<b>", "</b>", "<p>", "<br/>", "<script>", "</script>", "<!--", "-->", "<x@y>", "\x00", "\u00ad", "\u200b", "\xff", "\xe9", "＜b＞", "＆lt;", "한", "ᄒ", "ᅡ", "ᆫ", "A: b"}),
		rapid.String(),
	)
	return strings.Join(rapid.SliceOfN(piece, 0, 24).Draw(t, "pieces"), "")
})

func TestNormalisingAgainChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		opt := normaliseOptions.Draw(t, "options")
		text := awkward.Draw(t, "text")
		d := data.Document{ID: "1", Text: text, Title: awkward.Draw(t, "title"), Message: rapid.Bool().Draw(t, "message")}
		for range rapid.IntRange(0, 4).Draw(t, "entities") {
			from := rapid.IntRange(0, len(text)).Draw(t, "from")
			to := rapid.IntRange(from, len(text)).Draw(t, "to")
			d.Entities = append(d.Entities, data.Entity{Type: "e", Span: data.Span{Text: text[from:to], Start: from, End: to}})
		}
		once := normalised(t, d, opt)
		for _, e := range once.Entities {
			if e.Start < 0 || e.Start >= e.End || e.End > len(once.Text) || once.Text[e.Start:e.End] != e.Text {
				t.Fatalf("the span %+v is not in %q", e, once.Text)
			}
		}
		twice := must(t)(prepare.Normalise(background, corpus(t, []data.Document{once}), opt))
		if diff := cmp.Diff(once, twice.Corpus.At(0)); diff != "" || len(twice.Changed) != 0 {
			t.Fatalf("a second time changed %+v:\n%s", twice.Changed, diff)
		}
	})
}

// A span of whole words that normalising does not touch stays those words.
func TestSpansOfPlainWordsStay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		opt := normaliseOptions.Draw(t, "options")
		opt.Lower = false
		gap := rapid.SampledFrom([]string{" ", "  ", "\n\n\n", " <b> ", " \x00 ", " ﬁ ", " &amp; ", " e\u0301\u0301 ", "\r\n"})
		text, words := "", []data.Entity{}
		for i := range rapid.IntRange(1, 12).Draw(t, "words") {
			text += gap.Draw(t, "gap")
			w := strings.Repeat(string(rune('g'+i)), i+1)
			words = append(words, data.Entity{Type: "word", Span: data.Span{Text: w, Start: len(text), End: len(text) + len(w)}})
			text += w
		}
		got := normalised(t, data.Document{ID: "1", Text: text + " ", Entities: words}, opt)
		if len(got.Entities) != len(words) {
			t.Fatalf("%d words of %d are left", len(got.Entities), len(words))
		}
		for i, e := range got.Entities {
			if e.Text != words[i].Text || got.Text[e.Start:e.End] != e.Text {
				t.Fatalf("the span %+v of %q was %q", e, got.Text, words[i].Text)
			}
		}
	})
}

func TestNormaliseRefusesUnknownOptions(t *testing.T) {
	c := corpus(t, []data.Document{{ID: "1", Text: "a"}})
	for _, opt := range []prepare.NormaliseOptions{{Form: "NFKD"}, {Space: "none"}} {
		if _, err := prepare.Normalise(background, c, opt); err == nil || !strings.Contains(err.Error(), "use ") {
			t.Errorf("%+v: %v", opt, err)
		}
	}
}
