package data_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"viva/mlkit/data"
)

// zipped returns a zip file of name, text, name, text, …
func zipped(t *testing.T, files ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		e, err := w.Create(files[i])
		must(t, err)
		_, err = e.Write([]byte(files[i+1]))
		must(t, err)
	}
	must(t, w.Close())
	return b.String()
}

// long writes all properties of documents but the text, a document on each line.
func long(c *data.Corpus) []string {
	var lines []string
	for _, d := range c.Documents() {
		line := strings.Join([]string{d.ID, d.Label, strings.Join(d.Labels, "+"), d.Split, d.Domain, d.Group, d.Title, d.Author}, "|")
		if !d.Time.IsZero() {
			line += " at " + d.Time.Format("2006-01-02T15:04")
		}
		if len(d.Keyphrases) > 0 {
			line += " phrases " + strings.Join(d.Keyphrases, ";")
		}
		for _, e := range d.Entities {
			line += fmt.Sprintf(" %s[%s %d-%d]", e.Type, e.Text, e.Start, e.End)
		}
		for _, r := range d.Relations {
			line += fmt.Sprintf(" %s(%s,%s)", r.Type, r.Head.Text, r.Tail.Text)
		}
		lines = append(lines, line)
	}
	return lines
}

const story = `<!DOCTYPE lewis SYSTEM "lewis.dtd">
<REUTERS TOPICS="YES" LEWISSPLIT="TRAIN" CGISPLIT="TRAINING-SET" OLDID="1" NEWID="7">
<DATE>26-FEB-1987 15:01:01.79&#5;&#5;C</DATE>
<TOPICS><D>grain</D><D>corn</D></TOPICS>
<PLACES><D>usa</D><D>canada</D></PLACES>
<UNKNOWN>
&#5;&#5;C T
u f BC-/MAIZE-AT-RISK   02-26 0105</UNKNOWN>
<TEXT>&#2;
<TITLE>MAIZE &lt;CORN> &amp; OTHERS</TITLE>
<AUTHOR>    By A. Writer, Reuters</AUTHOR>
<DATELINE> PARIS, Feb 26 - </DATELINE><BODY>Prices rose.
 Reuter
&#3;</BODY></TEXT>
</REUTERS>
`

