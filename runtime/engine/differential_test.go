package engine

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// bounds are the numbers of a message that the interpreter does not know.
var bounds = regexp.MustCompile(`(index|bounds) out of range.*`)

// foreign is what stands for bytes that are no text.
var foreign = regexp.MustCompile("\uFFFD+")

// Random functions print the same when they are interpreted as when the Go
// compiler builds them. VIVA_RANDOM_PROGRAMS says how many programs of fifty
// functions are tried, VIVA_RANDOM_SEED from which seed on.
func TestRandomProgramsRunAsGoRunsThem(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	needToolchain(t)
	programs, seed := number("VIVA_RANDOM_PROGRAMS", 1), number("VIVA_RANDOM_SEED", 2)
	functions, different := 0, 0
	for i := range programs {
		t.Run(fmt.Sprint("seed ", seed+i), func(t *testing.T) {
			decls, calls, _ := strings.Cut(newRandomProgram(uint64(seed+i), 50), "\x00")
			source := "package main\n\nimport \"fmt\"\n\n" + decls + "\nfunc main() {\n" + calls + "}\n"
			want, failure := nativeProgram(t, source, false)
			if failure != "" {
				t.Fatalf("the program failed: %s\n%s", failure, source)
			}
			r := runCells(t, t.Context(), Options{Timeout: time.Minute}, decls, calls)
			got := printed(r)
			for _, d := range r.Diagnostics {
				got += fmt.Sprintf("\nat %s: %s", place(r, d.Line), d.Message)
			}
			if len(r.Diagnostics) > 0 {
				t.Errorf("interpreted, it ends with %s", got[max(0, len(got)-1000):])
			}
			ours, theirs := traces(got), traces(want)
			for name, trace := range theirs {
				functions++
				if diff := cmp.Diff(trace, ours[name]); diff != "" {
					different++
					t.Errorf("%s (-compiled +interpreted):\n%s\n%s", name, diff, functionText(decls, name))
				}
			}
		})
	}
	t.Logf("%d functions, %d of them different", functions, different)
}

func number(variable string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(variable)); err == nil {
		return n
	}
	return otherwise
}

// traces cuts what a program printed into what its functions printed.
func traces(output string) map[string]string {
	all := map[string]string{}
	output = foreign.ReplaceAllString(strings.ToValidUTF8(output, "\uFFFD"), "?")
	output = bounds.ReplaceAllString(output, "$1 out of range")
	for _, part := range strings.Split("\n"+output, "\n== ")[1:] {
		name, text, _ := strings.Cut(part, "\n")
		all[name] = strings.TrimSpace(text)
	}
	return all
}

func functionText(source, name string) string {
	_, rest, _ := strings.Cut(source, "\nfunc "+name+"(")
	text, _, _ := strings.Cut(rest, "\n}\n\nfunc ")
	return "func " + name + "(" + text + "\n}"
}
