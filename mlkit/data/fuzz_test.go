package data

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// fuzzBytes is Options.MaxBytes of the fuzz targets.
const fuzzBytes = 4 << 20

// fuzzed reads input and holds the reader to what it promises whatever it is
// given: it comes to an end, in memory that is bounded, with an error of one
// line or with a corpus that is sound.
func fuzzed(t *testing.T, size int, opt Options, read func(r *reader) error) {
	t.Helper()
	opt.MaxBytes = fuzzBytes
	if err := opt.check(); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	r := &reader{ctx: t.Context(), opt: opt, limit: newBudget(opt.MaxBytes)}
	err := read(r)
	var c *Corpus
	if err == nil {
		c, err = r.corpus("fuzz", "fuzz")
	}
	runtime.ReadMemStats(&after)
	if used, most := after.TotalAlloc-before.TotalAlloc, uint64(16*fuzzBytes+200*size); used > most {
		t.Errorf("%d bytes of input took %d of memory, more than %d", size, used, most)
	}
	// Machines are busy, so this finds only what does not end.
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("%d bytes of input took %v", size, took)
	}
	if err != nil {
		if err.Error() == "" {
			t.Error("an error says nothing")
		}
		return
	}
	for i := range c.Len() {
		d := c.At(i)
		for _, s := range append([]string{d.ID, d.Text, d.Title, d.Label, d.Author}, d.Keyphrases...) {
			if !utf8.ValidString(s) {
				t.Fatalf("%s: %q is not UTF-8", d.ID, s)
			}
		}
		if err := d.checkSpans(); err != nil {
			t.Fatalf("%s: %v", d.ID, err)
		}
		if d.Message {
			p := d.Parts()
			if len(p.Headers)+len(p.Text) > len(d.Text) {
				t.Fatalf("the parts of %q are %+v", d.Text, p)
			}
		}
		if !d.Time.IsZero() {
			if _, err := d.Time.MarshalText(); err != nil {
				t.Fatalf("%s: %v", d.ID, err)
			}
		}
	}
	if err := checkDocuments("fuzz", c.Documents()); err != nil {
		t.Fatal(err)
	}
}

// table reads raw as a file of a format, strictly and with malformed rows
// skipped.
func fuzzTable(t *testing.T, name, format string, raw []byte) {
	t.Helper()
	for _, skip := range []bool{false, true} {
		opt := Options{Format: format, SkipMalformed: skip, SkipEmpty: skip, Unlabelled: skip}
		fuzzed(t, len(raw), opt, func(r *reader) error { return r.parse(name, format, "", bytes.Clone(raw)) })
	}
}

func FuzzJSONL(f *testing.F) {
	f.Add([]byte(`{"id":"a","text":"a rift","label":"x","labels":["x","y"],"time":"1993-04-05","author":"me","entities":[{"type":"t","text":"rift","start":2,"end":6}],"keyphrases":"a;b"}`))
	f.Add([]byte("{\"text\":\"one\",\"label\":true}\n\n{\"text\":\"two\",\"label\":2,\"relations\":[{\"type\":\"r\",\"head\":{\"text\":\"t\",\"start\":0,\"end\":1},\"tail\":{\"text\":\"wo\",\"start\":1,\"end\":3}}]}"))
	f.Add([]byte("{\"text\":\"\xff\",\"label\":\"x\"}\n{}\n[]\n{\"text\":[[[[]]]]}"))
	f.Add([]byte("\ufeff" + strings.Repeat("[", 20000)))
	f.Fuzz(func(t *testing.T, raw []byte) { fuzzTable(t, "c.jsonl", "jsonl", raw) })
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte("id,text,label,date,author\na,\"one\n\"\"two\"\"\",x,1993-04-05,me\n"), true)
	f.Add([]byte("text\tlabel\tsplit\none\tx\ttrain\n\"two\ty\tdev\n"), false)
	f.Add([]byte("text,label\na\"b,x\n\"c,d\n\"e\"f,g\n"), true)
	f.Add([]byte("text,label"+strings.Repeat(",", maxColumns)+"\n"), true)
	f.Add([]byte("text\tlabel"+strings.Repeat("\t", maxColumns)+"\n"), false)
	f.Fuzz(func(t *testing.T, raw []byte, csv bool) {
		if csv {
			fuzzTable(t, "c.csv", "csv", raw)
		} else {
			fuzzTable(t, "c.tsv", "tsv", raw)
		}
	})
}

func FuzzAGNews(f *testing.F) {
	dir := f.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "classes.txt"), []byte("World\nSports\n"), 0o666); err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("\"1\",\"title\",\"a\\b \"\"c\"\"\"\n2,text\n"))
	f.Add([]byte("0,a,b\n3,a,b\n,,\n"))
	f.Fuzz(func(t *testing.T, raw []byte) { fuzzTable(t, filepath.Join(dir, "test.csv"), "ag_news", raw) })
}

