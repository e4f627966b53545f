//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"viva/runtime/record"
	"viva/runtime/store"
)

// trained is a notebook with five folds and a model, whose results depend on the
// revision.
func trained(name string, revision int) string {
	return fmt.Sprintf(`# %[1]s

%[3]sgo
var texts, labels []string
for i := range 300 {
	class := []string{"sea", "hill", "town"}[i%%3]
	texts = append(texts, fmt.Sprintf("%%s %[1]s w%%d w%%d w%%d", class, i%%7, i*i%%53, i*(i+%[2]d)%%101))
	labels = append(labels, class)
}
texts[0]
%[3]s

%[3]sgo
folds := must(split.StratifiedKFold(labels, split.Options{Shuffle: true, Seed: %[2]d}))
cv := must(classify.CrossValidate(ctx, texts, labels, folds, classify.Options{Seed: seed}))
cv.Table()
%[3]s

%[3]sgo
model := must(classify.Train(ctx, texts, labels, classify.Options{Seed: %[2]d}))
must(model.Predict(ctx, []string{"sea w%[2]d", "hill w1"}))
%[3]s
`, name, revision, "```")
}

// found is a record without what differs from run to run.
func found(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var r record.Run
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	r.Started, r.Duration, r.Provenance = time.Time{}, 0, record.Provenance{}
	r.Entry, r.Tests = nil, nil
	for i := range r.Cells {
		r.Cells[i].Duration = 0
	}
	if b, err = json.MarshalIndent(r, "", " "); err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// children are the processes that a process has started.
func children(pid int) []int {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	var all []int
	for _, name := range threads {
		b, _ := os.ReadFile(name) // the thread may have ended
		for _, f := range strings.Fields(string(b)) {
			if n, err := strconv.Atoi(f); err == nil {
				all = append(all, n)
			}
		}
	}
	return all
}

// Two runs that share a store, on a notebook each, and one of their four
// processes is killed at any moment: the other run is right, the next one of
// both is right, the store is sound, and nothing is left over. VIVA_KILLS says
// how often.
func TestKilledRunsSpoilNothing(t *testing.T) {
	rounds := 12
	if n, err := strconv.Atoi(os.Getenv("VIVA_KILLS")); err == nil {
		rounds = n
	}
	dir := t.TempDir()
	kept := filepath.Join(dir, "kept")
	start := func(mark string, args ...string) *exec.Cmd {
		cmd := command(t, dir, mark, args...)
		cmd.Env = append(cmd.Env, store.Environment+"="+kept)
		return cmd
	}
	names := []string{"a", "b"}
	edit := func(revision int) {
		write(t, dir, map[string]string{"a.md": trained("a", revision), "b.md": trained("b", revision)})
	}
	const revisions = 4
	want := map[string]string{}
	var full time.Duration
	for revision := range revisions {
		edit(revision)
		cmd := start("clean", "-q", "a.md", "b.md")
		cmd.Env = append(cmd.Env, store.Environment+"=off")
		began := time.Now()
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		full = max(full, time.Since(began))
		for _, name := range names {
			want[fmt.Sprint(name, revision)] = found(t, filepath.Join(dir, "outputs", name+".json"))
		}
	}

	random := rand.New(rand.NewPCG(3, 4))
	killed := map[string]int{}
	// On a busy machine a kernel may have ended whenever it is aimed at; then there
	// are more rounds, which kill it as soon as it is there.
	for round := 0; round < rounds || killed["kernel"] == 0 && round < 2*rounds; round++ {
		revision := random.IntN(revisions)
		edit(revision)
		if random.IntN(2) == 0 {
			if err := os.RemoveAll(kept); err != nil {
				t.Fatal(err)
			}
		}
		mark := fmt.Sprintf("spoil-%d-%d", os.Getpid(), round)
		var runs []*exec.Cmd
		var said []*strings.Builder
		for _, name := range names {
			cmd, text := start(mark, "-q", name+".md"), &strings.Builder{}
			cmd.Stderr = text
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			runs, said = append(runs, cmd), append(said, text)
		}
		victim, what := runs[random.IntN(2)], "program"
		pid, share := victim.Process.Pid, 1.1
		aim := random.IntN(2) == 0 || round >= rounds
		for deadline := time.Now().Add(full); aim && len(children(pid)) == 0 && time.Now().Before(deadline); {
			time.Sleep(time.Millisecond)
			share = 0.6
		}
		if round >= rounds {
			share = 0
		}
		time.Sleep(time.Duration(random.Float64() * share * float64(full)))
		if kernels := children(pid); aim && len(kernels) > 0 {
			pid, what = kernels[random.IntN(len(kernels))], "kernel"
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			what = "nothing"
		}
		killed[what]++
		for i, cmd := range runs {
			status := exitStatus(t, cmd.Wait())
			switch {
			case status == 0:
				if got := found(t, filepath.Join(dir, "outputs", names[i]+".json")); got != want[fmt.Sprint(names[i], revision)] {
					t.Fatalf("round %d: the run of %s ended well and is wrong", round, names[i])
				}
			case cmd != victim:
				t.Fatalf("round %d: the run of %s, which nobody killed, ended with %d: %s", round, names[i], status, said[i])
			case status == 1 && what != "kernel", status > 1, strings.Contains(said[i].String(), "goroutine "):
				t.Fatalf("round %d: the %s was killed, and %s ended with %d: %s", round, what, names[i], status, said[i])
			}
		}
		awaitEnd(t, mark)

		if out, err := start(mark, "cache", "-check").CombinedOutput(); err != nil && strings.Contains(string(out), "damaged") {
			t.Fatalf("round %d: %v: %s", round, err, out)
		}
		if out, err := start(mark, "ledger", "-check").CombinedOutput(); err != nil {
			t.Fatalf("round %d: %v: %s", round, err, out)
		}
		if out, err := start(mark, "-q", "a.md", "b.md").CombinedOutput(); err != nil {
			t.Fatalf("round %d: the next run: %v: %s", round, err, out)
		}
		for _, name := range names {
			if diff := cmp.Diff(want[fmt.Sprint(name, revision)], found(t, filepath.Join(dir, "outputs", name+".json"))); diff != "" {
				t.Fatalf("round %d, a %s was killed: the next run of %s differs from a clean one (-clean +next):\n%s", round, what, name, diff)
			}
		}
	}
	t.Logf("a run of both takes %v; killed: %v", full, killed)
	if killed["program"] == 0 || killed["kernel"] == 0 {
		t.Errorf("killed were %v: the test shows nothing", killed)
	}
}

// A run that is killed when some folds are done goes on with the next one.
func TestKilledRunGoesOnAtItsFold(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"a.md": trained("a", 1)})
	env := store.Environment + "=" + filepath.Join(dir, "kept")
	first := command(t, dir, "fold-first", "-json", "a.md")
	first.Env = append(first.Env, env)
	computed := 0
	for kind := range eventsOf(t, first) {
		if kind == "computed" {
			if computed++; computed == 3 {
				_ = first.Process.Kill()
			}
		}
	}
	_ = first.Wait()
	second := command(t, dir, "fold-second", "-json", "a.md")
	second.Env = append(second.Env, env)
	again, kept := 0, 0
	for kind := range eventsOf(t, second) {
		switch kind {
		case "computed":
			again++
		case "kept":
			kept++
		}
	}
	if err := second.Wait(); err != nil {
		t.Fatal(err)
	}
	// Five folds and a model; the program may have done more than it could tell.
	if computed < 3 || kept < 3 || again+kept != 6 {
		t.Errorf("%d computed before it was killed; then %d of 6 were at hand and %d computed", computed, kept, again)
	}
}
