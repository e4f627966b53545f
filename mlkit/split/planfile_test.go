package split

import (
	"bytes"
	"testing"
)

// Whatever a file holds, it is refused or read as a plan that is written and
// read the same.
func FuzzParsePlan(f *testing.F) {
	f.Add([]byte("# viva split 1\n# kind: folds\n# corpus: c\n# fingerprint: sha256:0\n# documents: 2\n# method: m\n# recipe: KFold {}\n" +
		"id\tsplit\ttext\tfold 1\tfold 2\na\ttrain\t0123456789abcdef\ttrain\ttest\n\"b\\t\"\t-\t0123456789abcdef\t-\ttrain\n"))
	f.Add([]byte("# viva split 1\n# kind: parts\n# corpus: c\n# fingerprint: f\n# documents: 1\n# method: \"\"\n# recipe: r\nid\tsplit\ttext\tpart\na\ttest\t0123456789abcdef\tvalidation"))
	f.Add([]byte("# viva split 1\r\n# kind: nested folds\r\n# corpus: c\r\n# fingerprint: f\r\n# documents: 1\r\n# method: m\r\n# recipe: r\r\nid\tsplit\ttext\touter: 1\tinner 1: a\tinner 1: b\r\na\t-\t0123456789abcdef\ttrain\ttest\ttrain\r\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		p, err := parsePlan("plan", content)
		if err != nil {
			return
		}
		written := p.format()
		again, err := parsePlan("plan", written)
		if err != nil {
			t.Fatalf("%v in\n%s", err, written)
		}
		if !bytes.Equal(again.format(), written) {
			t.Fatalf("%s became\n%s", written, again.format())
		}
		p.View()
	})
}
