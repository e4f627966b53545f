//go:build ignore

// This program writes old-split.tsv, the split of the sample corpus as a
// careless project would have made it: passage by passage, without a look at
// the articles. Passages that have a copy are put in train and their copies in
// validation or test, so that every planted copy leaks. It runs in mlkit/data
// by go generate.
package main

import (
	"bufio"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	log.SetFlags(0)
	var passages []string
	for _, domain := range []string{"astronomy", "medicine", "economics", "geology", "music", "computing"} {
		article, n := "", 0
		for _, line := range lines(domain + ".txt") {
			if head, ok := strings.CutPrefix(line, "== "); ok {
				article, _, _ = strings.Cut(head, ": ")
				n = 0
			} else if strings.HasPrefix(line, "-- ") {
				n++
				passages = append(passages, fmt.Sprintf("%s-%d", article, n))
			}
		}
	}
	var copies []string
	copied := map[string]bool{}
	for _, line := range lines("copies.txt") {
		if head, ok := strings.CutPrefix(line, "== "); ok {
			id, original, _ := strings.Cut(head, ": ")
			copies = append(copies, id)
			copied[original] = true
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	var out strings.Builder
	for _, id := range passages {
		split := "train"
		switch x := random.Float64(); {
		case copied[id]:
		case x >= 0.85:
			split = "test"
		case x >= 0.70:
			split = "validation"
		}
		fmt.Fprintf(&out, "%s\t%s\n", id, split)
	}
	for i, id := range copies {
		fmt.Fprintf(&out, "%s\t%s\n", id, []string{"test", "validation"}[i%2])
	}
	if err := os.WriteFile(filepath.Join("sample", "old-split.tsv"), []byte(out.String()), 0o666); err != nil {
		log.Fatal(err)
	}
}

func lines(name string) []string {
	f, err := os.Open(filepath.Join("sample", name))
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	var all []string
	for s := bufio.NewScanner(f); s.Scan(); {
		all = append(all, strings.TrimSpace(s.Text()))
	}
	return all
}
