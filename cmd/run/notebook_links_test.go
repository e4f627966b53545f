package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"viva/runtime/notebook"
)

var (
	linkToCell  = regexp.MustCompile(`\]\(([\w-]+\.md)?#([\w-]+)\)`)
	openedRun   = regexp.MustCompile(`(\w+) := must\(results\.Open\(ctx, "([^"]+)"`)
	namedCell   = regexp.MustCompile(`(\w+)\.Cell\("([^"]+)"\)`)
	headingLine = regexp.MustCompile(`(?m)^#+ (.+)$`)
)

// Every link from one of the project's notebooks to a cell, or to a heading, leads
// somewhere, and so does every name by which a report asks for a cell of another.
func TestNotebooksNameCellsThatAreThere(t *testing.T) {
	files, err := filepath.Glob("../../notebooks/*.md")
	if err != nil || len(files) < 8 {
		t.Fatalf("%d notebooks, %v", len(files), err)
	}
	targets, sources := map[string]bool{}, map[string]string{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		nb, err := notebook.Parse(file, source, nil)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(file)
		sources[name] = string(source)
		for _, c := range nb.Cells {
			targets[name+"#"+c.Options.Label] = true
		}
		for _, h := range headingLine.FindAllStringSubmatch(string(source), -1) {
			targets[name+"#"+strings.ReplaceAll(strings.ToLower(h[1]), " ", "-")] = true
		}
	}
	links := 0
	for name, source := range sources {
		need := func(target, by string) {
			links++
			if !targets[target] {
				t.Errorf("%s: %s leads nowhere: there is no %s", name, by, target)
			}
		}
		for _, m := range linkToCell.FindAllStringSubmatch(source, -1) {
			to := m[1]
			if to == "" {
				to = name
			}
			need(to+"#"+m[2], m[0])
		}
		runs := map[string]string{}
		for _, m := range openedRun.FindAllStringSubmatch(source, -1) {
			runs[m[1]] = m[2]
		}
		for _, m := range namedCell.FindAllStringSubmatch(source, -1) {
			need(fmt.Sprintf("%s#%s", runs[m[1]], m[2]), m[0])
		}
	}
	if links < 60 {
		t.Errorf("only %d links were found", links)
	}
}
