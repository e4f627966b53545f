package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"viva/runtime/kernel"
	"viva/runtime/notebook"
	"viva/runtime/record"
	"viva/runtime/report"
)

// One story has storyEdits edits, and two are run at the same time.
const storyEdits = 20

// What a session gives after any edit is what a clean run gives, byte for
// byte but for times. VIVA_INCREMENTAL_EDITS says how many edits are tried,
// VIVA_INCREMENTAL_SEED from which seed on, VIVA_INCREMENTAL_SKIP how many of
// the seed's edits are passed over. With VIVA_INCREMENTAL_HUNT, a folder, the
// test goes on after a difference and writes each there.
func TestIncrementalRunsEqualCleanRuns(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	wanted := number("VIVA_INCREMENTAL_EDITS", 160)
	for name, value := range map[string]string{
		"rapid.checks": fmt.Sprint(max(1, wanted/storyEdits/2)), "rapid.seed": fmt.Sprint(number("VIVA_INCREMENTAL_SEED", 1)),
		// A difference is made small below, in ways that know what a notebook is.
		"rapid.shrinktime": "0s", "rapid.nofailfile": "true",
	} {
		was := flag.Lookup(name).Value.String()
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = flag.Set(name, was) })
	}
	w := &workshop{folder: t.TempDir(), found: map[string]string{}, hunt: os.Getenv("VIVA_INCREMENTAL_HUNT")}
	if w.hunt != "" {
		if err := os.MkdirAll(w.hunt, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	skip := number("VIVA_INCREMENTAL_SKIP", 0)
	began := time.Now()
	rapid.Check(t, func(rt *rapid.T) {
		g := generator{t: rt}
		stories := []story{g.story(storyEdits), g.story(storyEdits)}
		if skip > 0 {
			skip -= storyEdits * len(stories)
			return
		}
		failures := make([]string, len(stories))
		var wg sync.WaitGroup
		for i, st := range stories {
			wg.Go(func() { failures[i] = w.try(st) })
		}
		wg.Wait()
		if text := strings.Join(failures, ""); text != "" {
			rt.Fatal(text)
		}
	})
	t.Log(w.tally.text(time.Since(began)))
	w.tally.judge(t)
}

// workshop runs stories.
type workshop struct {
	folder, hunt string
	tally        tally
	next         atomic.Int64
	mu           sync.Mutex
	found        map[string]string // failures by the story's text
}

// tally counts what runs did.
type tally struct {
	edits, sound, failed atomic.Int64
	// cells are those of the plans, of which stale were to run.
	cells, stale, restarts atomic.Int64
	prose, proseRan        atomic.Int64
	clean, session         atomic.Int64 // nanoseconds
}

// note counts a clean run.
func (c *tally) note(r *record.Run) {
	c.edits.Add(1)
	ran := func(c record.Cell) bool { return c.Status != record.NotRun && c.Status != record.Off }
	switch {
	case r.Status == record.OK:
		c.sound.Add(1)
	case slices.ContainsFunc(r.Cells, ran):
		c.sound.Add(1)
		c.failed.Add(1)
	}
}

func (c *tally) text(took time.Duration) string {
	return fmt.Sprintf("%d edits in %s (%.1f a second); %d notebooks that check, %d of them fail; of %d cells %d ran; %d restarts; %d edits of prose ran %d cells; sessions %s, clean runs %s",
		c.edits.Load(), took.Round(time.Second), float64(c.edits.Load())/took.Seconds(), c.sound.Load(), c.failed.Load(), c.cells.Load(), c.stale.Load(), c.restarts.Load(),
		c.prose.Load(), c.proseRan.Load(), time.Duration(c.session.Load()).Round(time.Second), time.Duration(c.clean.Load()).Round(time.Second))
}

// judge fails if there was nothing to find.
func (c *tally) judge(t *testing.T) {
	t.Helper()
	if c.sound.Load()*2 < c.edits.Load() {
		t.Errorf("only %d of %d notebooks check", c.sound.Load(), c.edits.Load())
	}
}

// try runs a story and gives what differs, made small, or "".
func (w *workshop) try(st story) string {
	key := st.text()
	w.mu.Lock()
	text, known := w.found[key]
	w.mu.Unlock()
	if known {
		return text
	}
	at, diff := w.run(st, &w.tally)
	if diff == "" {
		return ""
	}
	small, diff := w.reduce(st[:at+1], diff)
	text = fmt.Sprintf("\nan incremental run differs from a clean one (-clean +incremental):\n%s\nof the last of these versions:\n%s", diff, small.text())
	w.mu.Lock()
	defer w.mu.Unlock()
	w.found[key] = text
	if w.hunt == "" {
		return text
	}
	w.found[key] = ""
	name := filepath.Join(w.hunt, fmt.Sprintf("%d-%d.txtar", number("VIVA_INCREMENTAL_SEED", 1), w.next.Add(1)))
	if err := os.WriteFile(name, []byte(strings.ReplaceAll(diff, "\n--", "\n  --")+"\n"+small.text()), 0o644); err != nil {
		panic(err)
	}
	return ""
}

func (w *workshop) run(st story, count *tally) (int, string) {
	dir := filepath.Join(w.folder, fmt.Sprint("story", w.next.Add(1)))
	if err := os.Mkdir(dir, 0o755); err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	return runStory(dir, st.revisions(), count)
}

// revision is a version of a notebook as files.
type revision struct {
	source    string
	overrides map[string]string
	// data is what the file holds that the parameter of that name names.
	data string
	// interrupt is after how many cells a run is interrupted beforehand.
	interrupt int
	prose     bool
}

func (st story) revisions() []revision {
	var all []revision
	for _, v := range st {
		all = append(all, revision{v.source(), v.overrides, v.file, v.interrupt, v.edit == "prose"})
	}
	return all
}

// runStory runs revisions in one session and gives the first that differs from a
// clean run, with the difference.
func runStory(dir string, all []revision, count *tally) (int, string) {
	ctx, file := context.Background(), filepath.Join(dir, "data.csv")
	clean := Options{Engine: Yaegi, Timeout: 5 * time.Second, kernel: slimKernel()}
	opt := clean
	cells, began := 0, func() {}
	opt.Observe = func(e Event) {
		switch e.Kind {
		case "plan":
			count.stale.Add(int64(len(e.Stale)))
			count.cells.Add(int64(e.Cells))
		case "restart":
			count.restarts.Add(1)
		case "cell":
			cells++
			began()
		}
	}
	session := NewSession(opt)
	defer session.Close()
	known := map[string]*record.Run{}
	data := ""
	var before *notebook.Notebook
	for i, v := range all {
		if v.data != data {
			data = v.data
			write(file, data)
			session.Changed(file)
		}
		overrides := map[string]string{"data": file}
		maps.Copy(overrides, v.overrides)
		nb, err := parse(filepath.Join(dir, "n.md"), v.source, overrides)
		if err != nil {
			return i, "" // of a story that is being made small
		}
		if v.interrupt > 0 {
			interrupted, cancel := context.WithCancel(ctx)
			cells, began = 0, func() {
				if cells == v.interrupt {
					cancel()
				}
			}
			session.Run(interrupted, nb)
			cancel()
		}
		cells, began = 0, func() {}
		start := time.Now()
		got := session.Run(ctx, nb)
		count.session.Add(int64(time.Since(start)))
		key := fmt.Sprint(v.source, v.overrides, v.data)
		want := known[key]
		if want == nil {
			start = time.Now()
			want = plainRun(ctx, nb, clean)
			known[key] = want
			count.clean.Add(int64(time.Since(start)))
		}
		count.note(want)
		if before != nil && v.prose && v.interrupt == 0 && sameCode(before, nb) {
			count.prose.Add(1)
			count.proseRan.Add(int64(cells))
		}
		before = nb
		if diff := difference(nb, want, got); diff != "" {
			return i, diff
		}
		// Now and then there is a pause, in which another interpreter is made ready.
		if i%7 == 3 {
			session.Renew(ctx, nb)
		}
	}
	return -1, ""
}

// plainRun runs all of a notebook from the top to the bottom in a kernel of its
// own. It shares nothing with sessions that decides what is to run.
func plainRun(ctx context.Context, nb *notebook.Notebook, opt Options) *record.Run {
	r, c := newRun(nb, opt), choose(ctx, nb, opt.Engine)
	r.record.Diagnostics = append(r.record.Diagnostics, c.diagnostics...)
	r.describe(c)
	if c.program == nil {
		r.record.Status = record.Failed
		return r.end()
	}
	r.line = c.program.Line
	k, err := kernel.Start(ctx, kernel.Options{Program: opt.kernel, Prelude: c.program.Prelude, Seed: nb.Meta.Seed})
	if err != nil {
		r.notStarted(ctx, err)
		return r.end()
	}
	defer k.Close()
	if end := k.Load(ctx, c.program.Loaded...); end.Status != record.OK {
		end.Failure.Line = c.program.Line(end.Failure.Line)
		c.loadRefused(end.Failure)
		r.record.Diagnostics, r.record.Status = c.diagnostics, record.Failed
		return r.end()
	}
	for _, u := range units(nb, c.program) {
		o := outcome{}
		if !u.off() {
			o = r.execute(ctx, k, u)
		}
		if !r.enter(u, o) {
			break
		}
	}
	return r.end()
}

// slimKernel is a program that is a kernel and nothing else, which starts
// faster than this one; it is empty where it cannot be built.
var slimKernel = sync.OnceValue(func() string {
	dir, err := os.MkdirTemp("", "kernel")
	if err != nil {
		return ""
	}
	exe := filepath.Join(dir, "kernel")
	if text, err := exec.Command("go", "build", "-o", exe, "./testdata/kernel").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building the slim kernel: %v\n%s", err, text)
		return ""
	}
	slimFolder = dir
	return exe
})

