package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// The comments in yaegi's programs say what it prints, without what spaces
// stand at the ends, and where it differs from Go they say that. yaegiOutputs
// has what Go 1.26 prints for the programs where that is something else than
// the comment and a newline, as JSON: name to output.
//
//go:embed testdata/yaegi.json
var yaegiOutputs []byte

// yaegiSkipped are the programs that are left out, with the reason. Others are
// left out by what they import.
var yaegiSkipped = map[string]string{
	"factor.go":                "a benchmark, longer than the time limit",
	"fib.go":                   "a benchmark, longer than the time limit",
	"l3.go":                    "a benchmark, longer than the time limit",
	"l5.go":                    "a benchmark, longer than the time limit",
	"issue-1618.go":            "does not end",
	"restricted0.go":           "ends the process by design: for yaegi's restrictions",
	"restricted1.go":           "ends the process by design: for yaegi's restrictions",
	"restricted2.go":           "prints the number of a process",
	"restricted3.go":           "ends the process by design: for yaegi's restrictions",
	"time0.go":                 "prints the time",
	"redeclaration-global7.go": "imports packages that do not exist",
}

// yaegiPanics are the programs that panic when compiled, with the message.
var yaegiPanics = map[string]string{"panic0.go": "stop!"}

// yaegiMistaken are the programs that must not compile but have no comment that
// says so.
var yaegiMistaken = []string{"redeclaration-global1.go"}

// accepted says that a program ran which must not compile.
const accepted verdict = "accepted a mistake"

// yaegiSuite is made of the tests in yaegi's module: programs of one file that
// do the same each time and everywhere.
func yaegiSuite(ctx context.Context) (suite, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/traefik/yaegi").Output()
	if err != nil {
		return suite{}, fmt.Errorf("finding yaegi's own tests: %w", err)
	}
	var outputs map[string]string
	if err := json.Unmarshal(yaegiOutputs, &outputs); err != nil {
		return suite{}, fmt.Errorf("testdata/yaegi.json: %w", err)
	}
	return suite{
		root:     filepath.Join(strings.TrimSpace(string(out)), "_test"),
		folders:  []string{"."},
		programs: yaegiPrograms,
		want: func(path, source string) (string, error) {
			if text, ok := outputs[filepath.Base(path)]; ok {
				return text, nil
			}
			return commentedOutput(source), nil
		},
		judge: judgeMistaken,
	}, nil
}

// yaegiPrograms lists the programs of a folder that are not left out.
func yaegiPrograms(folder string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range files {
		source, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		if name := filepath.Base(f); yaegiSkipped[name] == "" && leftOut(string(source)) == "" {
			names = append(names, name)
		}
	}
	return names, nil
}

var (
	mainPackage  = regexp.MustCompile(`(?m)^package main\b`)
	mainFunction = regexp.MustCompile(`(?m)^func main\(\)`)
	importLine   = regexp.MustCompile(`(?m)^\s*(?:import\s+)?(?:[\w.]+\s+)?"([^"\s]+)"\s*(?://.*)?$`)
	outputStart  = regexp.MustCompile(`(?m)^// Output:[ \t]*\n((?://.*\n?)*)`)
	errorStart   = regexp.MustCompile(`(?m)^// Error:`)
)

// leftOut says why a program is left out by what is in it, empty if it is not.
func leftOut(source string) string {
	if !mainPackage.MatchString(source) || !mainFunction.MatchString(source) {
		return "is no program"
	}
	for _, m := range importLine.FindAllStringSubmatch(source, -1) {
		switch path := m[1]; {
		case path == "net" || strings.HasPrefix(path, "net/"):
			return "uses the network"
		case path == "crypto/rand" || path == "crypto/rsa":
			return "draws at random"
		case strings.HasPrefix(path, ".") || strings.Contains(path, "github.com/") || strings.Contains(path, "guthib.com/"):
			return "imports packages of yaegi's own"
		}
	}
	return ""
}

// commentedOutput is the output that a program's comment gives.
func commentedOutput(source string) string {
	m := outputStart.FindStringSubmatch(source)
	if m == nil {
		return ""
	}
	var lines []string
	for _, l := range strings.Split(m[1], "\n") {
		lines = append(lines, strings.TrimRight(strings.TrimPrefix(strings.TrimPrefix(l, "//"), " "), " \t"))
	}
	text := strings.TrimSpace(strings.Join(lines, "\n"))
	if text == "" {
		return ""
	}
	return text + "\n"
}

// judgeMistaken judges the programs that must not compile: they are the same if
// the checker refuses them, and those that must panic, if they do.
func judgeMistaken(p *outcome, source string) {
	if message := yaegiPanics[p.name]; message != "" {
		if p.verdict == panicked && strings.Contains(p.detail, message) {
			p.verdict, p.detail = same, ""
		}
		return
	}
	if !errorStart.MatchString(source) && !slices.Contains(yaegiMistaken, p.name) {
		return
	}
	switch {
	case p.verdict == refusedByChecker:
		p.verdict, p.detail = same, ""
	case !slices.Contains([]verdict{refusedByInterpreter, checkerFailed}, p.verdict):
		p.verdict = accepted
	}
}
