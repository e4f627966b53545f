package highlight

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestHTML(t *testing.T) {
	cases := []struct{ language, code, want string }{
		{"go", "for i := range 3 { s = append(s, \"<\") }",
			`<span class="hk">for</span> i := <span class="hk">range</span> <span class="hn">3</span> { s = <span class="ht">append</span>(s, <span class="hs">&#34;&lt;&#34;</span>) }`},
		{"go", "x := f(1.5) // why\n", `x := <span class="hf">f</span>(<span class="hn">1.5</span>) <span class="hc">// why</span>` + "\n"},
		{"go", "var e error = nil", `<span class="hk">var</span> e <span class="ht">error</span> = <span class="ht">nil</span>`},
		{"go", "\"open\n$ ` more", `<span class="hs">&#34;open</span>` + "\n$ " + "<span class=\"hs\">` more</span>"},
		{"go", "a\r\n/* b\r\n*/ `c\r\nd`", "a\r\n<span class=\"hc\">/* b\r\n*/</span> <span class=\"hs\">`c\r\nd`</span>"},
		{"python", "def f(): return 1", `<span class="hk">def</span> <span class="hf">f</span>(): <span class="hk">return</span> <span class="hn">1</span>`},
		{"x.sql", "select 'a'", `<span class="hk">select</span> <span class="hs">&#39;a&#39;</span>`},
		{"md", "# A title", `<span class="hk"># A title</span>`},
		{"no such language", "a < b", "a &lt; b"},
		{"", "a < b", "a &lt; b"},
	}
	for _, c := range cases {
		if got := HTML(c.code, c.language); got != c.want {
			t.Errorf("%s: %q\n got %s\nwant %s", c.language, c.code, got, c.want)
		}
	}
}

var tag = regexp.MustCompile(`</?span[^>]*>`)

// Colour never changes what is read, but for line ends at the end of the code.
func TestTextStays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		language := rapid.SampledFrom([]string{"go", "python", "json", "yaml", "bash", "markdown", "html", "rust", "diff"}).Draw(t, "language")
		code := strings.Join(rapid.SliceOf(rapid.OneOf(
			rapid.SampledFrom([]string{"func ", "\"", "'", "`", "//", "/*", "*/", "#", "\n", "\r\n", "{", "}", "<b>", "&amp;", "1.5e3", "x", "-", "\t", "é", "\x00"}),
			rapid.String(),
		)).Draw(t, "code"), "")
		text := html.UnescapeString(tag.ReplaceAllString(HTML(code, language), ""))
		if strings.TrimRight(text, "\n") != strings.TrimRight(html.UnescapeString(html.EscapeString(code)), "\n") {
			t.Errorf("%s: %q became %q", language, code, text)
		}
	})
}
