package main

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The twins have the same sections and sum the same ranges.
func TestTheTwinOfKnitrsNotebookIsFaithful(t *testing.T) {
	section := regexp.MustCompile(`(?m)^## Section \d+\n\nSome prose \d+ explaining\.$`)
	ours, theirs := string(cells21), string(knitrPeer)
	a, b := section.FindAllString(ours, -1), section.FindAllString(theirs, -1)
	if len(a) != 20 || strings.Join(a, "") != strings.Join(b, "") {
		t.Errorf("sections %q and %q", a, b)
	}
	// The numbers below 11 have the sum of those from 1 to 10.
	var sums []string
	for _, m := range regexp.MustCompile(`range (\d+) \{`).FindAllStringSubmatch(ours, -1) {
		sums = append(sums, m[1])
	}
	for i, m := range regexp.MustCompile(`sum\(1:(\d+)\)`).FindAllStringSubmatch(theirs, -1) {
		if want := 11 + i; len(sums) != 20 || sums[i] != strconv.Itoa(want) || m[1] != strconv.Itoa(want-1) {
			t.Errorf("section %d sums below %q and up to %s", i, sums, m[1])
		}
	}
	if strings.Count(ours, "```go") != 21 || strings.Count(theirs, "```{r") != 21 ||
		!strings.Contains(ours[strings.LastIndex(ours, "```go"):], "chart.Scatter(") || !strings.Contains(theirs, "{r plot}\nplot(1:10)\n```") {
		t.Error("there are not 21 cells, the last with a plot")
	}
}

func TestNotebooksHaveThePlacesThatAreEdited(t *testing.T) {
	t.Chdir("..")
	news, err := classifier("", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []subject{small(""), news} {
		if err := s.lay(t.TempDir()); err != nil {
			t.Error(err)
		}
		source := string(s.text(map[string]string{"prose": "one", "plot": "two", "code": "three"}))
		if !strings.Contains(source, "one") || !strings.Contains(source, `Title: "two"`) || !strings.Contains(source, `len("three")`) {
			t.Errorf("%s is not edited", s.name)
		}
		after := source[strings.Index(source, "label: "+s.cell+"\n"):]
		if cell, _, _ := strings.Cut(after, "```"); !strings.Contains(cell, `"two"`) || strings.Contains(after[len(cell):], "chart.") {
			t.Errorf("%s: the cell %s does not draw the last plot", s.name, s.cell)
		}
	}
}

// The stages are what a person waits for, whatever the program did beside.
func TestStagesSumUp(t *testing.T) {
	at := func(ms int) time.Time { return time.UnixMilli(1_000_000 + int64(ms)) }
	told := []event{
		{Kind: "changed", Time: at(5)},
		{Kind: "start", Time: at(8)},
		{Kind: "checked", Time: at(10)},
		{Kind: "cell", Time: at(12), Label: "p"},
		{Kind: "ended", Time: at(20), Label: "p", Took: 7 * time.Millisecond},
		{Kind: "cell", Time: at(21)},
		{Kind: "ended", Time: at(90), Took: 69 * time.Millisecond},
		{Kind: "done", Time: at(100), Took: 85 * time.Millisecond},
		{Kind: "written", Time: at(150)},
	}
	s := analyse(at(0), told, sighting{received: at(110), shown: at(120)}, "p")
	want := [len(stages)]time.Duration{5, 3, 2, 83, 7, 10, 10}
	for i := range want {
		want[i] *= time.Millisecond
	}
	if s.parts != want || s.took != 120*time.Millisecond || s.cell != 7*time.Millisecond || s.cells != 2 || s.report != 150*time.Millisecond {
		t.Errorf("%+v, want parts %v", s, want)
	}
	// The page had the plot while a later cell ran.
	s = analyse(at(0), told, sighting{received: at(50), shown: at(60)}, "p")
	sum := time.Duration(0)
	for _, p := range s.parts {
		sum += p
	}
	if sum != s.took || s.parts[3] != 40*time.Millisecond || s.parts[4] != 0 {
		t.Errorf("%+v", s)
	}
}

func TestQuantile(t *testing.T) {
	var x []float64
	for i := range 50 {
		x = append(x, float64(50-i))
	}
	if got := quantile(x, 0.95); got != 48 {
		t.Errorf("of 50 values %v, want 48", got)
	}
	if got := quantile([]float64{7}, 0.95); got != 7 {
		t.Errorf("of one value %v", got)
	}
}