func TestFormatsOfDataSets(t *testing.T) {
	for _, tc := range []struct {
		name  string
		files map[string]string
		path  string
		opt   data.Options
		want  []string
		texts []string
		warn  string
	}{
		{
			name: "Reuters", files: map[string]string{"reut2-000.sgm": story, "README.txt": "about"},
			want:  []string{"7||grain+corn|train|usa|MAIZE-AT-RISK|MAIZE <CORN> & OTHERS|By A. Writer, Reuters at 1987-02-26T15:01"},
			texts: []string{"MAIZE <CORN> & OTHERS\nPrices rose.\n Reuter"},
		},
		{
			name: "Reuters without structure, unused, in Latin-1, compressed", path: "x.sgm.gz",
			files: map[string]string{"x.sgm.gz": "<REUTERS TOPICS=\"NO\" LEWISSPLIT=\"TEST\" NEWID=\"8\">\n<DATE>31-MAR-1987 605:12:19.12</DATE><TOPICS><D>earn</D></TOPICS>\n<TEXT TYPE=\"UNPROC\">&#2;\nM\xfcnchen\n</TEXT></REUTERS>"},
			want:  []string{"8|earn|earn|||8||"}, texts: []string{"München"}, warn: "1 date could not be read",
		},
		{
			name: "Reuters by Lewis's split", path: "x.sgm", opt: data.Options{Scheme: "modlewis"},
			files: map[string]string{"x.sgm": "<REUTERS TOPICS=\"NO\" LEWISSPLIT=\"TEST\" NEWID=\"8\"><TEXT TYPE=\"BRIEF\"><TITLE>SHORT</TITLE></TEXT></REUTERS>"},
			want:  []string{"8|||test||8|SHORT|"}, texts: []string{"SHORT"},
		},
		{
			name: "labelled lines", files: map[string]string{"test.txt.gz": "earn\tone two\r\n\nacq\tthree", "readme.txt": "about it"},
			want: []string{"test:1|earn||test||||", "test:2|acq||test||||"}, texts: []string{"one two", "three"},
		},
		{
			name: "a file of labelled lines in Latin-1", path: "r.txt", files: map[string]string{"r.txt": "earn\tcaf\xe9\nacq\tthree\n"},
			want: []string{"r:1|earn||||||", "r:2|acq||||||"}, texts: []string{"café", "three"}, warn: "1 row was not UTF-8 and read as Latin-1: r.txt:1.",
		},
		{
			name:  "AG News, training and test",
			files: map[string]string{"classes.txt": "World\nSci/Tech\n", "train.csv.gz": "\"2\",\"A title\",\"and \"\"text\"\"\"\n", "test.csv": "\"1\",\"B\",\"a\\b\"\n", "readme.txt": "x"},
			want:  []string{"train:1|Sci/Tech||train|||A title|", "test:1|World||test|||B|"}, texts: []string{"A title\nand \"text\"", "B\na\\b"},
			warn: "not data: readme.txt.",
		},
		{
			name:  "OCTIS",
			files: map[string]string{"corpus.tsv": "a b\ttrain\t2\nb\tval\t1\n", "vocabulary.txt": "a\nb\n", "metadata.json": "{}"},
			want:  []string{"corpus:1|2||train||||", "corpus:2|1||validation||||"}, texts: []string{"a b", "b"},
		},
		{
			name: "OCTIS without labels", files: map[string]string{"corpus.tsv": "a b\ttest\n", "metadata.json": "{}"},
			want: []string{"corpus:1|||test||||"}, texts: []string{"a b"},
		},
		{
			name: "Inspec in archives",
			files: map[string]string{
				"Training.zip": zipped(t, "1.abstr", "A title that\n\tgoes on\r\nThe text\n\tgoes on\r\n", "1.uncontr", "deep sea; long\n\tphrase;\r\n", "1.contr", "thesaurus\r\n"),
				"Test.zip":     zipped(t, "1.abstr", "B\r\nc\r\n", "1.uncontr", "", "1.contr", ""),
				"README.txt":   "about",
			},
			want:  []string{"train/1|||train|||A title that goes on| phrases deep sea;long phrase", "test/1|||test|||B|"},
			texts: []string{"A title that goes on\nThe text goes on", "B\nc"}, warn: "1 name of a file is in more than one split",
		},
		{
			name: "Inspec unpacked, both sets of phrases", opt: data.Options{Gold: "both"},
			files: map[string]string{"Validation/2.abstr": "T\nx", "Validation/2.uncontr": "a; b", "Validation/2.contr": "b; c"},
			want:  []string{"2|||validation|||T| phrases a;b;c"}, texts: []string{"T\nx"},
		},
		{
			name: "files of keys", path: "s.zip",
			files: map[string]string{"s.zip": zipped(t, "S/docsutf8/b.txt", "paper b", "S/docsutf8/a.txt", "paper a", "S/keys/a.key", "one\n two words \n\n", "S/keys/c.key", "x\n", "S/lan.txt", "EN")},
			want:  []string{"b|||||||", "a||||||| phrases one;two words"}, texts: []string{"paper b", "paper a"}, warn: "1 file of keyphrases has no document: S/keys/c.key",
		},
		{
			name: "brat", path: "b.tar.gz",
			files: map[string]string{"b.tar.gz": archive(t,
				"notes/train/naïve.txt", "naïve café and café bar, bar", "notes/train/naïve.ann",
				"R1\tIs-a Arg1:T2 Arg2:T1\t\nT1\tTask 0 5\tnaïve\nT2\tMaterial 6 10;15 19\tcafé café\n\n*\tSame T1 T2 T3\nT3\tTask 20 23\tbar\nT4\tTask 25 28\tbar\nA1\tNegated T1\n",
				"notes/dev/empty.txt", "no notes", "notes/dev/empty.ann", "", "notes/dev/readme.txt", "about")},
			want: []string{
				"naïve|||train|||| phrases naïve;café café;bar Task[naïve 0-6] Material[café and café 7-22] Task[bar 23-26] Task[bar 28-31] Is-a(café and café,naïve) Same(naïve,café and café) Same(naïve,bar) Same(café and café,bar)",
				"empty|||validation||||",
			},
			texts: []string{"naïve café and café bar, bar", "no notes"}, warn: "1 annotation is neither an entity nor a relation, and was not read: notes/train/naïve.ann:8",
		},
		{
			name:  "ScienceIE",
			files: map[string]string{"S0010482516301810.txt": "a b", "S0010482516301810.ann": "T1\tTask 0 1\tx"},
			want:  []string{"S0010482516301810||||0010-4825|S0010482516301810|| phrases a Task[a 0-1]"}, texts: []string{"a b"}, warn: "1 entity has another text in its annotation",
		},
		{
			name: "SemEval-2010 Task 8",
			files: map[string]string{
				"TRAIN_FILE.TXT":     "1\t\"An <e1>audit</e1> of <e2>waste</e2>.\"\r\nMessage-Topic(e2,e1)\r\nComment: see\r\n\r\n2\t\"<e1>a</e1> \"and\" <e2>b</e2>\"\r\nOther\r\nComment:\r\n",
				"TEST_FILE_FULL.TXT": "3\t\"<e1>a</e1>-<e2>b</e2>\"\nCause-Effect(e1,e2)\n", "TEST_FILE_KEY.TXT": "3\tX", "TEST_FILE_CLEAN.TXT": "3\t\"<e1>a</e1>-<e2>b</e2>\"",
			},
			want: []string{
				"1|Message-Topic(e2,e1)||train|||| e1[audit 3-8] e2[waste 12-17] Message-Topic(waste,audit)",
				"2|Other||train|||| e1[a 0-1] e2[b 8-9] Other(a,b)",
				"3|Cause-Effect(e1,e2)||test|||| e1[a 0-1] e2[b 2-3] Cause-Effect(a,b)",
			},
			texts: []string{"An audit of waste.", "a \"and\" b", "a-b"},
		},
		{
			name: "SemEval-2010 Task 5",
			files: map[string]string{
				"SemEval2010.zip":                         zipped(t, "SemEval2010/docsutf8/A-1.txt", "paper a", "SemEval2010/docsutf8/C-9.txt", "of no reference"),
				"references/train.combined.json":          `{"A-1": [["grid"], ["quality of service", "service quality"], ["sea"]]}`,
				"references/test.combined.stem.json.gz":   `{"B-2": [["servic"]]}`,
				"references/test.combined.json.forgotten": "",
				"B-2.lvl-1.xml.gz": `<root><document><sentences><sentence id="1"><tokens><token id="1"><word>Paper</word><CharacterOffsetBegin>0</CharacterOffsetBegin><CharacterOffsetEnd>5</CharacterOffsetEnd></token>` +
					`<token id="2"><word>-LRB-</word><CharacterOffsetBegin>7</CharacterOffsetBegin><CharacterOffsetEnd>8</CharacterOffsetEnd></token>` +
					`<token id="3"><word>b&amp;</word><CharacterOffsetBegin>8</CharacterOffsetBegin><CharacterOffsetEnd>10</CharacterOffsetEnd></token></tokens></sentence></sentences></document></root>`,
			},
			want: []string{"A-1|||train|||| phrases grid;quality of service;sea", "B-2|||test|||| phrases servic"}, texts: []string{"paper a", "Paper (b&"},
			warn: "1 document is in no reference, and was left out: SemEval2010.zip/SemEval2010/docsutf8/C-9.txt",
		},
		{
			name: "a zip of folders for labels", path: "z.zip", files: map[string]string{"z.zip": zipped(t, "x/1", "one", "y/2", "two", "__MACOSX/._x", "junk")},
			want: []string{"x/1|x||||||", "y/2|y||||||"}, texts: []string{"one", "two"},
		},
		{
			name: "authors, times, entities and several labels in a table", path: "c.csv",
			files: map[string]string{"c.csv": "text,labels,author,date,entities\none,a;b,Ann,1993-04-22,\"[{\"\"type\"\":\"\"t\"\",\"\"text\"\":\"\"ne\"\",\"\"start\"\":1,\"\"end\"\":3}]\"\ntwo,a,Bob,soon,\n"},
			want:  []string{"c:1||a+b|||Ann||Ann at 1993-04-22T00:00 t[ne 1-3]", "c:2|a|a|||Bob||Bob"}, texts: []string{"one", "two"},
			warn: "1 date could not be read, and its document has no time: c.csv:3",
		},
		{
			name: "authors beside groups in JSON, and a property that is not wanted", path: "c.jsonl", opt: data.Options{Time: "-"},
			files: map[string]string{"c.jsonl": "{\"text\":\"one\",\"label\":\"x\",\"author\":\"Ann\",\"time\":5}\n{\"text\":\"two\",\"label\":\"x\",\"author\":\"Bob\",\"group\":\"g\"}"},
			want:  []string{"c:1|x||||||Ann", "c:2|x||||g||Bob"}, texts: []string{"one", "two"},
		},
		{
			name: "broken UTF-8 replaced", path: "c.csv", opt: data.Options{Encoding: "replace"}, files: map[string]string{"c.csv": "text,label\none\xff,x\n"},
			want: []string{"c:1|x||||||"}, texts: []string{"one\ufffd"}, warn: "1 file was not UTF-8 and has U+FFFD",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := open(t, filepath.Join(folder(t, tc.files), tc.path), tc.opt)
			if diff := cmp.Diff(tc.want, long(c)); diff != "" {
				t.Errorf("documents (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.texts, c.Texts()); diff != "" {
				t.Errorf("texts (-want +got):\n%s", diff)
			}
			warned(t, c, tc.warn)
		})
	}
}