var slimFolder string

func sameCode(a, b *notebook.Notebook) bool {
	return slices.EqualFunc(a.Cells, b.Cells, func(x, y *notebook.Cell) bool { return x.Code == y.Code }) &&
		slices.EqualFunc(a.Inlines, b.Inlines, func(x, y *notebook.Inline) bool { return x.Expr == y.Expr && x.After == y.After })
}

func write(path, text string) {
	var err error
	if text == "" {
		if err = os.Remove(path); os.IsNotExist(err) {
			return
		}
	} else {
		err = os.WriteFile(path, []byte(text), 0o644)
	}
	if err != nil {
		panic(err)
	}
}

// address is a pointer as fmt prints it. Where memory lies is another place in
// every process.
var address = regexp.MustCompile(`(\\n|\b)0x[0-9a-f]{9,}\b`)

// placeless is a record without times and without addresses.
func placeless(r *record.Run) (*record.Run, string, error) {
	b, err := json.MarshalIndent(timeless(r), "", " ")
	if err != nil {
		return nil, "", err
	}
	b = address.ReplaceAll(b, []byte("${1}0xADDRESS"))
	same := &record.Run{}
	return same, string(b), json.Unmarshal(b, same)
}

// difference compares two runs of a notebook and what reports show of them,
// without their times.
func difference(nb *notebook.Notebook, want, got *record.Run) string {
	texts := [2][3]string{}
	for i, r := range []*record.Run{want, got} {
		same, text, err := placeless(r)
		if err != nil {
			return err.Error()
		}
		var page bytes.Buffer
		if err := report.HTML(&page, nb, same, report.Options{}); err != nil {
			return err.Error()
		}
		doc, err := report.Markdown(nb, same, report.Options{})
		if err != nil {
			return err.Error()
		}
		texts[i] = [3]string{text, page.String(), fmt.Sprintf("%s %v", doc.Text, doc.Files)}
	}
	if texts[0][0] != texts[1][0] {
		return cmp.Diff(strings.Split(texts[0][0], "\n"), strings.Split(texts[1][0], "\n"))
	}
	return cmp.Diff(texts[0][1], texts[1][1]) + cmp.Diff(texts[0][2], texts[1][2])
}

