package data_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"viva/internal/publicdata"
	"viva/mlkit/data"
	"viva/mlkit/trace"
)

// folder writes files into a new folder. A name that ends with a slash is an
// empty folder, one that ends with .gz is compressed.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if strings.HasSuffix(name, "/") {
			must(t, os.MkdirAll(p, 0o777))
			continue
		}
		must(t, os.MkdirAll(filepath.Dir(p), 0o777))
		if strings.HasSuffix(name, ".gz") {
			text = gz(t, text)
		}
		must(t, os.WriteFile(p, []byte(text), 0o666))
	}
	return dir
}

func gz(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write([]byte(text))
	must(t, err)
	must(t, z.Close())
	return b.String()
}

// archive returns a tar file of name, text, name, text, …
func archive(t *testing.T, files ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		h := &tar.Header{Name: files[i], Size: int64(len(files[i+1])), Mode: 0o666, Typeflag: tar.TypeReg}
		if strings.HasSuffix(files[i], "/") {
			h.Typeflag = tar.TypeDir
		}
		must(t, w.WriteHeader(h))
		_, err := w.Write([]byte(files[i+1]))
		must(t, err)
	}
	must(t, w.Close())
	return b.String()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, path string, opt data.Options) *data.Corpus {
	t.Helper()
	c, err := data.Open(context.Background(), path, opt)
	must(t, err)
	return c
}

// short writes the properties of documents on a line each.
func short(c *data.Corpus) []string {
	var lines []string
	for _, d := range c.Documents() {
		lines = append(lines, strings.Join([]string{d.ID, d.Label, d.Split, d.Domain, d.Group, d.Title, d.Text}, "|"))
	}
	return lines
}