func TestSpellingsAndStems(t *testing.T) {
	c := open(t, folder(t, map[string]string{
		"SemEval2010.zip":                    zipped(t, "SemEval2010/docsutf8/A-1.txt", "paper a", "SemEval2010/docsutf8/B-2.txt", "paper b"),
		"references/train.author.json":       `{"A-1": [["grid"], ["quality of service", "service quality"], ["sea"]]}`,
		"references/test.author.stem.json":   `{"B-2": [["servic"]]}`,
		"references/train.combined.json":     `{"A-1": []}`,
		"references/test.combined.stem.json": `{"B-2": []}`,
	}), data.Options{Gold: "author"})
	want := [][]string{nil, {"service quality"}, nil}
	if diff := cmp.Diff(want, c.At(0).Alternatives, cmp.Transformer("empty", func(s []string) []string { return append([]string{}, s...) })); diff != "" {
		t.Errorf("spellings (-want +got):\n%s", diff)
	}
	if c.At(0).Stemmed || !c.At(1).Stemmed {
		t.Error("the test papers have stems, the training papers words")
	}
	if c.At(1).Alternatives != nil {
		t.Errorf("spellings %q where there are none", c.At(1).Alternatives)
	}
}

func TestVocabularyIsKept(t *testing.T) {
	c := open(t, folder(t, map[string]string{"corpus.tsv": "a b\ttrain\t2\nb\tval\t1\n", "vocabulary.txt": "b\na\n"}), data.Options{})
	for _, got := range [][]string{c.Vocabulary(), c.InSplit(data.Train).Vocabulary()} {
		if !slices.Equal(got, []string{"b", "a"}) {
			t.Errorf("vocabulary %q", got)
		}
	}
}