func timeless(r *record.Run) *record.Run {
	c := *r
	c.Started, c.Duration, c.Cells = time.Time{}, 0, slices.Clone(r.Cells)
	for i := range c.Cells {
		c.Cells[i].Duration = 0
	}
	return &c
}

// text is the story as a txtar archive, which readStory reads.
func (st story) text() string {
	a, data := &txtar.Archive{}, ""
	for i, v := range st {
		add := func(ext, text string) {
			a.Files = append(a.Files, txtar.File{Name: fmt.Sprint(i+1, ext), Data: []byte(text)})
		}
		if v.file != data {
			data = v.file
			add(".csv", data)
		}
		set := ""
		for _, name := range slices.Sorted(maps.Keys(v.overrides)) {
			set += name + "=" + v.overrides[name] + "\n"
		}
		if set != "" {
			add(".set", set)
		}
		if v.interrupt > 0 {
			add(".interrupt", fmt.Sprintln(v.interrupt))
		}
		add(".md", v.source())
	}
	return string(txtar.Format(a))
}

// readStory reads the versions of a notebook: N.md, in front of it N.csv where
// the data file has changed, N.set with overrides, and N.interrupt with the
// number of cells after which a run is interrupted first.
func readStory(archive []byte) ([]revision, error) {
	var all []revision
	var v revision
	for _, f := range txtar.Parse(archive).Files {
		switch text := string(f.Data); filepath.Ext(f.Name) {
		case ".csv":
			v.data = text
		case ".set":
			v.overrides = map[string]string{}
			for line := range strings.Lines(text) {
				name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
				v.overrides[name] = value
			}
		case ".interrupt":
			if _, err := fmt.Sscan(text, &v.interrupt); err != nil {
				return nil, fmt.Errorf("%s: %w", f.Name, err)
			}
		case ".md":
			v.source = text
			all = append(all, v)
			v = revision{data: v.data}
		default:
			return nil, fmt.Errorf("%s is no part of a story", f.Name)
		}
	}
	return all, nil
}

// Stories that once ended otherwise than a clean run.
func TestStoriesEqualCleanRuns(t *testing.T) {
	files, err := filepath.Glob("testdata/incremental/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all, err := readStory(archive)
			if err != nil {
				t.Fatal(err)
			}
			if at, diff := runStory(t.TempDir(), all, &tally{}); diff != "" {
				t.Errorf("version %d (-clean +incremental):\n%s", at+1, diff)
			}
		})
	}
}