func TestOpenRecognisesFormats(t *testing.T) {
	twoRows := []string{"a|x|train|d|g|T|one", "b|y|test|d|g|T|two"}
	for _, tc := range []struct {
		name  string
		files map[string]string
		path  string
		opt   data.Options
		want  []string
	}{
		{
			name: "JSONL", path: "c.jsonl", want: twoRows,
			files: map[string]string{"c.jsonl": `{"id":"a","text":"one","label":"x","split":"train","domain":"d","group":"g","title":"T"}

{"id":"b","text":"two","label":"y","split":"test","domain":"d","group":"g","title":"T"}`},
		},
		{
			name: "CSV with quotes and usual names of columns", path: "c.csv", want: twoRows,
			files: map[string]string{"c.csv": "Doc_ID,Content,Category,Subset,Subject,Article,Headline\r\na,\"one\",x,training,d,g,T\r\nb,two,y,testing,d,g,T\r\n"},
		},
		{
			name: "compressed TSV with a byte order mark", path: "c.tsv.gz", want: twoRows,
			files: map[string]string{"c.tsv.gz": "\ufeffid\ttext\tlabel\tsplit\tdomain\tgroup\ttitle\na\tone\tx\ttrain\td\tg\tT\nb\ttwo\ty\ttest\td\tg\tT\n"},
		},
		{
			name: "TSV keeps quotes", path: "c.tsv", want: []string{`a|x|||||"one" and "two`},
			files: map[string]string{"c.tsv": "id\ttext\tlabel\na\t\"one\" and \"two\tx\n"},
		},
		{
			name: "columns named by options", path: "c.csv", want: []string{"c:1|5||||7|one"},
			opt:   data.Options{Text: "words", Label: "stars", Title: "n"},
			files: map[string]string{"c.csv": "n,stars,words\n7,5,one\n"},
		},
		{
			name: "no header row and another extension, one file for each split", path: "", want: []string{"train:1|x|train||||one", "test:1|y|test||||two"},
			opt:   data.Options{Format: "tsv", Columns: []string{"label", "text"}},
			files: map[string]string{"test.txt.gz": "y\ttwo\n", "train.txt": "x\tone\n", "readme.txt": "about"},
		},
		{
			name: "numbers, truth values and null in JSON", path: "c.jsonl", want: []string{"17|true|||||one"},
			files: map[string]string{"c.jsonl": `{"id":17,"text":"one","label":true,"title":null}`},
		},
		{
			name: "a folder for each label", path: "", want: []string{"x/1.txt|x|||||one", "x/deep/2|x|||||two", "y/3|y|||||three"},
			files: map[string]string{"x/1.txt": "one", "x/deep/2.gz": "two", "y/3": "three", "y/.hidden": "no", ".git/config": "no"},
		},
		{
			name: "folders for splits and labels", path: "", want: []string{"y/3|y|validation||||three", "x/1|x|test||||one", "x/2|x|train||||two"},
			files: map[string]string{"test/x/1": "one", "my-train/x/2": "two", "dev/y/3": "three"},
		},
		{
			name: "a label with the name of a split beside one without", path: "", want: []string{"chat/2|chat|||||two", "test/1|test|||||one"},
			files: map[string]string{"test/1": "one", "chat/2": "two"},
		},
		{
			name: "equal names in two splits", path: "", want: []string{"test/x/1|x|test||||two", "train/x/1|x|train||||one"},
			files: map[string]string{"train/x/1": "one", "test/x/1": "two"},
		},
		{
			name: "an archive whose top folder names the split", path: "a.tgz", want: []string{"x/1|x|train||||one", "y/2|y|train||||two"},
			files: map[string]string{"a.tgz": gz(t, archive(t, "./news-train/", "", "./news-train/x/1", "one", "news-train/y/2", "two"))},
		},
		{
			name: "archives for each split beside other files", path: "", want: []string{"x/2|x|train||||two", "x/1|x|test||||one"},
			files: map[string]string{"s-test.tar.gz": archive(t, "s/x/1", "one"), "s-train.tar": archive(t, "s/x/2", "two"), "s-train.members.tsv.gz": "a\tb"},
		},
		{
			name: "the .zip that a table was unpacked from", path: "", want: []string{"c:1|x|||||one"},
			files: map[string]string{"c.csv": "text,label\none,x\n", "c.zip": "not looked at"},
		},
		{
			name: "a table with a header beside names of classes", path: "", want: []string{"c:1|x|||||one"},
			files: map[string]string{"c.csv": "text,label\none,x\n", "classes.txt": "x\n"},
		},
		{
			name: "a table called corpus with a header", path: "", want: []string{"corpus:1|x|||||one"},
			files: map[string]string{"corpus.tsv": "text\tlabel\none\tx\n", "metadata.json": "{}"},
		},
		{
			name: "dotted labels give domains", path: "", want: []string{"rec.autos/1|rec.autos||rec|||one", "sci.med/2|sci.med||sci|||two"},
			files: map[string]string{"rec.autos/1": "one", "sci.med/2": "two"},
		},
		{
			name: "no labels", path: "", want: []string{"1||||||one", "2||||||two"},
			opt:   data.Options{Unlabelled: true},
			files: map[string]string{"1": "one", "2": "two"},
		},
		{
			name: "labels permitted to be missing, but there", path: "", want: []string{"rec.autos/1|rec.autos||rec|||one", "sci.med/2|sci.med||sci|||two"},
			opt:   data.Options{Unlabelled: true},
			files: map[string]string{"rec.autos/1": "one", "sci.med/2": "two"},
		},
		{
			name: "labels for some", path: "", want: []string{"a/1|a|||||one", "2||||||two"},
			opt:   data.Options{Unlabelled: true},
			files: map[string]string{"a/1": "one", "2": "two"},
		},
		{
			name: "documents without text left out", path: "c.csv", want: []string{"b|x|||||two"},
			opt:   data.Options{SkipEmpty: true},
			files: map[string]string{"c.csv": "id,text,label\na, ,x\nb,two,x\n"},
		},
		{
			name: "a table in Latin-1", path: "c.csv", want: []string{"a|x|||||café"},
			opt:   data.Options{Encoding: "latin1"},
			files: map[string]string{"c.csv": "id,text,label\na,caf\xe9,x\n"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := open(t, filepath.Join(folder(t, tc.files), tc.path), tc.opt)
			if diff := cmp.Diff(sorted(tc.want), sorted(short(c))); diff != "" {
				t.Errorf("documents (-want +got):\n%s", diff)
			}
		})
	}
}

