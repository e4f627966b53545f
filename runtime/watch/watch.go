// Package watch tells when files change: their content, not what an editor does
// to get there. It knows nothing of what the files are.
//
// Editors save by writing another file and renaming it, or by emptying the file
// and writing it anew, and a watch on a file ends with the first rename. So the
// folders are watched, every event only says where to look, and a file counts as
// changed when its content differs from what it was at the last look. Where the
// system cannot watch, the files are looked at twice a second.
package watch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Change is a file that is different from what it was.
type Change struct {
	// Path is as it was given to Set, or a path below a folder that was.
	Path string
	// Removed says that it is gone.
	Removed bool
}

// How long to wait after an event, since more of the same save may follow.
const (
	// quiet is how long nothing must happen, longest how long a file that is
	// written all the time can put that off.
	quiet   = 4 * time.Millisecond
	longest = 60 * time.Millisecond
	// doubtful is how long a file that is gone or empty is given to come back:
	// it may be in the middle of a save.
	doubtful = 80 * time.Millisecond
	// pollEvery is how often files are looked at where they cannot be watched.
	pollEvery = 500 * time.Millisecond
)

// Watcher watches files and folders. Its methods may be called from any
// goroutine.
type Watcher struct {
	changes chan []Change
	stop    chan struct{}
	done    chan struct{}
	reset   chan []string
	report  func(string)

	closing sync.Once
	setting sync.Mutex

	// What follows belongs to the goroutine of run.
	notify  *fsnotify.Watcher
	polling bool
	paths   []string
	// folders are those that are watched; below says that a folder stands for
	// all that is in it.
	folders map[string]bool
	below   map[string]bool
	// known is what files were at the last look.
	known map[string]look
	// links leads from the place of a link's target to the links.
	links map[string][]string
}

// New returns a watcher of nothing. Report is told, once each, what a person
// should know of how files are watched; it may be nil.
func New(report func(string)) *Watcher {
	w := &Watcher{
		changes: make(chan []Change), stop: make(chan struct{}), done: make(chan struct{}), reset: make(chan []string),
		report: report, folders: map[string]bool{}, below: map[string]bool{}, known: map[string]look{}, links: map[string][]string{},
	}
	if w.report == nil {
		w.report = func(string) {}
	}
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		w.poll(err)
	} else {
		w.notify = notify
	}
	go w.run()
	return w
}

// Changes gives the files that changed, those of one save together. It is
// closed by Close.
func (w *Watcher) Changes() <-chan []Change { return w.changes }

// Set says which files and folders are watched from now on, a folder with all
// that is in it. They need not exist. What they hold when Set returns is what
// changes are told against; for those that were watched before, what they held
// when they were last looked at.
func (w *Watcher) Set(paths []string) {
	w.setting.Lock()
	defer w.setting.Unlock()
	select {
	case w.reset <- slices.Clone(paths):
		select {
		case <-w.reset:
		case <-w.done:
		}
	case <-w.done:
	}
}

// Close ends the watching.
func (w *Watcher) Close() {
	w.closing.Do(func() { close(w.stop) })
	<-w.done
}

// poll goes over to looking at the files now and then.
func (w *Watcher) poll(why error) {
	if !w.polling {
		w.polling = true
		w.report(fmt.Sprintf("files cannot be watched (%v); looking at them twice a second instead", why))
	}
}

func (w *Watcher) run() {
	defer close(w.done)
	defer close(w.changes)
	var events chan fsnotify.Event
	var errs chan error
	if w.notify != nil {
		defer w.notify.Close()
		events, errs = w.notify.Events, w.notify.Errors
	}
	dirty := map[string]bool{}
	all := false
	var first time.Time
	var timer, ticker <-chan time.Time
	touch := func() {
		now := time.Now()
		if timer == nil {
			first = now
		}
		timer = time.After(min(quiet, max(0, longest-now.Sub(first))))
	}
	for {
		if w.polling && ticker == nil {
			ticker = time.Tick(pollEvery)
		}
		select {
		case <-w.stop:
			return
		case paths := <-w.reset:
			w.set(paths)
			w.reset <- nil
		case e := <-events:
			if e.Op == fsnotify.Chmod || !w.concerns(e, dirty) {
				continue
			}
			touch()
		case err := <-errs:
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				w.poll(err)
			}
			all = true
			touch()
		case <-ticker:
			all = true
			touch()
		case <-timer:
			timer = nil
			w.attach()
			changes, again := w.compare(dirty, all)
			dirty, all = again, false
			if len(again) > 0 {
				timer, first = time.After(doubtful/4), time.Now()
			}
			if len(changes) == 0 {
				continue
			}
			if !w.send(changes) {
				return
			}
		}
	}
}

