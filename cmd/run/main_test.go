package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"viva/runtime/kernel"
	"viva/runtime/store"
)

// The test binary is also the command, when it is started under the name run,
// and the kernel that the command starts.
func TestMain(m *testing.M) {
	kernel.Main()
	if os.Getenv(store.Environment) == "" {
		os.Setenv(store.Environment, "off") // not the user's
	}
	testscript.Main(m, map[string]func(){"run": func() { os.Exit(start()) }})
}

// Beside testscript's own, scripts have these commands:
//
//	exits N run ARG…     run the command; it must exit with N and must not
//	                     print a stack trace
//	events KIND…         the last output is JSON lines, events of these kinds
//	                     in this order
//	serve DIR FILE       serve a folder on loopback, and put the address in the
//	                     place of SERVER in the file
//	close                end that
//	diagnostics LINE…    the last output is JSON lines, diagnostics at these
//	                     lines in this order
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               setup,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":       exits,
			"events":      events,
			"diagnostics": diagnostics,
			"serve":       serve,
			"close":       closeServer,
		},
	})
}

// setup lets scripts compile with the caches of the user, whose home they do
// not see, and keep what they compile to themselves. RUNBIN is the folder of
// the command under test.
func setup(env *testscript.Env) error {
	env.Values[serverKey{}] = &testServer{}
	env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, ".cache"))
	env.Setenv(store.Environment, filepath.Join(env.WorkDir, ".results"))
	if path, err := exec.LookPath("run"); err == nil {
		env.Setenv("RUNBIN", filepath.Dir(path))
	}
	out, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE").Output()
	if err != nil {
		return nil // there is no toolchain; scripts that need one say so
	}
	cache, modules, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	env.Setenv("GOCACHE", cache)
	env.Setenv("GOMODCACHE", modules)
	return nil
}

var stackTrace = regexp.MustCompile(`goroutine \d+|\.go:\d+ \+0x|^panic: `)

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits N run [args…]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
	for _, stream := range []string{"stdout", "stderr"} {
		if trace := stackTrace.FindString(ts.ReadFile(stream)); trace != "" {
			ts.Fatalf("%s holds a stack trace (%q)", stream, trace)
		}
	}
}

// jsonLines is the last output, of which each line must be a JSON object.
func jsonLines(ts *testscript.TestScript) []map[string]any {
	var all []map[string]any
	for line := range strings.Lines(ts.ReadFile("stdout")) {
		var value map[string]any
		if err := json.Unmarshal([]byte(line), &value); err != nil {
			ts.Fatalf("not JSON: %q: %v", line, err)
		}
		all = append(all, value)
	}
	return all
}

func events(ts *testscript.TestScript, neg bool, want []string) {
	var got []string
	for _, e := range jsonLines(ts) {
		kind, _ := e["event"].(string)
		got = append(got, kind)
		if e["notebook"] == nil {
			ts.Fatalf("the event %q names no notebook", kind)
		}
	}
	if slices.Equal(got, want) == neg {
		ts.Fatalf("events %q, want %q", got, want)
	}
}

func diagnostics(ts *testscript.TestScript, neg bool, want []string) {
	got := []string{}
	for _, d := range jsonLines(ts) {
		line, _ := d["line"].(float64)
		got = append(got, strconv.Itoa(int(line)))
		if d["file"] == nil || d["message"] == nil || d["severity"] == nil {
			ts.Fatalf("incomplete: %v", d)
		}
	}
	if slices.Equal(got, want) == neg {
		ts.Fatalf("diagnostics at the lines %q, want %q", got, want)
	}
}

type serverKey struct{}

func serve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: serve DIR FILE")
	}
	server := httptest.NewServer(http.FileServer(http.Dir(ts.MkAbs(args[0]))))
	ts.Defer(server.Close)
	ts.Value(serverKey{}).(*testServer).server = server
	text := strings.ReplaceAll(ts.ReadFile(args[1]), "SERVER", server.URL)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o644))
}

// testServer is the server of a script.
type testServer struct{ server *httptest.Server }

func closeServer(ts *testscript.TestScript, neg bool, args []string) {
	ts.Value(serverKey{}).(*testServer).server.Close()
}