func sorted(lines []string) []string {
	lines = slices.Clone(lines)
	slices.Sort(lines)
	return lines
}

func TestOpenReadsSplitsInOrder(t *testing.T) {
	c := open(t, folder(t, map[string]string{
		"a-test.csv": "text,label\none,x\n", "b-val.csv": "text,label\none,x\n", "c-train.csv": "text,label\none,x\n",
	}), data.Options{})
	if want := []string{"train", "validation", "test"}; !slices.Equal(c.Splits(), want) {
		t.Errorf("splits %v, want %v", c.Splits(), want)
	}
}

func TestOpenKeepsKeyphrasesAndRelations(t *testing.T) {
	c := open(t, filepath.Join(folder(t, map[string]string{
		"c.jsonl": `{"text":"a rift makes quakes","label":"x","keyphrases":["rift","quakes"],"relations":[{"type":"causes","head":{"text":"rift","start":2,"end":6},"tail":{"text":"quakes","start":13,"end":19}}]}`,
	}), "c.jsonl"), data.Options{})
	d := c.At(0)
	want := []data.Relation{{Type: "causes", Head: data.Span{Text: "rift", Start: 2, End: 6}, Tail: data.Span{Text: "quakes", Start: 13, End: 19}}}
	if diff := cmp.Diff(want, d.Relations); diff != "" {
		t.Error(diff)
	}
	if want := []string{"rift", "quakes"}; !slices.Equal(d.Keyphrases, want) {
		t.Errorf("keyphrases %q, want %q", d.Keyphrases, want)
	}
	c = open(t, filepath.Join(folder(t, map[string]string{"c.csv": "text,label,keywords\none,x,deep sea; rift ;\n"}), "c.csv"), data.Options{})
	if want := []string{"deep sea", "rift"}; !slices.Equal(c.At(0).Keyphrases, want) {
		t.Errorf("keyphrases %q, want %q", c.At(0).Keyphrases, want)
	}
}

