package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"viva/runtime/watch"
)

// changed has those notebooks run again that a change concerns.
func (w *watching) changed(ctx context.Context, changes []watch.Change) {
	found := false
	for _, c := range changes {
		path := filepath.ToSlash(c.Path)
		if below(c.Path, w.s.out) {
			continue
		}
		if l := w.live[path]; l != nil && !c.Removed {
			w.enqueue(l, true)
			continue
		}
		if isNotebook(path) {
			found = true
			continue
		}
		for _, l := range w.live {
			switch {
			case slices.ContainsFunc(l.session.Inputs(), func(in string) bool { return c.Path == in || below(c.Path, in) || below(in, c.Path) }):
				l.session.Changed(c.Path)
				w.enqueue(l, true)
			case l.job != nil && strings.Contains(string(l.job.source), filepath.Base(c.Path)):
				w.enqueue(l, true) // a picture
			}
		}
	}
	if found {
		w.find()
	}
}

func below(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// find takes over notebooks that are new, and drops those that are gone.
func (w *watching) find() {
	present := map[string]*job{}
	for _, arg := range w.args {
		jobs, err := find([]string{arg}, w.s.out)
		if err != nil {
			continue // nothing is there any more, or not yet
		}
		for _, j := range jobs {
			present[j.path] = j
		}
	}
	for path, j := range present {
		if w.live[path] == nil {
			w.queue = append(w.queue, w.add(j))
		}
	}
	for path, l := range w.live {
		if present[path] != nil {
			continue
		}
		delete(w.live, path)
		w.server.Remove(l.name)
		w.say(func() { fmt.Fprintf(w.env.stderr, "%s  %s  is gone\n", clock(), path) })
		if l.running {
			l.cancel()
		} else {
			l.session.Close()
		}
	}
	w.observe()
}
