package keyphrase

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"viva/internal/publicdata"
)

// The examples of Porter's paper, and words on which Porter2 differs.
func TestPorter(t *testing.T) {
	for word, want := range map[string]string{
		"caresses": "caress", "ponies": "poni", "ties": "ti", "caress": "caress", "cats": "cat", "feed": "feed", "agreed": "agre",
		"plastered": "plaster", "bled": "bled", "motoring": "motor", "sing": "sing", "conflated": "conflat", "troubled": "troubl",
		"sized": "size", "hopping": "hop", "tanned": "tan", "falling": "fall", "hissing": "hiss", "fizzed": "fizz", "failing": "fail",
		"filing": "file", "happy": "happi", "sky": "sky", "relational": "relat", "conditional": "condit", "rational": "ration",
		"valenci": "valenc", "digitizer": "digit", "radicalli": "radic", "differentli": "differ", "vileli": "vile",
		"analogousli": "analog", "vietnamization": "vietnam", "predication": "predic", "operator": "oper", "feudalism": "feudal",
		"decisiveness": "decis", "hopefulness": "hope", "callousness": "callous", "formaliti": "formal", "sensitiviti": "sensit",
		"sensibiliti": "sensibl", "triplicate": "triplic", "formative": "form", "formalize": "formal", "electriciti": "electr",
		"electrical": "electr", "hopeful": "hope", "goodness": "good", "revival": "reviv", "allowance": "allow", "inference": "infer",
		"airliner": "airlin", "gyroscopic": "gyroscop", "adjustable": "adjust", "defensible": "defens", "irritant": "irrit",
		"replacement": "replac", "adjustment": "adjust", "dependent": "depend", "adoption": "adopt", "communism": "commun",
		"activate": "activ", "angulariti": "angular", "homologous": "homolog", "effective": "effect", "bowdlerize": "bowdler",
		"probate": "probat", "rate": "rate", "cease": "ceas", "controll": "control", "roll": "roll",
		// Porter2 has "key", "relay", "generat", "news".
		"key": "kei", "relay": "relai", "generation": "gener", "news": "new",
		// What happens to be at the edges.
		"": "", "a": "a", "is": "is", "ed": "ed", "ing": "ing", "ion": "ion", "yyy": "yyi", "h264": "h264",
	} {
		if got := porter(word); got != want {
			t.Errorf("porter(%q) = %q, want %q", word, got, want)
		}
	}
}

// The stems that the task's organisers published are those of their words.
func TestStemsAreThoseOfTheReferences(t *testing.T) {
	dir := publicdata.Path(t, "keyphrase/semeval2010-t5/references")
	read := func(name string) map[string][][]string {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		var all map[string][][]string
		if err := json.NewDecoder(z).Decode(&all); err != nil {
			t.Fatal(err)
		}
		return all
	}
	s := newStems()
	n := 0
	for _, who := range []string{"author", "reader", "combined"} {
		words, stemmed := read("train."+who+".json.gz"), read("train."+who+".stem.json.gz")
		for id, phrases := range words {
			for i, spellings := range phrases {
				for j, p := range spellings {
					n++
					if got, want := s.key(p), stemmedKey(stemmed[id][i][j]); got != want {
						t.Errorf("%s, %s: the stems of %q are %q, want %q", who, id, p, got, want)
					}
				}
			}
		}
	}
	if n < 4000 {
		t.Errorf("only %d phrases were compared", n)
	}
}

func TestKeysOfPhrases(t *testing.T) {
	s := newStems()
	for phrase, want := range map[string]string{
		"Peer-to-peer  Networks": "peer-to-peer network", "QoS-based service discovery": "qo-base servic discoveri",
		"encoding/decoding": "encod/decod", "bayes' theorem": "bay theorem", "bid-taker's exposure": "bid-taker's exposur",
		"(data), mining;": "data mine", "": "", " - ": "", "C++ programs": "c++ program", "U.S. patents 2.5": "u.s patent 2.5",
		"Müller’s cells": "müller's cell", "non‑linear": "non-linear",
	} {
		if got := s.key(phrase); got != want {
			t.Errorf("the key of %q is %q, want %q", phrase, got, want)
		}
	}
}

// Cutting never fails, words are pieces of the text, in order, and a phrase of
// words has the key of what it is cut from.
func FuzzWords(f *testing.F) {
	for _, s := range []string{"", "A title\nand text.", "a-b c/d e.f 1.2 x++ y'", "é\xff\n\n1. Heading\n", strings.Repeat("line of text that is long\n", 20)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d := newDocument(text, "", true)
		last := 0
		for _, w := range d.words {
			if w.start < last || w.end <= w.start || w.end > len(d.text) {
				t.Fatalf("the word %q is at %d to %d, after %d", w.lower, w.start, w.end, last)
			}
			last = w.end
		}
		for i := range d.candidates {
			c := &d.candidates[i]
			if c.n < 1 || c.n > maxWords || len(c.at) == 0 || d.surface(c) == "" {
				t.Fatalf("a candidate of %d words at %v", c.n, c.at)
			}
		}
	})
}