// What is malformed is an error with its place, and left out and listed where
// that is allowed.
func TestMalformed(t *testing.T) {
	const reuters = `<REUTERS TOPICS="YES" LEWISSPLIT="TRAIN" NEWID="1"><TEXT><BODY>ok</BODY></TEXT></REUTERS>` + "\n"
	for _, tc := range []struct {
		name  string
		files map[string]string
		path  string
		opt   data.Options
		at    string // file and row
		want  string
	}{
		{name: "CSV with a column too few", path: "c.csv", files: map[string]string{"c.csv": "text,label\nok,x\nbad\n"}, at: "c.csv:3", want: "1 columns where 2 are expected"},
		{name: "CSV with a bare quote", path: "c.csv", files: map[string]string{"c.csv": "text,label\nb\"ad,x\nok,x\n"}, at: "c.csv:2", want: "not valid CSV: column 2"},
		{name: "CSV with an open quote", path: "c.csv", files: map[string]string{"c.csv": "text,label\nok,x\n\"bad,x\nmore,x\n"}, at: "c.csv:3", want: "not valid CSV"},
		{name: "a row that is not UTF-8", path: "c.tsv", files: map[string]string{"c.tsv": "text\tlabel\nok\tx\nb\xffd\tx\n"}, at: "c.tsv:3", want: "not valid UTF-8"},
		{name: "an unknown split", path: "c.tsv", files: map[string]string{"c.tsv": "text\tlabel\tsplit\nok\tx\t\nbad\tx\tlater\n"}, at: "c.tsv:3", want: `unknown split "later"`},
		{name: "a time of a named column", path: "c.csv", opt: data.Options{Time: "when"}, files: map[string]string{"c.csv": "text,label,when\nok,x,1993-04-05\nbad,x,soon\n"}, at: "c.csv:3", want: `"soon" is not a time`},
		{name: "an empty label", path: "c.csv", files: map[string]string{"c.csv": "text,label\nok,x\nbad,\n"}, at: "c.csv:3", want: "the label is empty"},
		{name: "an ID used twice", path: "c.csv", files: map[string]string{"c.csv": "id,text,label\n1,ok,x\n1,bad,x\n"}, at: "c.csv:3", want: `the ID "1" was used before`},
		{name: "JSON", path: "c.jsonl", files: map[string]string{"c.jsonl": "{\"text\":\"ok\",\"label\":\"x\"}\n\n{\"text\":"}, at: "c.jsonl:3", want: "not a JSON object"},
		{name: "JSON with an entity elsewhere", path: "c.jsonl", files: map[string]string{"c.jsonl": `{"text":"ok","label":"x"}` + "\n" + `{"text":"bad","label":"x","entities":[{"type":"t","text":"b","start":1,"end":2}]}`}, at: "c.jsonl:2", want: `the entity "b" is not in the text at the bytes 1 to 2`},
		{name: "a line without TAB", path: "l.txt", opt: data.Options{Format: "lines"}, files: map[string]string{"l.txt": "x\tok\nbad\n"}, at: "l.txt:2", want: "there is no TAB between label and text"},
		{name: "AG News with an unknown class", path: "test.csv", files: map[string]string{"classes.txt": "World\n", "test.csv": "1,ok\n2,bad\n"}, at: "test.csv:2", want: `"2" is no number of a class: classes.txt has 1 to 1`},
		{name: "OCTIS with a column too few", files: map[string]string{"corpus.tsv": "ok\ttrain\t1\nbad\ttrain\n", "vocabulary.txt": "ok\n"}, at: "corpus.tsv:2", want: "2 columns where 3 are expected"},
		{name: "Reuters without the end of a story", path: "r.sgm", files: map[string]string{"r.sgm": "<REUTERS TOPICS=\"YES\" LEWISSPLIT=\"TRAIN\" NEWID=\"2\">\n" + reuters}, at: "r.sgm:1", want: "the story has no </REUTERS>"},
		{name: "Reuters with an unknown split", path: "r.sgm", files: map[string]string{"r.sgm": reuters + `<REUTERS TOPICS="YES" LEWISSPLIT="LATER" NEWID="2"></REUTERS>`}, at: "r.sgm:2", want: `LEWISSPLIT="LATER"`},
		{name: "Reuters without an ID", path: "r.sgm", files: map[string]string{"r.sgm": reuters + `<REUTERS TOPICS="YES" LEWISSPLIT="TRAIN"></REUTERS>`}, at: "r.sgm:2", want: "the story has no NEWID"},
		{name: "Inspec without keyphrases", files: map[string]string{"1.abstr": "ok\nok", "1.uncontr": "a", "2.abstr": "bad"}, at: "2.abstr", want: "there is no 2.uncontr"},
		{name: "brat with an offset outside", files: map[string]string{"1.txt": "ok", "1.ann": "T1\tX 0 2\tok\nT2\tX 0 9\tbad\n"}, at: "1.ann:2", want: "the offset 9 is outside of the text, which has 2 characters"},
		{name: "brat with offsets that fall", files: map[string]string{"1.txt": "ok", "1.ann": "T1\tX 2 1\tok\n"}, at: "1.ann:1", want: "the offsets 2 1 do not rise"},
		{name: "brat with a long entity of a short text", files: map[string]string{"1.txt": strings.Repeat("ok ", 99), "1.ann": "T1\tX 0 290\tok\n"}, at: "1.ann:1", want: `span more text than "ok"`},
		{name: "brat with a relation to nothing", files: map[string]string{"1.txt": "ok", "1.ann": "R1\tIs Arg1:T1 Arg2:T2\n"}, at: "1.ann:1", want: "the relation names the entity T1, which is not there"},
		{name: "brat with an entity twice", files: map[string]string{"1.txt": "ok", "1.ann": "T1\tX 0 1\to\nT1\tX 1 2\tk\n"}, at: "1.ann:2", want: "the entity T1 was there before"},
		{name: "Task 8 without tags", path: "TRAIN_FILE.TXT", files: map[string]string{"TRAIN_FILE.TXT": "1\t\"<e1>o</e1><e2>k</e2>\"\nOther\nComment:\n\n2\t\"bad\"\nOther\n"}, at: "TRAIN_FILE.TXT:5", want: "the sentence has no <e1>…</e1>"},
		{name: "Task 8 with an unknown label", path: "TRAIN_FILE.TXT", files: map[string]string{"TRAIN_FILE.TXT": "1\t\"<e1>o</e1><e2>k</e2>\"\nOther\n2\t\"<e1>o</e1><e2>k</e2>\"\nBad(e3,e4)\n"}, at: "TRAIN_FILE.TXT:3", want: `the label "Bad(e3,e4)" is neither`},
		{name: "Task 8 without a label", path: "TRAIN_FILE.TXT", files: map[string]string{"TRAIN_FILE.TXT": "1\t\"<e1>o</e1><e2>k</e2>\"\n2\t\"<e1>o</e1><e2>k</e2>\"\nOther\n"}, at: "TRAIN_FILE.TXT:1", want: `the label "" is neither`},
		{name: "Task 8 with other lines", path: "TRAIN_FILE.TXT", files: map[string]string{"TRAIN_FILE.TXT": "bad\n2\t\"<e1>o</e1><e2>k</e2>\"\nOther\n"}, at: "TRAIN_FILE.TXT:1", want: "neither an example"},
		{name: "Task 5 without a paper", files: map[string]string{"SemEval2010.zip": zipped(t, "S/docsutf8/A-1.txt", "ok"), "references/train.combined.json": `{"A-1": [], "B-2": []}`, "references/test.combined.json": `{}`}, at: "references/train.combined.json", want: "there is no text of the paper B-2"},
		{name: "a document in the wrong encoding", opt: data.Options{Encoding: "utf-8"}, files: map[string]string{"x/1": "ok", "x/2": "\xff"}, at: "x/2", want: "not valid UTF-8"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := folder(t, tc.files)
			path := filepath.Join(dir, tc.path)
			err := openError(t, path, tc.opt)
			if at := filepath.Join(dir, tc.at); !strings.Contains(err, at+": ") || !strings.Contains(err, tc.want) || strings.Contains(err, "\n") {
				t.Errorf("the error %q does not say %q at %s", err, tc.want, at)
			}
			tc.opt.SkipMalformed = true
			c := open(t, path, tc.opt)
			if c.Len() != 1 {
				t.Errorf("%d documents, want 1", c.Len())
			}
			skipped := c.Skipped()
			if len(skipped) != 1 {
				t.Fatalf("skipped %+v, want one", skipped)
			}
			got := skipped[0].File
			if skipped[0].Row > 0 {
				got = fmt.Sprintf("%s:%d", got, skipped[0].Row)
			}
			if got != filepath.Join(dir, tc.at) || !strings.Contains(skipped[0].Reason, tc.want) {
				t.Errorf("skipped %+v, want %s with %q", skipped, tc.at, tc.want)
			}
			warned(t, c, "1 row or document was malformed and left out: ")
		})
	}
}