// send gives changes away; it reports false when the watcher is closed. Sets
// are heard meanwhile, or who sets and who receives could wait for each other.
func (w *Watcher) send(changes []Change) bool {
	for {
		select {
		case w.changes <- changes:
			return true
		case paths := <-w.reset:
			w.set(paths)
			w.reset <- nil
		case <-w.stop:
			return false
		}
	}
}

// set takes over the paths.
func (w *Watcher) set(paths []string) {
	for i := range paths {
		paths[i] = filepath.Clean(paths[i])
	}
	slices.Sort(paths)
	before := w.paths
	w.paths = slices.Compact(paths)
	clear(w.below)
	clear(w.links)
	w.attach()
	present := map[string]bool{}
	for _, p := range w.paths {
		// A file that is new in a folder that was watched before is a change.
		old := slices.ContainsFunc(before, func(q string) bool { return p == q || within(p, q) })
		for _, file := range w.files(p) {
			present[file] = true
			if _, ok := w.known[file]; !ok && !old {
				w.known[file] = lookAt(file, look{})
			}
		}
	}
	for file := range w.known {
		if !present[file] && !slices.ContainsFunc(w.paths, func(p string) bool { return within(file, p) }) {
			delete(w.known, file)
		}
	}
}

// files are the files that a path stands for: itself, or those below it.
func (w *Watcher) files(path string) []string {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return []string{path}
	}
	var all []string
	_ = filepath.WalkDir(path+string(filepath.Separator), func(p string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			all = append(all, filepath.Clean(p))
		}
		return nil
	})
	return all
}

// attach watches the folders of all paths: those of files, those below folders,
// and the ones above them, in which they may be moved away and back.
func (w *Watcher) attach() {
	if w.notify == nil {
		return
	}
	wanted := map[string]bool{}
	above := func(dir string) {
		for range 8 {
			wanted[dir] = true
			parent := filepath.Dir(dir)
			if parent == dir || dir == "." {
				return
			}
			dir = parent
		}
	}
	for _, p := range w.paths {
		above(filepath.Dir(p))
		if target, err := filepath.EvalSymlinks(p); err == nil && target != p {
			if !slices.Contains(w.links[target], p) {
				w.links[target] = append(w.links[target], p)
			}
			above(filepath.Dir(target))
		}
		info, err := os.Stat(p)
		if err != nil || !info.IsDir() {
			continue
		}
		w.below[p] = true
		_ = filepath.WalkDir(p+string(filepath.Separator), func(q string, e os.DirEntry, err error) error {
			if err == nil && e.IsDir() {
				wanted[filepath.Clean(q)] = true
			}
			return nil
		})
	}
	for dir := range w.folders {
		if !wanted[dir] {
			_ = w.notify.Remove(dir)
			delete(w.folders, dir)
		}
	}
	for dir := range wanted {
		if w.folders[dir] {
			continue
		}
		switch err := w.notify.Add(dir); {
		case err == nil:
			w.folders[dir] = true
		case !errors.Is(err, os.ErrNotExist):
			w.poll(err)
		}
	}
}

// concerns marks what an event may have changed, and reports whether there is
// anything.
func (w *Watcher) concerns(e fsnotify.Event, dirty map[string]bool) bool {
	name := filepath.Clean(e.Name)
	if w.folders[name] && (e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename)) {
		// The watch went with the folder.
		_ = w.notify.Remove(name)
		delete(w.folders, name)
	}
	before := len(dirty)
	for _, p := range w.paths {
		switch {
		case name == p, within(p, name):
			dirty[p] = true
		case w.below[p] && within(name, p):
			dirty[name] = true
		}
	}
	for target, links := range w.links {
		if name != target && !within(name, target) && !within(target, name) {
			continue
		}
		for _, link := range links {
			dirty[link] = true
		}
	}
	return len(dirty) > before || dirty[name]
}

// within reports whether a path is below a folder.
func within(path, folder string) bool {
	if folder == "." {
		return !filepath.IsAbs(path) && path != "." && path != ".." && !strings.HasPrefix(path, ".."+string(filepath.Separator))
	}
	rest, ok := strings.CutPrefix(path, strings.TrimSuffix(folder, string(filepath.Separator)))
	return ok && strings.HasPrefix(rest, string(filepath.Separator))
}
