package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"viva/internal/nearest"
	"viva/mlkit/dataset"
	"viva/mlkit/trace"
	"viva/mlkit/view"
	"viva/runtime/pull"
)

// dataFlags say where data sets are. They become variables of the environment,
// which the processes that run cells inherit.
type dataFlags struct{ mirror, registry string }

func (d *dataFlags) add(flags *flag.FlagSet) {
	flags.StringVar(&d.mirror, "mirror", "", "")
	flags.StringVar(&d.registry, "registry", "", "")
}

// export checks the flags, and sets the variables.
func (d *dataFlags) export() error {
	for _, f := range []struct {
		flag, value, variable, kind string
		folder                      bool
	}{{"mirror", d.mirror, dataset.MirrorVariable, "folder", true}, {"registry", d.registry, dataset.RegistryVariable, "file", false}} {
		if f.value == "" {
			continue
		}
		path, err := filepath.Abs(f.value)
		if err != nil {
			return err
		}
		if info, err := os.Stat(path); err != nil || info.IsDir() != f.folder {
			return usagef("-%s %s: there is no such %s", f.flag, f.value, f.kind)
		}
		if err := os.Setenv(f.variable, path); err != nil {
			return err
		}
	}
	return nil
}

// dataSettings are the flags of the data verb.
type dataSettings struct {
	dataFlags
	quiet bool
}

func (s *dataSettings) flags() *flag.FlagSet {
	flags := flag.NewFlagSet("run data", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	s.add(flags)
	flags.BoolVar(&s.quiet, "q", false, "")
	return flags
}

// dataVerbs are what can be done with data sets.
var dataVerbs = []string{"list", "pull", "verify", "path"}

// dataSets lists, downloads, verifies or finds data sets.
func dataSets(ctx context.Context, env environment, args []string) error {
	var s dataSettings
	rest, err := parseArgs(s.flags(), args)
	if err != nil {
		return err
	}
	if len(rest) == 0 {
		return usagef("data does one of %s: run data list", strings.Join(dataVerbs, ", "))
	}
	verb, names := rest[0], rest[1:]
	if !slices.Contains(dataVerbs, verb) {
		if near := nearest.Name(verb, dataVerbs); near != "" {
			return usagef("data cannot %s; did you mean \"run data %s\"?", verb, near)
		}
		return usagef("data cannot %s; it does one of %s", verb, strings.Join(dataVerbs, ", "))
	}
	if err := s.export(); err != nil {
		return err
	}
	for i, name := range names {
		set, err := dataset.Lookup(name, dataset.Options{})
		if errors.Is(err, dataset.ErrUnknown) {
			return usageError{err}
		}
		if err != nil {
			return err
		}
		names[i] = set.Name
	}
	switch {
	case verb == "list":
		return dataList(ctx, env, names)
	case verb == "verify":
		return dataVerify(ctx, env, s, names)
	case len(names) == 0:
		return usagef("data %s takes the name of a data set; run data list shows them", verb)
	case verb == "pull":
		return dataPull(ctx, env, s, names)
	}
	for _, name := range names {
		folder, err := dataset.Locate(ctx, name, dataset.Options{})
		if err != nil {
			return err
		}
		fmt.Fprintln(env.stdout, folder)
	}
	return nil
}

// licenceWidth is how much of a licence a line of the list has room for.
const licenceWidth = 60

// dataList prints a line for each data set, or all that is known of those named.
func dataList(ctx context.Context, env environment, names []string) error {
	all, err := dataset.List(dataset.Options{})
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	if len(names) == 0 {
		fmt.Fprintln(w, "name\ttask\tdocuments\tstate\tlicence")
	}
	for _, s := range all {
		if len(names) > 0 && !slices.Contains(names, s.Name) {
			continue
		}
		folder, state, err := dataset.Look(ctx, s.Name, dataset.Options{})
		if err != nil {
			return err
		}
		if len(names) == 0 {
			fmt.Fprintf(w, "%s\t%s\t%9s\t%s\t%s\n", s.Name, s.Task, view.FormatUnit(float64(s.Len()), "count"), state, shortened(s.Licence, licenceWidth))
			continue
		}
		fmt.Fprintf(w, "%s\n", s.Name)
		for _, row := range s.Table().Rows {
			fmt.Fprintf(w, "  %s\t%s\n", row[0].Text, row[1].Text)
		}
		if len(s.Aliases) > 0 {
			fmt.Fprintf(w, "  also called\t%s\n", strings.Join(s.Aliases, ", "))
		}
		fmt.Fprintf(w, "  size\t%s\n", size(s.Bytes()))
		if state == dataset.Absent {
			fmt.Fprintf(w, "  state\t%s\n", state)
		} else {
			fmt.Fprintf(w, "  state\t%s, %s\n", state, folder)
		}
	}
	return w.Flush()
}

func shortened(s string, width int) string {
	if utf8.RuneCountInString(s) <= width {
		return s
	}
	return strings.TrimRight(string([]rune(s)[:width-1]), " ,;") + "…"
}

// dataPull downloads data sets, one after the other.
func dataPull(ctx context.Context, env environment, s dataSettings, names []string) error {
	for _, name := range names {
		set, err := dataset.Lookup(name, dataset.Options{})
		if err != nil {
			return err
		}
		if !s.quiet {
			fmt.Fprintf(env.stdout, "%s: licence: %s\n%s: cite: %s\n", name, set.Licence, name, set.Citation)
		}
		p := &pullDisplay{env: env, quiet: s.quiet, told: time.Now()}
		folder, state, err := pull.Set(trace.With(ctx, trace.Tracer{Progress: p.progress, Log: p.log}), name, dataset.Options{})
		p.erase()
		if err != nil {
			return err
		}
		if s.quiet {
			continue
		}
		if state == dataset.InMirror {
			fmt.Fprintf(env.stdout, "%s: it is in the mirror, in %s\n", name, folder)
		} else {
			fmt.Fprintf(env.stdout, "%s: it is in %s\n", name, folder)
		}
	}
	return nil
}

// pullDisplay shows how far a download is: on a terminal on a line that is
// redrawn, elsewhere now and then.
type pullDisplay struct {
	env   environment
	quiet bool

	mu    sync.Mutex
	told  time.Time
	drawn bool
}

func (p *pullDisplay) progress(label string, done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	every := quietFor
	if p.env.terminal {
		every = 100 * time.Millisecond
	}
	if p.quiet || time.Since(p.told) < every {
		return
	}
	p.told = time.Now()
	text := label + ": " + size(int64(done))
	if total > 0 {
		text += " of " + size(int64(total))
	}
	if !p.env.terminal {
		fmt.Fprintln(p.env.stderr, text)
		return
	}
	fmt.Fprint(p.env.stderr, "\r\x1b[K"+text)
	p.drawn = true
}

func (p *pullDisplay) log(text string) {
	p.erase()
	if !p.quiet {
		fmt.Fprintln(p.env.stderr, text)
	}
}

func (p *pullDisplay) erase() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.drawn {
		fmt.Fprint(p.env.stderr, "\r\x1b[K")
		p.drawn = false
	}
}