func FuzzLines(f *testing.F) {
	f.Add([]byte("earn\tchampion products\r\nacq\t\xe9\n\nno tab"))
	f.Add([]byte("\t\n\t\t\n"))
	f.Fuzz(func(t *testing.T, raw []byte) { fuzzTable(t, "train.txt", "lines", raw) })
}

func FuzzOctis(f *testing.F) {
	f.Add([]byte("inference markov\ttrain\t2\nmotivation trust\tval\t9\n"))
	f.Add([]byte("inference markov\ttrain\nmotivation\tlater\na\tb\tc\td\n"))
	f.Fuzz(func(t *testing.T, raw []byte) { fuzzTable(t, "corpus.tsv", "octis", raw) })
}

func FuzzSemEval8(f *testing.F) {
	f.Add([]byte("1\t\"An <e1>audit</e1> was about <e2>waste</e2>.\"\r\nMessage-Topic(e1,e2)\r\nComment: an audit\r\n\r\n2\t\"<e1>a</e1> <e2>b</e2>\"\nOther\nComment:\n"))
	f.Add([]byte("1\t\"<e2>a</e2><e1>b</e1>\"\nOther\n2\t\"<e1>a</e1><e2>b</e2>\"\n3\t<e1></e1><e2></e2>\nX(e2,e1)\n"))
	f.Fuzz(func(t *testing.T, raw []byte) { fuzzTable(t, "TRAIN_FILE.TXT", "semeval2010-t8", raw) })
}

func FuzzReuters(f *testing.F) {
	f.Add([]byte("<!DOCTYPE lewis SYSTEM \"lewis.dtd\">\n<REUTERS TOPICS=\"YES\" LEWISSPLIT=\"TRAIN\" NEWID=\"1\">\n<DATE>26-FEB-1987 15:01:01.79&#5;C</DATE>\n<TOPICS><D>cocoa</D></TOPICS>\n<PLACES><D>usa</D></PLACES>\n<UNKNOWN>\n&#5;C T\nu f BC-BAHIA-COCOA   02-26 0105</UNKNOWN>\n<TEXT>&#2;\n<AUTHOR>me</AUTHOR><TITLE>A &lt;B></TITLE><BODY>Showers\n&#3;</BODY></TEXT>\n</REUTERS>\n"))
	f.Add([]byte("<REUTERS TOPICS=\"NO\" LEWISSPLIT=\"NOT-USED\" NEWID=\"2\"><TEXT TYPE=\"UNPROC\">caf\xe9</TEXT></REUTERS><REUTERS <REUTERS></REUTERS>"))
	f.Add([]byte("<REUTERS TOPICS=\"BYPASS\" LEWISSPLIT=\"TEST\" NEWID=\"3\"><TEXT TYPE=\"BRIEF\"><TITLE>x</TEXT></REUTERS>"))
	f.Fuzz(func(t *testing.T, raw []byte) { fuzzTable(t, "reut2-000.sgm", "reuters", raw) })
}

// fuzzTree reads files as a folder.
func fuzzTree(t *testing.T, opt Options, files ...treeFile) {
	t.Helper()
	size := 0
	for _, f := range files {
		size += len(f.path) + len(f.text)
	}
	for _, skip := range []bool{false, true} {
		opt.SkipMalformed = skip
		fuzzed(t, size, opt, func(r *reader) error { return r.tree("fuzz", "", append([]treeFile(nil), files...)) })
	}
}

func FuzzUsenet(f *testing.F) {
	f.Add("From: A B <a@b.c>\nSubject: Re: x\nDate: Fri, 23 Apr 93 09:12:01 -0500 (EST)\n\nIn article <1> b writes:\n> quoted\nown\n\n--\nsig\n", uint8(7))
	f.Add(" cut.off!path\nFrom: a\nSubject:\nDate: Apr 22 15:31:49 1993\n", uint8(2))
	f.Add("From: \xe9\nSubject: x\n\n\x1c\x85", uint8(6))
	f.Fuzz(func(t *testing.T, text string, remove uint8) {
		opt := Options{Format: "usenet"}
		for i, part := range messageParts {
			if remove>>i&1 == 1 {
				opt.Remove = append(opt.Remove, part)
			}
		}
		fuzzTree(t, opt, treeFile{path: "sci.space/1", text: text}, treeFile{path: "sci.space/2", text: "From: a\nSubject: b\n\nc"})
	})
}