// Every message says what is wrong, in which file and row, and is one line.
func TestOpenExplainsErrors(t *testing.T) {
	for _, tc := range []struct {
		name  string
		files map[string]string
		path  string
		opt   data.Options
		want  string
		is    error
	}{
		{name: "missing file", path: "none.csv", want: "none.csv: give the path of", is: fs.ErrNotExist},
		{name: "unknown format", path: "c.doc", files: map[string]string{"c.doc": "x"}, want: "c.doc: the format is not known", is: data.ErrFormat},
		{name: "unknown option", path: "", opt: data.Options{Format: "xml"}, want: `unknown Options.Format "xml": use one of jsonl, csv, tsv, lines, folder`},
		{name: "empty folder", path: "", want: "there are no documents in it", is: data.ErrEmpty},
		{name: "empty file", path: "c.csv", files: map[string]string{"c.csv": ""}, want: "c.csv: there are no documents", is: data.ErrEmpty},
		{name: "header alone", path: "c.csv", files: map[string]string{"c.csv": "text,label\n"}, want: "c.csv: there are no documents", is: data.ErrEmpty},
		{name: "empty JSONL", path: "c.jsonl", files: map[string]string{"c.jsonl": "\n\n"}, want: "c.jsonl: there are no documents", is: data.ErrEmpty},
		{name: "bad JSON", path: "c.jsonl", files: map[string]string{"c.jsonl": "{\"text\":\"a\",\"label\":\"x\"}\n\n{\"text\":"}, want: "c.jsonl:3: not a JSON object"},
		{name: "JSON without text", path: "c.jsonl", files: map[string]string{"c.jsonl": `{"txt":"a","label":"x"}`}, want: "c.jsonl:1: there is no text column"},
		{name: "JSON with a list as text", path: "c.jsonl", files: map[string]string{"c.jsonl": `{"text":["a"],"label":"x"}`}, want: `c.jsonl:1: the field "text": a list where text is expected`},
		{name: "missing label column", path: "c.csv", files: map[string]string{"c.csv": "id,text\n1,a\n"}, want: "c.csv:1: there is no label column: call one label, class, category, target"},
		{name: "missing named column", path: "c.csv", opt: data.Options{Group: "thread"}, files: map[string]string{"c.csv": "text,label\na,x\n"}, want: `there is no column "thread", which Options.Group names; there are "text", "label"`},
		{name: "too few columns", path: "c.csv", files: map[string]string{"c.csv": "text,label\n\"a\nb\",x\nc\n"}, want: "c.csv:4: 1 columns where 2 are expected"},
		{name: "bare quote", path: "c.csv", files: map[string]string{"c.csv": "text,label\na,x\nb\"c,x\n"}, want: "c.csv:3: not valid CSV"},
		{name: "empty text", path: "c.tsv", files: map[string]string{"c.tsv": "text\tlabel\na\tx\n \tx\n"}, want: "c.tsv:3: the text is empty: remove the row or set Options.SkipEmpty"},
		{name: "empty label", path: "c.tsv", files: map[string]string{"c.tsv": "text\tlabel\na\tx\nb\t\n"}, want: "c.tsv:3: the label is empty"},
		{name: "duplicate ID", path: "c.tsv", files: map[string]string{"c.tsv": "id\ttext\tlabel\n7\ta\tx\n8\tb\tx\n7\tc\tx\n"}, want: `c.tsv:4: the ID "7" was used before, at`, is: data.ErrDuplicateID},
		{name: "unknown split", path: "c.tsv", files: map[string]string{"c.tsv": "text\tlabel\tsplit\na\tx\tlater\n"}, want: `c.tsv:2: unknown split "later"`},
		{name: "not UTF-8", path: "c.csv", files: map[string]string{"c.csv": "text,label\na,x\ncaf\xe9,x\n"}, want: "c.csv:3: not valid UTF-8"},
		{name: "document not UTF-8", path: "", opt: data.Options{Encoding: "utf-8"}, files: map[string]string{"x/1": "caf\xe9"}, want: "x/1: not valid UTF-8"},
		{name: "not gzip", path: "c.tgz", files: map[string]string{"c.tgz": "plain"}, want: "c.tgz: not a gzip file"},
		{name: "truncated archive", path: "c.tgz", files: map[string]string{"c.tgz": gz(t, archive(t, "x/1", strings.Repeat("one ", 500)))[:60]}, want: "c.tgz: the archive is damaged"},
		{name: "empty class", path: "", files: map[string]string{"x/1": "one", "y/": ""}, want: `the class "y" is empty`},
		{name: "files without a label", path: "", files: map[string]string{"1.txt": "one"}, want: "its files (1.txt) have no label", is: data.ErrFormat},
		{name: "relation outside the text", path: "c.jsonl", files: map[string]string{"c.jsonl": `{"text":"a","label":"x","relations":[{"type":"is","head":{"text":"a","start":0,"end":1},"tail":{"text":"b","start":5,"end":6}}]}`}, want: `c.jsonl:1: the relation term "b" is not in the text`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := data.Open(context.Background(), filepath.Join(folder(t, tc.files), tc.path), tc.opt)
			switch {
			case err == nil:
				t.Fatal("no error")
			case !strings.Contains(err.Error(), tc.want):
				t.Errorf("error %q does not say %q", err, tc.want)
			case strings.Contains(err.Error(), "\n"):
				t.Errorf("error %q is longer than a line", err)
			case tc.is != nil && !errors.Is(err, tc.is):
				t.Errorf("error %q is not %q", err, tc.is)
			}
		})
	}
}

// A document that stands in two splits is a leak to be found, not an error.
func TestOpenKeepsDocumentsOfTwoSplits(t *testing.T) {
	c := open(t, filepath.Join(folder(t, map[string]string{"c.tsv": "id\ttext\tlabel\tsplit\n7\ta\tx\ttrain\n7\ta\tx\ttest\n"}), "c.tsv"), data.Options{})
	if c.Len() != 2 {
		t.Errorf("%d documents, want 2", c.Len())
	}
}