func TestAllMalformed(t *testing.T) {
	path := filepath.Join(folder(t, map[string]string{"c.csv": "text,label\na\nb\n"}), "c.csv")
	if err := openError(t, path, data.Options{SkipMalformed: true}); !strings.Contains(err, "all of it is malformed (2 rows or documents; the first, ") {
		t.Error(err)
	}
}

func TestOptionsOfDataSetsAreChecked(t *testing.T) {
	inspec := folder(t, map[string]string{"1.abstr": "a", "1.uncontr": "a"})
	for _, tc := range []struct {
		opt  data.Options
		want string
	}{
		{data.Options{Gold: "silver"}, `unknown Options.Gold "silver"`},
		{data.Options{Gold: "author"}, `Options.Gold is "author": this data set has uncontrolled, controlled, both`},
		{data.Options{Scheme: "modern"}, `unknown Options.Scheme "modern": use one of modapte, modlewis`},
		{data.Options{Remove: []string{"header"}}, `unknown part "header" in Options.Remove: use some of headers, footers, quotes`},
		{data.Options{MaxBytes: -1}, "Options.MaxBytes is -1"},
		{data.Options{Format: "brat"}, `there are no files in it as the format "brat" has them`},
	} {
		_, err := data.Open(context.Background(), inspec, tc.opt)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%+v gives the error %v, want %s", tc.opt, err, tc.want)
		}
	}
}