func FuzzDate(f *testing.F) {
	for _, s := range []string{"Fri, 23 Apr 93 09:12:01 -0500 (EST)", "26-FEB-1987 15:01:01.79", "Apr 22 15:31:49 1993", "1993-04-22T15:31:49Z", "735492709", "31 Feb 1993 1:00 PM"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, parse := range []func(string) (time.Time, bool){parseDate, parseTime} {
			if when, ok := parse(s); ok {
				if again, ok := parse(when.Format(time.RFC3339Nano)); when.Year() >= 0 && when.Year() < 10000 && (!ok || !again.Equal(when)) {
					t.Errorf("%q is %v, which reads as %v", s, when, again)
				}
			}
		}
	})
}

func FuzzInspec(f *testing.F) {
	f.Add("A title that\n\tgoes on\r\nThe abstract\n\tgoes on\r\n", "a phrase; another\n\tone; (0;1)\r\n", "thesaurus\r\n", "both")
	f.Add("\t\n\t", ";;", "", "")
	f.Fuzz(func(t *testing.T, abstract, free, controlled, gold string) {
		if gold != "" && gold != "both" && gold != "controlled" {
			gold = ""
		}
		fuzzTree(t, Options{Gold: gold}, treeFile{"1.abstr", abstract}, treeFile{"1.uncontr", free}, treeFile{"1.contr", controlled})
	})
}

func FuzzKeys(f *testing.F) {
	f.Add("a paper\n", "one\n two \n\n")
	f.Add("caf\xe9", "\xff")
	f.Fuzz(func(t *testing.T, paper, keys string) {
		fuzzTree(t, Options{}, treeFile{"s/docsutf8/1.txt", paper}, treeFile{"s/keys/1.key", keys}, treeFile{"s/keys/2.key", ""})
	})
}

func FuzzBrat(f *testing.F) {
	f.Add("Complex Langevin (CL) dynamics", "T1\tProcess 0 16\tComplex Langevin\nT2\tProcess 18 20\tCL\n*\tSynonym-of T2 T1\nR1\tHyponym-of Arg1:T1 Arg2:T2\t\n#1\tAnnotatorNotes T1\tx\n")
	f.Add("naïve café", "T1\tTask 0 2;6 10\tna café\nT2\tTask 3 99\tx\nR1\tA Arg1:T1 Arg2:T9\n*\tA T1 T1 T1 T1\n")
	f.Add("a\r\nb\xff", "T1\tT 0 4\ta b\n\n\nT1\tT 0 1\ta\nT\nR\n*\n")
	f.Fuzz(func(t *testing.T, text, notes string) {
		fuzzTree(t, Options{}, treeFile{"S0010482516301810.txt", text}, treeFile{"S0010482516301810.ann", notes})
	})
}

func FuzzSemEval5(f *testing.F) {
	f.Add([]byte(`{"C-41": [["quality of service", "service quality"], ["grid"], []], "C-86": [["x"]]}`),
		[]byte(`<?xml version="1.0"?><root><document><sentences><sentence id="1"><tokens><token id="1"><word>-LRB-</word><CharacterOffsetBegin>0</CharacterOffsetBegin><CharacterOffsetEnd>1</CharacterOffsetEnd></token><token><word>a&amp;</word><CharacterOffsetBegin>3</CharacterOffsetBegin><CharacterOffsetEnd>5</CharacterOffsetEnd></token></tokens></sentence></sentences></document></root>`))
	f.Add([]byte(`{"C-41": [[`), []byte(strings.Repeat("<a>", 200)))
	f.Add([]byte(`[]`), []byte("<token><word>"+strings.Repeat("a<!-- -->", 100)+"</word></token>"))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, references, xml []byte) {
		name := filepath.Join(dir, "train.combined.json")
		if err := os.WriteFile(name, references, 0o666); err != nil {
			t.Fatal(err)
		}
		for _, skip := range []bool{false, true} {
			fuzzed(t, len(references)+len(xml), Options{SkipMalformed: skip, Unlabelled: true}, func(r *reader) error {
				papers := map[string]paper{"C-41": {"a paper", place{file: "C-41.txt"}}}
				if text, err := coreNLPText(xml); err == nil {
					papers["C-86"] = paper{text, place{file: "C-86.lvl-1.xml"}}
				}
				return r.references(name, Train, false, papers)
			})
		}
	})
}

// fuzzArchive reads raw as an archive, in whatever format it turns out to be.
func fuzzArchive(t *testing.T, raw []byte, files func(b *budget, a *allowance) ([]treeFile, error)) {
	t.Helper()
	for _, skip := range []bool{false, true} {
		fuzzed(t, len(raw), Options{SkipMalformed: skip}, func(r *reader) error {
			tree, err := files(r.limit, newAllowance("fuzz", int64(len(raw))))
			if err != nil {
				return err
			}
			return r.tree("fuzz", "", tree)
		})
	}
}

func packedTar(files ...string) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w.WriteHeader(&tar.Header{Name: files[i], Size: int64(len(files[i+1])), Mode: 0o666, Typeflag: tar.TypeReg})
		w.Write([]byte(files[i+1]))
	}
	w.Close()
	return b.Bytes()
}