func TestOpenWarns(t *testing.T) {
	c := open(t, folder(t, map[string]string{"x/1": "caf\xe9", "x/2": "", "x/3": "\x00\x01", "x/4": "ok", "notes.md": "about"}), data.Options{})
	got := strings.Join(c.Warnings(), "\n")
	for _, want := range []string{"1 file was not UTF-8 and read as Latin-1", "1 document has no text", "not text: x/3", "in no label's folder: notes.md"} {
		if !strings.Contains(got, want) {
			t.Errorf("warnings\n%s\ndo not say %q", got, want)
		}
	}
	if got := c.At(0).Text; got != "café" {
		t.Errorf("Latin-1 text %q, want café", got)
	}
}

func TestOpenTellsItsSource(t *testing.T) {
	dir := folder(t, map[string]string{"x/1": "one", "y/2": "two"})
	var got trace.Source
	ctx := trace.With(context.Background(), trace.Tracer{Source: func(s trace.Source) { got = s }})
	c, err := data.Open(ctx, dir, data.Options{})
	must(t, err)
	want := trace.Source{Name: filepath.Base(dir), Path: dir, Fingerprint: c.Fingerprint(), Documents: 2}
	if got != want {
		t.Errorf("source %+v, want %+v", got, want)
	}
}

func TestOpenEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := data.Open(ctx, folder(t, map[string]string{"x/1": "one"}), data.Options{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

const post = "From: a@example.org\nSubject: Re: [2] RE:  Rings of\n Saturn\n\nDear all,\n\nnothing.\n"

func TestMessagesHaveThreadsAndBodies(t *testing.T) {
	dir := folder(t, map[string]string{
		"sci.space/1": post,
		"sci.space/2": "Subject: rings of saturn\nFrom: b@example.org\n\nHello.",
		"sci.space/3": " cut.off!path\nSubject: \nFrom: c@example.org\n\n",
	})
	c := open(t, dir, data.Options{})
	if want := []string{"[2] re: rings of saturn", "rings of saturn", "sci.space/3"}; !slices.Equal(c.Groups(), want) {
		t.Errorf("threads %q, want %q", c.Groups(), want)
	}
	if !c.IsMessages() || c.At(0).Text != post || c.Body(0) != "Dear all,\n\nnothing.\n" || c.Body(2) != "" {
		t.Errorf("bodies %q", c.Bodies())
	}
	if got := c.At(0).Title; got != "Re: [2] RE:  Rings of Saturn" {
		t.Errorf("title %q", got)
	}
	stripped := open(t, dir, data.Options{Remove: []string{"headers"}})
	if !slices.Equal(stripped.Texts(), c.Bodies()) || !slices.Equal(stripped.Groups(), c.Groups()) || stripped.IsMessages() {
		t.Errorf("stripped texts %q with groups %q", stripped.Texts(), stripped.Groups())
	}
}

func TestTwentyNewsgroups(t *testing.T) {
	path := publicdata.Path(t, "classification/20newsgroups")
	c := open(t, path, data.Options{})
	for what, got := range map[string][2]int{
		"documents": {c.Len(), 18846}, "train": {len(c.Indices("train")), 11314}, "test": {len(c.Indices("test")), 7532},
		"classes": {len(c.Classes()), 20}, "domains": {len(c.DomainNames()), 7},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: %d, want %d", what, got[0], got[1])
		}
	}
	if want := []string{"alt", "comp", "misc", "rec", "sci", "soc", "talk"}; !slices.Equal(c.DomainNames(), want) {
		t.Errorf("domains %v, want %v", c.DomainNames(), want)
	}
	empty := 0
	for _, b := range c.Bodies() {
		if strings.TrimSpace(b) == "" {
			empty++
		}
	}
	if empty != 34 {
		t.Errorf("%d bodies are empty, want 34", empty)
	}
	if w := strings.Join(c.Warnings(), "\n"); !strings.Contains(w, "73 files were not UTF-8") || !strings.Contains(w, "20news-bydate-train.members.tsv.gz") {
		t.Errorf("warnings: %s", w)
	}
	if slices.Contains(c.Groups(), "") {
		t.Error("a message has no group")
	}
}

func openError(t *testing.T, path string, opt data.Options) string {
	t.Helper()
	_, err := data.Open(context.Background(), path, opt)
	if err == nil {
		t.Fatal("no error")
	}
	return err.Error()
}
