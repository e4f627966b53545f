package main

import (
	"flag"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The manual's flags are those that exist, with their defaults.
func TestManualIsTrue(t *testing.T) {
	text := manual()
	_, list, ok := strings.Cut(text, "\nFlags:\n")
	if !ok {
		t.Fatal("the manual has no list of flags")
	}
	described := map[string]string{}
	name := ""
	for line := range strings.Lines(list) {
		if m := regexp.MustCompile(`^    -([a-z]+)`).FindStringSubmatch(line); m != nil {
			name = m[1]
		} else if !strings.HasPrefix(line, "     ") {
			name = ""
		}
		if name != "" {
			described[name] += line
		}
	}
	exists := map[string]bool{}
	s := settings{params: paramFlag{}}
	describes := func(f *flag.Flag) {
		exists[f.Name] = true
		if described[f.Name] == "" {
			t.Errorf("the manual does not describe -%s", f.Name)
		}
		value := map[string]string{"0": "", "false": "", "30m0s": "30m"}
		want, special := value[f.DefValue]
		if !special {
			want = f.DefValue
		}
		if want != "" && !strings.Contains(described[f.Name], "(default "+want) && !strings.Contains(described[f.Name], want+")") {
			t.Errorf("the manual does not give the default of -%s, %s: %q", f.Name, want, described[f.Name])
		}
	}
	s.flags().VisitAll(describes)
	var v verifySettings
	v.flags().VisitAll(describes)
	w := watchSettings{settings: settings{params: paramFlag{}}}
	w.flags().VisitAll(describes)
	var d dataSettings
	d.flags().VisitAll(describes)
	var p predictSettings
	p.flags().VisitAll(describes)
	for name := range described {
		if !exists[name] {
			t.Errorf("the manual describes -%s, which does not exist", name)
		}
	}

	for verb, flags := range map[string]*flag.FlagSet{
		"check":  (&checkSettings{params: paramFlag{}}).flags(),
		"verify": v.flags(),
	} {
		m := regexp.MustCompile(`run ` + verb + ` [^;]*;([^\n]*(?:\n     [^\n]*)*)`).FindStringSubmatch(text)
		if m == nil {
			t.Fatalf("the manual does not name the flags of %s", verb)
		}
		var inManual, inCode []string
		for _, f := range regexp.MustCompile(`-([a-z]+)`).FindAllStringSubmatch(m[1], -1) {
			inManual = append(inManual, f[1])
		}
		flags.VisitAll(func(f *flag.Flag) { inCode = append(inCode, f.Name) })
		slices.Sort(inManual)
		if !slices.Equal(inManual, inCode) {
			t.Errorf("%s takes %q, the manual says %q", verb, inCode, inManual)
		}
	}
	for _, verb := range verbs {
		if !strings.Contains(text, "\n    run "+verb) {
			t.Errorf("the manual does not name the verb %s", verb)
		}
	}
}