func packedZip(method uint16, files ...string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		e, _ := w.CreateHeader(&zip.FileHeader{Name: files[i], Method: method})
		e.Write([]byte(files[i+1]))
	}
	w.Close()
	return b.Bytes()
}

func gzipped(raw []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(raw)
	z.Close()
	return b.Bytes()
}

func FuzzTar(f *testing.F) {
	zeros := make([]byte, 1<<20)
	f.Add(packedTar("x/1", "one", "y/2", "two"), false)
	f.Add(gzipped(packedTar("train/a.txt", "text", "train/a.ann", "T1\tX 0 4\ttext\n")), true)
	f.Add(packedTar("x/1.gz", string(gzipped(gzipped(zeros))), "../../y/2.gz", string(gzipped(zeros))), false)
	f.Add(gzipped(zeros), true)
	f.Fuzz(func(t *testing.T, raw []byte, compressed bool) {
		fuzzArchive(t, raw, func(b *budget, a *allowance) ([]treeFile, error) {
			in := bytes.NewReader(raw)
			if !compressed {
				return b.readTar(in, a)
			}
			z, err := gzip.NewReader(in)
			if err != nil {
				return nil, err
			}
			return b.readTar(a.reader(z), a)
		})
	})
}

func FuzzZip(f *testing.F) {
	zeros := string(make([]byte, 1<<20))
	for _, method := range []uint16{zip.Store, zip.Deflate} {
		f.Add(packedZip(method, "1.abstr", "A title\r\nAn abstract", "1.uncontr", "phrase; phrase", "1.contr", "word"))
		f.Add(packedZip(method, "S/docsutf8/1.txt", "a paper", "S/keys/1.key", "one\ntwo\n", "S/lan.txt", "EN"))
		f.Add(packedZip(method, "x/1", "one", "y/2.gz", string(gzipped([]byte(zeros)))))
	}
	f.Add(packedZip(zip.Deflate, "x/1", zeros, "x/2", zeros))
	f.Fuzz(func(t *testing.T, raw []byte) {
		fuzzArchive(t, raw, func(b *budget, a *allowance) ([]treeFile, error) { return b.readZip(bytes.NewReader(raw), a) })
	})
}

func FuzzGzip(f *testing.F) {
	f.Add(gzipped([]byte("text,label\none,x\n")))
	f.Add(append(gzipped([]byte("text,label\n")), gzipped([]byte("one,x\n"))...))
	f.Add(gzipped(make([]byte, 8<<20)))
	name := filepath.Join(f.TempDir(), "c.csv.gz")
	f.Fuzz(func(t *testing.T, raw []byte) {
		if err := os.WriteFile(name, raw, 0o666); err != nil {
			t.Fatal(err)
		}
		fuzzed(t, len(raw), Options{}, func(r *reader) error { return r.table(name, "csv", "") })
	})
}

// FuzzOpen goes through Open, which recognises the format.
func FuzzOpen(f *testing.F) {
	names := []string{"train.txt", "corpus.tsv", "test.csv", "c.sgm", "TRAIN_FILE.TXT", "train.txt.gz", "c.zip", "c.tgz", "c.jsonl"}
	var dirs []string
	for range names {
		dir := f.TempDir()
		for _, beside := range []string{"classes.txt", "vocabulary.txt"} {
			if err := os.WriteFile(filepath.Join(dir, beside), []byte("a\nb\n"), 0o666); err != nil {
				f.Fatal(err)
			}
		}
		dirs = append(dirs, dir)
	}
	f.Add([]byte("x\tone\ny\ttwo\n"), uint8(0))
	f.Add([]byte("one two\ttrain\tx\n"), uint8(1))
	f.Add([]byte("1,title,text\n"), uint8(2))
	f.Add(gzipped([]byte("x\tone\n")), uint8(5))
	f.Add(packedZip(zip.Deflate, "x/1", "one", "y/2", "two"), uint8(6))
	f.Add(gzipped(packedTar("x/1", "one")), uint8(7))
	f.Add([]byte(`{"text":"a","keyphrases":["b"],"alternatives":[["c"]],"stemmed":true,"labels":["x"]}`), uint8(8))
	f.Fuzz(func(t *testing.T, raw []byte, kind uint8) {
		i := int(kind) % len(names)
		if err := os.WriteFile(filepath.Join(dirs[i], names[i]), raw, 0o666); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{dirs[i], filepath.Join(dirs[i], names[i])} {
			fuzzed(t, len(raw), Options{}, func(r *reader) error {
				c, err := Open(t.Context(), path, r.opt)
				if err == nil {
					for _, d := range c.docs {
						r.rows = append(r.rows, row{d, place{file: path}})
					}
					r.noLabels, r.fromFolder = true, true
				}
				return err
			})
		}
	})
}