// dataVerify compares the files of data sets with their checksums: those named,
// or all that are on this machine.
func dataVerify(ctx context.Context, env environment, s dataSettings, names []string) error {
	all, err := dataset.List(dataset.Options{})
	if err != nil {
		return err
	}
	wrong, seen := false, 0
	for _, set := range all {
		if len(names) > 0 && !slices.Contains(names, set.Name) {
			continue
		}
		results, state, err := dataset.Verify(ctx, set.Name, dataset.Options{})
		if err != nil {
			return err
		}
		if state == dataset.Absent {
			if len(names) > 0 {
				fmt.Fprintf(env.stderr, "%s: it is not on this machine\n", set.Name)
				wrong = true
			}
			continue
		}
		seen++
		bad := 0
		for _, r := range results {
			if r.Err == nil {
				continue
			}
			bad++
			if errors.Is(r.Err, fs.ErrNotExist) {
				r.Err = errors.New("it is missing")
			}
			fmt.Fprintf(env.stderr, "%s: %v\n", filepath.ToSlash(r.Path), r.Err)
		}
		wrong = wrong || bad > 0
		if !s.quiet {
			fmt.Fprintf(env.stdout, "%s: %s, %s\n", set.Name, state, cmp.Or(badText(bad, len(results)), fmt.Sprintf("all of %d files as described", len(results))))
		}
	}
	if seen == 0 && !wrong && !s.quiet {
		fmt.Fprintln(env.stdout, "no data set is on this machine")
	}
	if wrong {
		return errFailed
	}
	return nil
}

// badText says how many files are not right, "" if all are.
func badText(bad, of int) string {
	if bad == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d files are not right", bad, of)
}
