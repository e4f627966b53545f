package relation_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"viva/internal/publicdata"
	"viva/mlkit/data"
	"viva/mlkit/relation"
)

// corpus reads documents in brat's form: texts and their annotations.
func corpus(t *testing.T, documents ...[2]string) *data.Corpus {
	t.Helper()
	dir := t.TempDir()
	for i, d := range documents {
		for ext, content := range map[string]string{".txt": d[0], ".ann": d[1]} {
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("doc%d%s", i, ext)), []byte(content), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	c, err := data.Open(t.Context(), dir, data.Options{Format: "brat"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func said(s *relation.Set) string {
	var lines []string
	for i, e := range s.Examples {
		lines = append(lines, fmt.Sprintf("%d %s %s", s.Rows[i], s.Labels[i], e))
	}
	return strings.Join(lines, "\n")
}

func TestCandidatesAreThePairsOfASentence(t *testing.T) {
	c := corpus(t,
		[2]string{"Iron and steel are metals. Gold is one.", strings.Join([]string{
			"T1\tM 0 4\tIron", "T2\tM 9 14\tsteel", "T3\tM 19 25\tmetals", "T4\tM 27 31\tGold", "T5\tM 9 25\tsteel are metals", "T6\tM 0 4\tIron",
			"R1\tIs-a Arg1:T2 Arg2:T3", "R2\tIs-a Arg1:T3 Arg2:T1", "*\tSame T1 T2", "R3\tIs-a Arg1:T4 Arg2:T3", ""}, "\n")},
		[2]string{"No pair here", "T1\tM 0 2\tNo\n"})
	s, err := relation.Candidates(c, relation.CandidateOptions{Undirected: []string{"Same"}})
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		"0 Same <e1>Iron</e1> and <e2>steel</e2> are metals. Gold is one.",
		"0 Other <e1>Iron</e1> and <e2>steel are metals</e2>. Gold is one.",
		"0 Is-a(e2,e1) <e1>Iron</e1> and steel are <e2>metals</e2>. Gold is one.",
		"0 Is-a(e1,e2) Iron and <e1>steel</e1> are <e2>metals</e2>. Gold is one.",
	}, "\n")
	if said(s) != want {
		t.Errorf("candidates\n%s\nwant\n%s", said(s), want)
	}
	if got := strings.Join(s.Relations(), " "); got != "Same Other Is-a Is-a" || len(s.Groups) != 4 || s.Groups[0] != s.Groups[3] || s.Groups[0] == "" {
		t.Errorf("relations %s, groups %q", got, s.Groups)
	}
	if len(s.Warnings) != 1 || !strings.HasPrefix(s.Warnings[0], "1 relations are between entities that overlap or are too far apart") {
		t.Errorf("warnings %q", s.Warnings)
	}

	s, err = relation.Candidates(c, relation.CandidateOptions{Sentences: true, MaxWords: 3})
	if err != nil {
		t.Fatal(err)
	}
	if got := said(s); !strings.Contains(got, "Is-a(e2,e1) Iron and steel are <e1>metals</e1>. <e2>Gold</e2>") || !strings.Contains(got, "Same(e1,e2)") || len(s.Warnings) != 0 {
		t.Errorf("over sentences:\n%s\nwarnings %q", got, s.Warnings)
	}
	if s, err = relation.Candidates(c, relation.CandidateOptions{MaxWords: 1}); err != nil || len(s.Examples) != 3 {
		t.Errorf("with one word between: %v\n%s", err, said(s))
	}
	if _, err := relation.Candidates(c, relation.CandidateOptions{MaxWords: -1}); err == nil {
		t.Error("MaxWords -1: no error")
	}
	if _, err := relation.Candidates(corpus(t, [2]string{"Iron", "T1\tM 0 4\tIron\n"}), relation.CandidateOptions{}); err == nil {
		t.Error("no pairs: no error")
	}
}

func TestReadRefusesWhatIsNoExample(t *testing.T) {
	if _, err := relation.Read(corpus(t, [2]string{"Iron", "T1\tM 0 4\tIron\n"})); err == nil || !strings.Contains(err.Error(), "states a relation") {
		t.Errorf("without relations: %v", err)
	}
	overlap := corpus(t, [2]string{"Iron ore", "T1\tM 0 4\tIron\nT2\tM 0 8\tIron ore\nR1\tIs-a Arg1:T1 Arg2:T2\n"})
	if _, err := relation.Read(overlap); err == nil || !strings.Contains(err.Error(), "doc0") || !strings.Contains(err.Error(), "overlap") {
		t.Errorf("entities that overlap: %v", err)
	}
}

func TestReadSemEval(t *testing.T) {
	c, err := data.Open(t.Context(), publicdata.Path(t, "relation/semeval2010-t8"), data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for split, want := range map[string]int{data.Train: 8000, data.Test: 2717} {
		s, err := relation.Read(c.InSplit(split))
		if err != nil {
			t.Fatal(err)
		}
		labels := map[string]int{}
		for _, l := range s.Labels {
			labels[l]++
		}
		other := map[string]int{data.Train: 1410, data.Test: 454}[split]
		if len(s.Examples) != want || len(labels) != 19 || labels[relation.Other] != other || labels["Entity-Destination(e2,e1)"] != 1 {
			t.Errorf("%s: %d examples, labels %v", split, len(s.Examples), labels)
		}
	}
}
